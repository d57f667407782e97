// Acts on many messages at once. They ask what the acts on one ask (acts.ts).
import { api, take, type Schema } from '../../api/client'
import type { Ask } from './acts'

type Body = Schema['BulkInputBody']
export type Dealt = Schema['StaffBulkView']
type Words = Record<string, string>

export interface Together {
  deed: Body['deed']
  words: string
  /** What happens to so many messages, in the words of the confirmation. */
  told: (n: number) => string
  yes: (n: number) => string
  asks: Ask[]
  body: (w: Words) => Partial<Body>
}

/** How many may be chosen together. */
export const most = 200

const reason: Ask = { name: 'reason', label: '理由', kind: 'long', most: 500, hint: '每一位居民和代表都会看到，请写得对每封信都合适。' }

export const acts: Together[] = [
  { deed: 'acknowledge', words: '确认收到', asks: [], told: (n) => `告诉 ${n} 封来信的居民信已收到，由您代为确认。之后计算答复的期限。`, yes: (n) => `确认收到 ${n} 封`, body: () => ({}) },
  {
    deed: 'reassign', words: '改派代表', asks: [{ name: 'representative_id', label: '改派给', kind: 'representative' }, reason],
    told: (n) => `${n} 封来信改由另一位代表办理，居民和新的代表都会收到通知，期限不变。`, yes: (n) => `改派 ${n} 封`,
    body: (w) => ({ representative_id: w.representative_id ?? '', reason: w.reason ?? '' }),
  },
  {
    deed: 'hand_over', words: '转交承办单位', asks: [{ name: 'unit_id', label: '承办单位', kind: 'unit' }, { ...reason, label: '给单位的说明', optional: true, hint: '可以不填；各方都会看到。' }],
    told: (n) => `${n} 封来信转交同一个单位。居民没有同意转交的不会转交，会列出来。`, yes: (n) => `转交 ${n} 封`,
    body: (w) => ({ unit_id: w.unit_id ?? '', ...(w.reason ? { reason: w.reason } : {}) }),
  },
  {
    deed: 'extend', words: '延长期限', asks: [{ name: 'days', label: '延长几个工作日', kind: 'days' }, reason],
    told: (n) => `${n} 封来信的期限各延长一次，以本区域的规定为限。各方都会看到新的日期和理由。`, yes: (n) => `延长 ${n} 封`,
    body: (w) => ({ days: Number(w.days), reason: w.reason ?? '' }),
  },
  {
    deed: 'out_of_scope', words: '告知另有去处', asks: [{ name: 'where', label: '去哪里', kind: 'where' }, reason],
    told: (n) => `告诉 ${n} 封来信的居民这件事不由代表办理、应当去哪里。居民可以提出异议。`, yes: (n) => `告知 ${n} 封`,
    body: (w) => ({ where: (w.where ?? '') as Body['where'], reason: w.reason ?? '' }),
  },
]

/** Does an act on messages. Sent again under the same name nothing is done twice. */
export const actTogether = (batch: string, ids: string[], deed: Body['deed'], body: Partial<Body>): Promise<Dealt> =>
  take(api.POST('/api/v1/staff/messages/bulk', { body: { batch, ids, deed, ...body } }))

/** A name for an undertaking. */
export const newBatch = (): string => Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, '0')).join('')
