import { describe, expect, test } from 'vitest'
import { find, t } from '@/messages'
import { ago, change, count, decimal, duration, interval, share, shortCount, signed } from '@/numbers/format'

describe('a duration is told in its two largest units', () => {
  test.each([
    [null, '–'],
    [0, '0s'],
    [0.84, '0.8s'],
    [1, '1s'],
    [9.96, '10s'],
    [42.4, '42s'],
    [59.6, '1m'],
    [60, '1m'],
    [72, '1m 12s'],
    [3_599.4, '59m 59s'],
    [3_600, '1h'],
    [7_530, '2h 6m'],
    [86_399, '1d'],
    [86_400, '1d'],
    [273_600, '3d 4h'],
    [604_800, '7d'],
  ])('%s seconds: %s', (seconds, told) => expect(duration(seconds)).toBe(told))
})

describe('a share is told in per cent', () => {
  test.each([
    [null, '–'],
    [0, '0%'],
    [0.0004, '0.0%'],
    [0.123, '12.3%'],
    [1, '100%'],
  ])('%s: %s', (value, told) => expect(share(value)).toBe(told))
})

describe('counts', () => {
  test.each([
    [0, '0'],
    [1_234, '1,234'],
    [99_999, '99,999'],
    [128_400, '128.4K'],
    [2_500_000, '2.5M'],
  ])('%s is shortened to %s', (value, told) => expect(shortCount(value)).toBe(told))
  test('a count is never shortened', () => expect(count(2_500_000)).toBe('2,500,000'))
  test('a mean that does not exist is a dash', () => expect(decimal(null)).toBe('–'))
  test('a mean has one digit', () => expect(decimal(3.25)).toBe('3.3'))
})

describe('a change', () => {
  test.each([
    [110, 100, '+10.0%'],
    [97, 100, '−3.0%'],
    [100, 100, '±0%'],
    [1_200, 100, '+1,100%'],
    [0, 5, '−100.0%'],
  ])('from %s, before %s, is %s', (now, before, told) => expect(signed(change(now, before)!)).toBe(told))
  test.each([
    [5, 0],
    [null, 3],
    [3, null],
  ])('from %s, before %s, can not be told', (now, before) => expect(change(now, before)).toBeNull())
})

describe('moments', () => {
  const at = new Date(2026, 10, 24, 9).getTime()
  test('an hour has its day', () => expect(interval(at, 'hour')).toMatch(/Tue.*24.*09:00/))
  test('a month has its year', () => expect(interval(at, 'month')).toBe('November 2026'))
  test.each([
    [5_000, 'now'],
    [119_000, '1 minute ago'],
    [7_200_000, '2 hours ago'],
    [90_000_000, 'yesterday'],
  ])('%s ms ago: %s', (past, told) => expect(ago(at - past, at)).toBe(told))
})

describe('messages', () => {
  test('one and many have their own words', () => {
    expect(t('buttons.clicks', { n: 1 })).toBe('1 click in all')
    expect(t('buttons.clicks', { n: 1_200 })).toBe('1,200 clicks in all')
  })
  test('a fact that is missing stays visible', () => expect(t('funnel.within')).toBe('within {time}'))
  test('an unknown key has no words', () => expect(find('problem.never-heard-of')).toBeUndefined())
})
