// The pointer's way, sampled: a point where it rested for 100 ms or more (told when it goes on), and one every 250 ms while
// it moves. `elapsed` is how long the position did not change. No timers: a resting pointer costs nothing.

import { on } from '../guard'
import { record, seconds } from '../record'
import { isQuiet } from '../session'
import { config } from './buttons'

const REST = 100
const EVERY = 250

let point: { X: number; Y: number } | undefined
let since: number
let told = 0

function tell(most: number) {
  const now = Date.now()
  if (point && (now - since >= REST || now - told >= most)) {
    told = now
    // who rested for so long was away
    if (!isQuiet()) record({ ...point, elapsed: seconds(now - since) }, 1)
  }
}

/** The pointer's place on the page ends: scrolled, left, another page. */
export function settle(): void {
  tell(Infinity)
  point = undefined
}

export function captureMoves(): void {
  on<PointerEvent>(document, 'pointermove', ({ pointerType, pageX, pageY }) => {
    if (pointerType === 'touch' || !config.capture.moves) return
    tell(EVERY)
    point = { X: pageX | 0, Y: pageY | 0 }
    since = Date.now()
  })
}
