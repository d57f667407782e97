// The one door by which requests leave. It adds who asks and the key that makes a
// write safe to repeat, waits when the server is busy, and renews a session that
// ran out.
import { Problem } from './problem'

declare const __SERVER__: string

/** Where the server is: '' for the H5 pages, which came from it. */
export const server = __SERVER__

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

export interface Ask {
  method: Method
  /** From /api/v1 on, with its query. */
  path: string
  body?: unknown
  /** Names the deed: sent again under the same key it happens once. */
  key?: string
  /** Sent as nobody: what signs in, or tells nothing of who asks. */
  bare?: boolean
}

/** What the door asks of the session; set once, when the phone starts. */
export interface Keeper {
  token(): string
  /** Renews a session that ran out, or signs in anew; false when neither went. */
  renew(spent: string): Promise<boolean>
  /** Signs in once more, which proves who asks; false when the person would rather not. */
  stepUp(): Promise<boolean>
}

let keeper: Keeper | undefined
export function keepWith(k: Keeper): void {
  keeper = k
}

const patience = 6
const tries = 3
const longest = 20_000

/** Keys of writes whose outcome is not known, by what they ask: the same words sent again are the same deed. */
const open = new Map<string, string>()

/** Asks, and gives what was answered. Throws a Problem. */
export async function send(ask: Ask): Promise<unknown> {
  const write = ask.method !== 'GET'
  const deed = `${ask.method} ${ask.path}\n${JSON.stringify(ask.body ?? null)}`
  let key = ask.key ?? ''
  if (write && key === '') {
    key = open.get(deed) ?? newKey()
    open.set(deed, key)
  }
  try {
    const answer = await settled(ask, key)
    open.delete(deed)
    return answer
  } catch (e) {
    if (e instanceof Problem && e.refused) open.delete(deed)
    throw e
  }
}

const settled = (ask: Ask, key: string) =>
  settle({ attempt: (token) => once(ask, key, token), bare: ask.bare ?? false, repeats: (token) => ask.method === 'GET' || token !== '' })

/** A request as the door sends it, whatever carries it. */
export interface Attempt {
  /** Sends once as the bearer of a token; undefined when the line broke. */
  attempt: (token: string) => Promise<Got | undefined>
  bare: boolean
  /** Whether it may be sent again when nothing is known of what became of it. */
  repeats: (token: string) => boolean
}

/** Sends until there is an answer: renews a session that ran out, proves who asks, waits when the server is busy. */
export async function settle(a: Attempt): Promise<unknown> {
  let renewed = false
  let proved = false
  for (let n = 1; ; n++) {
    const token = a.bare ? '' : (keeper?.token() ?? '')
    const got = await a.attempt(token)
    if (got === undefined) {
      if (n < tries && a.repeats(token)) {
        await rest(n)
        continue
      }
      throw new Problem(0, 'offline', '网络不太好，没有连上。您写的内容还在，稍后再试。')
    }
    if (got.statusCode < 300) return got.data
    if (got.statusCode === 401 && !a.bare && !renewed) {
      renewed = true
      if (await keeper?.renew(token)) continue
    }
    const problem = Problem.of(got.statusCode, got.data, secondsIn(got.header))
    if (problem.code === 'step_up_required' && !proved) {
      proved = true
      if (await keeper?.stepUp()) continue
    }
    const wait = problem.retryAfter
    if (n < tries && wait > 0 && wait <= patience && (got.statusCode === 503 || (got.statusCode === 429 && token !== ''))) {
      await rest(wait)
      continue
    }
    throw problem
  }
}

export interface Got {
  statusCode: number
  data: unknown
  header: Record<string, string>
}

/** Sends once; undefined when the line broke. */
function once(ask: Ask, key: string, token: string): Promise<Got | undefined> {
  const header: Record<string, string> = { Accept: 'application/json' }
  if (ask.body !== undefined) header['Content-Type'] = 'application/json'
  if (token !== '') header.Authorization = `Bearer ${token}`
  if (key !== '' && !ask.bare) header['Idempotency-Key'] = key
  return new Promise((done) => {
    uni.request({
      url: server + ask.path,
      method: ask.method,
      data: ask.body === undefined ? undefined : JSON.stringify(ask.body),
      header,
      timeout: longest,
      success: (r) => done(r as unknown as Got),
      fail: () => done(undefined),
    })
  })
}

function secondsIn(header: Record<string, string>): number {
  for (const name of Object.keys(header ?? {})) {
    if (name.toLowerCase() !== 'retry-after') continue
    const value = Number(header[name])
    return Number.isFinite(value) && value > 0 ? Math.ceil(value) : 0
  }
  return 0
}

export const rest = (seconds: number) => new Promise<void>((done) => setTimeout(done, seconds * 1000))

/** A key for a deed that is to happen once. It need not be secret. */
export function newKey(): string {
  let key = Date.now().toString(16)
  while (key.length < 32) key += Math.floor(Math.random() * 16).toString(16)
  return key
}
