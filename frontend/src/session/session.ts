// Who is logged in.
import { computed, ref } from 'vue'
import * as api from '@/api/client'
import { asProblem } from '@/api/problem'
import type { JoinOffer, Login, Registration, User } from '@/api/types'
import { isMarked, leaveMark, removeMark } from './marker'

const current = ref<User | null>(null)
const gone = ref(false)

export const user = computed(() => current.value)
/** Who was logged in here has to log in again, without having logged out. */
export const ended = computed(() => gone.value)

let opened: Promise<void> | null = null

/** At start: who has logged in on this browser is logged in without asking, by the refresh cookie. */
export function open(): Promise<void> {
  opened ??= isMarked() ? resume() : Promise.resolve()
  return opened
}

async function resume(): Promise<void> {
  try {
    begin(await api.refresh())
  } catch (error) {
    // Only a refusal says that the session has ended; where nobody answers it may well go on.
    if (asProblem(error).status !== 401) return
    gone.value = true
    removeMark()
  }
}

function begin(login: Login): void {
  current.value = login.user
  gone.value = false
  leaveMark()
}

/** Throws a Problem `second-factor-required` where the account asks for a code, too. */
export async function logIn(email: string, password: string, code?: string): Promise<void> {
  const login = await api.call<Login>('POST', '/api/auth/login', { body: { email, password, code }, anonymous: true })
  begin(api.keep(login))
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
  removeMark()
  current.value = null
}
