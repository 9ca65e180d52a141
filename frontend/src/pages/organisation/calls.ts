import { get, post, remove } from '@/api/client'
import type { JoinLink, JoinLinkCreate, MadeJoinLink, User } from '@/api/types'

/** Everybody, those who wait first; for the admin. */
export const loadPeople = async (): Promise<User[]> => (await get<{ people: User[] }>('/api/organisation/members')).people

/** The active ones beside oneself; for everybody. */
export const loadColleagues = async (): Promise<User[]> => (await get<{ colleagues: User[] }>('/api/users/colleagues')).colleagues

const member = (user: string): string => `/api/organisation/members/${encodeURIComponent(user)}`

export const approve = (user: string): Promise<User> => post<User>(`${member(user)}/approve`)
export const takeOut = (user: string): Promise<void> => remove(member(user))
export const handOver = (user: string): Promise<User> => post<User>('/api/organisation/hand-over', { user })

const LINKS = '/api/organisation/join-links'

export const loadLinks = async (): Promise<JoinLink[]> => (await get<{ links: JoinLink[] }>(LINKS)).links
export const makeLink = (link: JoinLinkCreate): Promise<MadeJoinLink> => post<MadeJoinLink>(LINKS, link)
export const revokeLink = (link: string): Promise<void> => remove(`${LINKS}/${encodeURIComponent(link)}`)
