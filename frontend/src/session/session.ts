// Who is logged in.
import { computed, ref } from 'vue'
import * as api from '@/api/client'
import type { Login, Registration, User } from '@/api/types'

const current = ref<User | null>(null)

export const user = computed(() => current.value)

let opened: Promise<void> | null = null

/** At start: the refresh cookie, if there is one, logs in without asking. */
export function open(): Promise<void> {
  opened ??= api.refresh().then(
    (login) => void (current.value = login.user),
    () => undefined,
  )
  return opened
}

/** Throws a Problem `second-factor-required` where the account asks for a code, too. */
export async function logIn(email: string, password: string, code?: string): Promise<void> {
  const login = await api.call<Login>('POST', '/api/auth/login', { body: { email, password, code }, anonymous: true })
  current.value = api.keep(login).user
}

export function register(registration: Registration): Promise<User> {
  return api.call<User>('POST', '/api/users', { body: registration, anonymous: true })
}

export const askReset = (email: string): Promise<void> =>
  api.call<void>('POST', '/api/auth/forgotten-password', { body: { email }, anonymous: true })

export const resetPassword = (token: string, password: string): Promise<void> =>
  api.call<void>('POST', '/api/auth/new-password', { body: { token, new: password }, anonymous: true })

export async function logOut(): Promise<void> {
  try {
    await api.call<void>('POST', '/api/auth/logout', { anonymous: true })
  } finally {
    end()
  }
}

export function end(): void {
  api.forget()
  current.value = null
}
