import { describe, expect, it } from 'vitest'
import type { Activity } from '@/live/messages'
import { KEPT, remember } from '@/live/past'

const told = (visitors: number, events: number): Activity => ({
  app: 'a',
  at: 0,
  visitors,
  events,
  page_views: 1,
  clicks: 2,
  pages: [['/', visitors]],
})

describe('the past of an app', () => {
  it('is a point a second, with the latest visitors and all events', () => {
    const past: Activity[] = []
    remember(past, told(1, 3), 10_000)
    remember(past, told(2, 4), 10_999)
    remember(past, told(5, 1), 11_000)
    expect(past.map(({ at, visitors, events, page_views, clicks }) => [at, visitors, events, page_views, clicks])).toEqual([
      [10_999, 2, 7, 2, 4],
      [11_000, 5, 1, 1, 2],
    ])
  })

  it('keeps the last minutes and the point before them', () => {
    const past: Activity[] = []
    for (const at of [0, 2_000, 4_000, KEPT + 3_000]) remember(past, told(1, 1), at)
    expect(past.map(({ at }) => at)).toEqual([2_000, 4_000, KEPT + 3_000])
  })
})
