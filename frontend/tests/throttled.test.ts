import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { throttled } from '@/live/throttled'

let visible: DocumentVisibilityState
beforeEach(() => {
  vi.useFakeTimers()
  visible = 'visible'
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visible)
})
afterEach(() => vi.useRealTimers())

test('is done at once, then at most once a second, and the last asking is not lost', async () => {
  const work = vi.fn(async () => undefined)
  const refetch = throttled(work)
  refetch.soon()
  await vi.advanceTimersByTimeAsync(0)
  expect(work).toHaveBeenCalledTimes(1)
  for (let asked = 0; asked < 5; asked++) refetch.soon()
  await vi.advanceTimersByTimeAsync(999)
  expect(work).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(work).toHaveBeenCalledTimes(2)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(work).toHaveBeenCalledTimes(2)
})

test('what is asked for while it runs is done afterwards, after a pause as long as it took', async () => {
  const work = vi.fn(() => new Promise<void>((done) => setTimeout(done, 3_000)))
  const refetch = throttled(work)
  refetch.soon()
  await vi.advanceTimersByTimeAsync(100)
  refetch.soon()
  await vi.advanceTimersByTimeAsync(5_899)
  expect(work).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(work).toHaveBeenCalledTimes(2)
})

test('is put off while nobody looks', async () => {
  const work = vi.fn(async () => undefined)
  const refetch = throttled(work)
  visible = 'hidden'
  refetch.soon()
  await vi.advanceTimersByTimeAsync(5_000)
  expect(work).not.toHaveBeenCalled()
  visible = 'visible'
  document.dispatchEvent(new Event('visibilitychange'))
  await vi.advanceTimersByTimeAsync(0)
  expect(work).toHaveBeenCalledTimes(1)
})

test('is not done any more once stopped', async () => {
  const work = vi.fn(async () => undefined)
  const refetch = throttled(work)
  refetch.soon()
  refetch.stop()
  await vi.advanceTimersByTimeAsync(5_000)
  expect(work).not.toHaveBeenCalled()
})
