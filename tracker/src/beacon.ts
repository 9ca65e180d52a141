// POST /api/beacon: the same frames without a WebSocket, for page close and for networks that let none through.
// text/plain and no header of our own, or the browser would ask first (pre-flight) and lose the frames at page close.

import { ask } from './ask'
import { frames, wire } from './buffer'
import { pass } from './session'
import { edge } from './settings'

const PATH = 'beacon'
/** Browsers carry 64 KiB past the page's end; a character may be more than a byte. */
const MOST_CHARACTERS = 40_000

/** The oldest frames, as many as one beacon carries. */
function parcel(goodbye: boolean, most?: number): string {
  let size = 0
  return JSON.stringify({
    session: pass,
    goodbye,
    frames: frames
      .slice(0, most)
      .map(wire)
      .filter((frame) => (size += JSON.stringify(frame).length) < MOST_CHARACTERS),
  })
}

export const post = (most: number) => ask<{ acks: number[] }>(PATH, parcel(false, most))

/** At the page's end: nobody reads the answer, the next page load sends again what is not acked. */
export const cast = (goodbye: boolean) => navigator.sendBeacon(edge + PATH, parcel(goodbye))
