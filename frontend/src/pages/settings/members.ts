import { get, post, put, remove } from '@/api/client'
import type { App, MemberList } from '@/api/types'

const path = (app: string): string => `/api/apps/${encodeURIComponent(app)}`
const one = (app: string, user: string): string => `${path(app)}/members/${encodeURIComponent(user)}`

export const loadMembers = (app: string): Promise<MemberList> => get<MemberList>(`${path(app)}/members`)
export const invite = (app: string, user: string): Promise<void> => post<void>(`${path(app)}/members`, { user })
export const remind = (app: string, user: string): Promise<void> =>
  post<void>(`${path(app)}/invites/${encodeURIComponent(user)}/remind`)
export const takeOut = (app: string, user: string): Promise<void> => remove(one(app, user))
export const leave = (app: string): Promise<void> => post<void>(`${path(app)}/leave`)
export const handOver = (app: string, user: string): Promise<App> => put<App>(`${path(app)}/owner`, { user })
