// The app whose pages are shown.
import { inject, provide, type InjectionKey, type Ref } from 'vue'
import type { App } from '@/api/types'

const KEY: InjectionKey<Readonly<Ref<App>>> = Symbol('app')

export function provideApp(app: Readonly<Ref<App>>): void {
  provide(KEY, app)
}

export function useApp(): Readonly<Ref<App>> {
  const app = inject(KEY)
  if (!app) throw new Error('only pages of an app know which app they belong to')
  return app
}
