import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { liveSocket, type LiveListener, type LiveSocket, type LiveState } from '@/live/socket'

/** A WebSocket whose other side is the test. */
class Wire {
  static all: Wire[] = []
  readyState = 0
  sent: unknown[] = []
  onopen?: () => void
  onmessage?: (message: { data: string }) => void
  onclose?: () => void
  constructor(readonly url: string) {
    Wire.all.push(this)
  }
  open(): void {
    this.readyState = 1
    this.onopen?.()
  }
  says(message: unknown): void {
    this.onmessage?.({ data: JSON.stringify(message) })
  }
  drop(): void {
    this.readyState = 3
    this.onclose?.()
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text))
  }
  close(): void {
    this.drop()
  }
}

const activity = { app: 'a1', at: 1, visitors: 3, events: 0, page_views: 0, clicks: 0, pages: [] }

let states: LiveState[]
let tickets: number
let listener: LiveListener
let live: LiveSocket
const last = (): Wire => Wire.all.at(-1)!

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(1)
  Wire.all = []
  states = []
  tickets = 0
  listener = { state: (state) => states.push(state), activity: vi.fn(), notification: vi.fn(), presence: vi.fn(), problem: vi.fn() }
  live = liveSocket(async () => `t${++tickets}`, listener, (url) => new Wire(url) as unknown as WebSocket)
})
afterEach(() => {
  live.stop()
  vi.useRealTimers()
})

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0)

describe('the live connection', () => {
  test('opens with a ticket and then says what is watched', async () => {
    live.watch('a1')
    live.start()
    await settle()
    expect(last().url).toBe('/api/live?ticket=t1')
    last().open()
    expect(last().sent).toEqual([{ watch: 'a1' }])
    live.watch('a2')
    live.unwatch('a1')
    expect(last().sent).toEqual([{ watch: 'a1' }, { watch: 'a2' }, { unwatch: 'a1' }])
  })

  test('hands on what it hears', async () => {
    live.start()
    await settle()
    last().open()
    last().says({ activity })
    last().says({ problem: { type: '/problems/app-unknown', detail: 'no', app: 'a9' } })
    expect(listener.activity).toHaveBeenCalledWith(activity)
    expect(listener.problem).toHaveBeenCalledWith(expect.objectContaining({ app: 'a9' }))
  })

  test('asks who is there as long as somebody wants to know, after a new connection too', async () => {
    live.lookForColleagues(true)
    live.start()
    await settle()
    last().open()
    last().says({ presence: ['u1', 'u2'] })
    expect(listener.presence).toHaveBeenCalledWith(['u1', 'u2'])
    last().drop()
    await vi.advanceTimersByTimeAsync(500)
    last().open()
    expect(last().sent).toEqual([{ presence: true }])
    live.lookForColleagues(false)
    expect(last().sent).toEqual([{ presence: true }, { presence: false }])
  })

  test('comes back with a new ticket and watches the same apps', async () => {
    live.watch('a1')
    live.start()
    await settle()
    last().open()
    last().drop()
    expect(states.at(-1)).toBe('waiting')
    await vi.advanceTimersByTimeAsync(500)
    expect(last().url).toBe('/api/live?ticket=t2')
    last().open()
    expect(last().sent).toEqual([{ watch: 'a1' }])
    expect(states.at(-1)).toBe('open')
  })

  test('waits longer after each failure, and short again once something was heard', async () => {
    live.start()
    await settle()
    for (const wait of [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]) {
      const before = Wire.all.length
      last().drop()
      await vi.advanceTimersByTimeAsync(wait - 1)
      expect(Wire.all).toHaveLength(before)
      await vi.advanceTimersByTimeAsync(1)
      expect(Wire.all).toHaveLength(before + 1)
    }
    last().open()
    last().says({ activity })
    const before = Wire.all.length
    last().drop()
    await vi.advanceTimersByTimeAsync(500)
    expect(Wire.all).toHaveLength(before + 1)
  })

  test('a connection refused right after opening does not hurry the next', async () => {
    live.start()
    await settle()
    last().open()
    last().drop()
    await vi.advanceTimersByTimeAsync(500)
    last().open()
    last().drop()
    await vi.advanceTimersByTimeAsync(999)
    expect(Wire.all).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1)
    expect(Wire.all).toHaveLength(3)
  })

  test('tries again when no ticket is to be had', async () => {
    let refuse = true
    live = liveSocket(async () => { if (refuse) throw new Error('down'); return 't' }, listener, (url) => new Wire(url) as unknown as WebSocket)
    live.start()
    await settle()
    expect(Wire.all).toHaveLength(0)
    refuse = false
    await vi.advanceTimersByTimeAsync(500)
    expect(Wire.all).toHaveLength(1)
  })

  test('a connection that never opens is given up', async () => {
    live.start()
    await settle()
    await vi.advanceTimersByTimeAsync(10_500)
    expect(Wire.all).toHaveLength(2)
  })

  test('is tried at once when the network is back', async () => {
    live.start()
    await settle()
    last().drop()
    live.hurry()
    await settle()
    expect(Wire.all).toHaveLength(2)
    last().open()
    live.hurry()
    await settle()
    expect(Wire.all).toHaveLength(2)
  })

  test('stays away once stopped, whatever was under way', async () => {
    live.start()
    live.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(Wire.all).toHaveLength(0)
    live.start()
    await settle()
    last().open()
    live.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(Wire.all).toHaveLength(1)
    expect(states.at(-1)).toBe('off')
  })
})
