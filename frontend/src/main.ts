import { createApp } from 'vue'
import App from './App.vue'
import { router } from './router'
import './theme/theme.css'
import './theme/base.css'
import './theme/theme'

// The page wanted is loaded while it is still being found out who is logged in.
for (const { components } of router.resolve(location.pathname).matched) {
  const page = components?.default
  if (typeof page === 'function') void (page as () => Promise<unknown>)().catch(() => undefined)
}

createApp(App).use(router).mount('#app')
