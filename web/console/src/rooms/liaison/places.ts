// The areas and topics that a queue can be narrowed to.
import { ref, shallowRef } from 'vue'
import { api, take } from '../../api/client'
import { session } from '../../session/session'

export interface Choice {
  id: string
  words: string
}

/** Own areas, and below each the next two levels, set in by their depth. */
async function areas(): Promise<Choice[]> {
  const below = async (id: string, depth: number): Promise<Choice[]> => {
    const { items } = await take(api.GET('/api/v1/areas', { params: { query: { parent: id } } }))
    const parts = await Promise.all(items.map(async (a) => [{ id: a.id, words: '　'.repeat(depth) + a.name }, ...(depth < 2 && a.level !== 'community' ? await below(a.id, depth + 1) : [])]))
    return parts.flat()
  }
  const own = (session.me?.roles ?? []).filter((r) => r.role === 'liaison_officer' && r.area_id)
  const parts = await Promise.all(own.map(async (r) => [{ id: r.area_id!, words: r.area ?? '' }, ...(await below(r.area_id!, 1))]))
  return parts.flat()
}

export function usePlaces() {
  const places = shallowRef<Choice[]>([])
  const topics = shallowRef<Choice[]>([])
  const loaded = ref(false)
  return {
    places,
    topics,
    async load() {
      if (loaded.value) return
      const [a, t] = await Promise.all([areas(), take(api.GET('/api/v1/topics'))])
      places.value = a
      topics.value = t.items.map((topic) => ({ id: topic.id, words: topic.name }))
      loaded.value = true
    },
  }
}
