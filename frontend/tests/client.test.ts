import { beforeEach, describe, expect, test, vi } from 'vitest'
import * as api from '@/api/client'
import { Problem } from '@/api/problem'

type Answer = { status: number; body?: unknown; retryAfter?: string }

const user = { id: 'u1' }
const login = (token: string, expires_in = 900) => ({ access_token: token, expires_in, user })
const invalid: Answer = { status: 401, body: { type: '/problems/access-token-invalid', title: 'x', status: 401 } }

/** Answers in turn by path; notes each request as `POST /api/… token`. */
function edge(answers: Record<string, Answer[]>): string[] {
  const seen: string[] = []
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    const authorization = (init.headers as Record<string, string>).authorization ?? '-'
    seen.push(`${init.method} ${path} ${authorization.replace('Bearer ', '')}`)
    const answer = answers[path.split('?')[0]!]?.shift()
    if (!answer) throw new TypeError('failed to fetch')
    return new Response(answer.body === undefined ? null : JSON.stringify(answer.body), {
      status: answer.status,
      headers: answer.retryAfter ? { 'retry-after': answer.retryAfter } : {},
    })
  })
  return seen
}

beforeEach(() => api.forget())

describe('an access token that is refused', () => {
  test('is refreshed once, and the call is sent again with the new one', async () => {
    api.keep(login('old') as never)
    const seen = edge({ '/api/apps': [invalid, { status: 200, body: { apps: [] } }], '/api/auth/refresh': [{ status: 200, body: login('new') }] })
    expect(await api.get('/api/apps')).toEqual({ apps: [] })
    expect(seen).toEqual(['GET /api/apps old', 'POST /api/auth/refresh -', 'GET /api/apps new'])
  })

  test('by two calls at once is refreshed once for both', async () => {
    api.keep(login('old') as never)
    const seen = edge({
      '/api/apps': [invalid, { status: 200, body: 1 }],
      '/api/notifications': [invalid, { status: 200, body: 2 }],
      '/api/auth/refresh': [{ status: 200, body: login('new') }],
    })
    expect(await Promise.all([api.get('/api/apps'), api.get('/api/notifications')])).toEqual([1, 2])
    expect(seen.filter((one) => one.includes('refresh'))).toHaveLength(1)
  })

  test('a second time is given up, not tried for ever', async () => {
    api.keep(login('old') as never)
    const seen = edge({ '/api/apps': [invalid, invalid, invalid], '/api/auth/refresh': [{ status: 200, body: login('new') }] })
    await expect(api.get('/api/apps')).rejects.toMatchObject({ slug: 'access-token-invalid' })
    expect(seen).toHaveLength(3)
  })

  test('with a refresh cookie that has ended, ends the log-in session', async () => {
    api.keep(login('old') as never)
    const lost = vi.fn()
    api.onSessionLost(lost)
    edge({ '/api/apps': [invalid], '/api/auth/refresh': [{ status: 401, body: { type: '/problems/refresh-token-invalid' } }] })
    await expect(api.get('/api/apps')).rejects.toMatchObject({ slug: 'refresh-token-invalid', status: 401 })
    expect(lost).toHaveBeenCalledOnce()
  })
})

test('a refresh outlives the page that asked for it', async () => {
  const sent = vi.fn(async (_path: string, _init: RequestInit) => new Response(JSON.stringify(login('new'))))
  vi.stubGlobal('fetch', sent)
  await api.refresh()
  expect(sent.mock.calls[0]![1].keepalive).toBe(true)
})

test('a refresh whose answer was lost on the way is asked for once more', async () => {
  const answers = [() => Promise.reject(new TypeError('failed to fetch')), async () => new Response(JSON.stringify(login('new')))]
  const sent = vi.fn(() => answers.shift()!())
  vi.stubGlobal('fetch', sent)
  expect(await api.refresh()).toEqual(login('new'))
  expect(sent).toHaveBeenCalledTimes(2)
})

test('a refresh that nobody answers is given up', async () => {
  const seen = edge({})
  await expect(api.refresh()).rejects.toMatchObject({ slug: 'offline' })
  expect(seen).toHaveLength(2)
})

test('a token about to expire is refreshed before it is used', async () => {
  api.keep(login('old', 20) as never)
  const seen = edge({ '/api/apps': [{ status: 200, body: {} }], '/api/auth/refresh': [{ status: 200, body: login('new') }] })
  await api.get('/api/apps')
  expect(seen).toEqual(['POST /api/auth/refresh -', 'GET /api/apps new'])
})

test('a visitor without a session is not told that it was lost', async () => {
  const lost = vi.fn()
  api.onSessionLost(lost)
  edge({ '/api/auth/refresh': [{ status: 401, body: { type: '/problems/refresh-token-invalid' } }] })
  await expect(api.refresh()).rejects.toBeInstanceOf(Problem)
  expect(lost).not.toHaveBeenCalled()
})

test('a wrong password is no reason to refresh', async () => {
  const seen = edge({ '/api/auth/login': [{ status: 401, body: { type: '/problems/wrong-credentials', detail: 'no' } }] })
  await expect(api.call('POST', '/api/auth/login', { body: {}, anonymous: true })).rejects.toMatchObject({ slug: 'wrong-credentials', detail: 'no' })
  expect(seen).toHaveLength(1)
})

describe('a problem', () => {
  test('names its fields', async () => {
    edge({ '/api/x': [{ status: 422, body: { type: '/problems/invalid-input', errors: [{ field: 'stages[1].value', detail: 'empty' }] } }] })
    const problem = (await api.put('/api/x', {}).catch((error: unknown) => error)) as Problem
    expect(problem.of('stages[1].value')).toBe('empty')
    expect(problem.of('stages[0].value')).toBeUndefined()
  })

  test('says when to come back', async () => {
    edge({ '/api/x': [{ status: 429, body: { type: '/problems/too-many-requests' }, retryAfter: '7' }] })
    await expect(api.get('/api/x')).rejects.toMatchObject({ retryAfter: 7 })
  })

  test('may come without a document', async () => {
    edge({ '/api/x': [{ status: 502 }] })
    await expect(api.get('/api/x')).rejects.toMatchObject({ slug: 'internal-error', status: 502 })
  })

  test('is "offline" where nobody answers', async () => {
    edge({})
    await expect(api.get('/api/x')).rejects.toMatchObject({ slug: 'offline' })
  })
})

test('what is not given is left out of the address', async () => {
  const seen = edge({ '/api/x': [{ status: 200, body: {} }] })
  await api.get('/api/x', { from: 5, to: undefined, tz: 'Europe/Berlin' })
  expect(seen).toEqual(['GET /api/x?from=5&tz=Europe%2FBerlin -'])
})

test('an answer without content is undefined', async () => {
  edge({ '/api/x': [{ status: 204 }] })
  expect(await api.remove('/api/x')).toBeUndefined()
})
