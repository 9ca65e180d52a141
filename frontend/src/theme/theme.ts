// The light or dark theme: what the system prefers unless the person chose otherwise; the choice stays in the browser.
import { ref, watchEffect } from 'vue'

export type Theme = 'system' | 'light' | 'dark'

const KEY = 'datalab.theme'
const stored = read()

export const theme = ref<Theme>(stored)

const prefersDark = window.matchMedia('(prefers-color-scheme: dark)')
const systemDark = ref(prefersDark.matches)
prefersDark.addEventListener('change', (event) => (systemDark.value = event.matches))

/** Whether dark colours show now; charts on a canvas redraw when it changes. */
export const dark = ref(false)

watchEffect(() => {
  const root = document.documentElement
  if (theme.value === 'system') delete root.dataset.theme
  else root.dataset.theme = theme.value
  dark.value = theme.value === 'system' ? systemDark.value : theme.value === 'dark'
}, { flush: 'sync' })

export function toggleTheme(): void {
  theme.value = dark.value ? 'light' : 'dark'
  try {
    localStorage.setItem(KEY, theme.value)
  } catch {
    // Storage may be forbidden; the choice then lasts until the page is left.
  }
}

/** The colour that a theme variable has now, as a canvas understands it. */
export function colour(name: string): string {
  const probe = document.createElement('i')
  probe.style.color = `var(${name})`
  document.body.append(probe)
  const value = getComputedStyle(probe).color
  probe.remove()
  return value
}

function read(): Theme {
  try {
    const value = localStorage.getItem(KEY)
    return value === 'light' || value === 'dark' ? value : 'system'
  } catch {
    return 'system'
  }
}
