// The live connection: one WebSocket for the whole dashboard, opened with a one-time ticket, re-opened with back-off,
// and told again what is watched whenever it comes back. It shows nothing and keeps nothing but that.
import type { Activity, Incoming } from './messages'
import type { Notification } from '@/api/types'

export type LiveState = 'off' | 'connecting' | 'open' | 'waiting'

export interface LiveListener {
  state(state: LiveState): void
  activity(activity: Activity): void
  notification(notification: Notification): void
  presence(online: string[]): void
  problem(problem: NonNullable<Incoming['problem']>): void
}

export interface LiveSocket {
  start(): void
  stop(): void
  watch(app: string): void
  unwatch(app: string): void
  /** Whether to be told which colleagues are there. */
  lookForColleagues(wanted: boolean): void
  /** Try now instead of waiting for the back-off: the network is back, the tab is seen again. */
  hurry(): void
}

const FIRST_WAIT = 500
const LONGEST_WAIT = 15_000
const OPENS_WITHIN = 10_000

/** `ticket` asks the edge for one; `connect` opens the socket (a test gives its own). */
export function liveSocket(
  ticket: () => Promise<string>,
  listener: LiveListener,
  connect: (url: string) => WebSocket = (url) => new WebSocket(url),
): LiveSocket {
  const watched = new Set<string>()
  let curious = false
  let socket: WebSocket | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let running = false
  let round = 0

  async function open(): Promise<void> {
    const mine = ++round
    clearTimeout(timer)
    listener.state('connecting')
    let one: string
    try {
      one = await ticket()
    } catch {
      if (mine === round) wait()
      return
    }
    if (mine !== round) return
    const made = connect(`/api/live?ticket=${encodeURIComponent(one)}`)
    socket = made
    timer = setTimeout(() => made.close(), OPENS_WITHIN)
    made.onopen = () => {
      if (mine !== round) return
      clearTimeout(timer)
      listener.state('open')
      for (const app of watched) say({ watch: app })
      if (curious) say({ presence: true })
    }
    made.onmessage = (message) => {
      if (mine !== round) return
      // Only a connection that says something has worked; one that is refused after opening keeps the back-off growing.
      failures = 0
      hear(JSON.parse(String(message.data)) as Incoming)
    }
    made.onclose = () => {
      if (mine !== round) return
      clearTimeout(timer)
      socket = null
      wait()
    }
  }

  function hear(message: Incoming): void {
    if (message.activity) listener.activity(message.activity)
    if (message.notification) listener.notification(message.notification)
    if (message.presence) listener.presence(message.presence)
    if (message.problem) listener.problem(message.problem)
  }

  function wait(): void {
    if (!running) return
    listener.state('waiting')
    const most = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures++)
    timer = setTimeout(() => void open(), most / 2 + (Math.random() * most) / 2)
  }

  function say(message: { watch: string } | { unwatch: string } | { presence: boolean }): void {
    if (socket?.readyState === 1) socket.send(JSON.stringify(message))
  }

  return {
    start() {
      if (running) return
      running = true
      failures = 0
      void open()
    },
    stop() {
      running = false
      round++
      clearTimeout(timer)
      socket?.close(1000)
      socket = null
      watched.clear()
      curious = false
      listener.state('off')
    },
    watch(app) {
      watched.add(app)
      say({ watch: app })
    },
    unwatch(app) {
      watched.delete(app)
      say({ unwatch: app })
    },
    lookForColleagues(wanted) {
      curious = wanted
      say({ presence: wanted })
    },
    hurry() {
      if (!running || socket) return
      failures = 0
      void open()
    },
  }
}
