import { get } from '@/api/client'
import type { Overview } from '@/api/types'
import type { Period } from '@/numbers/period'

export const loadOverview = (app: string, period: Period, signal: AbortSignal): Promise<Overview> =>
  get<Overview>(`/api/apps/${encodeURIComponent(app)}/reports/overview`, { ...period, compare: 'previous' }, signal)
