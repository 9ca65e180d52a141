import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { CONFIG, edge, events, leave, reset, tick, unload, urls, visit } from './page'

beforeEach(reset)
afterEach(unload)

const addresses = () => urls().map(({ next }) => next!.replace('https://shop.test', ''))

const fragments = (kept: boolean) => ({ ...CONFIG, capture: { ...CONFIG.capture, fragment: kept } })

/** Goes to a part of the page, as a link or the browser's own buttons do. */
function go(fragment: string) {
  location.hash = fragment
  window.dispatchEvent(new Event('popstate'))
  window.dispatchEvent(new Event('hashchange'))
}

test('pushState, replaceState and popstate enter a page, each with the seconds on the one before', async () => {
  edge.config = fragments(true)
  await visit()
  await tick(1999)
  history.pushState(null, '', '/a')
  await tick(1000)
  history.replaceState(null, '', '/b')
  await tick(500)
  go('part')
  await tick(200)
  expect(urls().map(({ next, elapsed }) => [next, elapsed])).toEqual([
    ['https://shop.test/', 0],
    ['https://shop.test/a', 2],
    ['https://shop.test/b', 1],
    ['https://shop.test/b#part', 0.5],
  ])
})

test('the same address is no page view', async () => {
  await visit()
  history.replaceState({ scroll: 5 }, '', '/')
  history.pushState({}, '', location.href)
  window.dispatchEvent(new Event('popstate'))
  await tick(200)
  expect(addresses()).toEqual(['/'])
})

test('a place on the page is no page view, and the page is read on', async () => {
  await visit()
  await tick(1999)
  go('part')
  history.replaceState(null, '', '#other')
  go('')
  await tick(1000)
  history.pushState(null, '', '/a#part')
  await tick(200)
  expect(urls().map(({ next, elapsed }) => [next, elapsed])).toEqual([
    ['https://shop.test/', 0],
    ['https://shop.test/a#part', 3],
  ])
})

test('where the app keeps fragments, each is a page, back and forward too', async () => {
  edge.config = fragments(true)
  await visit()
  for (const fragment of ['/list', '/one', '/list', '/one']) {
    go(fragment)
    await tick(100)
  }
  history.replaceState(null, '', location.href)
  await tick(200)
  expect(addresses()).toEqual(['/', '/#/list', '/#/one', '/#/list', '/#/one'])
})

test('a fragment that a page went to before the edge said that they are kept is a page view too', async () => {
  edge.config = fragments(true)
  edge.hangs = true
  await visit()
  go('/list')
  edge.answer()
  await tick(200)
  expect(addresses()).toEqual(['/', '/#/list'])
})

test('that fragments are kept from now on enters no page again', async () => {
  await visit('https://shop.test/#/list')
  edge.socket.say({ config: fragments(true) })
  await tick(200)
  expect(addresses()).toEqual(['/#/list'])
})

test('the title is the one that the new page sets after pushing its address', async () => {
  await visit()
  await tick(500)
  history.pushState(null, '', '/a')
  await tick(10)
  document.title = 'A'
  await tick(200)
  expect(urls()[1]).toMatchObject({ next: 'https://shop.test/a', title: 'A' })
})

test('the page goes on as it would without us', async () => {
  await visit()
  const state = { deep: 1 }
  history.pushState(state, '', '/a?x=1')
  expect(location.href).toBe('https://shop.test/a?x=1')
  expect(() => history.pushState(null, '', 'https://elsewhere.test/')).toThrow()
})

test('the depth of scrolling is the deepest, in percent', async () => {
  await visit()
  const root = document.documentElement
  vi.spyOn(root, 'scrollHeight', 'get').mockReturnValue(4 * innerHeight)
  const scroll = (y: number) => {
    vi.stubGlobal('scrollY', y)
    document.dispatchEvent(new Event('scroll'))
  }
  scroll(innerHeight)
  scroll(2 * innerHeight)
  scroll(0)
  history.pushState(null, '', '/a')
  history.pushState(null, '', '/b')
  scroll(99_999)
  history.pushState(null, '', '/c')
  await tick(200)
  expect(urls().map(({ scroll }) => scroll)).toEqual([undefined, 75, 25, 100])
})

test('over a page load the seconds and the depth of the page left are handed on', async () => {
  await visit()
  vi.spyOn(document.documentElement, 'scrollHeight', 'get').mockReturnValue(2 * innerHeight)
  await tick(4000)
  await leave()
  edge.resumed = true
  await visit('https://shop.test/2')
  expect(urls()[1]).toMatchObject({ next: 'https://shop.test/2', elapsed: 4.001, scroll: 50 })
})

test('but not into another session', async () => {
  await visit()
  await tick(4000)
  await leave()
  await tick(3_600_000)
  await visit('https://shop.test/2')
  expect(urls()[1]).toEqual({ next: 'https://shop.test/2', elapsed: 0, title: 'Shop' })
})

test('an address longer than the edge takes is cut', async () => {
  await visit()
  history.pushState(null, '', '/a?' + 'x'.repeat(9000))
  await tick(200)
  expect(urls()[1]!.next).toHaveLength(4096)
  expect(events()).toHaveLength(2)
})
