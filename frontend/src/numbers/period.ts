// The period a report is asked for, in the browser's time zone, kept in the page's address so that a link shows the same.
import type { LocationQuery } from 'vue-router'
import type { Interval } from './format'

export const PRESETS = ['today', '7d', '30d', '90d'] as const
export type Preset = (typeof PRESETS)[number]

/** Days as the date fields give them, `2026-11-24`; both count. */
export interface Custom {
  from: string
  to: string
}

export type Choice = { preset: Preset } | { custom: Custom }

/** What a report is asked with. `to` is missing where the period runs up to now: the server's clock decides what now is. */
export interface Period {
  from: number
  to?: number
  tz: string
  interval: Interval
}

const DAY = 86_400_000
const SPAN: Record<Preset, number> = { today: 1, '7d': 7, '30d': 30, '90d': 90 }

export function timeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'
}

export function choiceOf(query: LocationQuery): Choice {
  const { period, from, to } = query
  if (period === 'custom' && isDay(from) && isDay(to) && from <= to) return { custom: { from, to } }
  return { preset: PRESETS.find((preset) => preset === period) ?? '7d' }
}

export function queryOf(choice: Choice): Record<string, string> {
  if ('preset' in choice) return { period: choice.preset }
  return { period: 'custom', ...choice.custom }
}

export function periodOf(choice: Choice, now: Date = new Date()): Period {
  const tz = timeZone()
  if ('preset' in choice) {
    const days = SPAN[choice.preset]
    const from = new Date(now.getFullYear(), now.getMonth(), now.getDate() - days + 1).getTime()
    return { from, tz, interval: days === 1 ? 'hour' : 'day' }
  }
  const from = midnight(choice.custom.from)
  const end = midnight(choice.custom.to, 1)
  const period: Period = { from, tz, interval: intervalFor(end - from) }
  if (end <= now.getTime()) period.to = end
  return period
}

/** Few enough points to read: hours up to two days, days up to a quarter, weeks up to two years, then months. */
export function intervalFor(length: number): Interval {
  if (length <= 2 * DAY + DAY / 12) return 'hour'
  if (length <= 93 * DAY) return 'day'
  if (length <= 731 * DAY) return 'week'
  return 'month'
}

/** Whether something that happens now belongs to the period. */
export function isOpen(period: Period): boolean {
  return period.to === undefined
}

export function dayOf(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}

function isDay(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value))
}

function midnight(day: string, plus = 0): number {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number)
  return new Date(year, month - 1, date + plus).getTime()
}
