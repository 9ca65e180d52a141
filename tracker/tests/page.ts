// A page in happy-dom with a fake edge: every test loads the tracker's modules afresh, as a page load does, and sees what
// the tracker sends. Time is fake and begins at T0.

import { vi } from 'vitest'
import type { Config, Detail, TrackedEvent } from '../src/protocol'

export const T0 = Date.UTC(2026, 10, 24, 12)
export const EDGE = 'https://edge.test'

interface Frame {
  n: number
  session?: string
  events: TrackedEvent[]
}

interface Hello {
  body: Record<string, unknown>
  headers: Record<string, string>
  init: RequestInit
}

export const CONFIG: Config = { buttons: [{ name: 'buy', selector: '#buy' }], capture: { moves: true, hover: true } }

export class FakeSocket {
  onopen?: () => void
  onclose?: (event: { code: number }) => void
  onmessage?: (event: { data: string }) => void
  sent: string[] = []
  closed: number | undefined
  constructor(readonly url: string) {
    edge.sockets.push(this)
    if (edge.socketsOpen) queueMicrotask(() => this.onopen?.())
    else queueMicrotask(() => this.onclose?.({ code: 1006 }))
  }
  send(text: string) {
    this.sent.push(text)
    const { n } = JSON.parse(text) as Frame
    if (edge.acks && n) queueMicrotask(() => this.say({ ack: n }))
  }
  close(code: number) {
    this.closed ??= code
  }
  say(message: unknown) {
    this.onmessage?.({ data: JSON.stringify(message) })
  }
  /** The edge closes. */
  drop(code: number) {
    this.onclose?.({ code })
  }
  get frames(): Frame[] {
    return this.sent.map((text) => JSON.parse(text) as Frame).filter((message) => message.n)
  }
}

/** What the edge does, and what it got. */
export const edge = {
  status: 200,
  headers: {} as Record<string, string>,
  config: CONFIG,
  resumed: false,
  pass: 'pass-1',
  /** hello is not answered, until `answer` is called */
  hangs: false,
  answer: () => {},
  acks: true,
  socketsOpen: true,
  beaconStatus: 202,
  hellos: [] as Hello[],
  sockets: [] as FakeSocket[],
  posts: [] as { session: string; goodbye: boolean; frames: Frame[] }[],
  beacons: [] as { session: string; goodbye: boolean; frames: Frame[] }[],
  get socket() {
    return this.sockets[this.sockets.length - 1]!
  },
}

const added: [EventTarget, string, EventListener, unknown][] = []
const observers: MutationObserver[] = []
let originals: { push: History['pushState']; replace: History['replaceState'] } | undefined
/** how the tracker watches what is in the window */
export const intersections: { elements: Set<Element>; show(element: Element): void }[] = []
export const warned = vi.fn()

function install() {
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const body = JSON.parse(init.body as string)
    if (url === EDGE + '/api/hello') {
      edge.hellos.push({ body, headers: init.headers as Record<string, string>, init })
      if (edge.hangs) await new Promise<void>((resolve) => (edge.answer = resolve))
      if (edge.status === 0) throw new TypeError('network')
      const answer = { ticket: 't' + edge.hellos.length, session: edge.pass, resumed: edge.resumed, config: edge.config }
      return new Response(edge.status === 200 ? JSON.stringify(answer) : null, { status: edge.status, headers: edge.headers })
    }
    edge.posts.push(body)
    const acks = (body as { frames: Frame[] }).frames.map((frame) => frame.n)
    return new Response(edge.beaconStatus === 202 ? JSON.stringify({ acks }) : '{}', { status: edge.beaconStatus })
  })
  vi.stubGlobal('WebSocket', FakeSocket)
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      elements = new Set<Element>()
      constructor(private readonly told: (entries: unknown[]) => void) {
        intersections.push(this)
      }
      observe = (element: Element) => this.elements.add(element)
      disconnect = () => this.elements.clear()
      show = (element: Element) => {
        if (this.elements.has(element)) this.told([{ target: element, isIntersecting: true }])
      }
    },
  )
  const Observer = MutationObserver
  vi.stubGlobal(
    'MutationObserver',
    class extends Observer {
      constructor(work: MutationCallback) {
        super(work)
        observers.push(this)
      }
    },
  )
  navigator.sendBeacon = (url, body) => {
    if (url !== EDGE + '/api/beacon') throw new Error(String(url))
    edge.beacons.push(JSON.parse(body as string))
    return true
  }
  vi.spyOn(console, 'warn').mockImplementation(warned)
  for (const target of [window, document]) {
    const add = target.addEventListener.bind(target)
    vi.spyOn(target, 'addEventListener').mockImplementation((type: string, work: unknown, options: unknown) => {
      added.push([target, type, work as EventListener, options])
      add(type, work as EventListener, options as boolean)
    })
  }
  originals = { push: history.pushState, replace: history.replaceState }
}

