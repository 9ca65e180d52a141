const LONGEST = 60_000

/** How many ms to wait before the next try: 0.5-1 s, then doubling up to a minute; random, so that after a restart not all come at once. */
export const backoff = (failures: number): number =>
  Math.min(LONGEST, 1000 * 2 ** failures) * (1 - Math.random() / 2)
