// @vitest-environment node
// The rules of the house that a reader would otherwise have to check: what is shipped, and where values stand.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Manifest } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const FIRST_LOAD = 150 * 1024

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

describe('what is shipped', () => {
  let dist: string
  let manifest: Manifest

  beforeAll(async () => {
    dist = mkdtempSync(join(tmpdir(), 'datalab-frontend-'))
    await build({ root: ROOT, configFile: join(ROOT, 'vite.config.ts'), logLevel: 'error', mode: 'production', build: { outDir: dist, emptyOutDir: true } })
    manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8')) as Manifest
  })
  afterAll(() => rmSync(dist, { recursive: true, force: true }))

  /** The scripts that load before a chunk runs: itself and all it imports statically. */
  function scripts(key: string, found = new Set<string>()): Set<string> {
    const chunk = manifest[key]!
    if (found.has(chunk.file)) return found
    found.add(chunk.file)
    for (const next of chunk.imports ?? []) scripts(next, found)
    return found
  }

  const gzipped = (files: Iterable<string>): number =>
    [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(dist, file)), { level: 9 }).length, 0)

  test('any page, loaded first, stays within 150 KB of JavaScript', () => {
    const page = (name: string): string[] => [...scripts('index.html'), ...scripts(`src/${name}.vue`)]
    const app = [...page('layout/Shell'), ...page('layout/AppFrame')]
    const sizes = Object.fromEntries(
      Object.keys(manifest)
        .filter((key) => /^src\/pages\/.*\.vue$/.test(key))
        .map((key) => [key, gzipped(new Set([...app, ...scripts('index.html'), ...scripts(key)]))]),
    )
    expect(Object.keys(sizes).length).toBeGreaterThan(8)
    expect(Math.max(...Object.values(sizes)), JSON.stringify(sizes)).toBeLessThanOrEqual(FIRST_LOAD)
  })

  test('the charts are not loaded with the log-in', () => {
    const log_in = [...scripts('index.html'), ...scripts('src/pages/log-in/LogInPage.vue')]
    expect(log_in.some((file) => readFileSync(join(dist, file), 'utf8').includes('u-cursor'))).toBe(false)
  })

  test('nothing is written inline and nothing comes from elsewhere: `default-src self` holds', () => {
    const html = readFileSync(join(dist, 'index.html'), 'utf8')
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/)
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/)
    for (const [, address] of html.matchAll(/\b(?:src|href)="([^"]*)"/g)) expect(address).toMatch(/^\/[^/]/)
    for (const file of filesBelow(dist).filter((name) => name.endsWith('.css'))) {
      expect(readFileSync(file, 'utf8'), file).not.toMatch(/@import|url\(\s*["']?(?:https?:|\/\/|data:)/)
    }
    for (const file of filesBelow(dist).filter((name) => name.endsWith('.js'))) {
      const code = readFileSync(file, 'utf8')
      expect(code, file).not.toMatch(/\beval\(|new Function\(|\bstyle="/)
    }
  })
})

describe('one file holds every colour and size', () => {
  const sources = filesBelow(join(ROOT, 'src')).filter((file) => /\.(vue|css)$/.test(file) && !file.endsWith('theme/theme.css'))

  test.each(sources.map((file) => [relative(ROOT, file), file]))('%s names them', (_, file) => {
    const text = readFileSync(file, 'utf8')
    const styles = file.endsWith('.css') ? text : [...text.matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)].map((match) => match[1]).join('\n')
    const own = styles.replace(/\/\*[\s\S]*?\*\//g, '').replace(/@(?:media|container)[^{]*/g, '')
    expect(own.match(/#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(|[\d.]+(?:px|rem)\b/gi)).toBeNull()
    for (const [, name] of own.matchAll(/var\((--[\w-]+)/g)) expect(theme, `${name} in ${file}`).toContain(`${name}:`)
    expect(text).not.toMatch(/\sstyle="/)
  })
})

const theme = readFileSync(join(ROOT, 'src/theme/theme.css'), 'utf8')

describe('the colours can be read', () => {
  const colours = Object.fromEntries([...theme.matchAll(/(--[\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map((match) => [match[1], [match[2], match[3]]])) as Record<string, [string, string]>
  const luminance = (hex: string): number => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const contrast = (a: string, b: string): number => {
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
    return (high + 0.05) / (low + 0.05)
  }

  const pairs: [string, string, number][] = [
    ['--text', '--page', 7], ['--text', '--surface', 7],
    ['--text-soft', '--surface', 4.5], ['--text-soft', '--page', 4.5], ['--text-soft', '--sunken', 4.5],
    ['--text-faint', '--surface', 4.5], ['--accent', '--surface', 4.5], ['--accent', '--accent-soft', 4.5],
    ['--on-accent', '--accent', 4.5], ['--good', '--good-soft', 4.5], ['--bad', '--bad-soft', 4.5], ['--bad', '--surface', 4.5],
    ['--warn', '--warn-soft', 4.5], ['--line-strong', '--surface', 3], ['--live', '--surface', 3], ['--second', '--surface', 3],
  ]
  test.each(pairs)('%s on %s, by at least %s', (front, back, least) => {
    for (const mode of [0, 1]) expect(contrast(colours[front]![mode]!, colours[back]![mode]!)).toBeGreaterThanOrEqual(least)
  })
})

test('the lock file names no addresses', () => {
  expect(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).not.toMatch(/https?:/)
})

test('the types are those of the OpenAPI document', async () => {
  const { default: openapi, astToString } = await import('openapi-typescript')
  const made = astToString(await openapi(JSON.parse(readFileSync(join(ROOT, 'openapi.json'), 'utf8'))))
  expect(readFileSync(join(ROOT, 'src/api/schema.ts'), 'utf8').endsWith(made), 'run: npm run types').toBe(true)
})
