// Clicks, seen in the capture phase: before the page's own handlers change anything, and while the layout is still the one
// on the screen, so that reading sizes costs nothing.

import { on } from '../guard'
import type { Detail } from '../protocol'
import { record } from '../record'
import { path } from '../target'
import { hold } from './dead'
import { clickedAfter } from './hovers'

const CLICKABLE = 'a,button,summary,[role=button],[onclick],[type=submit],[type=button]'
const ACTS_HERE = ':not([href]),[href^="#"],[href^="javascript:"]'
const TEXT = 80
/** No hand is at two places so quickly: the browser's own click on the field of a label, after the one on the label. */
const ECHO = 50

/** Rage: three clicks, each within 30 px and 1000 ms of the one before. The third is marked; a longer burst is one rage. */
const RAGE_PX = 30
const RAGE_MS = 1000

/** the click before, and how many there are in its burst */
let at0 = 0
let target0: Element
let x0: number
let y0: number
let count: number

export function captureClicks(): void {
  on<MouseEvent>(document, 'click auxclick', (event) => {
    const target = event.target as HTMLElement
    const at = Date.now()
    // a script's click is none of the visitor's; button 2 opens the context menu
    if (!event.isTrusted || event.button > 1 || (at - at0 < ECHO && target !== target0)) return
    let { pageX, pageY } = event
    if (!event.detail && !event.clientX) {
      // made with the keyboard
      const box = target.getBoundingClientRect()
      pageX = box.x + box.width / 2 + scrollX
      pageY = box.y + box.height / 2 + scrollY
    }
    count = at - at0 <= RAGE_MS && Math.hypot(pageX - x0, pageY - y0) <= RAGE_PX ? count + 1 : 1
    at0 = at
    target0 = target
    x0 = pageX
    y0 = pageY
    const { scrollWidth, scrollHeight } = document.documentElement
    const actor = target.closest<HTMLInputElement>(CLICKABLE)
    const click: Detail = {
      X: pageX | 0,
      Y: pageY | 0,
      target: path(target),
      text: (actor?.textContent || actor?.value)?.trim().replace(/\s+/g, ' ').slice(0, TEXT),
      page_w: scrollWidth,
      page_h: scrollHeight,
      hover: clickedAfter(target),
      rage: count === 3 || undefined,
    }
    // a link to elsewhere acts by leaving, however long the next page takes
    if (actor?.matches(ACTS_HERE)) hold(click, at)
    else record(click, 0, at)
  })
}
