// Short names for the intervals along an axis.
import { locale } from '@/messages'
import type { Interval } from '@/numbers/format'

const SHORT: Record<Interval, Intl.DateTimeFormatOptions> = {
  hour: { hour: '2-digit', minute: '2-digit' },
  day: { day: 'numeric', month: 'short' },
  week: { day: 'numeric', month: 'short' },
  month: { month: 'short', year: '2-digit' },
}

const made = new Map<string, Intl.DateTimeFormat>()

export function axisLabel(at: number, interval: Interval): string {
  const key = locale() + interval
  let format = made.get(key)
  if (!format) made.set(key, (format = new Intl.DateTimeFormat(locale(), SHORT[interval])))
  return format.format(at)
}
