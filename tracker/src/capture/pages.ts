// Pages entered: the load, the history API, the fragment where the app keeps it, the way back out of the browser's cache.
// Each says how long and how deep the page before was read; over a page load that is handed on in storage.

import { attempt, later, on } from '../guard'
import { title, url } from '../page'
import type { Detail } from '../protocol'
import { onNewSession, record, seconds } from '../record'
import { pass } from '../session'
import { PREFIX, read, write } from '../storage'
import { config, seeAgain } from './buttons'
import { finish } from './finish'
import { settle } from './moves'

const NOTE = PREFIX + 'page'
/** Frameworks set the new page's title a little after they pushed its address. */
const TITLE_AFTER = 50

let open: string
let since: number
let depth: number

/** How far down the page was seen, in percent of its height. */
function measure() {
  const shown = (100 * (scrollY + innerHeight)) / document.documentElement.scrollHeight
  depth = Math.max(depth, Math.min(100, (shown + 0.5) | 0))
}

function left(): Detail {
  if (!depth) measure()
  return { elapsed: seconds(Date.now() - since), scroll: depth }
}

function enter(before: Detail | false | undefined): Detail {
  open = url()
  since = Date.now()
  depth = 0
  const event: Detail = { elapsed: 0, ...before, next: open }
  record(event)
  seeAgain()
  return event
}

/** What tells one page from another: a fragment is a place on the page, unless the app keeps it. */
const page = (address: string) => (config.capture.fragment ? address : address.split('#')[0])

export function moved(): void {
  if (page(url()) !== page(open)) {
    finish()
    const event = enter(left())
    later(() => (event.title = title()), TITLE_AFTER)
  }
}

/** The page was loaded, or came back; or a new session begins on it. */
export function arrive(): void {
  const before = read<Detail>(NOTE)
  write(NOTE)
  enter(!!pass && before).title = title()
}

export const leavePage = () => write(NOTE, left())

export function capturePages(): void {
  onNewSession(arrive)
  for (const name of ['pushState', 'replaceState'] as const) {
    const original = history[name]
    history[name] = (...args) => {
      original.apply(history, args)
      attempt(moved)
    }
  }
  // for a changed fragment too
  on(window, 'popstate', moved)
  on(document, 'scroll', () => {
    // before the page's own listeners: the layout is still clean, and reading it costs nothing
    measure()
    settle()
  })
}
