// What happens now, as the pages see it: visitors of the watched apps with the last minutes of each, and notifications.
import { onScopeDispose, reactive, ref, toValue, watch, type MaybeRefOrGetter, type Ref } from 'vue'
import { post } from '@/api/client'
import type { LiveTicket, Notification } from '@/api/types'
import type { Activity } from './messages'
import { remember } from './past'
import { liveSocket, type LiveState } from './socket'

export interface Live {
  /** The latest, null until the first message. */
  now: Activity | null
  /** Oldest first; what came while this dashboard was open, by this browser's clock: `KEPT` and the one before. */
  past: Activity[]
  problem: string | null
}

export const liveState = ref<LiveState>('off')

/** The ids of the colleagues who are there now; null as long as nobody has told. */
const colleagues = ref<ReadonlySet<string> | null>(null)
let lookers = 0

const apps = reactive(new Map<string, Live>())
const watchers = new Map<string, number>()
const onActivity = new Set<(activity: Activity) => void>()
const onNotification = new Set<(notification: Notification) => void>()
const onReopened = new Set<() => void>()
let openedBefore = false

const socket = liveSocket(async () => (await post<LiveTicket>('/api/live-ticket')).ticket, {
  state(state) {
    liveState.value = state
    if (state !== 'open') return
    // What happened while the connection was away was told to nobody here.
    if (openedBefore) onReopened.forEach((listener) => listener())
    openedBefore = true
  },
  activity(activity) {
    const live = liveOf(activity.app)
    live.now = activity
    live.problem = null
    // By this browser's clock, so that the axis of the last minutes ends now.
    remember(live.past, activity, Date.now())
    onActivity.forEach((listener) => listener(activity))
  },
  notification: (notification) => onNotification.forEach((listener) => listener(notification)),
  presence: (online) => (colleagues.value = new Set(online)),
  problem(problem) {
    if (problem.app) liveOf(problem.app).problem = problem.detail
  },
})

window.addEventListener('online', () => socket.hurry())
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') socket.hurry()
})

export function startLive(): void {
  socket.start()
}

export function stopLive(): void {
  socket.stop()
  apps.clear()
  watchers.clear()
  lookers = 0
  colleagues.value = null
  openedBefore = false
}

export function liveOf(app: string): Live {
  let live = apps.get(app)
  if (!live) {
    apps.set(app, { now: null, past: [], problem: null })
    live = apps.get(app)!
  }
  return live
}

/** Watch an app for as long as the calling component lives. */
export function useWatch(app: MaybeRefOrGetter<string>): void {
  let mine: string | null = null
  const release = (): void => {
    if (mine !== null) drop(mine)
    mine = null
  }
  watch(
    () => toValue(app),
    (id) => {
      release()
      if (id) hold((mine = id))
    },
    { immediate: true },
  )
  onScopeDispose(release)
}

function hold(app: string): void {
  const holders = watchers.get(app) ?? 0
  watchers.set(app, holders + 1)
  if (holders === 0) socket.watch(app)
}

function drop(app: string): void {
  const holders = watchers.get(app)
  if (holders === undefined) return
  if (holders > 1) {
    watchers.set(app, holders - 1)
  } else {
    watchers.delete(app)
    socket.unwatch(app)
  }
}

/** Who of the organisation is there, for as long as the calling component lives. */
export function useColleagues(): Readonly<Ref<ReadonlySet<string> | null>> {
  if (lookers++ === 0) socket.lookForColleagues(true)
  onScopeDispose(() => {
    // After a log-out there are none left.
    if (lookers > 0 && --lookers === 0) socket.lookForColleagues(false)
  })
  return colleagues
}

/** Call `listener` whenever something new was counted in the app, or may have been while the connection was away. */
export function useNews(app: MaybeRefOrGetter<string>, listener: () => void): void {
  const told = (activity: Activity): void => {
    if (activity.app === toValue(app) && activity.events > 0) listener()
  }
  onActivity.add(told)
  onReopened.add(listener)
  onScopeDispose(() => {
    onActivity.delete(told)
    onReopened.delete(listener)
  })
}

export function useLiveNotifications(listener: (notification: Notification) => void): void {
  onNotification.add(listener)
  onScopeDispose(() => onNotification.delete(listener))
}
