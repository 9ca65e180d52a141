// The one file that a site loads.

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { bundle, gzipped } from '../build.mjs'
import { details, edge, reset, tick, unload, visit } from './page'

beforeEach(reset)
afterEach(unload)

test('is at most 4 KB gzip', async () => {
  expect(gzipped(await bundle())).toBeLessThanOrEqual(4096)
})

test('works, and leaves one global name', async () => {
  const code = await bundle()
  await visit('https://shop.test/', '', false)
  unload()
  reset()
  const before = new Set(Object.getOwnPropertyNames(window))
  await visitWith(code)
  expect(details()).toMatchObject([{ next: 'https://shop.test/' }, { name: 'hi' }])
  expect(Object.getOwnPropertyNames(window).filter((name) => !before.has(name))).toEqual(['datalab'])
})

async function visitWith(code: string) {
  vi.doMock('../src/main', () => {
    new Function(code)()
    return {}
  })
  await visit()
  window.datalab!.event('hi')
  await tick(200)
  vi.doUnmock('../src/main')
  expect(edge.hellos).toHaveLength(1)
}
