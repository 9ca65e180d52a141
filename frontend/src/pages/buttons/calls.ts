import { get } from '@/api/client'
import type { ButtonsReport } from '@/api/types'
import type { Period } from '@/numbers/period'

export const loadButtons = (app: string, { from, to, tz }: Period, signal: AbortSignal): Promise<ButtonsReport> =>
  get<ButtonsReport>(`/api/apps/${encodeURIComponent(app)}/reports/buttons`, { from, to, tz, compare: 'previous' }, signal)
