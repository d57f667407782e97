// Asking for notices, at a moment when somebody has a use for them. WeChat asks the
// person; what they allowed goes into the ledger, by which the server knows whom it
// can reach.
import { api } from './api/call'
import { platform } from './platform'
import { session } from './session/session'

/** Notices of the mini-program by what they tell. */
export type Telling = 'progress' | 'answer' | 'task' | 'survey' | 'news'

/**
 * Ids of the templates that tell of these things, at most three; none where they
 * cannot be asked for. They must be known before the tap, in which WeChat asks at once.
 */
export async function templatesFor(...tellings: Telling[]): Promise<string[]> {
  if (!platform.canSubscribe || session.session === null) return []
  const { templates } = await api.get('/api/v1/me/notice-templates')
  const known = templates as Record<string, string | undefined>
  return tellings.map((telling) => known[telling] ?? '').filter((id) => id !== '').slice(0, 3)
}

/** Asks WeChat's question, in a tap, and writes down what was allowed; false when nothing was. Throws a Problem. */
export async function askFor(ids: string[]): Promise<boolean> {
  if (ids.length === 0) return false
  const allowed = await platform.subscribe(ids)
  if (allowed.length === 0) return false
  await api.post('/api/v1/me/notice-grants', { body: { template_ids: allowed } })
  return true
}
