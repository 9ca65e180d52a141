// What a histogram of times draws: its buckets without the empty ones at both ends, the axis below them, and where the
// median lies. Buckets are as broad as each other, whatever time they span, so the axis tells more than its ends.
import type { Bucket, Times } from '@/api/types'

const FEWEST = 9

export interface Bar {
  /** seconds, exclusive; 0 for the first bucket */
  over: number
  /** seconds, inclusive; null: open to the right */
  upto: number | null
  count: number
  /** of all that were measured */
  share: number
  /** of the highest bar */
  height: number
}

export function bars(histogram: Bucket[]): Bar[] {
  const total = histogram.reduce((sum, bucket) => sum + bucket.count, 0)
  const most = Math.max(1, ...histogram.map((bucket) => bucket.count))
  const all = histogram.map((bucket, index): Bar => ({
    over: histogram[index - 1]?.upto ?? 0,
    upto: bucket.upto,
    count: bucket.count,
    share: total ? bucket.count / total : 0,
    height: bucket.count / most,
  }))
  const first = all.findIndex((bar) => bar.count > 0)
  const last = all.findLastIndex((bar) => bar.count > 0)
  if (first < 0) return []
  // One empty bucket at each side shows that the counts end there; few bars are drawn among more, not as broad blocks.
  let [from, to] = [Math.max(0, first - 1), Math.min(all.length, last + 2)]
  while (to - from < Math.min(FEWEST, all.length)) {
    if (to < all.length) to++
    if (from > 0 && to - from < FEWEST) from--
  }
  return all.slice(from, to)
}

export interface Tick {
  /** along the bars, 0 to 1 */
  at: number
  /** seconds */
  time: number
  /** The last bucket begins there and has no end. */
  open: boolean
}

const TICKS = 3

export function ticks(shown: Bar[]): Tick[] {
  const places = Array.from({ length: TICKS + 1 }, (_, n) => Math.round((shown.length * n) / TICKS))
  return [...new Set(places)].flatMap((place): Tick[] => {
    const [before, after] = [shown[place - 1], shown[place]]
    const at = place / shown.length
    if (after) return [{ at, time: after.over, open: false }]
    return before ? [{ at, time: before.upto ?? before.over, open: before.upto === null }] : []
  })
}

/** Where the median lies along the bars, 0 to 1; null where the bars don't tell. */
export function medianAt(shown: Bar[], times: Pick<Times, 'median'>): number | null {
  const index = shown.findIndex((bar) => times.median > bar.over && (bar.upto === null || times.median <= bar.upto))
  const bar = shown[index]
  if (!bar) return times.median === 0 && shown.length ? 0 : null
  const within = bar.upto === null ? 0.5 : (times.median - bar.over) / (bar.upto - bar.over)
  return (index + within) / shown.length
}
