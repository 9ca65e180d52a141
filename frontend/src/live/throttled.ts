// Work asked for often, done at most once a second, one at a time, and not at all while nobody looks. The last asking is
// never lost: it is done as soon as it may be.

const GAP = 1_000

export interface Throttled {
  now(): Promise<void>
  soon(): void
  stop(): void
}

/** After slow work comes a pause as long as it took, so that a heavy report keeps the server busy half the time at most. */
export function throttled(work: () => Promise<void>, gap: number = GAP): Throttled {
  let earliest = -Infinity
  let wanted = false
  let busy = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  async function run(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    wanted = false
    busy++
    const begun = performance.now()
    earliest = begun + gap
    try {
      await work()
    } finally {
      busy--
      const ended = performance.now()
      earliest = Math.max(begun + gap, ended + (ended - begun))
      if (wanted) plan()
    }
  }

  function plan(): void {
    wanted = true
    if (busy || timer !== undefined || document.visibilityState === 'hidden') return
    timer = setTimeout(() => void run(), Math.max(0, earliest - performance.now()))
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
