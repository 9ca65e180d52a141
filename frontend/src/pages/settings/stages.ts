// A funnel as its form holds it, and back.
import type { Funnel, Stage } from '@/api/types'
import type { Problem } from '@/api/problem'
import { newKey } from './editor'

export interface StageDraft {
  key: number
  name: string
  trigger: Stage['trigger']
  match: Stage['match']
  /** One is the stage's `value`, several are its `any_of`. */
  values: string[]
}

export type Unit = 'm' | 'h' | 'd'

export interface FunnelDraft {
  stages: StageDraft[]
  order: Funnel['order']
  per: Funnel['per']
  window: number
  unit: Unit
}

const SECONDS: Record<Unit, number> = { m: 60, h: 3_600, d: 86_400 }

export function emptyStage(): StageDraft {
  return { key: newKey(), name: '', trigger: 'url', match: 'exact', values: [''] }
}

export function draftOf(funnel: Funnel): FunnelDraft {
  const unit = (['d', 'h'] as const).find((one) => funnel.window % SECONDS[one] === 0) ?? 'm'
  return {
    stages: funnel.stages.map((stage) => ({
      key: newKey(),
      name: stage.name,
      trigger: stage.trigger,
      match: stage.match,
      values: stage.any_of ? [...stage.any_of] : [stage.value ?? ''],
    })),
    order: funnel.order,
    per: funnel.per,
    window: Math.max(1, Math.round(funnel.window / SECONDS[unit])),
    unit,
  }
}

export function funnelOf(draft: FunnelDraft): Funnel {
  return {
    stages: draft.stages.map(({ name, trigger, match, values }): Stage => {
      const stage = { name: name.trim(), trigger, match }
      const trimmed = values.map((value) => value.trim())
      return trimmed.length === 1 ? { ...stage, value: trimmed[0] } : { ...stage, any_of: trimmed }
    }),
    order: draft.order,
    per: draft.per,
    window: draft.window * SECONDS[draft.unit],
  }
}

/** What is wrong with the `at`-th value of a stage: of the one `value`, of one of `any_of`, or of all of them. */
export function valueProblem(problem: Problem | null, stage: number, at: number, values: number): string | undefined {
  const path = `stages[${stage}]`
  if (values === 1) return problem?.of(`${path}.value`)
  return problem?.of(`${path}.any_of[${at}]`) ?? (at === 0 ? (problem?.of(`${path}.any_of`) ?? problem?.of(`${path}.value`)) : undefined)
}
