// What is kept of an app, for how long, and how it is taken out.
import { call, get, put } from '@/api/client'
import { dayOf, periodOf } from '@/numbers/period'

const path = (app: string): string => `/api/apps/${encodeURIComponent(app)}`

interface Keeping {
  days: number | null
}

export type ExportFormat = 'ndjson' | 'parquet'

/** Days; null: everything is kept. */
export const loadRetention = async (app: string): Promise<number | null> => (await get<Keeping>(`${path(app)}/retention`)).days

export const putRetention = async (app: string, days: number | null): Promise<number | null> =>
  (await put<Keeping>(`${path(app)}/retention`, { days })).days

/** How many sessions the visitor had. */
export const erase = async (app: string, visitor: string): Promise<number> =>
  (await call<{ sessions: number }>('DELETE', `${path(app)}/visitors/${encodeURIComponent(visitor)}`)).sessions

/** Sessions that began on these days, both counting, in the browser's time zone. */
export function exportOf(app: string, fromDay: string, toDay: string, format: ExportFormat): Promise<Blob> {
  const { from, to } = periodOf({ custom: { from: fromDay, to: toDay } })
  return call<Blob>('GET', `${path(app)}/export`, { query: { format, from, to }, file: true })
}

/** As date fields have it. */
export const daysAgo = (days: number): string => {
  const now = new Date()
  return dayOf(new Date(now.getFullYear(), now.getMonth(), now.getDate() - days))
}
