// Numbers, shares, durations and moments as people read them. Nothing here knows what is counted.
import { locale } from '@/messages'

const cache = new Map<string, Intl.NumberFormat>()

function format(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = locale() + JSON.stringify(options)
  let made = cache.get(key)
  if (!made) cache.set(key, (made = new Intl.NumberFormat(locale(), options)))
  return made
}

/** What stands where there is no number: nobody came, so no share and no time exists. */
export const NONE = '–'

export function count(value: number): string {
  return format({ maximumFractionDigits: 0 }).format(value)
}

/** As `count`, shortened from 100,000 on: `128.4K`. */
export function shortCount(value: number): string {
  if (Math.abs(value) < 100_000) return count(value)
  return format({ notation: 'compact', maximumFractionDigits: 1 }).format(value)
}

export function decimal(value: number | null, digits = 1): string {
  if (value === null) return NONE
  return format({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value)
}

/** A share between 0 and 1 as per cent, with one digit where it tells something. */
export function share(value: number | null): string {
  if (value === null) return NONE
  const digits = value === 0 || value === 1 ? 0 : 1
  return format({ style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value)
}

/** Seconds as the two largest units: `0.8s`, `42s`, `1m 12s`, `2h 5m`, `3d 4h`. */
export function duration(seconds: number | null): string {
  if (seconds === null) return NONE
  if (seconds < 10) return `${decimal(Math.round(seconds * 10) / 10, Number.isInteger(Math.round(seconds * 10) / 10) ? 0 : 1)}s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole}s`
  if (whole < 3_600) return two(Math.floor(whole / 60), 'm', whole % 60, 's')
  const minutes = Math.round(seconds / 60)
  if (minutes < 1_440) return two(Math.floor(minutes / 60), 'h', minutes % 60, 'm')
  const hours = Math.round(seconds / 3_600)
  return two(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

function two(major: number, majorUnit: string, minor: number, minorUnit: string): string {
  return minor === 0 ? `${major}${majorUnit}` : `${major}${majorUnit} ${minor}${minorUnit}`
}

/** The relative change from `before` to `now`; null where nothing can be compared. */
export function change(now: number | null, before: number | null): number | null {
  if (now === null || before === null || before === 0) return null
  return (now - before) / before
}

/** A change with its sign: `+12.5%`, `−3.0%`, `±0%`. */
export function signed(value: number): string {
  if (Math.round(value * 1000) === 0) return '±0%'
  const shown = format({
    style: 'percent',
    maximumFractionDigits: Math.abs(value) >= 10 ? 0 : 1,
    minimumFractionDigits: Math.abs(value) >= 10 ? 0 : 1,
  }).format(Math.abs(value))
  return (value > 0 ? '+' : '−') + shown
}

/** The difference of two shares, in percentage points: `+1.5`, `−10.0`, `±0`. */
export function points(difference: number): string {
  const shown = Math.round(difference * 1000) / 10
  if (shown === 0) return '±0'
  return (shown > 0 ? '+' : '−') + decimal(Math.abs(shown))
}

const dates = new Map<string, Intl.DateTimeFormat>()

function moment(at: number, options: Intl.DateTimeFormatOptions): string {
  const key = locale() + JSON.stringify(options)
  let made = dates.get(key)
  if (!made) dates.set(key, (made = new Intl.DateTimeFormat(locale(), options)))
  return made.format(at)
}

export function day(at: number): string {
  return moment(at, { day: 'numeric', month: 'short', year: 'numeric' })
}

export function time(at: number): string {
  return moment(at, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
}

export type Interval = 'hour' | 'day' | 'week' | 'month'

/** The name of the interval that begins at `at`. */
export function interval(at: number, unit: Interval): string {
  switch (unit) {
    case 'hour':
      return moment(at, { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
    case 'day':
      return moment(at, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })
    case 'week':
      return moment(at, { day: 'numeric', month: 'short', year: 'numeric' })
    case 'month':
      return moment(at, { month: 'long', year: 'numeric' })
  }
}

/** How long ago: `just now`, `5 minutes ago`, `yesterday`. */
export function ago(at: number, now: number = Date.now()): string {
  const words = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' })
  const seconds = Math.round((at - now) / 1000)
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [['day', 86_400], ['hour', 3_600], ['minute', 60]]
  for (const [unit, size] of steps) {
    if (-seconds >= size) return words.format(Math.ceil(seconds / size), unit)
  }
  return words.format(0, 'second')
}
