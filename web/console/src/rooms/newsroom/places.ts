// The areas and columns that articles belong to.
import { shallowRef } from 'vue'
import { api, take, type Schema } from '../../api/client'
import { session } from '../../session/session'

export interface Choice {
  id: string
  words: string
}

const roles = ['publicity_officer', 'organisation_officer']

/** Own areas, and below each the next two levels, set in by their depth. */
async function areas(): Promise<Choice[]> {
  const below = async (id: string, depth: number): Promise<Choice[]> => {
    const { items } = await take(api.GET('/api/v1/areas', { params: { query: { parent: id } } }))
    const parts = await Promise.all(items.map(async (a) => [{ id: a.id, words: '　'.repeat(depth) + a.name }, ...(depth < 2 && a.level !== 'community' ? await below(a.id, depth + 1) : [])]))
    return parts.flat()
  }
  const own = new Map((session.me?.roles ?? []).filter((r) => roles.includes(r.role) && r.area_id).map((r) => [r.area_id!, r.area ?? '']))
  const parts = await Promise.all([...own].map(async ([id, words]) => [{ id, words }, ...(await below(id, 1))]))
  return parts.flat()
}

export function usePlaces() {
  const places = shallowRef<Choice[]>([])
  const columns = shallowRef<Schema['NewsroomColumnView'][]>([])
  return {
    places,
    columns,
    async load() {
      const [a, c] = await Promise.all([areas(), take(api.GET('/api/v1/staff/columns'))])
      places.value = a
      columns.value = c.items
    },
    async loadColumns() {
      columns.value = (await take(api.GET('/api/v1/staff/columns'))).items
    },
  }
}
