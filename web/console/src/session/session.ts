// Who is signed in on this browser. Tokens are kept for all its tabs: a liaison
// officer opens messages beside each other. See docs/adr for why they may be.
import { reactive, readonly } from 'vue'
import { api, bare, take, type Schema } from '../api/client'
import { Problem } from '../api/problem'
import { keepWith } from '../api/send'

export type Me = Schema['PersonMeView']
type Entry = Schema['PersonStaffSigned']

interface Kept {
  token: string
  refresh: string
  expires: string
  person: string
  name: string
  enrolling: boolean
}

const keptAt = 'lianxin.session'
const deviceAt = 'lianxin.device'

const state = reactive<{ kept: Kept | null; me: Me | null; ended: boolean }>({ kept: read(), me: null, ended: false })

/** The session as screens may see it; ended says that it ran out by itself. */
export const session = readonly(state)

function read(): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(keptAt) ?? 'null') as Kept | null
  } catch {
    return null // not ours any more: as if nobody were signed in
  }
}

function keep(kept: Kept | null): void {
  const other = kept?.person !== state.kept?.person
  state.kept = kept
  if (other) state.me = null
  if (kept === null) localStorage.removeItem(keptAt)
  else localStorage.setItem(keptAt, JSON.stringify(kept))
}

// What happens in one tab is so in all.
window.addEventListener('storage', (e) => {
  if (e.key !== keptAt && e.key !== null) return
  const kept = read()
  if (kept?.person !== state.kept?.person) state.me = null
  state.kept = kept
})

/** Takes what signing in gave; false when there is a step left. */
function enter(e: Entry): boolean {
  if (e.device_token) localStorage.setItem(deviceAt, e.device_token)
  if (!e.token) return false
  state.ended = false
  keep({
    token: e.token,
    refresh: e.refresh_token ?? '',
    expires: e.expires_at ?? '',
    person: e.person_id ?? '',
    name: e.name ?? '',
    enrolling: e.state === 'enrolment_required',
  })
  return true
}

/** Checks a password. Gives the challenge for the second step, or '' when there is none. */
export async function signIn(login: string, password: string, recoveryCode: string): Promise<string> {
  const body: Schema['StaffInputBody'] = { login, password }
  const device = localStorage.getItem(deviceAt)
  if (device) body.device_token = device
  if (recoveryCode) body.recovery_code = recoveryCode
  const entry = await take(api.POST('/api/v1/sessions/staff', { body }))
  enter(entry)
  return entry.challenge ?? ''
}

/** Answers the challenge with a code of the authenticator, or a recovery code. */
export async function answer(challenge: string, code: string): Promise<void> {
  enter(await take(api.POST('/api/v1/sessions/staff/second-factor', { body: { challenge, code } })))
}

/** Confirms a new authenticator: every other session ends and this one goes on. */
export async function confirmFactor(code: string): Promise<string[]> {
  const done = await take(api.POST('/api/v1/me/totp/confirm', { body: { code } }))
  enter(done.session)
  return done.recovery_codes
}

/** Tells the server that the session is over; here it is over in any case. */
export async function signOut(): Promise<void> {
  try {
    if (state.kept) await take(api.DELETE('/api/v1/sessions/current'))
  } catch (e) {
    if (!(e instanceof Problem)) throw e
  } finally {
    keep(null)
  }
}

/** Ends all sessions of the person, here and elsewhere. */
export async function signOutEverywhere(): Promise<void> {
  await take(api.POST('/api/v1/sessions/sign-out-everywhere'))
  keep(null)
}

/** Learns who the person is and what they may do. */
export async function meet(): Promise<Me> {
  state.me = await take(api.GET('/api/v1/me'))
  return state.me
}

export function may(permission: string): boolean {
  return (state.me?.permissions as string[] | undefined)?.includes(permission) ?? false
}

/** Renews a session that ran out. Only one tab does: used twice, a refresh token ends the session. */
async function renew(spent: string): Promise<boolean> {
  const work = async (): Promise<boolean> => {
    const kept = read()
    if (kept === null) return false
    if (kept.token !== spent) {
      state.kept = kept // another tab was faster
      return true
    }
    if (kept.refresh === '') return false
    const { data, response } = await bare.POST('/api/v1/sessions/refresh', { body: { refresh_token: kept.refresh } })
    if (!data) {
      if (response.status !== 401) throw Problem.of(response, null)
      return false
    }
    keep({ ...kept, token: data.token, refresh: data.refresh_token, expires: data.expires_at })
    return true
  }
  return navigator.locks ? navigator.locks.request('lianxin.renew', work) : work()
}

interface Question {
  words: string
  answer: (proved: boolean) => void
}

/** What StepUp.vue asks now; null when nothing is asked. */
export const asking = reactive<{ question: Question | null }>({ question: null })

/** Several requests may ask at once: they all wait for the one answer. */
let asked: Promise<boolean> | undefined

export function begin(go: { signIn: () => void; enrol: () => void }): void {
  keepWith({
    token: () => state.kept?.token ?? '',
    renew,
    lost() {
      if (state.kept === null) return
      state.ended = true
      keep(null)
      go.signIn()
    },
    enrol: go.enrol,
    stepUp(words) {
      asked ??= new Promise<boolean>((answer) => {
        asking.question = { words, answer }
      }).finally(() => {
        asking.question = null
        asked = undefined
      })
      return asked
    },
  })
}
