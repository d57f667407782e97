// The area somebody lives in: chosen once, or learned from a scanned poster.
import { reactive, readonly } from 'vue'
import { keep, kept } from './drawer'

export interface Place {
  id: string
  name: string
}

const keptAt = 'lianxin.area'

const state = reactive<{ here: Place | null }>({ here: kept<Place>(keptAt) ?? null })

/** The remembered area as pages may see it. */
export const area = readonly(state)

export function remember(place: Place): void {
  state.here = { id: place.id, name: place.name }
  keep(keptAt, state.here)
}
