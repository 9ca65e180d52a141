import { describe, expect, test } from 'vitest'
import { choiceOf, intervalFor, isOpen, periodOf, queryOf } from '@/numbers/period'

const DAY = 86_400_000
const now = new Date(2026, 10, 24, 15, 30)

describe('the period of a preset', () => {
  test('today begins at local midnight, in hours, and runs up to the server’s now', () => {
    expect(periodOf({ preset: 'today' }, now)).toEqual({
      from: Date.UTC(2026, 10, 23, 23),
      tz: 'Europe/Berlin',
      interval: 'hour',
    })
  })
  test('7 days include today', () => {
    expect(periodOf({ preset: '7d' }, now)).toMatchObject({ from: new Date(2026, 10, 18).getTime(), interval: 'day' })
  })
  test('a period over the change of the clocks still begins at midnight', () => {
    expect(periodOf({ preset: '90d' }, now).from).toBe(new Date(2026, 7, 27).getTime())
  })
})

describe('days of one’s own', () => {
  test('both days count', () => {
    const period = periodOf({ custom: { from: '2026-11-01', to: '2026-11-03' } }, now)
    expect(period).toMatchObject({ from: new Date(2026, 10, 1).getTime(), to: new Date(2026, 10, 4).getTime(), interval: 'day' })
    expect(isOpen(period)).toBe(false)
  })
  test('a last day that is today leaves the period open', () => {
    expect(isOpen(periodOf({ custom: { from: '2026-11-20', to: '2026-11-24' } }, now))).toBe(true)
  })
})

describe('the page’s address', () => {
  test.each([
    [{ period: '30d' }, { preset: '30d' }],
    [{}, { preset: '7d' }],
    [{ period: 'eternity' }, { preset: '7d' }],
    [{ period: 'custom', from: '2026-01-01', to: '2026-01-31' }, { custom: { from: '2026-01-01', to: '2026-01-31' } }],
    [{ period: 'custom', from: '2026-02-01', to: '2026-01-31' }, { preset: '7d' }],
    [{ period: 'custom', from: 'x', to: '2026-01-31' }, { preset: '7d' }],
  ])('%o means %o', (query, choice) => expect(choiceOf(query as never)).toEqual(choice))
  test('says again what was chosen', () => {
    const choice = { custom: { from: '2026-01-01', to: '2026-01-31' } }
    expect(choiceOf(queryOf(choice))).toEqual(choice)
  })
})

test.each([
  [DAY, 'hour'],
  [2 * DAY, 'hour'],
  [3 * DAY, 'day'],
  [92 * DAY, 'day'],
  [200 * DAY, 'week'],
  [1_000 * DAY, 'month'],
])('%s ms are told by the %s', (length, unit) => expect(intervalFor(length)).toBe(unit))
