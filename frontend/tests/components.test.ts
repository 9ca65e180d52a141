import { expect, test, vi } from 'vitest'
import { reactive } from 'vue'
import type { ButtonReport, FunnelReport, Times } from '@/api/types'
import LiveBadge from '@/layout/LiveBadge.vue'
import { leadsTo, told } from '@/layout/notifications'
import { liveOf } from '@/live/live'
import ButtonCard from '@/pages/buttons/ButtonCard.vue'
import FunnelStages from '@/pages/funnel/FunnelStages.vue'
import FunnelSummary from '@/pages/funnel/FunnelSummary.vue'
import FunnelTimes from '@/pages/funnel/FunnelTimes.vue'
import SnippetBox from '@/parts/SnippetBox.vue'
import { lately } from '@/pages/live/lately'
import Totals from '@/pages/overview/Totals.vue'
import { mount, text } from './mount'

const times: Times = {
  count: 20, mean: 50, median: 42, p25: 20, p75: 72, p90: 90,
  histogram: [{ upto: 30, count: 8 }, { upto: 60, count: 6 }, { upto: null, count: 6 }],
}

const report: FunnelReport = {
  as_of: 0,
  complete: true,
  excluded: { own: 0, bots: 0, spam: 0 },
  series: [],
  funnel: {
    order: 'sequential', per: 'visitor', window: 604_800,
    stages: [
      { name: 'Visit', trigger: 'url', match: 'prefix', value: '/' },
      { name: 'Basket', trigger: 'click', match: 'exact', any_of: ['#add', '#more'] },
      { name: 'Order', trigger: 'url', match: 'exact', value: '/thanks' },
    ],
  },
  stages: [
    { name: 'Visit', count: 1_000, of_first: 1, of_previous: null, dropped: 0, from_previous: null, from_first: null },
    { name: 'Basket', count: 250, of_first: 0.25, of_previous: 0.25, dropped: 750, from_previous: times, from_first: times },
    { name: 'Order', count: 50, of_first: 0.05, of_previous: 0.2, dropped: 200, from_previous: { ...times, median: 75 }, from_first: { ...times, median: 130 } },
  ],
}

test('the totals stand beside those of the period before, green where it got better', async () => {
  const root = await mount(Totals, {
    modelValue: 'visitors',
    totals: { visitors: 110, sessions: 130, page_views: 128_400, events: 900, bounce_rate: 0.3, duration: 142, pages_per_session: 3.24 },
    previous: { visitors: 100, sessions: 130, page_views: 0, events: 1, bounce_rate: 0.4, duration: 150, pages_per_session: null },
  })
  expect(text(root, 'overview-visitors')).toBe('110')
  expect(text(root, 'overview-page-views')).toBe('128.4K')
  expect(text(root, 'overview-bounce-rate')).toBe('30.0%')
  expect(text(root, 'overview-duration')).toBe('2m 22s')
  expect(text(root, 'overview-pages-per-session')).toBe('3.2')
  const deltas = [...root.querySelectorAll('.delta')].map((one) => [one.firstChild!.textContent!.trim(), one.classList[1]])
  expect(deltas).toEqual([['+10.0%', 'good'], ['±0%', 'even'], ['new', 'good'], ['−10.0 pts', 'good'], ['−5.3%', 'bad']])
})

test('where nothing was recorded yet, the snippet leads to the site; without a token only to its page', async () => {
  for (const [token, ways] of [[{ token: 'T' }, ['https://shop.example/', '/apps/a1/settings/snippet']], [null, ['/apps/a1/settings/snippet']]]) {
    vi.stubGlobal('fetch', async () => new Response(JSON.stringify({ token })))
    const root = await mount(SnippetBox, { app: { id: 'a1', url: 'https://shop.example/' } })
    await vi.waitUntil(() => root.querySelector('a'))
    expect([...root.querySelectorAll('a')].map((way) => way.getAttribute('href'))).toEqual(ways)
  }
  vi.unstubAllGlobals()
})

test('a funnel that nobody entered has no bars, and nobody who dropped out', async () => {
  const stages = report.stages.map((stage, index) => ({
    ...stage, count: 0, of_first: null, of_previous: null, dropped: 0, from_previous: null, from_first: null, name: `${index}`,
  }))
  const root = await mount(FunnelStages, { report: { ...report, stages } })
  expect(root.querySelectorAll('.bar')).toHaveLength(0)
  expect(root.textContent).not.toContain('dropped')
})

test('a funnel shows count, shares, drop and width of each stage', async () => {
  const root = await mount(FunnelStages, { report })
  expect([0, 1, 2].map((index) => text(root, `funnel-stage-${index}-count`))).toEqual(['1,000', '250', '50'])
  expect([0, 1, 2].map((index) => text(root, `funnel-stage-${index}-of-first`))).toEqual(['100%', '25.0%', '5.0%'])
  expect([1, 2].map((index) => text(root, `funnel-stage-${index}-of-previous`))).toEqual(['25.0%', '20.0%'])
  expect([...root.querySelectorAll<HTMLElement>('.bar')].map((bar) => bar.style.width)).toEqual(['100%', '25%', '5%'])
  expect([...root.querySelectorAll('.lost')].map((one) => one.textContent!.replace(/\s+/g, ' ').trim())).toEqual([
    '750 dropped (75.0%)median 42s',
    '200 dropped (80.0%)median 1m 15s',
  ])
  expect(root.querySelector('polygon')!.getAttribute('points')).toBe('0,0 100,0 25,100 0,100')
  expect(text(root, 'funnel-stage-1')).toContain('#add or #more')
})

