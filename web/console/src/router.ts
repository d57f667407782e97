import { nextTick, shallowRef } from 'vue'
import { createRouter, createWebHistory, type RouteLocationNormalized } from 'vue-router'
import { Problem, problemOf } from './api/problem'
import { rooms } from './rooms/rooms'
import { may, meet, session } from './session/session'

declare module 'vue-router' {
  interface RouteMeta {
    title: string
    needs?: string
    /** For who is not, or not wholly, signed in. */
    outside?: boolean
    within?: string
  }
}

export const router = createRouter({
  history: createWebHistory('/console/'),
  routes: [
    { path: '/sign-in', name: 'sign-in', component: () => import('./session/SignIn.vue'), meta: { title: '登录', outside: true } },
    { path: '/enrol', name: 'enrol', component: () => import('./session/Enrol.vue'), meta: { title: '绑定身份验证器', outside: true } },
    ...rooms.map((r) => ({ path: r.path, name: r.name, component: r.page, props: true, meta: { title: r.title, needs: r.needs, within: r.within } })),
    { path: '/', name: 'home', redirect: () => ({ name: first() }) },
    { path: '/:rest(.*)*', name: 'nowhere', component: () => import('./parts/Nowhere.vue'), meta: { title: '没有这个页面' } },
  ],
})

/** The first room that the person may enter. */
function first(): string {
  return rooms.find((r) => r.inNavigation && (!r.needs || may(r.needs)))?.name ?? 'own'
}

/** Where the sign-in page sends people afterwards: a page of ours, or home. */
export function back(to: unknown): string {
  return typeof to === 'string' && to.startsWith('/') && !to.startsWith('//') ? to : '/'
}

/** A page that could not be opened, and why; null when all is well. */
export const trouble = shallowRef<{ problem: Problem; path: string } | null>(null)

/** Whether the guard is learning who the person is: then it decides itself where to go. */
let learning = false

/** Leaves for a page outside, to come back to where one is. */
export function leaveFor(name: 'sign-in' | 'enrol'): void {
  if (!learning) void router.push({ name, query: { back: router.currentRoute.value.fullPath } })
}

/** Learns who the person is; false when the session turns out to be over. */
async function learn(): Promise<boolean> {
  learning = true
  try {
    await meet()
    return true
  } catch (e) {
    if (e instanceof Problem && e.status === 401) return false
    throw e
  } finally {
    learning = false
  }
}

router.beforeEach(async (to: RouteLocationNormalized) => {
  const signIn = { name: 'sign-in', query: to.fullPath === '/' ? {} : { back: to.redirectedFrom?.fullPath ?? to.fullPath } }
  if (session.kept === null) return to.name === 'sign-in' ? true : signIn
  if (session.kept.enrolling) return to.name === 'enrol' ? true : { name: 'enrol', query: to.query }
  if (session.me === null) {
    if (!(await learn())) return signIn
    if (to.redirectedFrom) return to.redirectedFrom.fullPath // home depends on who one is
  }
  if (to.name === 'sign-in') return back(to.query.back)
  if (to.meta.needs && !may(to.meta.needs)) return { name: 'nowhere', params: { rest: to.path.slice(1).split('/') } }
  return true
})

router.onError((thrown, to) => {
  trouble.value = { problem: problemOf(thrown), path: to.fullPath }
})

router.afterEach((to, from, failure) => {
  if (failure) return
  trouble.value = null
  document.title = `${to.meta.title} · 连心管理台`
  // Who listens to the page, or uses the keyboard, begins at its heading.
  if (from.name && from.path !== to.path) void nextTick(() => document.querySelector<HTMLElement>('h1')?.focus())
})
