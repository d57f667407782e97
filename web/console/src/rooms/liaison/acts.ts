// What the liaison office can do with a message: when, what it must say, and the
// words that tell the officer what will happen. Each act is one form.
import { api, take, type Schema } from '../../api/client'
import { Problem } from '../../api/problem'
import { actTogether, newBatch } from './together'

export type Thread = Schema['MessageviewStaffThread']
type Words = Record<string, string>
type Where = Schema['OutOfScopeInputBody']['where']

export interface Ask {
  name: string
  label: string
  kind: 'line' | 'long' | 'days' | 'unit' | 'representative' | 'where'
  hint?: string
  most?: number
  /** May be left empty. */
  optional?: boolean
}

export interface Act {
  id: string
  /** What the button says. */
  words: string
  /** What will happen, and who will see it. */
  told: (t: Thread, officer: string) => string
  /** Whether prepared and similar answers help to write it. */
  assisted?: boolean
  /** What the button of the form says, and what is said when it is done. */
  yes: string
  done: string
  asks: Ask[]
  possible: (t: Thread) => boolean
  run: (id: string, words: Words) => Promise<Thread>
}

export const elsewhere: { where: Where; words: string }[] = [
  { where: 'hotline_12345', words: '12345 政务服务便民热线' },
  { where: 'petition_office', words: '信访部门' },
  { where: 'court', words: '人民法院' },
  { where: 'legal_aid', words: '法律援助机构' },
  { where: 'discipline', words: '纪检监察机关' },
  { where: 'police_110', words: '公安机关（110）' },
  { where: 'other', words: '其他部门' },
]

/** Throws what an act still must be told. */
export function refuseMissing(asks: Ask[], words: Words): void {
  const missing = asks.filter((a) => !a.optional && !words[a.name]?.trim())
  const fields = Object.fromEntries(missing.map((a) => [a.name, ['line', 'long', 'days'].includes(a.kind) ? '请填写。' : '请选择。']))
  for (const a of asks) if (a.kind === 'days' && words[a.name]?.trim() && !/^[1-9]\d?$/.test(words[a.name]!.trim())) fields[a.name] = '请填写 1 到 60 的整数。'
  if (Object.keys(fields).length) throw new Problem(422, 'invalid', '', { fields })
}

/** One act of many, on one: the message as it is afterwards. */
async function alone(id: string, deed: 'ungather'): Promise<Thread> {
  const { items } = await actTogether(newBatch(), [id], deed, {})
  if (!items[0]?.done) throw new Problem(409, 'conflict', items[0]?.why ?? '')
  return take(api.GET('/api/v1/staff/messages/{id}', { params: { path: { id } } }))
}

const can = (deed: string) => (t: Thread) => t.actions.includes(deed)
const waits = (t: Thread) => t.state === 'delivered' || t.state === 'acknowledged'
const on = (id: string) => ({ params: { path: { id } } })
const reason: Ask = { name: 'reason', label: '理由', kind: 'long', most: 500, hint: '居民和代表都会看到。' }

