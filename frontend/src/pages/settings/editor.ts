// One part of an app's configuration being edited: loaded, changed as a draft, saved as a whole, refused field by field.
import { computed, onBeforeUnmount, onMounted, ref, shallowRef, type Ref } from 'vue'
import { onBeforeRouteLeave } from 'vue-router'
import { asProblem, type Problem } from '@/api/problem'
import type { AppConfig } from '@/api/types'
import { t } from '@/messages'
import { useApp } from '@/session/app'
import { loadConfig } from './calls'

export function useEditor<Draft extends object>(
  pick: (config: AppConfig) => Draft,
  put: (app: string, draft: Draft) => Promise<AppConfig>,
) {
  const app = useApp()
  const draft = ref(null) as Ref<Draft | null>
  const saved = shallowRef('')
  const loadProblem = shallowRef<Problem | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const saving = ref(false)
  const justSaved = ref(false)

  const frozen = computed(() => app.value.role === 'viewer' || app.value.locked)
  const dirty = computed(() => draft.value !== null && JSON.stringify(draft.value) !== saved.value)

  function take(config: AppConfig): void {
    draft.value = pick(config)
    saved.value = JSON.stringify(draft.value)
    problem.value = null
  }

  async function load(): Promise<void> {
    loadProblem.value = null
    try {
      take(await loadConfig(app.value.id))
    } catch (error) {
      loadProblem.value = asProblem(error)
    }
  }

  async function save(): Promise<void> {
    if (!draft.value || saving.value) return
    saving.value = true
    try {
      take(await put(app.value.id, draft.value))
      justSaved.value = true
      setTimeout(() => (justSaved.value = false), 3_000)
    } catch (error) {
      problem.value = asProblem(error)
    } finally {
      saving.value = false
    }
  }

  function discard(): void {
    draft.value = JSON.parse(saved.value) as Draft
    problem.value = null
  }

  const ask = (event: BeforeUnloadEvent): void => {
    if (dirty.value) event.preventDefault()
  }
  window.addEventListener('beforeunload', ask)
  onBeforeUnmount(() => window.removeEventListener('beforeunload', ask))
  onBeforeRouteLeave(() => !dirty.value || window.confirm(t('settings.leave')))
  onMounted(load)

  return { app, draft, loadProblem, problem, saving, justSaved, frozen, dirty, load, save, discard }
}

export type Editor = ReturnType<typeof useEditor<object>>

/** Keys for the rows of a list that is edited: they stay when rows move. */
let lastKey = 0
export const newKey = (): number => ++lastKey

export function move<T>(list: T[], index: number, by: -1 | 1): void {
  const [row] = list.splice(index, 1)
  if (row !== undefined) list.splice(index + by, 0, row)
}
