import { describe, expect, test } from 'vitest'
import { Problem } from '@/api/problem'
import type { Funnel } from '@/api/types'
import { originOf, originsOf } from '@/pages/create-app/calls'
import { campaignOf, linkOf } from '@/pages/settings/campaigns'
import { move } from '@/pages/settings/editor'
import { lineProblem, linesOf } from '@/pages/settings/lines'
import { draftOf, funnelOf, valueProblem } from '@/pages/settings/stages'
import { snippet } from '@/parts/snippet'

const funnel: Funnel = {
  stages: [
    { name: 'Visit', trigger: 'url', match: 'prefix', value: '/' },
    { name: 'Pay', trigger: 'click', match: 'exact', any_of: ['#buy', '#paypal'] },
  ],
  order: 'strict',
  per: 'session',
  window: 5_400,
}

describe('a funnel in its form', () => {
  test('comes back as it was', () => expect(funnelOf(draftOf(funnel))).toEqual(funnel))
  test.each([
    [604_800, 7, 'd'],
    [7_200, 2, 'h'],
    [5_400, 90, 'm'],
  ])('shows a window of %s seconds as %s %s', (window, shown, unit) => {
    expect(draftOf({ ...funnel, window })).toMatchObject({ window: shown, unit })
  })
  test('shows what is wrong at the value it is wrong with', () => {
    const problem = new Problem('invalid-input', 422, '', [
      { field: 'stages[0].value', detail: 'begins with /' },
      { field: 'stages[1].any_of[1]', detail: 'not a selector' },
    ])
    expect(valueProblem(problem, 0, 0, 1)).toBe('begins with /')
    expect(valueProblem(problem, 1, 0, 2)).toBeUndefined()
    expect(valueProblem(problem, 1, 1, 2)).toBe('not a selector')
  })
  test('its stages can change places', () => {
    const rows = ['a', 'b', 'c']
    move(rows, 2, -1)
    expect(rows).toEqual(['a', 'c', 'b'])
  })
})

test('what is not typed of a campaign is not sent as empty', () => {
  expect(campaignOf({ key: 1, name: ' Spring ', suffix: 'spring', cost: '', currency: '' })).toEqual({
    name: 'Spring', suffix: 'spring', cost: null, currency: null,
  })
  expect(campaignOf({ key: 1, name: 'A', suffix: 'a', cost: 0, currency: 'eur' })).toMatchObject({ cost: 0, currency: 'EUR' })
})

test.each([
  ['https://shop.example', 'https://shop.example/?campaign=spring'],
  ['https://shop.example/start?lang=de', 'https://shop.example/start?lang=de&campaign=spring'],
])('the link of a campaign to %s', (site, link) => expect(linkOf(site, 'spring')).toBe(link))

test.each([
  ['shop.example/start', 'https://shop.example'],
  ['http://localhost:8090/', 'http://localhost:8090'],
  ['', null],
])('the origin of %o is %o', (typed, origin) => expect(originOf(typed)).toBe(origin))

test('origins may be given a line each, with a path, twice', () => {
  expect(originsOf('https://a.example/x\nhttps://b.example, https://a.example\n')).toEqual(['https://a.example', 'https://b.example'])
})

test('the snippet is the one line of the documentation', () => {
  expect(snippet('TOKEN', 'https://lab.example')).toBe('<script defer src="https://lab.example/t.js" data-token="TOKEN"></script>')
})

describe('a list typed as lines', () => {
  test('has each line once, without what is around it', () => expect(linesOf(' page \n\nq\npage\n')).toEqual(['page', 'q']))
  test.each([
    ['exclude[1]', 'admin: a path starts with /'],
    ['exclude', 'a path starts with /'],
    ['keep_query[0]', undefined],
  ])('says of %s which line it is', (field, said) => {
    const problem = new Problem('invalid-input', 422, '', [{ field, detail: 'a path starts with /' }])
    expect(lineProblem(problem, 'exclude', '/a\n\nadmin\n')).toBe(said)
  })
})