export const acts: Act[] = [
  {
    id: 'answer', assisted: true, words: '代为答复', yes: '发出答复', done: '已代为答复，正在送达居民',
    told: (t, officer) => `以联络办 ${officer} 的名义答复，居民和${t.representative}代表都会看到是谁答复的。居民会被请来评价。`,
    asks: [{ name: 'body', label: '答复', kind: 'long', most: 2000 }],
    possible: can('answer'),
    run: (id, w) => take(api.POST('/api/v1/staff/messages/{id}/answer', { ...on(id), body: { body: w.body ?? '' } })),
  },
  {
    id: 'hand_over', words: '转交承办单位', yes: '转交', done: '已转交',
    told: () => '居民已同意转交，单位能看到来信和居民允许的联系方式。期限按单位的规定重新计算，各方看到同一个日期。',
    asks: [{ name: 'unit_id', label: '承办单位', kind: 'unit' }, { name: 'note', label: '给单位的说明', kind: 'long', most: 500, optional: true, hint: '可以不填；各方都会看到。' }],
    possible: (t) => can('hand_over')(t) && t.consents.hand_over,
    run: (id, w) => take(api.POST('/api/v1/staff/messages/{id}/hand-over', { ...on(id), body: { unit_id: w.unit_id ?? '', ...(w.note ? { note: w.note } : {}) } })),
  },
  {
    id: 'acknowledge', words: '代为确认收到', yes: '确认收到', done: '已确认收到',
    told: (_, officer) => `告诉居民信已收到，由联络办 ${officer} 确认。之后计算答复的期限。`,
    asks: [], possible: can('acknowledge'),
    run: (id) => take(api.POST('/api/v1/staff/messages/{id}/acknowledge', on(id))),
  },
  {
    id: 'reassign', words: '改派代表', yes: '改派', done: '已改派',
    told: (t) => `${t.holder ? `现在由${t.holder}代表办理。` : '现在还没有代表办理。'}改派后，居民和新的代表都会收到通知，期限不变。`,
    asks: [{ name: 'representative_id', label: '改派给', kind: 'representative' }, reason],
    possible: waits,
    run: (id, w) => take(api.POST('/api/v1/staff/messages/{id}/reassign', { ...on(id), body: { representative_id: w.representative_id ?? '', reason: w.reason ?? '' } })),
  },
  {
    id: 'ask_consent', words: '征求转交同意', yes: '征求同意', done: '已请居民在手机上确认',
    told: () => '居民还没有同意转交，所以现在不能转交承办单位。请居民在手机上确认，同意后就能转交。',
    asks: [], possible: (t) => waits(t) && !t.consents.hand_over,
    run: (id) => take(api.POST('/api/v1/staff/messages/{id}/ask-consent', on(id))),
  },
  {
    id: 'out_of_scope', words: '告知另有去处', yes: '告知居民', done: '已告知居民',
    told: () => '这件事不由代表办理。居民会看到去哪里、为什么，并且可以提出异议。',
    asks: [{ name: 'where', label: '去哪里', kind: 'where' }, { ...reason, hint: '请用居民听得懂的话写，居民会看到。' }],
    possible: can('out_of_scope'),
    run: (id, w) => take(api.POST('/api/v1/staff/messages/{id}/out-of-scope', { ...on(id), body: { where: (w.where ?? '') as Where, reason: w.reason ?? '' } })),
  },
  {
    id: 'supplement', assisted: true, words: '补充内容', yes: '发出', done: '已补充',
    told: (_, officer) => `以联络办 ${officer} 的名义写给居民，也可以用来询问情况；不算答复，期限照常计算。`,
    asks: [{ name: 'body', label: '内容', kind: 'long', most: 2000 }],
    possible: (t) => !['submitted', 'held', 'screened', 'refused', 'closed', 'confirmed', 'withdrawn', 'out_of_scope'].includes(t.state),
    run: (id, w) => take(api.POST('/api/v1/staff/messages/{id}/turns', { ...on(id), body: { body: w.body ?? '' } })),
  },
  {
    id: 'ungather', words: '改为单独答复', yes: '单独答复', done: '已改为单独答复',
    told: (t) => `现在与 ${t.leading?.number ?? ''} 一并答复。改为单独答复后，期限从今天重新计算，居民会收到通知，但不会知道还有别人的来信。`,
    asks: [], possible: (t) => t.leading !== undefined,
    run: (id) => alone(id, 'ungather'),
  },
  {
    id: 'extend', words: '延长期限', yes: '延长', done: '期限已延长',
    told: (t) => `这一期限只能延长一次，最多 ${t.may_extend_days} 个工作日。居民、代表和承办单位都会看到新的日期和理由。`,
    asks: [{ name: 'days', label: '延长几个工作日', kind: 'days' }, { ...reason, hint: '各方都会看到。' }],
    possible: (t) => t.may_extend_days > 0,
    run: (id, w) => take(api.POST('/api/v1/staff/messages/{id}/extend', { ...on(id), body: { days: Number(w.days), reason: w.reason ?? '' } })),
  },
  {
    id: 'pause', words: '暂停期限', yes: '暂停', done: '期限已暂停',
    told: () => '只有依法或依规定不能计算办理时间时才暂停，例如等待鉴定。暂停期间不再提醒，恢复后期限顺延。',
    asks: [reason], possible: (t) => t.clock !== undefined && !t.clock.paused,
    run: (id, w) => take(api.POST('/api/v1/staff/messages/{id}/pause', { ...on(id), body: { reason: w.reason ?? '' } })),
  },
  {
    id: 'resume', words: '恢复期限', yes: '恢复', done: '期限已恢复',
    told: () => '期限按暂停的天数顺延，各方会看到新的日期。',
    asks: [], possible: (t) => t.clock?.paused === true,
    run: (id) => take(api.POST('/api/v1/staff/messages/{id}/resume', on(id))),
  },
]
