import { afterEach, beforeEach, expect, test } from 'vitest'
import { EDGE, T0, details, edge, events, leave, reset, tick, unload, urls, visit, warned } from './page'

beforeEach(reset)
afterEach(unload)

test('hello names token, page and browser, with credentials', async () => {
  await visit('https://shop.test/?campaign=spring')
  const [{ body, headers, init }] = edge.hellos as [(typeof edge.hellos)[0]]
  expect(headers).toEqual({ 'content-type': 'application/json', 'x-datalab-token': 'TOKEN' })
  expect(init.credentials).toBe('include')
  expect(body).toMatchObject({
    session_start: T0,
    referrer: '',
    url: 'https://shop.test/?campaign=spring',
    title: 'Shop',
    screen: expect.stringMatching(/^\d+x\d+$/),
    language: expect.any(String),
    timezone: expect.any(String),
    sent_at: T0,
  })
  expect(body).not.toHaveProperty('session')
})

test('the ticket opens the stream, and the first frame goes at once', async () => {
  await visit()
  expect(edge.socket.url).toBe(EDGE.replace('https', 'wss') + '/api/stream?ticket=t1')
  expect(edge.socket.frames).toHaveLength(1)
  expect(urls()).toEqual([{ elapsed: 0, next: 'https://shop.test/', title: 'Shop' }])
})

test('declined tracking (204) is silent for good, and leaves nothing on the device', async () => {
  localStorage.setItem('other', 'kept')
  edge.status = 204
  await visit()
  window.datalab!.event('purchase')
  history.pushState(null, '', '/next')
  window.dispatchEvent(new Event('pagehide'))
  await tick(120_000)
  expect(edge.hellos).toHaveLength(1)
  expect(edge.sockets).toEqual([])
  expect(edge.beacons).toEqual([])
  expect(Object.keys(localStorage)).toEqual(['other'])
  expect(warned).not.toHaveBeenCalled()
})

test('a session that went on before tracking was declined is forgotten too', async () => {
  await visit()
  await leave()
  edge.status = 204
  await visit('https://shop.test/2')
  await tick(5000)
  expect(Object.keys(localStorage)).toEqual([])
})

test.each([401, 403, 422])('a refusal by %i is final and warns once', async (status) => {
  edge.status = status
  await visit()
  window.datalab!.event('purchase')
  await tick(300_000)
  expect(edge.hellos).toHaveLength(1)
  expect(edge.sockets).toEqual([])
  expect(warned.mock.calls).toEqual([['datalab: refused', status]])
})

test.each([0, 429, 500, 503])('hello is tried again after %i, with what was captured meanwhile', async (status) => {
  edge.status = status
  await visit()
  window.datalab!.event('purchase')
  expect(edge.hellos).toHaveLength(1)
  edge.status = 200
  await tick(1100)
  expect(edge.hellos).toHaveLength(2)
  expect(details()).toMatchObject([{ next: 'https://shop.test/' }, { name: 'purchase' }])
  expect(warned).not.toHaveBeenCalled()
})

test('events do not hurry a hello that waits', async () => {
  edge.status = 503
  edge.headers = { 'retry-after': '20' }
  await visit()
  for (let i = 0; i < 100; i++) {
    window.datalab!.event('again')
    await tick(200)
  }
  expect(edge.hellos).toHaveLength(1)
  await tick(2000)
  expect(edge.hellos).toHaveLength(2)
})

test('waits grow to a minute', async () => {
  edge.status = 0
  await visit()
  await tick(60_000)
  expect(edge.hellos.length).toBeLessThan(9)
  const before = edge.hellos.length
  await tick(600_000)
  expect(edge.hellos.length - before).toBeGreaterThanOrEqual(9)
  expect(edge.hellos.length - before).toBeLessThanOrEqual(20)
})

test('the network coming back ends the wait', async () => {
  edge.status = 0
  await visit()
  await tick(40_000)
  const before = edge.hellos.length
  edge.status = 200
  window.dispatchEvent(new Event('online'))
  await tick(1)
  expect(edge.hellos).toHaveLength(before + 1)
  expect(edge.sockets).toHaveLength(1)
})

test('a next page load brings the pass and the time of the last event', async () => {
  await visit()
  await tick(5000)
  window.datalab!.event('late')
  await tick(100)
  await leave()
  edge.resumed = true
  await visit('https://shop.test/2')
  expect(edge.hellos[1]!.body).toMatchObject({ session: 'pass-1', last_event: expect.any(Number) })
  expect(edge.hellos[1]!.body.last_event).toBeGreaterThanOrEqual(T0 + 5000)
})

test('without storage everything but the memory of page loads works', async () => {
  const blocked = Object.getOwnPropertyDescriptor(globalThis, 'localStorage')!
  Object.defineProperty(globalThis, 'localStorage', {
    configurable: true,
    get() {
      throw new DOMException('denied', 'SecurityError')
    },
  })
  try {
    await visit()
    window.datalab!.event('purchase')
    await tick(200)
    edge.socket.drop(1012)
    await tick(1100)
    expect(edge.hellos[1]!.body).toMatchObject({ session: 'pass-1' })
    expect(details()).toMatchObject([{ next: 'https://shop.test/' }, { name: 'purchase' }])
    window.dispatchEvent(new Event('pagehide'))
  } finally {
    Object.defineProperty(globalThis, 'localStorage', blocked)
  }
  expect(edge.beacons).toEqual([])
  expect(edge.socket.sent).toContain('{"type":"goodbye"}')
})

test('an answer that comes after the page was left opens nothing', async () => {
  edge.hangs = true
  await visit()
  window.dispatchEvent(new Event('pagehide'))
  edge.answer()
  await tick(5000)
  expect(edge.sockets).toEqual([])
})

test('a second copy of the snippet does nothing', async () => {
  await visit()
  const first = window.datalab
  const { vi } = await import('vitest')
  vi.resetModules()
  await import('../src/main')
  await tick(200)
  expect(window.datalab).toBe(first)
  expect(edge.hellos).toHaveLength(1)
  expect(events()).toHaveLength(1)
})
