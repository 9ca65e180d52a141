// The last minutes of an app, point by point.
import type { Activity } from './messages'

/** How far back the sparkline reaches, in ms. */
export const KEPT = 10 * 60_000
const POINT = 1_000

/** Keep what was told at `at`, UNIX ms by this browser's clock: what comes within a second is one point, and the one
 * before the oldest that is `KEPT` stays, since it says how it was then. */
export function remember(past: Activity[], told: Activity, at: number): void {
  const last = past.at(-1)
  if (last && Math.floor(last.at / POINT) === Math.floor(at / POINT)) {
    const sum = (what: 'events' | 'page_views' | 'clicks'): number => last[what] + told[what]
    past[past.length - 1] = { ...told, at, events: sum('events'), page_views: sum('page_views'), clicks: sum('clicks') }
  } else {
    past.push({ ...told, at })
  }
  while (past[1] && past[1].at < at - KEPT) past.shift()
}
