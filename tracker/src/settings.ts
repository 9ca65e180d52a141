// What the snippet says: <script defer src="https://EDGE/t.js" data-token="APP_TOKEN"></script>
// The edge is where the script came from, unless `data-host` names another.

import { attempt } from './guard'

const script = document.currentScript as HTMLScriptElement | null

export const token = script?.dataset.token
/** where the edge's interface begins */
export const edge = attempt(() => new URL(script!.dataset.host || script!.src).origin + '/api/')!
