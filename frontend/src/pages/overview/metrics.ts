// The numbers of the overview: how each is read, what it means, which way is better.
import type { OverviewPoint, OverviewTotals } from '@/api/types'
import type { Key } from '@/messages'
import { decimal, duration, share, shortCount } from '@/numbers/format'

export type Drawn = keyof Omit<OverviewPoint, 'at'>

export interface Metric {
  name: keyof OverviewTotals
  label: Key
  definition: Key
  better: 'more' | 'less' | 'neither'
  isShare?: boolean
  read: (value: number | null) => string
  /** There is a series of it to draw. */
  drawn?: Drawn
}

const counted = (value: number | null): string => shortCount(value ?? 0)

export const METRICS: Metric[] = [
  { name: 'visitors', label: 'overview.visitors', definition: 'definition.visitor', better: 'more', read: counted, drawn: 'visitors' },
  { name: 'sessions', label: 'overview.sessions', definition: 'definition.session', better: 'more', read: counted, drawn: 'sessions' },
  { name: 'page_views', label: 'overview.pageViews', definition: 'definition.pageView', better: 'more', read: counted, drawn: 'page_views' },
  { name: 'pages_per_session', label: 'overview.pagesPerSession', definition: 'definition.pagesPerSession', better: 'neither', read: (value) => decimal(value) },
  { name: 'bounce_rate', label: 'overview.bounceRate', definition: 'definition.bounce', better: 'less', isShare: true, read: share },
  { name: 'duration', label: 'overview.duration', definition: 'definition.duration', better: 'more', read: duration },
]
