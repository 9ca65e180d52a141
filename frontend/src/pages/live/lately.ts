// Sums over the last minutes of what the live connection told.
import type { Activity } from '@/live/messages'

export interface Lately {
  pageViews: number
  clicks: number
  events: number
}

export function lately(past: Activity[], since: number): Lately {
  const sum: Lately = { pageViews: 0, clicks: 0, events: 0 }
  for (const activity of past) {
    if (activity.at < since) continue
    sum.pageViews += activity.page_views
    sum.clicks += activity.clicks
    sum.events += activity.events
  }
  return sum
}
