// The person's notifications: asked for once, added to as they are pushed.
import { ref } from 'vue'
import type { RouteLocationRaw } from 'vue-router'
import { get, post, remove } from '@/api/client'
import type { Notification } from '@/api/types'
import { find, t } from '@/messages'

export async function loadNotifications(): Promise<Notification[]> {
  return (await get<{ notifications: Notification[] }>('/api/notifications')).notifications
}

export const hideNotification = (id: string): Promise<void> => post<void>(`/api/notifications/${id}/hide`)
export const deleteNotification = (id: string): Promise<void> => remove(`/api/notifications/${id}`)

/** The words of a notification. */
export function told({ kind, facts }: Notification): string {
  return find(`notifications.kind.${kind}`, facts) ?? t('notifications.kind.unknown', { kind })
}

/** Where one sees to it; undefined: there is nothing to see to, or to see any more. */
export function leadsTo({ kind, facts }: Notification): RouteLocationRaw | undefined {
  if (kind === 'approval-asked' || kind === 'joined') return { name: 'people' }
  if (kind === 'welcome' || kind === 'invited' || kind === 'invite-reminded') return { name: 'apps' }
  if (!facts.app_id || kind === 'member-removed') return undefined
  const page = kind === 'token-expiring' ? 'settings-snippet' : kind.startsWith('app-') ? 'settings-general' : 'settings-members'
  return { name: page, params: { app: facts.app_id } }
}

export function useNotifications() {
  const all = ref<Notification[]>([])
  return {
    all,
    add(notification: Notification) {
      all.value = [notification, ...all.value.filter((other) => other.id !== notification.id)]
    },
    /** Shown at once; taken back if the server refuses. */
    async change(next: Notification[], call: Promise<void>) {
      const before = all.value
      all.value = next
      try {
        await call
      } catch (error) {
        all.value = before
        throw error
      }
    },
  }
}
