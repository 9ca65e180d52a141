// Show a component in the test's document, with the router's links as plain anchors.
import { createApp, h, nextTick, type Component } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'

export async function mount(component: Component, props: Record<string, unknown> = {}): Promise<HTMLElement> {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', component: { render: () => null } },
      { path: '/apps/:app/settings/snippet', name: 'settings-snippet', component: { render: () => null } },
      { path: '/apps/:app/live', name: 'live', component: { render: () => null } },
    ],
  })
  await router.push('/')
  const root = document.createElement('div')
  document.body.replaceChildren(root)
  createApp({ render: () => h(component, props) }).use(router).mount(root)
  await nextTick()
  return root
}

/** The text at a data-testid, as a person reads it. */
export function text(root: ParentNode, testid: string): string {
  const found = root.querySelector(`[data-testid="${testid}"]`)
  if (!found) throw new Error(`there is no ${testid}`)
  return found.textContent!.replace(/\s+/g, ' ').trim()
}
