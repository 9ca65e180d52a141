import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { backoff } from '../src/backoff'
import { FakeSocket, details, edge, events, hovers, pointer, reset, tick, unload, visit, warned } from './page'

beforeEach(reset)
afterEach(unload)

const say = (name: string) => window.datalab!.event(name)
const names = () => details().flatMap(({ name }) => name ?? [])

test('events of 100 ms go as one frame, numbered on from a random start below 2^52', async () => {
  await visit()
  say('a')
  await tick(50)
  say('b')
  await tick(60)
  say('c')
  await tick(100)
  const { frames } = edge.socket
  expect(frames.map((frame) => frame.events.map(({ event }) => event.name))).toEqual([[undefined], ['a', 'b'], ['c']])
  expect(frames[0]!.n).toBeGreaterThan(1_000_000)
  expect(frames[0]!.n).toBeLessThanOrEqual(2 ** 52)
  expect(frames.map(({ n }) => n - frames[0]!.n)).toEqual([0, 1, 2])
  expect(frames[0]).not.toHaveProperty('session')
})

test('a page that is silent sends nothing', async () => {
  await visit()
  const sent = edge.socket.sent.length
  await tick(600_000)
  expect(edge.socket.sent).toHaveLength(sent)
})

test('a frame holds at most 50 events', async () => {
  await visit()
  for (let i = 0; i < 120; i++) say('e' + i)
  await tick(100)
  expect(edge.socket.frames.map((frame) => frame.events.length)).toEqual([1, 50, 50, 20])
})

test('large events make smaller frames', async () => {
  await visit()
  for (let i = 0; i < 40; i++) window.datalab!.event('e' + i, { text: 'x'.repeat(500) })
  await tick(100)
  const { sent } = edge.socket
  expect(Math.max(...sent.map((text) => text.length))).toBeLessThan(30_000)
  expect(names()).toHaveLength(40)
})

test('no more than ten frames are under way without an ack', async () => {
  await visit()
  edge.acks = false
  for (let i = 0; i < 15; i++) {
    say('e' + i)
    await tick(100)
  }
  expect(edge.socket.frames).toHaveLength(11) // the first was acked
  edge.socket.say({ ack: edge.socket.frames[1]!.n })
  expect(edge.socket.frames).toHaveLength(12)
  expect(edge.socket.frames[11]!.events.map(({ event }) => event.name)).toEqual(['e10', 'e11', 'e12', 'e13', 'e14'])
})

test('what was not acked is sent again after a loss, unchanged, and before what came since', async () => {
  await visit()
  edge.acks = false
  say('a')
  await tick(100)
  say('b')
  await tick(100)
  const [, a, b] = edge.socket.sent as [string, string, string]
  edge.socket.say({ ack: JSON.parse(a).n })
  edge.socket.drop(1006)
  say('c')
  await tick(1100)
  expect(edge.hellos).toHaveLength(2)
  expect(edge.sockets).toHaveLength(2)
  expect(edge.socket.sent[0]).toBe(b)
  expect(edge.socket.frames.map(({ n }) => n - JSON.parse(b).n)).toEqual([0, 1])
  expect(names()).toEqual(['a', 'b', 'c'])
})

test.each([1000, 1006, 1012, 1013, 4401])('close %i: a new hello with a new ticket, after a wait', async (code) => {
  await visit()
  edge.socket.drop(code)
  await tick(400)
  expect(edge.hellos).toHaveLength(1)
  await tick(700)
  expect(edge.hellos).toHaveLength(2)
  expect(edge.socket.url).toContain('ticket=t2')
})

test('close 4403 is final', async () => {
  await visit()
  edge.socket.drop(4403)
  say('a')
  await tick(600_000)
  expect(edge.hellos).toHaveLength(1)
  expect(warned.mock.calls).toEqual([['datalab: refused', 4403]])
})

test.each([1008, 1009])('close %i: the refused frame is found and dropped, the others stay', async (code) => {
  await visit()
  edge.acks = false
  for (const name of ['a', 'bad', 'c']) {
    say(name)
    await tick(100)
  }
  const taken = new Set<string>()
  const answer = vi.spyOn(FakeSocket.prototype, 'send').mockImplementation(function (this: FakeSocket, text: string) {
    this.sent.push(text)
    const { n, events } = JSON.parse(text)
    queueMicrotask(() => {
      if (events[0].event.name === 'bad') this.drop(code)
      else {
        taken.add(events[0].event.name)
        this.say({ ack: n })
      }
    })
  })
  edge.socket.drop(code)
  await tick(20_000)
  say('d')
  await tick(200)
  expect([...taken]).toEqual(['a', 'c', 'd'])
  expect(edge.sockets.length).toBe(3)
  answer.mockRestore()
})

