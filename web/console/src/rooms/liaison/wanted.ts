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

export interface Wanted {
  which: Which | ''
  area: string
  topic: string
  number: string
}

const one = (value: LocationQuery[string] | undefined): string => (typeof value === 'string' ? value : '')

export function wantedOf(query: LocationQuery): Wanted {
  const which = whiches.find((w) => w.which === one(query.which))?.which ?? 'waiting'
  return { which: query.which === undefined ? 'waiting' : which, area: one(query.area), topic: one(query.topic), number: one(query.number) }
}

export function queryOf(w: Wanted): Record<string, string> {
  const query: Record<string, string> = { which: w.which }
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
  const asked = (after: string): Query => {
    const w = wanted.value
    const query: Query = { limit: 30 }
    if (w.which) query.which = w.which
    if (w.area) query.area_id = w.area
    if (w.topic) query.topic_id = w.topic
    if (w.number) query.number = w.number
    if (after) query.after = after
    return query
  }
  return { wanted, narrow, asked }
}
