// The apps the person may see, asked for once and kept.
import { ref } from 'vue'
import { get } from '@/api/client'
import type { App } from '@/api/types'

export const apps = ref<App[] | null>(null)

export async function loadApps(): Promise<App[]> {
  apps.value = (await get<{ apps: App[] }>('/api/apps')).apps
  return apps.value
}

/** One app; throws a Problem `app-unknown` where there is none to see. */
export async function loadApp(id: string): Promise<App> {
  return apps.value?.find((app) => app.id === id) ?? get<App>(`/api/apps/${encodeURIComponent(id)}`)
}

export function addApp(app: App): void {
  if (apps.value) apps.value = [...apps.value, app].sort((a, b) => a.name.localeCompare(b.name))
}

/** The app has changed: every page that shows it takes the new one. */
export function replaceApp(app: App): void {
  if (!apps.value) return void loadApps().catch(() => undefined)
  const others = apps.value.filter((other) => other.id !== app.id)
  apps.value = [...others, app].sort((a, b) => a.name.localeCompare(b.name))
}

export function forgetApps(): void {
  apps.value = null
}
