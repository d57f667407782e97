// The one door by which requests leave. It adds who asks and the key that makes
// a write safe to repeat, waits when the server is busy, renews a session that ran
// out, and lets the person prove again who they are where a route demands it.
import { Problem, secondsIn } from './problem'

/** What the door asks of the session; set once, when the console starts. */
export interface Keeper {
  token(): string
  /** Renews a session that ran out; false when it is over. */
  renew(spent: string): Promise<boolean>
  /** Is told that the session is over. */
  lost(): void
  /** Asks for proof; false when the person would rather not. */
  stepUp(words: string): Promise<boolean>
  /** Is told that the second factor must be set up first. */
  enrol(): void
}

let keeper: Keeper | undefined
export function keepWith(k: Keeper): void {
  keeper = k
}

/** How long the door itself waits for a busy server, and how often. */
const patience = 6
const tries = 3

/** Keys of writes whose outcome is not known, by what they ask: the same words sent again are the same deed. */
const open = new Map<string, string>()

/** What carries a request: the browser's own way, or one that tells how far it is. */
export type Carrier = (request: Request) => Promise<Response>

/** Sends a request. What is named is the same deed by its name, not by its words: a file has none. */
export async function send(request: Request, over: Carrier = (r) => fetch(r), named = ''): Promise<Response> {
  const write = request.method !== 'GET'
  const deed = write ? `${request.method} ${request.url}\n${named || (await request.clone().text())}` : ''
  if (write && !open.has(deed)) open.set(deed, crypto.randomUUID?.() ?? random())
  const response = await settled(request, write ? open.get(deed)! : '', over)
  if (response.status < 500) open.delete(deed)
  return response
}

/** Sends until there is an answer that the screen must deal with. */
async function settled(request: Request, key: string, over: Carrier): Promise<Response> {
  let renewed = false
  let proved = false
  for (let n = 1; ; n++) {
    const token = keeper?.token() ?? ''
    const response = await once(request, key, token, n, over)
    if (response === undefined) continue
    if (response.status === 401 && token !== '') {
      if (!renewed && (await keeper!.renew(token))) {
        renewed = true
        continue
      }
      keeper!.lost()
      return response
    }
    if (response.status === 403 && !proved) {
      const told = (await response.clone().json().catch(() => ({}))) as { code?: string; detail?: string }
      if (told.code === 'totp_required') keeper?.enrol()
      if (told.code === 'step_up_required' && (await keeper?.stepUp(told.detail ?? ''))) {
        proved = true
        continue
      }
      return response
    }
    const wait = secondsIn(response)
    // A rest of a second or two is not worth a person's attention. What counts
    // guesses (signing in) says 429 too, and is left to the person.
    if (n < tries && wait > 0 && wait <= patience && (response.status === 503 || (response.status === 429 && token !== ''))) {
      await rest(wait)
      continue
    }
    return response
  }
}

/** Sends once; undefined when the line broke and the request may be sent again. */
async function once(request: Request, key: string, token: string, n: number, over: Carrier): Promise<Response | undefined> {
  const headers = new Headers(request.headers)
  if (token !== '') headers.set('Authorization', `Bearer ${token}`)
  if (key !== '') headers.set('Idempotency-Key', key)
  try {
    return await over(new Request(request.clone(), { headers }))
  } catch (e) {
    if (request.signal.aborted) throw e
    // Signing in takes no key: sent twice it would count twice.
    if (n < tries && (request.method === 'GET' || token !== '')) {
      await rest(n)
      return undefined
    }
    throw new Problem(0, 'offline', navigator.onLine ? '连不上服务器，您填写的内容还在，请稍后再试。' : '网络断开了，您填写的内容还在，连上网后再试。')
  }
}

const rest = (seconds: number) => new Promise<void>((done) => setTimeout(done, seconds * 1000))

/** A key for pages that are not served securely, where browsers make no UUIDs. */
function random(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('')
}
