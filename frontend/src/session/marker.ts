// That somebody logged in on this browser and has not logged out: no secret, only the reason to ask for a new access token
// at start. Without it nobody asks, and the console of a first visit stays clean.

const KEY = 'datalab.logged-in'

export const leaveMark = (): void => attempt(() => localStorage.setItem(KEY, '1'), undefined)
export const removeMark = (): void => attempt(() => localStorage.removeItem(KEY), undefined)
/** True as well where storage is forbidden: the cookie may be there all the same. */
export const isMarked = (): boolean => attempt(() => localStorage.getItem(KEY) !== null, true)

function attempt<T>(work: () => T, otherwise: T): T {
  try {
    return work()
  } catch {
    return otherwise
  }
}
