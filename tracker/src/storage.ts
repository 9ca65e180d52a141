// What outlives the page load, as JSON in localStorage. Where storage is blocked or full nothing is kept, and nothing else
// changes.

import { attempt } from './guard'

export const PREFIX = 'datalab.'

export const read = <T>(key: string): T | undefined => attempt(() => JSON.parse(localStorage[key]))

/** Undefined removes it. */
export const write = (key: string, value?: unknown): unknown =>
  attempt(() => {
    if (value) localStorage[key] = JSON.stringify(value)
    else delete localStorage[key]
  })

/** All keys that start so, those of other page loads too. */
export const keys = (start: string): string[] =>
  attempt(() => Object.keys(localStorage).filter((key) => key.startsWith(start))) || []
