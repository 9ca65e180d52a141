import { afterEach, expect, test, vi } from 'vitest'
import { h, nextTick, ref } from 'vue'
import type { App } from '@/api/types'
import HistoryTab from '@/pages/settings/HistoryTab.vue'
import TokensCard from '@/pages/settings/TokensCard.vue'
import { provideApp } from '@/session/app'
import { mount, text } from './mount'

const app: App = {
  id: 'a1', name: 'Shop', url: 'https://shop.example', origins: ['https://shop.example'], description: '', tags: [],
  visibility: 'private', owner: 'u1', organisation: 'shop.example', locked: false, role: 'owner', created_at: 0,
}

/** What was asked, and what the edge answers to it: by `METHOD /path`. */
function edge(answers: Record<string, unknown>): string[] {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (path: string, options: { method: string }) => {
    asked.push(`${options.method} ${path}`)
    const answer = answers[asked.at(-1)!]
    return answer === undefined ? new Response(null, { status: 204 }) : Response.json(answer)
  })
  return asked
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((done) => setTimeout(done))
  await nextTick()
}

const click = async (root: ParentNode, testid: string): Promise<void> => {
  root.querySelector<HTMLElement>(`[data-testid="${testid}"]`)!.click()
  await settle()
}

afterEach(() => vi.unstubAllGlobals())

const HISTORY = 'GET /api/apps/a1/config/versions'
const MEMBERS = 'GET /api/apps/a1/members'

test('the history says who changed what, and goes back after asking', async () => {
  const versions = [
    { version: 2, by: 'u9', at: 0, changed: 'restored', restored: 0 },
    { version: 1, by: 'u1', at: 0, changed: 'buttons' },
    { version: 0, by: 'u1', at: 0, changed: 'created' },
  ]
  const asked = edge({ [HISTORY]: { versions }, [MEMBERS]: { members: [{ user: 'u1', name: 'Ada' }], invitable: [] } })
  const Page = { setup: () => (provideApp(ref(app)), () => h(HistoryTab)) }
  const root = await mount(Page)
  await settle()
  const rows = [...root.querySelectorAll('[data-testid="version"]')].map((row) => row.textContent!.replace(/\s+/g, ' '))
  expect(rows[0]).toMatch(/Version 2 ?Somebody who has left restored version 0 .*in force/)
  expect(rows[1]).toMatch(/Version 1 ?Ada changed the buttons/)
  await click(root, 'version-restore')
  expect(asked.some((one) => one.startsWith('POST'))).toBe(false)
  await click(root, 'version-confirm')
  expect(asked).toContain('POST /api/apps/a1/config/versions/1/restore')
  expect(asked.filter((one) => one === HISTORY)).toHaveLength(2)
})

test.each([[{ ...app, locked: true }], [{ ...app, role: 'viewer' as const }]])('nobody goes back where they may not', async (shown) => {
  edge({ [HISTORY]: { versions: [{ version: 1, by: 'u1', at: 0, changed: 'own' }, { version: 0, by: 'u1', at: 0, changed: 'created' }] }, [MEMBERS]: { members: [], invitable: [] } })
  const root = await mount({ setup: () => (provideApp(ref(shown)), () => h(HistoryTab)) })
  await settle()
  expect(root.querySelectorAll('[data-testid="version"]')).toHaveLength(2)
  expect(root.querySelector('[data-testid="version-restore"]')).toBeNull()
})

test('a token is revoked after asking, one that has ended is not', async () => {
  const soon = Date.now() + 86_400_000
  const tokens = [
    { issue: 2, issued_by: 'u1', issued_at: 0, ends_at: soon, revoked: false },
    { issue: 1, issued_by: 'u1', issued_at: 0, ends_at: 0, revoked: true },
  ]
  const asked = edge({ 'GET /api/apps/a1/tokens': { tokens } })
  const revoked = vi.fn()
  const root = await mount(TokensCard, { app: 'a1', newest: 2, onRevoked: revoked })
  await settle()
  expect(text(root, 'token')).toMatch(/No\. 2.*valid until/)
  expect(root.querySelectorAll('[data-testid="token"]')[1]!.textContent).toContain('revoked')
  expect(root.querySelectorAll('[data-testid="token-revoke"]')).toHaveLength(1)
  await click(root, 'token-revoke')
  await click(root, 'token-confirm')
  expect(asked).toContain('DELETE /api/apps/a1/tokens/2')
  expect(revoked).toHaveBeenCalledOnce()
})
