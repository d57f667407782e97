// Filters that somebody gave a name. They are kept on the server, for each person
// apart, so that they are there at every desk.
import { shallowRef } from 'vue'
import { api, take, type Schema } from '../../api/client'
import type { Wanted } from './wanted'

export type Saved = Schema['StaffFilterView']

/** A filter as the server keeps it. */
const bodyOf = (name: string, w: Wanted) => ({
  name,
  ...(w.which ? { which: w.which } : {}),
  ...(w.states.length ? { states: w.states } : {}),
  ...(w.area ? { area_id: w.area } : {}),
  ...(w.topic ? { topic_id: w.topic } : {}),
  ...(w.number ? { number: w.number } : {}),
})

/** What a saved filter narrows to. */
export const wantedOfSaved = (s: Saved): Wanted => ({ which: s.which ?? '', states: s.states ?? [], area: s.area_id ?? '', topic: s.topic_id ?? '', number: s.number ?? '' })

export function useSaved() {
  const saved = shallowRef<Saved[]>([])
  const put = (one: Saved) => (saved.value = saved.value.map((s) => (s.id === one.id ? one : s)))
  return {
    saved,
    async load() {
      saved.value = (await take(api.GET('/api/v1/staff/filters'))).items
    },
    async save(name: string, wanted: Wanted) {
      const one = await take(api.POST('/api/v1/staff/filters', { body: bodyOf(name, wanted) }))
      saved.value = [...saved.value, one]
    },
    /** Gives a filter another name, another narrowing, or both. */
    async change(id: string, name: string, wanted: Wanted) {
      put(await take(api.PUT('/api/v1/staff/filters/{id}', { params: { path: { id } }, body: bodyOf(name, wanted) })))
    },
    async forget(id: string) {
      await take(api.DELETE('/api/v1/staff/filters/{id}', { params: { path: { id } } }))
      saved.value = saved.value.filter((s) => s.id !== id)
    },
  }
}
