// Where matters go that no representative can settle, in an area: what the server
// says; without a line what was read there the last time; else what the whole
// country has, which is made of the program's own words.
import { ref, shallowRef } from 'vue'
import { api, type Schema } from '../api/call'
import { problemOf } from '../api/problem'
import { keep, kept } from '../drawer'
import national from './national.json'

export type Referral = Schema['OpenReferralView']

interface Known {
  area: string
  /** The name of the area. */
  name: string
  items: Referral[]
}

const keptAt = 'lianxin.referrals'
/** Of how many areas the list is kept. */
const keptMost = 4

export function useReferrals() {
  const items = shallowRef<Referral[]>(national as Referral[])
  /** Whose places they are; '' for those of the country. */
  const place = ref('')
  /** They were not read just now. */
  const old = ref(false)

  function show(known: Known): void {
    items.value = known.items
    place.value = known.name
  }

  /** Shows what is known of an area at once, '' for the topmost one, and then what the server says. */
  async function fetch(area: string): Promise<void> {
    const before = kept<Known[]>(keptAt) ?? []
    const last = before.find((k) => k.area === area)
    show(last ?? { area, name: '', items: national as Referral[] })
    try {
      const got = area === '' ? await api.get('/api/v1/referrals', { bare: true }) : await api.get('/api/v1/areas/{id}/referrals', { path: { id: area }, bare: true })
      const known = { area, name: got.area?.name ?? '', items: got.items }
      show(known)
      old.value = false
      keep(keptAt, [known, ...before.filter((k) => k.area !== area)].slice(0, keptMost))
    } catch (e) {
      // An area that is no more: the places of all hold.
      if (problemOf(e).status === 404 && area !== '') return fetch('')
      old.value = true
    }
  }
  return { items, place, old, fetch }
}