test('a connection that swallows frames is left after 15 s', async () => {
  await visit()
  edge.acks = false
  say('a')
  await tick(100)
  const dead = edge.socket
  await tick(16_000)
  edge.acks = true
  say('b')
  await tick(1300)
  expect(dead.closed).toBe(1000)
  expect(edge.sockets).toHaveLength(2)
  expect(names()).toEqual(['a', 'b'])
})

test('an abandoned connection that closes late takes nothing with it', async () => {
  await visit()
  const old = edge.socket
  edge.socket.drop(1012)
  await tick(1100)
  old.drop(4403)
  say('a')
  await tick(100)
  expect(names()).toEqual(['a'])
})

test('a pushed configuration is taken', async () => {
  await visit('https://shop.test/', '<button id="other">Other</button>')
  const other = document.querySelector('#other')!
  pointer('pointerover', other)
  pointer('pointerover', document.body)
  edge.socket.say({ config: { buttons: [{ name: 'o', selector: '#other' }], capture: { moves: true, hover: true } } })
  pointer('pointerover', other)
  await tick(300)
  pointer('pointerover', document.body)
  await tick(100)
  expect(hovers()).toEqual([{ elapsed: 0.3, target: 'body>button#other', outcome: 'leave' }])
})

test('where no WebSocket opens, frames are posted', async () => {
  edge.socketsOpen = false
  await visit()
  await tick(10_000)
  expect(edge.sockets).toHaveLength(3)
  expect(edge.posts).toMatchObject([{ session: 'pass-1', goodbye: false, frames: [{ events: [{ event: { elapsed: 0 } }] }] }])
  say('a')
  say('b')
  await tick(2100)
  expect(edge.posts).toHaveLength(2)
  expect(edge.posts[1]!.frames.map((frame) => frame.events.map(({ event }) => event.name))).toEqual([['a', 'b']])
  await tick(60_000)
  expect(edge.posts).toHaveLength(2)
  expect(edge.sockets).toHaveLength(3)
})

test('posted frames stay until they are acked', async () => {
  edge.socketsOpen = false
  edge.beaconStatus = 503
  await visit()
  await tick(20_000)
  const first = edge.posts[0]!.frames
  expect(edge.posts.length).toBeGreaterThan(1)
  expect(edge.posts.length).toBeLessThan(8)
  edge.beaconStatus = 202
  await tick(60_000)
  expect(edge.posts[edge.posts.length - 1]!.frames).toEqual(first)
  const posts = edge.posts.length
  await tick(60_000)
  expect(edge.posts).toHaveLength(posts)
})

test('a posted frame that is refused is dropped, and no loop begins', async () => {
  edge.socketsOpen = false
  edge.beaconStatus = 422
  await visit()
  await tick(120_000)
  expect(edge.posts.length).toBe(2)
})

test('a WebSocket that the browser forbids does not throw', async () => {
  edge.socketsOpen = false
  await visit('https://shop.test/', '', false)
  vi.stubGlobal('WebSocket', function () {
    throw new DOMException('mixed content', 'SecurityError')
  })
  await tick(10_000)
  expect(edge.posts).toHaveLength(1)
})

test('back-off doubles from 0.5-1 s to a minute', () => {
  for (let failures = 0; failures < 20; failures++) {
    const full = Math.min(60_000, 1000 * 2 ** failures)
    for (let i = 0; i < 20; i++) {
      const wait = backoff(failures)
      expect(wait).toBeGreaterThanOrEqual(full / 2)
      expect(wait).toBeLessThanOrEqual(full)
    }
  }
})

test('an ack ends the growing of the waits', async () => {
  await visit()
  for (let i = 0; i < 8; i++) {
    say('e' + i)
    await tick(150)
    edge.socket.drop(1012)
    await tick(1100)
  }
  expect(edge.sockets).toHaveLength(9)
  expect(events()).toHaveLength(9)
})
