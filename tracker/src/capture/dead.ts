// Dead: a click on something that promises to act, with no change of the DOM or of the page within 2500 ms, no scroll and
// no change of the selection within 100 ms. Such a click is held back until that is decided; a page that is left decides.

import { later, on } from '../guard'
import type { Detail } from '../protocol'
import { record } from '../record'

const PROMPT = 100
const PATIENCE = 2500
/** What acts on the press rather than on the click has changed the page a little before the click comes. */
const PRESS = 250

/** clicks that wait for an answer, with their time */
const held = new Map<Detail, number>()
let changedAt = 0

/** Something answered to the clicks of the last `within` ms. */
function alive(within: number) {
  held.forEach((at, click) => {
    if (Date.now() - at <= within && held.delete(click)) record(click, 0, at)
  })
}

export const release = () => alive(PATIENCE)

export function documentChanged(): void {
  changedAt = Date.now()
  release()
}

/** Records the click, at once or when it is known whether it was answered. */
export function hold(click: Detail, at: number): void {
  held.set(click, at)
  later(() => {
    if (held.delete(click)) {
      click.dead = true
      record(click, 0, at)
    }
  }, PATIENCE)
  if (at - changedAt < PRESS) release()
}

export function watchDead(): void {
  on(document, 'scroll selectionchange', () => alive(PROMPT))
  // a form on its way, a window opened, another address
  on(window, 'submit blur popstate', release)
}
