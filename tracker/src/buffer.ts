// Events on their way. They wait in `pending`, are sealed into numbered frames when they can be sent, and a frame stays here,
// unchanged, until the edge acks it. What is unacked when the page goes is kept under a key of this page load; the next
// load adopts it. A frame may so be sent twice or by two tabs: the edge's side stores it once, by (session, n).

import type { TrackedEvent } from './protocol'
import { pass, SESSION_REST } from './session'
import { keys, PREFIX, read, write } from './storage'

export interface Frame {
  n: number
  /** pass of the session it belongs to; undefined before hello has answered */
  session?: string | undefined
  events: TrackedEvent[]
}

/** Events that wait for a connection. Of more, the oldest moves are dropped; where there are none, the newest event. */
const MOST_PENDING = 500
const MOST_IN_FRAME = 50
/** The edge takes frames of 64 KiB: where events are so many or so large (characters), fewer make a frame. */
const LARGE = 16_000
const FEWER = 10
/** Frames that wait for their ack; further events stay pending. */
const MOST_FRAMES = 40
/** The edge takes an event's own time for a day. */
const KEPT_FOR = 24 * 3_600_000
const KEY = PREFIX + 'frames.'

const [high, low] = crypto.getRandomValues(new Uint32Array(2)) as unknown as [number, number]
/** 1 ... 2^52 at first, counting up from there */
let n = (high >>> 12) * 2 ** 32 + low + 1
const key = KEY + n
const pending: TrackedEvent[] = []
/** Oldest first; those on the wire of the present connection are the first `sent`. */
export let frames: Frame[] = []
export let sent = 0

export function add(event: TrackedEvent): void {
  pending.push(event)
  if (pending.length > MOST_PENDING) pending.splice(pending.findIndex((e) => e.type), 1)
}

/** Makes frames of all that is pending. */
export function seal(): void {
  while (pending[0] && frames.length < MOST_FRAMES) {
    const events = pending.splice(0, JSON.stringify(pending).length > LARGE ? FEWER : MOST_IN_FRAME)
    frames.push({ n: n++, session: pass, events })
  }
}

/** As it travels: with the pass where the frame is of another session than the connection. */
export const wire = (frame: Frame): Frame => ({
  ...frame,
  session: frame.session === pass ? undefined : frame.session,
})

/** The next frame for the wire. */
export const takeNext = () => JSON.stringify(wire(frames[sent++]!))

/** The connection is lost, and with it what was on the wire. */
export const unsend = () => (sent = 0)

/** Keeps the unacked frames for the next page load. */
export const keepFrames = () => write(key, frames[0] && frames)

/** Forgets a frame: acked, or refused for good. */
export function remove(n: number | undefined): void {
  const i = frames.findIndex((frame) => frame.n === n)
  if (i < 0) return
  frames.splice(i, 1)
  if (i < sent) sent--
  if (!frames[0]) keepFrames()
}

/** Takes over what earlier page loads left; kept under the own key first, so that no moment loses it. */
export function adopt(): void {
  const left = keys(KEY)
  frames = left
    .flatMap((name) => read<Frame[]>(name) || [])
    // without a pass they would make another day's visit begin today
    .filter(({ session, events }) => Date.now() - events[0]!.timestamp < (session ? KEPT_FOR : SESSION_REST))
    .slice(-MOST_FRAMES)
  keepFrames()
  left.forEach((name) => write(name))
}
