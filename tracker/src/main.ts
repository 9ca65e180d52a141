// One page load of the tracker, and `window.datalab`, all that the page sees of it.

import { adopt } from './buffer'
import { configure, rescan, watchButtons } from './capture/buttons'
import { captureClicks } from './capture/clicks'
import { custom } from './capture/custom'
import { documentChanged, watchDead } from './capture/dead'
import { finish } from './capture/finish'
import { captureHovers } from './capture/hovers'
import { captureMoves } from './capture/moves'
import { observeMutations } from './capture/mutations'
import { arrive, capturePages, leavePage, moved } from './capture/pages'
import { guarded, later, on } from './guard'
import { continueSession } from './session'
import { edge, token } from './settings'
import { comeBack, goodbye, hide, leave, onConfig } from './stream'

/** left, and perhaps kept by the browser */
let away = false
const NOTED_AFTER = 50

const track = guarded(() => {
  if (!token || !edge || window.datalab) return

  window.datalab = {
    event: guarded(custom),
    goodbye: guarded(() => {
      finish()
      goodbye()
    }),
  }

  watchButtons()
  watchDead()
  observeMutations(() => {
    documentChanged()
    rescan()
  })
  captureHovers()
  captureMoves()
  captureClicks()
  capturePages()

  on(window, 'pagehide', () => {
    away = true
    finish()
    leavePage()
    leave()
  })
  on(document, 'visibilitychange', () => {
    if (away || !document.hidden) return
    finish()
    hide()
  })
  on<PageTransitionEvent>(window, 'pageshow', ({ persisted }) => {
    if (!persisted) return
    away = false
    comeBack()
    // what the other page noted when it was left comes from another process
    later(arrive, NOTED_AFTER)
  })
  on(window, 'online', comeBack)

  onConfig((config) => {
    configure(config)
    // until then no fragment was known to be kept
    moved()
  })
  continueSession()
  adopt()
  arrive()
})

// a page loaded ahead of its visit is no visit yet
on(document, 'prerenderingchange', track)
if (!document.prerendering) track()

declare global {
  /** what a page finds as `window.datalab` */
  interface Datalab {
    event(name: string, props?: { [key: string]: unknown }): void
    /** The visit ends here; nothing more of this page is captured. */
    goodbye(): void
  }
  interface Window {
    datalab?: Datalab
  }
  interface Document {
    prerendering?: boolean
  }
}
