// Who is logged in.
import { computed, ref } from 'vue'
import * as api from '@/api/client'
import type { JoinOffer, Login, Registration, User } from '@/api/types'

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

/** What may have changed of the person meanwhile: their role is in the access token. */
export const renew = async (): Promise<void> => void (current.value = (await api.refresh()).user)

/** The person has changed their profile. */
export function changed(person: User): void {
  current.value = person
}

export function register(registration: Registration): Promise<User> {
  return api.call<User>('POST', '/api/users', { body: registration, anonymous: true })
}

/** Where the link leads whose token this is. Throws a Problem `join-link-invalid`. */
export const readJoinLink = (token: string): Promise<JoinOffer> =>
  api.call<JoinOffer>('POST', '/api/join-link', { body: { token }, anonymous: true })

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
