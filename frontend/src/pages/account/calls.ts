import { call, get, post, put, remove } from '@/api/client'
import type { ApiKey, ApiKeyCreate, LogInSession, NewApiKey, RecoveryCodes, TotpOffer, TotpStanding, User } from '@/api/types'

export const saveProfile = (profile: { name: string; position: string }): Promise<User> =>
  call<User>('PATCH', '/api/users/me', { body: profile })

export const changePassword = (current: string, next: string): Promise<void> =>
  put<void>('/api/auth/password', { current, new: next })

export const loadSessions = async (): Promise<LogInSession[]> => (await get<{ sessions: LogInSession[] }>('/api/auth/sessions')).sessions
export const endSession = (session: string): Promise<void> => remove(`/api/auth/sessions/${encodeURIComponent(session)}`)
export const logOutEverywhere = (): Promise<void> => post<void>('/api/auth/logout-everywhere')

export const loadTotp = (): Promise<TotpStanding> => get<TotpStanding>('/api/auth/totp')
export const offerTotp = (): Promise<TotpOffer> => post<TotpOffer>('/api/auth/totp')
export const confirmTotp = (code: string): Promise<RecoveryCodes> => post<RecoveryCodes>('/api/auth/totp/confirm', { code })
export const turnTotpOff = (password: string): Promise<void> => post<void>('/api/auth/totp/off', { password })

export const loadKeys = async (): Promise<ApiKey[]> => (await get<{ keys: ApiKey[] }>('/api/auth/keys')).keys
export const createKey = (key: ApiKeyCreate): Promise<NewApiKey> => post<NewApiKey>('/api/auth/keys', key)
export const revokeKey = (key: string): Promise<void> => remove(`/api/auth/keys/${encodeURIComponent(key)}`)
