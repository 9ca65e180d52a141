import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { T0, details, edge, events, reset, tick, unload, urls, visit } from './page'

beforeEach(reset)
afterEach(unload)

const MINUTES = 60_000
const say = (name: string) => window.datalab!.event(name)

test('after 30 min of silence the next event begins a session, with its page first', async () => {
  await visit()
  await tick(31 * MINUTES)
  expect(edge.hellos).toHaveLength(1)
  edge.pass = 'pass-2'
  say('back')
  await tick(200)
  expect(edge.hellos).toHaveLength(2)
  const { session_start, last_event, sent_at } = edge.hellos[1]!.body as Record<string, number>
  expect(session_start).toBe(sent_at)
  expect(sent_at! - last_event!).toBeGreaterThan(30 * MINUTES)
  expect(edge.socket.frames).toHaveLength(1)
  expect(edge.socket.frames[0]!.events.map(({ event }) => event)).toMatchObject([
    { next: 'https://shop.test/', elapsed: 0 },
    { name: 'back' },
  ])
})

test('29 min of silence do not', async () => {
  await visit()
  await tick(29 * MINUTES)
  say('back')
  await tick(200)
  expect(edge.hellos).toHaveLength(1)
  expect(urls()).toHaveLength(1)
})

test('a navigation that ends the silence is the first page of the session, once', async () => {
  await visit()
  await tick(40 * MINUTES)
  history.pushState(null, '', '/next')
  await tick(200)
  expect(urls().map(({ next, elapsed }) => [next, elapsed])).toEqual([
    ['https://shop.test/', 0],
    ['https://shop.test/next', 0],
  ])
})

test('a lost connection of a resting session is not renewed before the next event', async () => {
  await visit()
  await tick(31 * MINUTES)
  edge.socket.drop(1012)
  await tick(10 * MINUTES)
  expect(edge.hellos).toHaveLength(1)
  say('back')
  await tick(200)
  expect(edge.hellos).toHaveLength(2)
  expect(details().map(({ next, name }) => next || name)).toEqual(['https://shop.test/', 'https://shop.test/', 'back'])
})

test('a lost connection of a session that goes on is renewed', async () => {
  await visit()
  await tick(10 * MINUTES)
  edge.socket.drop(1012)
  await tick(1100)
  expect(edge.hellos).toHaveLength(2)
})

test('a tab that was silent for long does not bring its old session back', async () => {
  await visit()
  await tick(200)
  const theirs = JSON.stringify({ pass: 'pass-9', last: T0 + 3_600_000 })
  vi.setSystemTime(T0 + 3_600_000)
  localStorage['datalab.session'] = theirs
  window.dispatchEvent(new Event('pagehide'))
  expect(localStorage['datalab.session']).toBe(theirs)
})

test('goodbye ends the visit: the rest is sent, nothing more is captured, a next page resumes', async () => {
  await visit()
  say('last words')
  window.datalab!.goodbye()
  expect(edge.beacons).toMatchObject([{ goodbye: true, frames: [{ events: [{ event: { name: 'last words' } }] }] }])
  expect(edge.socket.sent).toContain('{"type":"goodbye"}')
  expect(edge.socket.closed).toBe(1000)
  say('ghost')
  history.pushState(null, '', '/next')
  await tick(60_000)
  window.dispatchEvent(new Event('pagehide'))
  expect(edge.hellos).toHaveLength(1)
  expect(events()).toHaveLength(1)
  expect(edge.beacons).toHaveLength(1)
  unload()
  await visit('https://shop.test/2')
  expect(edge.hellos[1]!.body).toMatchObject({ session: 'pass-1' })
})
