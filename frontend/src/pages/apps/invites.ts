import { get, post } from '@/api/client'
import type { App, PendingInvite } from '@/api/types'

const path = (app: string): string => `/api/invites/${encodeURIComponent(app)}`

export const loadInvites = async (): Promise<PendingInvite[]> => (await get<{ invites: PendingInvite[] }>('/api/invites')).invites
export const accept = (app: string): Promise<App> => post<App>(`${path(app)}/accept`)
export const reject = (app: string): Promise<void> => post<void>(`${path(app)}/reject`)
