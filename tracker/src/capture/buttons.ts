// The app's interesting buttons on the page: which elements they are now, also those added later; and seen: half of one in
// the window, once a page view for each configured button.

import { attempt, guarded, later } from '../guard'
import type { Config } from '../protocol'
import { record } from '../record'
import { path } from '../target'

const RESCAN_AFTER = 500

/** What the app wants captured beside pages and clicks; nothing before the edge has said so. */
export let config: Config = { buttons: [], capture: {} }
/** each with the selector that finds it */
let elements = new Map<Element, string>()
let seen = new Set<string | undefined>()
let stale: unknown
let intersections: IntersectionObserver

/** CSS, or XPath where it starts with `/` or `(`. A selector that the browser cannot read finds nothing. */
export const find = (selector: string): Element[] =>
  attempt(() => {
    if (!/^[/(]/.test(selector)) return [...document.querySelectorAll(selector)]
    const nodes = document.evaluate(`(${selector})/self::*`, document)
    const found: Element[] = []
    for (let node; (node = nodes.iterateNext()); ) found.push(node as Element)
    return found
  }) || []

/** A new page view: what is in the window now is seen again. */
export function seeAgain(): void {
  seen = new Set()
  observe()
}

function observe() {
  intersections.disconnect()
  elements.forEach((_, element) => intersections.observe(element))
}

function scan() {
  stale = undefined
  elements = new Map()
  for (const { selector } of config.buttons) for (const element of find(selector)) elements.set(element, selector)
  observe()
}

export function configure(given: Config): void {
  config = given
  scan()
}

/** The document changed. */
export function rescan(): void {
  stale ??= later(scan, RESCAN_AFTER)
}

/** The button that an element is or is in. */
export const buttonAround = (element: Element): Element | undefined =>
  [...elements.keys()].find((button) => button.contains(element))

export function watchButtons(): void {
  intersections = new IntersectionObserver(
    guarded((entries: IntersectionObserverEntry[]) => {
      for (const { target, isIntersecting } of entries) {
        const selector = elements.get(target)
        if (isIntersecting && !seen.has(selector)) {
          seen.add(selector)
          record({ kind: 'seen', target: path(target) })
        }
      }
    }),
    { threshold: 0.5 },
  )
}
