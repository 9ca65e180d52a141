// One observer of the document, for whoever needs to know that it changed.

import { guarded } from '../guard'

export const observeMutations = (changed: () => void) =>
  new MutationObserver(guarded(changed)).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    characterData: true,
  })
