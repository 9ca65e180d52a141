import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { nextTick } from 'vue'
import ConnectionLost from '@/layout/ConnectionLost.vue'
import { liveState } from '@/live/live'
import { mount } from './mount'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  liveState.value = 'off'
  vi.useRealTimers()
})

const shown = (root: Element): boolean => !!root.querySelector('[data-testid=connection-lost]')

test('a lost connection is told once it lasts, and no longer than it does', async () => {
  liveState.value = 'open'
  const root = await mount(ConnectionLost, {})
  for (const state of ['waiting', 'connecting', 'waiting'] as const) {
    liveState.value = state
    await vi.advanceTimersByTimeAsync(900)
  }
  expect(shown(root)).toBe(false)
  await vi.advanceTimersByTimeAsync(400)
  expect(shown(root)).toBe(true)
  liveState.value = 'open'
  await nextTick()
  expect(shown(root)).toBe(false)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(shown(root)).toBe(false)
})
