import { post } from '@/api/client'
import type { App, AppCreate, AppToken } from '@/api/types'

/** Create an app and its first token, so that the snippet is there to paste. */
export async function createApp(wanted: AppCreate): Promise<App> {
  const app = await post<App>('/api/apps', wanted)
  // Without its token the app is still there; the snippet's page offers to issue one.
  await post<AppToken>(`/api/apps/${encodeURIComponent(app.id)}/token`, {}).catch(() => undefined)
  return app
}

/** The origin of what was typed as the site's address: `shop.example/start` -> `https://shop.example`; null where there is none. */
export function originOf(typed: string): string | null {
  try {
    const url = new URL(/^https?:\/\//i.test(typed) ? typed : `https://${typed}`)
    return url.hostname ? url.origin : null
  } catch {
    return null
  }
}

/** One origin a line, or separated by commas or spaces; a path is cut off. */
export function originsOf(typed: string): string[] {
  const lines = typed.split(/[\s,]+/).filter(Boolean)
  return [...new Set(lines.map((line) => originOf(line) ?? line))]
}
