// Hovers over the app's buttons: how long the pointer stayed, and whether it clicked or left. Fingers do not hover.

import { on } from '../guard'
import { record, seconds } from '../record'
import { path } from '../target'
import { buttonAround, config } from './buttons'

let button: Element | undefined
let since: number
let told: boolean

function tell(outcome: 'leave' | 'click') {
  if (button && !told) record({ elapsed: seconds(Date.now() - since), target: path(button), outcome })
  told = true
}

function hover(next?: Element) {
  if (next !== button) {
    tell('leave')
    button = next
    since = Date.now()
    told = false
  }
}

export const endHover = () => hover()

/** A click on `element`: for how many seconds its button was hovered, undefined where it was not. */
export function clickedAfter(element: Element): number | undefined {
  if (button?.contains(element)) {
    tell('click')
    return seconds(Date.now() - since)
  }
}

export function captureHovers(): void {
  on<PointerEvent>(document, 'pointerover', ({ pointerType, target }) => {
    if (pointerType !== 'touch' && config.capture.hover) hover(buttonAround(target as Element))
  })
  // out of the window
  on<PointerEvent>(document, 'pointerout', ({ relatedTarget }) => relatedTarget || hover())
}
