import { describe, expect, test } from 'vitest'
import { bars, medianAt, ticks } from '@/charts/histogram'
import { sparkline } from '@/charts/sparkline'

const counts = (...all: number[]) => all.map((count, index) => ({ upto: index + 1 < all.length ? index + 1 : null, count }))

describe('a histogram', () => {
  const many = bars(counts(0, 0, 2, 2, 4, 8, 4, 2, 2, 0, 0, 0))
  test('leaves out the empty ends but one bucket each', () => {
    expect(many.map((bar) => [bar.over, bar.upto, bar.count])).toEqual([
      [1, 2, 0], [2, 3, 2], [3, 4, 2], [4, 5, 4], [5, 6, 8], [6, 7, 4], [7, 8, 2], [8, 9, 2], [9, 10, 0],
    ])
  })
  test('knows of each bar its share of all and its height against the highest', () => {
    expect(many[4]).toMatchObject({ share: 8 / 24, height: 1 })
    expect(many[1]).toMatchObject({ share: 2 / 24, height: 0.25 })
  })
  test('of one time is one bar among others', () => {
    expect(bars(counts(0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0)).map((bar) => bar.count)).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0])
  })
  test('has an axis that tells the times between its ends, too', () => {
    expect(ticks(many).map((tick) => [tick.at, tick.time])).toEqual([[0, 1], [3 / 9, 4], [6 / 9, 7], [1, 10]])
    expect(ticks(bars(counts(1, 9)))).toEqual([
      { at: 0, time: 0, open: false }, { at: 0.5, time: 1, open: false }, { at: 1, time: 1, open: true },
    ])
  })
  test('of few buckets shows them all', () => expect(bars(counts(0, 3, 1))).toHaveLength(3))
  test('of nothing has no bars', () => expect(bars(counts(0, 0))).toEqual([]))
  test.each([
    [2.5, 1.5 / 9],
    [6, 5 / 9],
  ])('has its median of %s at %s of its width', (median, at) => expect(medianAt(many, { median })).toBeCloseTo(at))
  test('has the median in the middle of a bucket that is open', () => expect(medianAt(bars(counts(1, 9)), { median: 400 })).toBe(0.75))
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
