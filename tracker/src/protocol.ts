// What travels between tracker and edge. The edge's side of it: services/contracts/tracking.py.

/** The fields of an event; which of them are there tells its kind. Times in seconds, places in CSS pixels of the page. */
export interface Detail {
  kind?: 'seen'
  X?: number
  Y?: number
  target?: string
  text?: string | undefined
  page_w?: number
  page_h?: number
  hover?: number | undefined
  rage?: boolean | undefined
  dead?: true
  elapsed?: number
  outcome?: 'leave' | 'click'
  next?: string
  title?: string
  scroll?: number
  name?: string
  props?: Record<string, string | number | boolean | null>
  value?: number
  currency?: string
}

export interface TrackedEvent {
  /** 1 marks the continuous mouse moves */
  type: 0 | 1
  /** UNIX ms */
  timestamp: number
  event: Detail
}

export interface Button {
  name: string
  /** CSS, or XPath where it starts with `/` or `(` */
  selector: string
}

export interface Config {
  buttons: Button[]
  capture: { moves?: boolean; hover?: boolean; fragment?: boolean }
}

export interface Welcome {
  /** safe in a URL */
  ticket: string
  /** the session pass, opaque */
  session: string
  resumed: boolean
  config: Config
}

