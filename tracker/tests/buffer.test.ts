import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { TrackedEvent } from '../src/protocol'
import { T0, details, edge, events, leave, pointer, reset, tick, unload, urls, visit } from './page'

beforeEach(reset)
afterEach(unload)

const say = (name: string) => window.datalab!.event(name)
const names = () => details().flatMap(({ name }) => name ?? [])
const stored = () => Object.keys(localStorage).filter((key) => key.startsWith('datalab.frames.'))
const framesStored = () => stored().flatMap((key) => JSON.parse(localStorage[key]))

test('offline events wait, 500 at most: the oldest moves go first', async () => {
  await visit()
  edge.status = 0
  edge.socket.drop(1006)
  for (let i = 0; i < 300; i++) say('first' + i)
  for (let i = 0; i < 300; i++) {
    vi.setSystemTime(T0 + 2000 + i * 300)
    pointer('pointermove', document.body, { pageX: i, pageY: 5 })
  }
  for (let i = 0; i < 100; i++) say('then' + i)
  edge.status = 200
  await tick(120_000)
  expect(names()).toHaveLength(400)
  const kept = events().filter(({ type }) => type === 1)
  expect(kept).toHaveLength(100)
  expect(kept[0]!.event.X).toBe(199)
})

test('what is unacked when the page is left goes by beacon, and again by the next page', async () => {
  await visit()
  edge.acks = false
  say('a')
  await tick(100)
  say('b')
  await leave()
  expect(edge.beacons).toMatchObject([
    { session: 'pass-1', goodbye: true, frames: [{ events: [{ event: { name: 'a' } }] }, { events: [{ event: { name: 'b' } }] }] },
  ])
  const numbers = edge.beacons[0]!.frames.map(({ n }) => n)
  edge.acks = true
  edge.resumed = true
  await visit('https://shop.test/2')
  expect(edge.socket.frames.slice(0, 2).map(({ n }) => n)).toEqual(numbers)
  expect(edge.socket.frames.every((frame) => !frame.session)).toBe(true)
  await tick(100)
  expect(stored()).toEqual([])
  expect(names()).toEqual(['a', 'b'])
})

test('acked frames are not kept', async () => {
  await visit()
  say('a')
  await tick(100)
  await leave()
  expect(stored()).toEqual([])
  expect(edge.beacons).toEqual([])
  expect(edge.socket.sent[edge.socket.sent.length - 1]).toBe('{"type":"goodbye"}')
  expect(edge.socket.closed).toBe(1000)
})

test('frames of an earlier session carry its pass', async () => {
  await visit()
  edge.acks = false
  say('a')
  await leave()
  vi.setSystemTime(T0 + 3_600_000)
  edge.acks = true
  edge.pass = 'pass-2'
  await visit('https://shop.test/2')
  expect(edge.socket.frames[0]).toMatchObject({ session: 'pass-1', events: [{ event: { name: 'a' } }] })
  expect(edge.socket.frames[1]).not.toHaveProperty('session')
})

test('frames of another day are forgotten', async () => {
  await visit()
  edge.acks = false
  say('a')
  await leave()
  vi.setSystemTime(T0 + 25 * 3_600_000)
  await visit('https://shop.test/2')
  expect(names()).toEqual([])
  expect(framesStored()).toEqual([])
})

test('a page left before hello was answered counts in the session that follows', async () => {
  edge.status = 0
  await visit('https://shop.test/landing')
  await tick(500)
  await leave()
  expect(edge.beacons).toEqual([])
  edge.status = 200
  vi.setSystemTime(T0 + 2000)
  await visit('https://shop.test/2')
  expect(edge.hellos[edge.hellos.length - 1]!.body.session_start).toBe(T0)
  expect(urls().map(({ next }) => next)).toEqual(['https://shop.test/landing', 'https://shop.test/2'])
  expect(edge.socket.frames.every((frame) => !frame.session)).toBe(true)
})

test('... but not in one of another day', async () => {
  edge.status = 0
  await visit('https://shop.test/landing')
  await leave()
  edge.status = 200
  vi.setSystemTime(T0 + 2 * 3_600_000)
  await visit('https://shop.test/2')
  expect(urls().map(({ next }) => next)).toEqual(['https://shop.test/2'])
})

test('a quick click through pages of a session that goes on is sent before hello answers', async () => {
  await visit()
  await leave()
  edge.hangs = true
  await visit('https://shop.test/2')
  await leave()
  expect(edge.beacons).toMatchObject([{ session: 'pass-1', frames: [{ events: [{ event: { next: 'https://shop.test/2' } }] }] }])
})

test('two tabs keep their frames apart, and a later page adopts both', async () => {
  await visit()
  edge.acks = false
  say('mine')
  await tick(100)
  const other = { n: 77, session: 'pass-1', events: [{ type: 0, timestamp: T0, event: { name: 'theirs' } }] as TrackedEvent[] }
  localStorage['datalab.frames.77'] = JSON.stringify([other])
  await leave()
  expect(stored()).toHaveLength(2)
  edge.acks = true
  edge.resumed = true
  await visit('https://shop.test/2')
  await tick(100)
  expect(names().sort()).toEqual(['mine', 'theirs'])
  expect(stored()).toEqual([])
})

test('what is kept does not grow over page loads without a connection', async () => {
  edge.status = 0
  for (let i = 0; i < 60; i++) {
    await visit('https://shop.test/' + i)
    await leave()
  }
  expect(stored()).toHaveLength(1)
  expect(framesStored()).toHaveLength(40)
})

test('a broken entry in storage is thrown away', async () => {
  localStorage['datalab.frames.1'] = '{'
  localStorage['datalab.session'] = 'null'
  localStorage['datalab.page'] = '?'
  await visit()
  expect(urls()).toHaveLength(1)
  expect(stored()).toEqual([])
})

test('a hidden page keeps what is unacked, and sends it by socket while it has one', async () => {
  await visit()
  edge.acks = false
  say('a')
  Object.defineProperty(document, 'hidden', { value: true, configurable: true })
  document.dispatchEvent(new Event('visibilitychange'))
  expect(names()).toEqual(['a'])
  expect(edge.beacons).toEqual([])
  expect(framesStored()).toHaveLength(1)
  edge.socket.drop(1006)
  say('b')
  document.dispatchEvent(new Event('visibilitychange'))
  expect(edge.beacons).toMatchObject([{ goodbye: false, frames: [{}, { events: [{ event: { name: 'b' } }] }] }])
  Reflect.deleteProperty(document, 'hidden')
})

test('a page that is left is not hidden once more', async () => {
  await visit()
  edge.acks = false
  say('a')
  window.dispatchEvent(new Event('pagehide'))
  Object.defineProperty(document, 'hidden', { value: true, configurable: true })
  document.dispatchEvent(new Event('visibilitychange'))
  Reflect.deleteProperty(document, 'hidden')
  expect(edge.beacons).toHaveLength(1)
})

test('a page from the browser cache connects again and counts as entered again', async () => {
  await visit()
  await tick(3000)
  window.dispatchEvent(new Event('pagehide'))
  await tick(5000)
  expect(edge.hellos).toHaveLength(1)
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
  await tick(200)
  expect(edge.hellos).toHaveLength(2)
  expect(urls().map(({ next, elapsed }) => [next, elapsed])).toEqual([
    ['https://shop.test/', 0],
    ['https://shop.test/', 3.001],
  ])
})

test('a normal pageshow changes nothing', async () => {
  await visit()
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }))
  await tick(200)
  expect(edge.hellos).toHaveLength(1)
  expect(urls()).toHaveLength(1)
})
