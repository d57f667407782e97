// What the queue is asked for. It stands in the address of the page, so that
// going back, reloading and sending a link to a colleague all show the same.
import { computed } from 'vue'
import { useRoute, useRouter, type LocationQuery } from 'vue-router'
import type { paths } from '../../api/schema'

type Query = NonNullable<paths['/api/v1/staff/messages']['get']['parameters']['query']>
export type Which = NonNullable<Query['which']>

/** The narrowings of a queue with their words, in the order of the day's work. */
export const whiches: { which: Which | ''; words: string }[] = [
  { which: 'waiting', words: '待办理' },
  { which: 'overdue', words: '已超期' },
  { which: 'escalated', words: '已提级' },
  { which: 'unassigned', words: '未分派' },
  { which: 'held', words: '待审核' },
  { which: 'unreachable', words: '推送不到' },
  { which: 'answered', words: '已答复' },
  { which: 'ended', words: '已办结' },
  { which: '', words: '全部' },
]

export type State = NonNullable<Query['states']>[number]

/** The states of a message with their words, in the order of its way. */
export const states: { state: State; words: string }[] = [
  { state: 'submitted', words: '已提交，内容检查中' },
  { state: 'held', words: '人工审核中' },
  { state: 'screened', words: '审核通过' },
  { state: 'refused', words: '未通过审核' },
  { state: 'delivered', words: '已送达代表' },
  { state: 'acknowledged', words: '代表已收到' },
  { state: 'answered', words: '代表已答复' },
  { state: 'handed_over', words: '已转交承办单位' },
  { state: 'accepted', words: '承办单位已接收' },
  { state: 'handling', words: '承办单位办理中' },
  { state: 'unit_answered', words: '承办单位已答复' },
  { state: 'confirmed', words: '居民已确认结果' },
  { state: 'closed', words: '已到期办结' },
  { state: 'out_of_scope', words: '不属于代表职责范围' },
  { state: 'withdrawn', words: '已撤回' },
]
/** The states that each narrowing takes; those that are not here take any. */
const takes: Partial<Record<Which, State[]>> = {
  waiting: ['delivered', 'acknowledged'],
  unassigned: ['delivered', 'acknowledged'],
  answered: ['answered', 'unit_answered'],
  ended: ['confirmed', 'closed', 'withdrawn'],
}
/** The states that can be chosen under a narrowing. */
export const statesOf = (which: Which | '') => states.filter((s) => !which || !takes[which] || takes[which].includes(s.state))

export interface Wanted {
  which: Which | ''
  /** The states chosen, in their order; none for all. */
  states: State[]
  area: string
  topic: string
  number: string
}

const one = (value: LocationQuery[string] | undefined): string => (typeof value === 'string' ? value : '')

const chosen = (text: string): State[] => states.map((s) => s.state).filter((s) => text.split(',').includes(s))

export function wantedOf(query: LocationQuery): Wanted {
  const which = whiches.find((w) => w.which === one(query.which))?.which ?? 'waiting'
  return { which: query.which === undefined ? 'waiting' : which, states: chosen(one(query.states)), area: one(query.area), topic: one(query.topic), number: one(query.number) }
}

export function queryOf(w: Wanted): Record<string, string> {
  const query: Record<string, string> = { which: w.which }
  if (w.states.length) query.states = w.states.join(',')
  if (w.area) query.area = w.area
  if (w.topic) query.topic = w.topic
  if (w.number) query.number = w.number
  return query
}

export function useWanted() {
  const route = useRoute()
  const router = useRouter()
  const wanted = computed(() => wantedOf(route.query))
  const narrow = (change: Partial<Wanted>) => router.replace({ query: queryOf({ ...wanted.value, ...change }) })
  const asked = (after?: string): Query => {
    const w = wanted.value
    const query: Query = { limit: 30 }
    if (w.which) query.which = w.which
    if (w.states.length) query.states = w.states
    if (w.area) query.area_id = w.area
    if (w.topic) query.topic_id = w.topic
    if (w.number) query.number = w.number
    if (after) query.after = after
    return query
  }
  return { wanted, narrow, asked }
}
