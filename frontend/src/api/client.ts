// Calls to the edge. The access token lives in this module's memory only; the refresh token is a cookie no script sees.
//
// A call whose token is about to expire, or was refused, refreshes once and is then sent (again) once. However many calls
// find that out together, one refresh goes out. Browser tabs take turns too; where they cannot, the edge answers a refresh
// token that comes again within 10 s alike. So an answer that was lost on the way is asked for once more, too.
import { OFFLINE, problemOf, Problem } from './problem'
import type { Login } from './types'

const EARLY = 30_000

interface Access {
  token: string
  expires: number
}

let access: Access | null = null
let refreshing: Promise<Login> | null = null
const lost = new Set<() => void>()

export function keep(login: Login): Login {
  access = { token: login.access_token, expires: Date.now() + login.expires_in * 1000 }
  return login
}

export function forget(): void {
  access = null
}

/** Told when the log-in session has ended and nobody can be asked but the person. */
export function onSessionLost(listener: () => void): void {
  lost.add(listener)
}

type Query = Record<string, string | number | undefined>

interface Options {
  query?: Query | object
  body?: unknown
  signal?: AbortSignal
  /** Logging in and registering carry no token. */
  anonymous?: boolean
  /** Goes on when the page is left: a refresh cut off by a reload would lose the new cookie, and with it the session. */
  keepalive?: boolean
  /** The answer is a file, not JSON. */
  file?: boolean
}

export async function call<T>(method: string, path: string, options: Options = {}): Promise<T> {
  if (!options.anonymous && access && access.expires - Date.now() < EARLY) await refresh()
  const used = access
  let response = await send(method, path, options)
  if (response.status === 401 && !options.anonymous) {
    const problem = await problemOf(response)
    if (problem.slug !== 'access-token-invalid') throw problem
    // Another call may have refreshed meanwhile; then its token is tried before a new refresh.
    if (access === used) await refresh()
    response = await send(method, path, options)
  }
  if (!response.ok) throw await problemOf(response)
  if (options.file) return (await response.blob()) as T
  return (response.status === 204 ? undefined : await response.json()) as T
}

export const get = <T>(path: string, query?: object, signal?: AbortSignal): Promise<T> =>
  call<T>('GET', path, { query, signal })
export const post = <T>(path: string, body?: unknown): Promise<T> => call<T>('POST', path, { body })
export const put = <T>(path: string, body: unknown): Promise<T> => call<T>('PUT', path, { body })
export const remove = (path: string): Promise<void> => call<void>('DELETE', path)

/** A new access token for the refresh cookie. Throws a Problem where there is none or it has ended. */
export function refresh(): Promise<Login> {
  refreshing ??= inTurn(async () => {
    const ask = () => send('POST', '/api/auth/refresh', { anonymous: true, keepalive: true })
    const response = await ask().catch(ask)
    if (response.ok) return keep((await response.json()) as Login)
    const problem = await problemOf(response)
    if (problem.status === 401) {
      const had = access !== null
      forget()
      if (had) lost.forEach((listener) => listener())
    }
    throw problem
  }).finally(() => (refreshing = null))
  return refreshing
}

/** `navigator.locks` exists in secure contexts only; without it tabs don't wait for each other. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? (navigator.locks.request('datalab.refresh', work) as Promise<T>) : work()
}

async function send(method: string, path: string, options: Options): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (options.body !== undefined) headers['content-type'] = 'application/json'
  if (access && !options.anonymous) headers.authorization = `Bearer ${access.token}`
  try {
    return await fetch(path + search(options.query), {
      method,
      headers,
      credentials: 'same-origin',
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
      keepalive: options.keepalive,
    })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw OFFLINE
  }
}

function search(query: object | undefined): string {
  const entries = Object.entries(query ?? {}).filter(([, value]) => value !== undefined)
  return entries.length ? `?${new URLSearchParams(entries.map(([key, value]) => [key, String(value)]))}` : ''
}

export { Problem }
