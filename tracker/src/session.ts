// The session pass and the time of the last event, shared by all tabs and page loads of the site.

import { PREFIX, read, write } from './storage'

/** A session rests after so many ms without an event; the next event begins another. */
export const SESSION_REST = 30 * 60_000

const KEY = PREFIX + 'session'

interface Kept {
  pass?: string | undefined
  last: number
}

/** the pass that this page's events belong to; undefined until hello has answered for a new session */
export let pass: string | undefined
/** UNIX ms of this page's last event */
let last = Date.now()

export const setPass = (given?: string) => (pass = given)
export const touch = () => (last = Date.now())

export const kept = (): Kept => read(KEY) || { pass, last }

/** True after more than 30 min without an event in this tab. Whether another tab kept the session awake, the edge says. */
export const isQuiet = (since = last): boolean => Date.now() - since > SESSION_REST

/** On with the session of the page load before, where it still goes on. */
export function continueSession(): void {
  const before = kept()
  if (!isQuiet(before.last)) pass = before.pass
}

/** For other page loads. A tab that was silent for long must not bring its old session back. */
export function keepSession(): void {
  if (pass && kept().last <= last) write(KEY, { pass, last })
}
