// Which address shows which page. Each page is loaded when it is first gone to; the small ones before log-in too.
import { nextTick } from 'vue'
import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteLocationRaw, type RouteRecordRaw } from 'vue-router'
import { onSessionLost } from '@/api/client'
import { startLive, stopLive } from '@/live/live'
import { t, type Key } from '@/messages'
import { forgetApps } from '@/session/apps'
import * as session from '@/session/session'

declare module 'vue-router' {
  interface RouteMeta {
    /** For those who are not logged in. */
    anonymous?: boolean
    title?: Key
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/', redirect: { name: 'apps' } },
  {
    path: '/login',
    name: 'log-in',
    component: () => import('@/pages/log-in/LogInPage.vue'),
    meta: { anonymous: true, title: 'account.logIn' },
  },
  {
    path: '/register',
    name: 'register',
    component: () => import('@/pages/register/RegisterPage.vue'),
    meta: { anonymous: true, title: 'account.create' },
  },
  {
    path: '/reset-password',
    name: 'reset-password',
    component: () => import('@/pages/reset-password/ResetPasswordPage.vue'),
    meta: { title: 'account.newPassword' },
  },
  {
    path: '/apps',
    component: () => import('@/layout/Shell.vue'),
    children: [
      { path: '', name: 'apps', component: () => import('@/pages/apps/AppsPage.vue'), meta: { title: 'apps.title' } },
      {
        path: 'new',
        name: 'create-app',
        component: () => import('@/pages/create-app/CreateAppPage.vue'),
        meta: { title: 'createApp.title' },
      },
      {
        path: ':app',
        component: () => import('@/layout/AppFrame.vue'),
        redirect: (to) => ({ name: 'overview', params: to.params, query: to.query }),
        children: [
          { path: 'live', name: 'live', component: () => import('@/pages/live/LivePage.vue'), meta: { title: 'live.title' } },
          {
            path: 'overview',
            name: 'overview',
            component: () => import('@/pages/overview/OverviewPage.vue'),
            meta: { title: 'overview.title' },
          },
          {
            path: 'funnel',
            name: 'funnel',
            component: () => import('@/pages/funnel/FunnelPage.vue'),
            meta: { title: 'funnel.title' },
          },
          {
            path: 'buttons',
            name: 'buttons',
            component: () => import('@/pages/buttons/ButtonsPage.vue'),
            meta: { title: 'buttons.title' },
          },
          {
            path: 'settings',
            component: () => import('@/pages/settings/SettingsPage.vue'),
            meta: { title: 'settings.title' },
            children: [
              { path: '', name: 'settings', redirect: (to) => ({ name: 'settings-snippet', params: to.params, query: to.query }) },
              { path: 'snippet', name: 'settings-snippet', component: () => import('@/pages/settings/SnippetTab.vue') },
              { path: 'funnel', name: 'settings-funnel', component: () => import('@/pages/settings/FunnelTab.vue') },
              { path: 'buttons', name: 'settings-buttons', component: () => import('@/pages/settings/ButtonsTab.vue') },
              { path: 'campaigns', name: 'settings-campaigns', component: () => import('@/pages/settings/CampaignsTab.vue') },
              { path: 'capture', name: 'settings-capture', component: () => import('@/pages/settings/CaptureTab.vue') },
              { path: 'data', name: 'settings-data', component: () => import('@/pages/settings/DataTab.vue') },
              { path: 'history', name: 'settings-history', component: () => import('@/pages/settings/HistoryTab.vue') },
              { path: 'general', name: 'settings-general', component: () => import('@/pages/settings/GeneralTab.vue') },
              { path: 'members', name: 'settings-members', component: () => import('@/pages/settings/MembersTab.vue') },
            ],
          },
        ],
      },
    ],
  },
  {
    path: '/account',
    component: () => import('@/layout/Shell.vue'),
    children: [
      {
        path: '',
        name: 'account',
        component: () => import('@/pages/account/AccountPage.vue'),
        meta: { title: 'ownAccount.title' },
      },
    ],
  },
  {
    path: '/organisation',
    component: () => import('@/layout/Shell.vue'),
    children: [
      {
        path: '',
        component: () => import('@/pages/organisation/OrganisationPage.vue'),
        meta: { title: 'organisation.title' },
        children: [
          { path: '', name: 'people', component: () => import('@/pages/organisation/PeopleTab.vue') },
          {
            path: 'links',
            name: 'join-links',
            component: () => import('@/pages/organisation/LinksTab.vue'),
            meta: { title: 'organisation.links' },
          },
          { path: 'audit', name: 'audit', component: () => import('@/pages/audit/AuditTab.vue'), meta: { title: 'audit.title' } },
        ],
      },
    ],
  },
  {
    path: '/:rest(.*)*',
    name: 'not-found',
    component: () => import('@/pages/not-found/NotFoundPage.vue'),
    meta: { title: 'notFound.title' },
  },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
})

router.beforeEach(async (to) => {
  await session.open()
  if (to.name === 'not-found' || to.name === 'reset-password') return true
  if (to.meta.anonymous) return session.user.value ? afterLogIn(to) : true
  if (!session.user.value) return logInPage(to, session.ended.value)
  startLive()
  return true
})

router.afterEach(async (to, from) => {
  document.title = to.meta.title ? `${t(to.meta.title)} · ${t('product')}` : t('product')
  if (!from.matched.length || to.path === from.path) return
  // A new page is announced by its heading, as a full load would do it.
  await nextTick()
  document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true })
})

/** Where a person goes once logged in: where they wanted to, inside this app only. */
export function afterLogIn(from: RouteLocationNormalized): string {
  const { next } = from.query
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) ? next : '/apps'
}

export function leave(ended: boolean): void {
  stopLive()
  session.end()
  forgetApps()
  void router.push(ended ? logInPage(router.currentRoute.value, true) : { name: 'log-in' })
}

/** From where a person is led back to where they are or wanted to go; it says so where a log-in session has ended. */
function logInPage({ path, fullPath }: RouteLocationNormalized, ended: boolean): RouteLocationRaw {
  return { name: 'log-in', query: { ...(ended && { ended: '1' }), ...(path !== '/apps' && { next: fullPath }) } }
}

onSessionLost(() => leave(true))

// After an update of the dashboard the old build's pages are gone: load the new build where the person wanted to go.
router.onError((error: unknown, to) => {
  if (!(error instanceof Error) || !/dynamically imported module|module script/i.test(error.message)) return
  if (sessionStorage.getItem('datalab.reloaded') === to.fullPath) return
  sessionStorage.setItem('datalab.reloaded', to.fullPath)
  location.assign(to.fullPath)
})
