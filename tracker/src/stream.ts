// The connection: hello, ticket, WebSocket, acks, and coming back after a loss. A new connection always begins with a new
// hello. Where WebSockets never open, frames are posted to the beacon endpoint instead.
//
//   Idle -> Busy (hello) -> Opening -> Open        closed: Waiting, and after a while Idle
//                       \-> Posting <-> Busy       three WebSockets in a row did not open
//   any  -> Waiting      the connection was lost, or the page is left and may come back out of the browser's cache
//   any  -> Over         refused for good, declined, or goodbye

import { backoff } from './backoff'
import { cast, post } from './beacon'
import { frames, keepFrames, remove, seal, sent, takeNext, unsend } from './buffer'
import { attempt, guarded, later, shut } from './guard'
import { hello } from './hello'
import type { Config } from './protocol'
import { isQuiet, keepSession, pass, setPass } from './session'
import { edge } from './settings'
import { keys, PREFIX, write } from './storage'

const FLUSH_EVERY = 100
const POST_EVERY = 2000
/** Frames on the wire without an ack; more wait. */
const WINDOW = 10
/** Frames without any answer for so long: the connection is dead, whatever the browser believes. */
const STALLED = 15_000
const TRIES_TO_OPEN = 3

const enum State {
  Idle,
  Busy,
  Opening,
  Open,
  Posting,
  Waiting,
  Over,
}

let state = State.Idle
let configure: (config: Config) => void
let started = Date.now()
let socket: WebSocket | undefined
/** counts connections, so that what an abandoned one still says is not listened to */
let current = 0
let failures = 0
let unopened = 0
let room = WINDOW
let pace = FLUSH_EVERY
/** when the edge last said something, or had nothing to say */
let heardAt: number
let flushTimer: unknown

/** `take` is given the app's configuration at every hello and when it changed. */
export const onConfig = (take: (config: Config) => void) => (configure = guarded(take))

/** Leaves the present connection. */
function abandon(next: State) {
  current++
  state = next
  unsend()
  attempt(() => socket!.close(1000))
}

/** For good: declined or refused. */
function end(status: number) {
  abandon(State.Over)
  shut()
  setPass()
  keys(PREFIX).forEach((key) => write(key))
  if (status !== 204) console.warn('datalab: refused', status)
}

/** A frame was refused as malformed: never send it again. Which one it was is known when they go one at a time. */
function refuse() {
  if (room === 1) remove(frames[0]!.n)
  room = 1
}

function retry(wait?: number) {
  abandon(State.Waiting)
  later(comeBack, (wait || 0) + backoff(failures++))
}

export function comeBack(): void {
  if (state === State.Waiting) {
    state = State.Idle
    connect()
  }
}

function connect() {
  // a resting session is woken by the next event, not by a connection: that would count a visit nobody makes
  if (state || isQuiet()) return
  state = State.Busy
  const mine = ++current
  // events of a page that was left before its hello was answered are this session's first
  started = frames.find((frame) => !frame.session)?.events[0]!.timestamp || started
  hello(started).then(
    guarded(({ status, wait, body }) => {
      if (mine !== current) return
      if (body) {
        setPass(body.session)
        for (const frame of frames) frame.session ||= pass
        keepSession()
        configure(body.config)
        if (unopened < TRIES_TO_OPEN) open(body.ticket, mine)
        else {
          state = State.Posting
          pace = POST_EVERY
          flush()
        }
      } else if (status < 429) end(status)
      else retry(wait)
    }),
  )
}

function open(ticket: string, mine: number) {
  state = State.Opening
  const closed = guarded(({ code }: { code?: number }) => {
    if (mine !== current) return
    if (state === State.Opening) unopened++
    if (code === 4403) return end(code)
    if (sent && (code === 1008 || code === 1009)) refuse()
    retry()
  })
  socket = attempt(() => new WebSocket(edge.replace('http', 'ws') + 'stream?ticket=' + ticket))
  if (!socket) return closed({})
  socket.onclose = closed
  socket.onopen = guarded(() => {
    state = State.Open
    unopened = 0
    flush()
  })
  socket.onmessage = guarded(({ data }: MessageEvent) => {
    const message = JSON.parse(data) as { ack?: number; config?: Config }
    heardAt = Date.now()
    failures = 0
    remove(message.ack)
    if (message.config) configure(message.config)
    send()
  })
}

/** Fills the window. */
function send() {
  if (state === State.Posting) {
    seal()
    if (!frames[0]) return
    state = State.Busy
    const mine = current
    post(room).then(
      guarded(({ status, body }) => {
        if (mine !== current) return
        state = State.Posting
        if (body) {
          failures = 0
          body.acks.forEach(remove)
        } else if (status < 429) refuse()
        if (frames[0]) wake(body ? pace : backoff(failures++))
      }),
    )
  } else if (state === State.Open) {
    if (!sent) heardAt = Date.now()
    if (Date.now() - heardAt > STALLED) return retry()
    if (sent < room) seal()
    while (sent < room && frames[sent]) socket!.send(takeNext())
  }
}

function flush() {
  flushTimer = undefined
  keepSession()
  send()
}

/** There is something to send. */
export function wake(after = pace): void {
  flushTimer ??= later(flush, after)
  connect()
}

/** The session is another from here on: what is buffered belongs to the one before. */
export function restart(): void {
  seal()
  setPass()
  started = Date.now()
  failures = 0
  abandon(State.Idle)
}

/**
 * The page is hidden (on a phone that may be its last word), left (it may come back) or says that the visit ends here: all
 * that is unacked goes into storage, and past the end of the page where no socket can take it.
 */
function setAside(next?: State.Waiting | State.Over) {
  const open = state === State.Open
  seal()
  keepSession()
  keepFrames()
  if (pass && (open ? next && frames[0] : next || frames[0])) cast(!!next)
  if (next) {
    if (open) socket!.send('{"type":"goodbye"}')
    abandon(next)
  }
}

export function hide(): void {
  setAside()
  send()
}

export const leave = () => setAside(State.Waiting)

export function goodbye(): void {
  setAside(State.Over)
  shut()
}