test('a funnel that is compared shows how each stage changed', async () => {
  const before = { ...report, stages: report.stages.map((stage, index) => ({ ...stage, count: [800, 500, 50][index]! })) }
  const root = await mount(FunnelStages, { report: { ...report, before } })
  expect([0, 1, 2].map((index) => text(root, `funnel-stage-${index}-count`))).toEqual(['1,000', '250', '50'])
  const deltas = [...root.querySelectorAll('.delta')].map((one) => [one.firstChild!.textContent!.trim(), one.classList[1]])
  expect(deltas).toEqual([['+25.0%', 'good'], ['−50.0%', 'bad'], ['±0%', 'even']])
})

test('the summary of a funnel names its goal and the rules it is counted by', async () => {
  const root = await mount(FunnelSummary, { report })
  expect(text(root, 'funnel-conversion')).toBe('5.0%')
  expect(root.textContent).toContain('2m 10s')
  expect(root.querySelector('.rules')!.textContent).toContain('counted per visitor · other steps may lie between · within 7d')
})

test('a funnel nobody entered has dashes, not zero shares', async () => {
  const stages = report.stages.map((stage) => ({ ...stage, count: 0, of_first: null, of_previous: null, dropped: 0, from_previous: null, from_first: null }))
  const root = await mount(FunnelStages, { report: { ...report, stages } })
  expect(text(root, 'funnel-stage-0-count')).toBe('0')
  expect(text(root, 'funnel-stage-0-of-first')).toBe('–')
})

test('the times to a stage are told from the one before and from the first', async () => {
  const root = await mount(FunnelTimes, { stages: report.stages })
  expect(text(root, 'funnel-times-2')).toMatch(/median1m 15s.*median2m 10s/)
  expect(root.querySelector('[data-testid="funnel-times-1"]')!.querySelectorAll('figure')).toHaveLength(1)
})

test('a button tells who saw, hovered, clicked, how hovers end and how long the click took', async () => {
  const button: ButtonReport = {
    name: 'Buy', selector: '#buy', saw: 200, hovered: 80, clicked: 20, clicks: 31,
    hover_leave: { ...times, count: 60, median: 1.4 }, hover_click: { ...times, count: 20, median: 0.6 },
    from_session_start: times, from_page_entry: null, series: [],
  }
  const root = await mount(ButtonCard, { button, index: 0 })
  expect(['saw', 'hovered', 'clicked', 'clicks'].map((name) => text(root, `button-0-${name}`))).toEqual(['200', '80', '20', '31 clicks in all'])
  expect(root.querySelector('.steps')!.textContent).toMatch(/40\.0%.*10\.0%/)
  expect(root.querySelector('.outcome')!.textContent).toMatch(/60 75\.0%.*median 1\.4s.*20 25\.0%.*median 0\.6s/)
  const figures = text(root, 'button-0-from-session-start')
  expect(figures).toMatch(/median42sp2520sp751m 12sp901m 30s/)
  expect(text(root, 'button-0-from-page-entry')).toContain('No clicks yet')
  expect([...root.querySelectorAll<HTMLElement>('.histogram .bar')].map((bar) => bar.style.height)).toEqual(['100%', '75%', '75%'])
})

test('the badge shows the number as soon as it is told, and says it in words', async () => {
  const root = await mount(LiveBadge, { app: 'a1' })
  expect(root.querySelector('[data-testid="live-visitors"]')).toBeNull()
  liveOf('a1').now = reactive({ app: 'a1', at: 0, visitors: 1_204, events: 0, page_views: 0, clicks: 0, pages: [] })
  await Promise.resolve()
  expect(text(root, 'live-visitors')).toBe('1,204')
  expect(root.querySelector('a')!.getAttribute('aria-label')).toBe('1,204 visitors online now')
})

test('the last minute is summed from what was told in it', () => {
  const at = (at: number) => ({ app: 'a', at, visitors: 1, events: 10, page_views: 2, clicks: 1, pages: [] as [string, number][] })
  expect(lately([at(0), at(50), at(100)], 50)).toEqual({ pageViews: 4, clicks: 2, events: 20 })
})

test('a notification leads to where one sees to it', () => {
  const to = (kind: string, facts: Record<string, string> = {}) => leadsTo({ id: '1', hidden: false, created_at: 0, kind, facts })
  const app = { app: 'Shop', app_id: 'a1' }
  expect(to('approval-asked', { name: 'Bob' })).toEqual({ name: 'people' })
  expect(to('invited', app)).toEqual({ name: 'apps' })
  expect(to('token-expiring', app)).toEqual({ name: 'settings-snippet', params: { app: 'a1' } })
  expect(to('invite-accepted', app)).toEqual({ name: 'settings-members', params: { app: 'a1' } })
  expect(to('app-locked', app)).toEqual({ name: 'settings-general', params: { app: 'a1' } })
  // What one may not see any more, or is gone.
  expect(to('member-removed', app)).toBeUndefined()
  expect(to('app-deleted', { app: 'Shop' })).toBeUndefined()
})

test('a notification of a kind without words still says something', () => {
  const note = { id: '1', hidden: false, created_at: 0 }
  expect(told({ ...note, kind: 'token-expiring', facts: { app: 'Shop' } })).toBe('The token of Shop ends soon. Issue a new one in its settings.')
  expect(told({ ...note, kind: 'brand-new', facts: {} })).toBe('Something happened: brand-new.')
})
