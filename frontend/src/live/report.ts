// A report that keeps itself up to date: loaded for the app and period shown, loaded again when the live connection says
// that something new was counted. What is shown stays until the new answer is there.
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { asProblem, type Problem } from '@/api/problem'
import { isOpen, type Period } from '@/numbers/period'
import { useNews } from './live'
import { throttled } from './throttled'

/** ms: the server may give an answer for a second after its reading began, so what is asked at the news may lack it. */
const KEPT = 1_000

export interface LiveReport<T> {
  data: ShallowRef<T | null>
  problem: ShallowRef<Problem | null>
  loading: Ref<boolean>
  retry: () => void
}

export function useReport<T>(
  app: () => string,
  period: () => Period,
  load: (app: string, period: Period, signal: AbortSignal) => Promise<T>,
): LiveReport<T> {
  const data = shallowRef<T | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const loading = ref(true)
  let running: AbortController | null = null

  async function fetchNow(): Promise<void> {
    running?.abort()
    const mine = (running = new AbortController())
    loading.value = true
    try {
      const answer = await load(app(), period(), mine.signal)
      if (mine !== running) return
      data.value = answer
      problem.value = null
    } catch (error) {
      if (mine !== running) return
      problem.value = asProblem(error)
    }
    loading.value = false
  }

  const refetch = throttled(fetchNow)

  watch(
    [app, () => JSON.stringify(period())],
    ([id], before) => {
      if (id !== before[0]) data.value = null
      void refetch.now()
    },
    { immediate: true },
  )
  let last: ReturnType<typeof setTimeout> | undefined
  useNews(app, () => {
    if (!isOpen(period())) return
    refetch.soon()
    clearTimeout(last)
    last = setTimeout(refetch.soon, KEPT + 50)
  })
  onScopeDispose(() => {
    clearTimeout(last)
    refetch.stop()
    running?.abort()
    running = null
  })

  return { data, problem, loading, retry: () => void refetch.now() }
}
