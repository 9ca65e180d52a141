import { describe, expect, test } from 'vitest'
import { bars, medianAt } from '@/charts/histogram'
import { sparkline } from '@/charts/sparkline'

const buckets = [
  { upto: 1, count: 0 },
  { upto: 2, count: 0 },
  { upto: 5, count: 4 },
  { upto: 10, count: 8 },
  { upto: 30, count: 4 },
  { upto: 60, count: 0 },
  { upto: null, count: 0 },
]

describe('a histogram', () => {
  test('leaves out the empty ends but one bucket each', () => {
    expect(bars(buckets)).toEqual([
      { over: 1, upto: 2, count: 0, share: 0, height: 0 },
      { over: 2, upto: 5, count: 4, share: 0.25, height: 0.5 },
      { over: 5, upto: 10, count: 8, share: 0.5, height: 1 },
      { over: 10, upto: 30, count: 4, share: 0.25, height: 0.5 },
      { over: 30, upto: 60, count: 0, share: 0, height: 0 },
    ])
  })
  test('of nothing has no bars', () => expect(bars([{ upto: null, count: 0 }])).toEqual([]))
  test.each([
    [7.5, 0.5],
    [5, 0.4],
    [30, 0.8],
  ])('has its median of %s at %s of its width', (median, at) => expect(medianAt(bars(buckets), { median })).toBeCloseTo(at))
  test('has the median in the middle of a bucket that is open', () => {
    expect(medianAt(bars([{ upto: 1, count: 1 }, { upto: null, count: 9 }]), { median: 400 })).toBe(0.75)
  })
})

describe('a sparkline', () => {
  test('holds each number until the next is told', () => {
    const drawn = sparkline([{ at: 0, value: 2 }, { at: 50, value: 4 }], 0, 100)
    expect(drawn.line).toBe('M0.00,54.00H50.00V8.00H100')
    expect(drawn.most).toBe(4)
  })
  test('begins with what held when its time began', () => {
    expect(sparkline([{ at: -500, value: 3 }, { at: 80, value: 1 }], 0, 100).line).toBe('M0.00,8.00H80.00V69.33H100')
  })
  test('draws nothing before anything was told', () => expect(sparkline([], 0, 100).line).toBe(''))
})
