// A POST to the edge.

import { edge } from './settings'

/** As good as a server error: to be tried again. */
const UNREACHED = 599

export interface Answer<T> {
  /** UNREACHED where the edge was not reached or not understood */
  status: number
  /** ms the edge asked to wait, NaN where it gave a date */
  wait?: number
  body?: T | undefined
}

export async function ask<T>(path: string, body: string, more?: RequestInit): Promise<Answer<T>> {
  try {
    const response = await fetch(edge + path, { method: 'POST', body, ...more })
    const { status } = response
    return {
      status,
      wait: (response.headers.get('retry-after') as unknown as number) * 1000,
      body: status < 204 ? await response.json() : undefined,
    }
  } catch {
    return { status: UNREACHED }
  }
}
