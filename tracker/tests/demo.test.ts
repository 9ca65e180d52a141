// @vitest-environment node
// The demo shop: its pages carry the snippet, and its server gives them and nothing else.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const demo = join(import.meta.dirname, '../demo')
const outer = mkdtempSync(join(tmpdir(), 'shop-'))
const dir = join(outer, 'pages')
let server: ChildProcess
let port = 0

beforeAll(async () => {
  execFileSync('node', [join(demo, 'build.mjs'), '--edge', 'http://edge.test/', '--token', 'T"K', '--out', dir])
  writeFileSync(join(outer, 'secret.html'), 'secret')
  symlinkSync(join(outer, 'secret.html'), join(dir, 'link.html'))
  port = await new Promise<number>((found) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => found(port))
    })
  })
  server = spawn('node', [join(demo, 'serve.mjs'), '--dir', dir, '--port', String(port)])
  await new Promise((ready) => server.stdout!.once('data', ready))
})

afterAll(() => {
  server.kill()
  rmSync(outer, { recursive: true })
})

/** Status and body of a path sent as it is, unlike fetch, which tidies it. */
const raw = (path: string) =>
  new Promise<{ status: number; text: string }>((done) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(`GET ${path} HTTP/1.0\r\n\r\n`))
    socket.on('data', (data) => (text += data))
    socket.on('close', () => done({ status: Number(text.slice(9, 12)), text }))
  })

const pages = () => (readdirSync(dir, { recursive: true }) as string[]).filter((name) => name.endsWith('.html') && name !== 'link.html')

test('every page carries the snippet once, and loads nothing from elsewhere', () => {
  expect(pages().length).toBeGreaterThan(15)
  for (const name of pages()) {
    const html = readFileSync(join(dir, name), 'utf8')
    expect(html.split('<script defer src="http://edge.test/t.js" data-token="T&quot;K"></script>')).toHaveLength(2)
    const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address!)
    expect(addresses.filter((address) => !/^(\/|#|data:|http:\/\/edge\.test\/t\.js$)/.test(address))).toEqual([])
  }
})

test('every link leads to a page', async () => {
  const links = new Set(pages().flatMap((name) => [...readFileSync(join(dir, name), 'utf8').matchAll(/<a [^>]*href="(\/[^"?#]*)/g)].map(([, path]) => path!)))
  for (const path of links) expect([path, (await raw(path)).status]).toEqual([path, 200])
})

test.each(['/', '/products', '/products/light', '/product/dune-lamp', '/basket', '/checkout', '/checkout/payment', '/thanks?order=1'])('%s is served, uncached', async (path) => {
  const { status, text } = await raw(path)
  expect(status).toBe(200)
  expect(text).toContain('cache-control: no-cache')
  expect(text).toContain('content-type: text/html')
})

test.each(['/../secret.html', '/..%2fsecret.html', '/%2e%2e/secret', '//../secret.html', '/product/../../secret.html', '/link', '/link.html', '/nothing', '/%00', '/%zz', '/product'])(
  '%s is not',
  async (path) => {
    const { status, text } = await raw(path)
    expect([400, 404]).toContain(status)
    expect(text).not.toContain('secret')
  },
)
