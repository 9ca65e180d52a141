import { afterEach, expect, test, vi } from 'vitest'
import { effectScope } from 'vue'
import { useReport } from '@/live/report'
import type { Period } from '@/numbers/period'

const news: (() => void)[] = []
vi.mock('@/live/live', () => ({ useNews: (_: unknown, listener: () => void) => news.push(listener) }))
vi.mock('@/numbers/period', () => ({ isOpen: () => true }))

afterEach(() => vi.useRealTimers())

test('after the last news a report is asked for once more, when no answer from before it is kept', async () => {
  vi.useFakeTimers()
  const asked: number[] = []
  const scope = effectScope()
  scope.run(() => useReport(() => 'a1', () => ({}) as Period, async () => asked.push(performance.now())))
  await vi.advanceTimersByTimeAsync(900)
  const told = performance.now()
  news.forEach((listener) => listener())
  await vi.advanceTimersByTimeAsync(10_000)
  expect(asked).toHaveLength(3)
  expect(asked.at(-1)! - told).toBeGreaterThan(1_000)
  news.forEach((listener) => listener())
  scope.stop()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(asked).toHaveLength(3)
})
