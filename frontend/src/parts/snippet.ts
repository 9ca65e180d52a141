// The one line a company pastes, and the token in it.
import { get, post } from '@/api/client'
import type { AppToken } from '@/api/types'

const path = (app: string): string => `/api/apps/${encodeURIComponent(app)}/token`

export async function loadToken(app: string): Promise<AppToken | null> {
  return (await get<{ token: AppToken | null }>(path(app))).token
}

/** `overlap`: hours until the tokens before it end; null leaves them to their own end. */
export const issueToken = (app: string, days: number, overlap: number | null): Promise<AppToken> =>
  post<AppToken>(path(app), { days, overlap })

export function snippet(token: string, edge: string = location.origin): string {
  return `<script defer src="${edge}/t.js" data-token="${token}"></${'script'}>`
}
