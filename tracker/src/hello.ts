// Starts or resumes a session: POST /api/hello.

import { ask } from './ask'
import { title, url } from './page'
import type { Welcome } from './protocol'
import { kept } from './session'
import { token } from './settings'

export function hello(started: number) {
  const { pass, last } = kept()
  return ask<Welcome>(
    'hello',
    JSON.stringify({
      session_start: started,
      // browsers cut it themselves
      referrer: document.referrer,
      // at first sight; the edge looks closer, and uses these only where it finds nothing
      browser: /Firefox|Chrome|Safari/.exec(navigator.userAgent)?.[0],
      OS: navigator.platform,
      url: url(),
      title: title(),
      screen: screen.width + 'x' + screen.height,
      language: navigator.language,
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      session: pass,
      last_event: last,
      sent_at: Date.now(),
    }),
    {
      credentials: 'include',
      headers: { 'content-type': 'application/json', 'x-datalab-token': token! },
    },
  )
}
