// Work asked for often, done at most once a second, one at a time, and not at all while nobody looks. The last asking is
// never lost: it is done as soon as it may be.

const GAP = 1_000

export interface Throttled {
  now(): Promise<void>
  soon(): void
  stop(): void
}

/** The pause grows to what the work takes, so that a slow report does not keep the server busy. */
export function throttled(work: () => Promise<void>, gap: number = GAP): Throttled {
  let last = -Infinity
  let pause = gap
  let wanted = false
  let busy = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  async function run(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    wanted = false
    busy++
    const begun = (last = performance.now())
    try {
      await work()
    } finally {
      busy--
      pause = Math.max(gap, performance.now() - begun)
      if (wanted) plan()
    }
  }

  function plan(): void {
    wanted = true
    if (busy || timer !== undefined || document.visibilityState === 'hidden') return
    timer = setTimeout(() => void run(), Math.max(0, last + pause - performance.now()))
  }

  function seen(): void {
    if (wanted) plan()
  }

  document.addEventListener('visibilitychange', seen)

  return {
    now: run,
    soon: plan,
    stop() {
      wanted = false
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', seen)
    },
  }
}
