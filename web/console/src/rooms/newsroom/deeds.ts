// What can be done with an article as a whole: when, what it must say, and the
// words that tell what will happen. The server says which of them are possible.
import { api, take } from '../../api/client'
import type { Whole } from './words'

type Words = Record<string, string>

export interface Deed {
  /** As the server names it. */
  id: string
  words: string
  told: (a: Whole) => string
  yes: string
  done: string
  /** A reason that must be given, and who will see it. */
  reason?: { label: string; hint: string }
  /** A moment that must be chosen. */
  moment?: boolean
  /** The one that the screen leads to. */
  main?: boolean
  run: (id: string, words: Words) => Promise<Whole>
}

const goesBy = (a: Whole): string => a.doors.filter((d) => d.wanted && d.door !== 'mass_send').map((d) => d.name).join('、') || '（还没有选渠道）'
const on = (id: string) => ({ params: { path: { id } } })

const deeds: Deed[] = [
  {
    id: 'submit', words: '提交审核', yes: '提交', done: '已提交审核', main: true,
    told: () => '请另一位同事审核。审核期间不能改；要改可以先取回。',
    run: (id) => take(api.POST('/api/v1/staff/articles/{id}/submit', on(id))),
  },
  {
    id: 'approve', words: '审核通过', yes: '通过', done: '已审核通过', main: true,
    told: (a) => `通过后可以发布。您对内容负责：标题“${a.title}”，${a.measure.words} 字。`,
    run: (id) => take(api.POST('/api/v1/staff/articles/{id}/approve', on(id))),
  },
  {
    id: 'return', words: '退回修改', yes: '退回', done: '已退回', reason: { label: '退回的原因', hint: '作者会看到，请写清楚改哪里。' },
    told: () => '文章回到作者手里，改好后重新提交。',
    run: (id, w) => take(api.POST('/api/v1/staff/articles/{id}/return', { ...on(id), body: { reason: w.reason ?? '' } })),
  },
  {
    id: 'revise', words: '取回修改', yes: '取回', done: '已取回，可以修改',
    told: (a) => (a.state === 'in_review' ? '审核停下来，文章变回草稿。' : '文章变回草稿；改好后必须重新审核。'),
    run: (id) => take(api.POST('/api/v1/staff/articles/{id}/revise', on(id))),
  },
  {
    id: 'publish', words: '现在发布', yes: '发布', done: '开始发布', main: true,
    told: (a) => `经${goesBy(a)}发出。${a.state === 'failed' ? '只重做没有成功的渠道。' : ''}`,
    run: (id) => take(api.POST('/api/v1/staff/articles/{id}/publish', on(id))),
  },
  {
    id: 'schedule', words: '定时发布', yes: '定时', done: '已定时', moment: true,
    told: (a) => `到时自动经${goesBy(a)}发出。`,
    run: (id, w) => take(api.POST('/api/v1/staff/articles/{id}/schedule', { ...on(id), body: { at: w.at ?? '' } })),
  },
  {
    id: 'unschedule', words: '取消定时', yes: '取消定时', done: '已取消定时',
    told: () => '不再自动发布，文章仍是已通过。',
    run: (id) => take(api.POST('/api/v1/staff/articles/{id}/unschedule', on(id))),
  },
  {
    id: 'withdraw', words: '全部撤下', yes: '撤下', done: '正在撤下', reason: { label: '撤下的原因', hint: '写入记录，同事能看到。' },
    told: (a) => (a.published_at ? '从小程序和公众号全部撤下，读者马上看不到。公众号上已收到群发的人仍会看到“已删除”。这一步不能撤销。' : '这篇文章不再写了，不能再恢复。'),
    run: (id, w) => take(api.POST('/api/v1/staff/articles/{id}/withdraw', { ...on(id), body: { reason: w.reason ?? '' } })),
  },
]

/** What can be done with an article now, the main thing first, in the words that fit. */
export function possibleWith(a: Whole): Deed[] {
  return deeds
    .filter((d) => a.acts.includes(d.id))
    .map((d) => (d.id === 'withdraw' && !a.published_at ? { ...d, words: '作废', yes: '作废', done: '已作废' } : d))
    .sort((x, y) => Number(y.main ?? false) - Number(x.main ?? false))
}