/** Forgets the page: what a browser does after pagehide. */
export function unload() {
  for (const [target, type, work, options] of added.splice(0)) target.removeEventListener(type, work, options as boolean)
  for (const observer of observers.splice(0)) observer.disconnect()
  intersections.splice(0)
  vi.clearAllTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  if (originals) Object.assign(history, { pushState: originals.push, replaceState: originals.replace })
  delete window.datalab
}

export function reset() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: T0 })
  localStorage.clear()
  warned.mockClear()
  Object.assign(edge, {
    status: 200,
    headers: {},
    config: CONFIG,
    resumed: false,
    pass: 'pass-1',
    hangs: false,
    acks: true,
    socketsOpen: true,
    beaconStatus: 202,
    hellos: [],
    sockets: [],
    posts: [],
    beacons: [],
  })
}

export const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms)

/** Loads a page with the snippet in it; waits for the connection unless told not to. */
export async function visit(url = 'https://shop.test/', html = '', wait = true) {
  const page = window as unknown as { happyDOM: { setURL(url: string): void } }
  page.happyDOM.setURL(url)
  document.title = 'Shop'
  document.body.innerHTML = html
  install()
  const script = document.createElement('script')
  script.setAttribute('data-token', 'TOKEN')
  Object.defineProperty(script, 'src', { value: EDGE + '/t.js' })
  Object.defineProperty(document, 'currentScript', { value: script, configurable: true })
  vi.resetModules()
  await import('../src/main')
  if (wait) await tick(1)
}

/** Leaves for another page. */
export async function leave() {
  window.dispatchEvent(new Event('pagehide'))
  await tick()
  unload()
}

/** All that was streamed, in the order sent, re-sent frames once. */
export function events(): TrackedEvent[] {
  const seen = new Set<number>()
  return edge.sockets
    .flatMap((socket) => socket.frames)
    .filter(({ n }) => !seen.has(n) && seen.add(n))
    .flatMap((frame) => frame.events)
}

export const details = (): Detail[] => events().map(({ event }) => event)
export const ofKind = (field: keyof Detail): Detail[] => details().filter((event) => field in event)
export const urls = () => ofKind('next')
export const clicks = () => details().filter((event) => 'page_w' in event)
export const hovers = () => ofKind('outcome')
export const seens = () => ofKind('kind')
export const moves = () => events().filter(({ type }) => type === 1)

export function click(target: Element, at: { x?: number; y?: number; trusted?: boolean; detail?: number; button?: number } = {}) {
  const { x = 10, y = 20, trusted = true, detail = 1, button = 0 } = at
  const event = new MouseEvent(button ? 'auxclick' : 'click', { bubbles: true, clientX: x, clientY: y, detail, button })
  Object.defineProperty(event, 'isTrusted', { value: trusted })
  Object.defineProperty(event, 'pageX', { value: x })
  Object.defineProperty(event, 'pageY', { value: y })
  target.dispatchEvent(event)
}

export function pointer(type: string, target: Element, more: Record<string, unknown> = {}) {
  const event = new Event(type, { bubbles: true })
  Object.assign(event, { pointerType: 'mouse', relatedTarget: document.body, pageX: 0, pageY: 0, ...more })
  target.dispatchEvent(event)
}
