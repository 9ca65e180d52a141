// What the live connection says (services/contracts/analysis.py: Activity). OpenAPI describes no WebSocket, so these
// types are written by hand.
import type { Notification } from '@/api/types'

export interface Activity {
  app: string
  /** UNIX ms */
  at: number
  /** with a sign of life in the last 5 minutes */
  visitors: number
  /** since the last telling */
  events: number
  page_views: number
  clicks: number
  /** the pages those visitors are on, most visitors first */
  pages: [string, number][]
}

export interface Incoming {
  activity?: Activity
  notification?: Notification
  /** the ids of the colleagues who are there now, oneself too */
  presence?: string[]
  problem?: { type: string; detail: string; app?: string }
}
