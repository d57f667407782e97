// Who this phone belongs to. Reading what is public needs nobody; the first thing
// that does asks WeChat, without a word where that is possible.
import { reactive, readonly } from 'vue'
import { api, type Schema } from '../api/call'
import { Problem } from '../api/problem'
import { keepWith } from '../api/send'
import { forget, keep, kept } from '../drawer'
import { say } from '../go'
import { platform } from '../platform'

export type Me = Schema['PersonMeView']

interface Session {
  token: string
  refresh: string
  person: string
}

const keptAt = 'lianxin.session'

const state = reactive<{ session: Session | null; me: Me | null }>({ session: kept<Session>(keptAt) ?? null, me: null })

/** The session as pages may see it. */
export const session = readonly(state)

function set(next: Session | null): void {
  if (next?.person !== state.session?.person) state.me = null
  state.session = next
  if (next === null) forget(keptAt)
  else keep(keptAt, next)
}

/** What a person reads who is in a browser of its own, where WeChat cannot say who they are. */
export const notInWeChat = 'not_in_wechat'

/** What a page of representatives or units says to who was bound to none. */
export const notBound = 'not_bound'

let proving: Promise<void> | undefined

/** Asks WeChat who this is and opens a session. Several that need one wait for the same. */
function prove(): Promise<void> {
  proving ??= (async () => {
    const proof = await platform.prove().catch(() => {
      throw new Problem(0, 'offline', '没有连上微信，请检查网络后再试。')
    })
    if (proof === undefined) throw new Problem(0, notInWeChat, '请在微信里打开这个页面。')
    const body = { code: proof.code }
    const signed = proof.by === 'wechat' ? await api.post('/api/v1/sessions/wechat', { body, bare: true }) : await api.post('/api/v1/sessions/official', { body, bare: true })
    set({ token: signed.token, refresh: signed.refresh_token, person: signed.person_id })
  })().finally(() => {
    proving = undefined
  })
  return proving
}

/** Makes sure that somebody is signed in. Throws a Problem. */
export async function signIn(): Promise<void> {
  if (state.session === null) await prove()
}

/** Learns who the person is and what they may do; again, when asked to. */
export async function meet(again = false): Promise<Me> {
  await signIn()
  if (state.me === null || again) state.me = await api.get('/api/v1/me')
  return state.me
}

export function may(permission: Me['permissions'][number]): boolean {
  return state.me?.permissions.includes(permission) ?? false
}

/** Ends the session on the server; here it is over in any case. */
export async function signOut(everywhere = false): Promise<void> {
  try {
    if (state.session === null) return
    if (everywhere) await api.post('/api/v1/sessions/sign-out-everywhere')
    else await api.delete('/api/v1/sessions/current')
  } finally {
    set(null)
  }
}

let renewing: Promise<boolean> | undefined

/** Renews a session that ran out. Only one does: used twice, a refresh token ends the session. */
function renew(spent: string): Promise<boolean> {
  renewing ??= (async () => {
    const now = state.session
    if (now !== null && now.token !== spent) return true
    if (now !== null) {
      try {
        const signed = await api.post('/api/v1/sessions/refresh', { body: { refresh_token: now.refresh }, bare: true })
        set({ token: signed.token, refresh: signed.refresh_token, person: signed.person_id })
        return true
      } catch (e) {
        if (!(e instanceof Problem) || e.status !== 401) throw e
        set(null)
      }
    }
    await prove()
    return true
  })().finally(() => {
    renewing = undefined
  })
  return renewing
}

export function begin(): void {
  keepWith({ token: () => state.session?.token ?? '', renew, stepUp })
  // On H5 the page was left to prove it, and this is the way back.
  if (state.session === null) return
  const proof = platform.returned()
  if (proof === undefined) return
  api.post('/api/v1/sessions/current/step-up', { body: { wechat_code: proof.code } }).then(
    () => say('已确认是您本人，请再点一次'),
    (e: unknown) => say(e instanceof Problem ? e.message : '没有确认成功，请再点一次'),
  )
}

/** WeChat says once more who this is. The person is asked first: what follows is serious. */
async function stepUp(): Promise<boolean> {
  const agreed = await new Promise<boolean>((done) =>
    uni.showModal({ title: '请确认是您本人', content: '这一步很重要，需要微信再确认一次您的身份。', confirmText: '继续', success: (r) => done(r.confirm), fail: () => done(false) }),
  )
  if (!agreed) return false
  const proof = await platform.prove()
  if (proof === undefined) return false
  await api.post('/api/v1/sessions/current/step-up', { body: { wechat_code: proof.code } })
  return true
}
