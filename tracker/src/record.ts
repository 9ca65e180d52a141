// Every event passes here. One that comes after 30 min of silence begins a new session.

import { add } from './buffer'
import { isOver } from './guard'
import type { Detail } from './protocol'
import { isQuiet, touch } from './session'
import { restart, wake } from './stream'

export const seconds = (ms: number): number => Math.max(0, ms) / 1000

/** Enters the page that is open once more: the first event of a session is the page it begins on. */
let enterAgain: () => void
export const onNewSession = (enter: () => void) => (enterAgain = enter)

export function record(event: Detail, type: 0 | 1 = 0, timestamp = Date.now()): void {
  if (isOver()) return
  const anew = isQuiet()
  touch()
  if (anew) {
    restart()
    if (event.next) event.elapsed = 0
    else enterAgain()
  }
  add({ type, timestamp, event })
  wake()
}
