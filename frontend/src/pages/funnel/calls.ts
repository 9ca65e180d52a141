import { get } from '@/api/client'
import type { FunnelReport } from '@/api/types'
import type { Period } from '@/numbers/period'

export const loadFunnel = (app: string, { from, to, tz }: Period, signal: AbortSignal): Promise<FunnelReport> =>
  get<FunnelReport>(`/api/apps/${encodeURIComponent(app)}/reports/funnel`, { from, to, tz, compare: 'previous' }, signal)
