import { call, post } from '@/api/client'
import type { App, AppUpdate } from '@/api/types'

const path = (app: string): string => `/api/apps/${encodeURIComponent(app)}`

export const updateApp = (app: string, change: AppUpdate): Promise<App> => call<App>('PATCH', path(app), { body: change })
export const lock = (app: string): Promise<App> => post<App>(`${path(app)}/lock`)
export const unlock = (app: string, confirm: string): Promise<App> => post<App>(`${path(app)}/unlock`, { confirm })
export const deleteApp = (app: string, confirm: string): Promise<void> => call<void>('DELETE', path(app), { query: { confirm } })

/** Tags, separated by commas. */
export const tagsOf = (typed: string): string[] => [...new Set(typed.split(',').map((tag) => tag.trim()).filter(Boolean))]

/** What is typed before something that cannot be taken back. */
export const typedName = (app: App): string => `${app.organisation}/${app.name}`
