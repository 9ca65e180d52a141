import { beforeEach, describe, expect, test, vi } from 'vitest'

const login = { access_token: 'a', expires_in: 900, user: { id: 'u1' } }
const answer = (status: number, body: unknown) => vi.fn(async (_path: unknown) => new Response(JSON.stringify(body), { status }))

/** What a page load begins with. */
async function load(fetch: typeof globalThis.fetch) {
  vi.stubGlobal('fetch', fetch)
  vi.resetModules()
  return await import('@/session/session')
}

/** Logs in, and loads the page again. */
async function returning(fetch: typeof globalThis.fetch) {
  await (await load(answer(200, login))).logIn('ada@shop.example', 'secret')
  return load(fetch)
}

beforeEach(() => {
  vi.unstubAllGlobals()
  localStorage.clear()
})

describe('at start', () => {
  test('a browser that nobody logged in on is not asked about', async () => {
    const fetch = answer(401, {})
    const session = await load(fetch)
    await session.open()
    expect([session.user.value, session.ended.value]).toEqual([null, false])
    expect(fetch).not.toHaveBeenCalled()
  })

  test('who logged in before is logged in by the cookie', async () => {
    const fetch = answer(200, login)
    const session = await returning(fetch)
    await session.open()
    expect(session.user.value).toEqual(login.user)
    expect(fetch.mock.calls.map(([path]) => path)).toEqual(['/api/auth/refresh'])
  })

  test('whose session has ended is told so, once', async () => {
    const fetch = answer(401, { type: '/problems/refresh-token-invalid' })
    const session = await returning(fetch)
    await session.open()
    expect([session.user.value, session.ended.value]).toEqual([null, true])
    const again = await load(fetch)
    await again.open()
    expect(again.ended.value).toBe(false)
    expect(fetch).toHaveBeenCalledOnce()
  })

  test('a session goes on where the server could not be asked', async () => {
    const away = await returning(answer(503, { type: '/problems/broker-down' }))
    await away.open()
    expect([away.user.value, away.ended.value]).toEqual([null, false])
    const back = await load(answer(200, login))
    await back.open()
    expect(back.user.value).toEqual(login.user)
  })

  test('who logged out is not asked about', async () => {
    const out = await returning(vi.fn(async () => new Response(null, { status: 204 })))
    await out.logOut()
    const fetch = answer(200, login)
    await (await load(fetch)).open()
    expect(fetch).not.toHaveBeenCalled()
  })

  test('where storage is forbidden, the cookie is tried', async () => {
    const refuse = () => {
      throw new DOMException('denied', 'SecurityError')
    }
    vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse, removeItem: refuse })
    const session = await load(answer(200, login))
    await session.open()
    expect(session.user.value).toEqual(login.user)
  })
})
