// Nothing of ours may throw into the host page: every callback that the browser calls is wrapped here.

/** What `work` returns; undefined where it throws. */
export function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return
  }
}

export const guarded =
  <A extends unknown[]>(work: (...args: A) => unknown) =>
  (...args: A): void => {
    attempt(() => work(...args))
  }

export const later = (work: () => unknown, ms: number) => setTimeout(guarded(work), ms)

let over = false
/** Declined, refused or ended by the page: no listener of ours does anything any more. */
export const isOver = () => over
export const shut = () => (over = true)

/**
 * In the capture phase: before the page's own handlers. `types` is space separated; none of those listened to can hold up
 * the browser (touch and wheel would), so `passive` would say nothing new.
 */
export const on = <E extends Event>(target: EventTarget, types: string, work: (event: E) => unknown): void =>
  types
    .split(' ')
    .forEach((type) =>
      target.addEventListener(type, guarded((event) => over || work(event as E)), true),
    )
