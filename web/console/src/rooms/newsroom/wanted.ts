// What the list of articles is asked for. It stands in the address of the page,
// so that going back, reloading and sending a link to a colleague show the same.
import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import type { paths } from '../../api/schema'
import { kinds, states } from './words'

type Query = NonNullable<paths['/api/v1/staff/articles']['get']['parameters']['query']>

const names = ['state', 'kind', 'area', 'column', 'q', 'mine'] as const
export type Wanted = Record<(typeof names)[number], string>

export function useWanted() {
  const route = useRoute()
  const router = useRouter()
  const wanted = computed(() => Object.fromEntries(names.map((n) => [n, typeof route.query[n] === 'string' ? route.query[n] : ''])) as Wanted)
  const narrow = (change: Partial<Wanted>) => router.replace({ query: Object.fromEntries(Object.entries({ ...wanted.value, ...change }).filter(([, v]) => v)) })
  const asked = (after?: string): Query => {
    const w = wanted.value
    const query: Query = { limit: 30 }
    const state = states.find((s) => s.state === w.state)
    const kind = kinds.find((k) => k.kind === w.kind)
    if (state) query.state = state.state
    if (kind) query.kind = kind.kind
    if (w.area) query.area_id = w.area
    if (w.column) query.column_id = w.column
    if (w.q) query.q = w.q
    if (w.mine) query.mine = true
    if (after) query.after = after
    return query
  }
  return { wanted, narrow, asked }
}
