// Everything between areas and people. It is read once and kept for all parts of
// the roster, until something was saved.
import { computed, shallowRef } from 'vue'
import { api, take, type Schema } from '../../api/client'

export type Places = Schema['RosterPlacesView']
export interface Choice {
  id: string
  words: string
}

export const places = shallowRef<Places | null>(null)

export async function loadPlaces(): Promise<void> {
  places.value = await take(api.GET('/api/v1/staff/roster/places'))
}

export type Area = Schema['RosterAreaView']

/** The areas as a tree, written one below the other. */
export const areaTree = computed(() => {
  const below = new Map<string, Area[]>()
  for (const a of places.value?.areas ?? []) below.set(a.parent_id, [...(below.get(a.parent_id) ?? []), a])
  const walk = (id: string, depth: number): { area: Area; depth: number }[] =>
    (below.get(id) ?? []).sort((a, b) => a.sort - b.sort || a.name.localeCompare(b.name, 'zh-CN')).flatMap((area) => [{ area, depth }, ...walk(area.id, depth + 1)])
  return walk('', 0)
})
const set = (depth: number, name: string) => '　'.repeat(depth) + name
export const areaChoices = computed<Choice[]>(() => areaTree.value.map(({ area, depth }) => ({ id: area.id, words: set(depth, area.name) })))
/** Those in which one may write. */
export const ownAreaChoices = computed<Choice[]>(() => areaTree.value.filter(({ area }) => area.writable).map(({ area, depth }) => ({ id: area.id, words: set(depth, area.name) })))

const named = <K extends 'organisations' | 'electing_units' | 'studios' | 'terms' | 'topics' | 'units'>(kind: K) => computed<Choice[]>(() => (places.value?.[kind] ?? []).map((one) => ({ id: one.id, words: one.name })))
export const organisationChoices = named('organisations')
export const electingChoices = named('electing_units')
export const studioChoices = named('studios')
export const termChoices = named('terms')
export const topicChoices = named('topics')
export const delegationChoices = (term: string): Choice[] => (places.value?.delegations ?? []).filter((d) => d.term_id === term).map((d) => ({ id: d.id, words: d.name }))

export const areaName = (id: string): string => places.value?.areas.find((a) => a.id === id)?.name ?? ''
export const organisationName = (id: string): string => places.value?.organisations.find((o) => o.id === id)?.name ?? ''
export const termName = (id: string): string => places.value?.terms.find((t) => t.id === id)?.name ?? ''
export const writableIn = (areaID: string): boolean => places.value?.areas.find((a) => a.id === areaID)?.writable ?? false
