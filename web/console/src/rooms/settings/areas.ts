// The areas in which somebody holds one of some roles, with the two levels below.
import { api, take } from '../../api/client'
import { session } from '../../session/session'

export interface Area {
  id: string
  /** The name, set in by its depth. */
  words: string
  name: string
  top: boolean
}

export async function areasOf(roles: string[]): Promise<Area[]> {
  const below = async (id: string, depth: number): Promise<Area[]> => {
    const { items } = await take(api.GET('/api/v1/areas', { params: { query: { parent: id } } }))
    const parts = await Promise.all(items.map(async (a) => [
      { id: a.id, name: a.name, words: '　'.repeat(depth) + a.name, top: false },
      ...(depth < 2 && a.level !== 'community' ? await below(a.id, depth + 1) : []),
    ]))
    return parts.flat()
  }
  const seen = new Set<string>()
  const own = (session.me?.roles ?? []).filter((r) => r.area_id && roles.includes(r.role) && !seen.has(r.area_id) && seen.add(r.area_id))
  const parts = await Promise.all(own.map(async (r) => [{ id: r.area_id!, name: r.area ?? '', words: r.area ?? '', top: true }, ...(await below(r.area_id!, 1))]))
  return parts.flat()
}
