// Filters that somebody gave a name. They are kept in this browser, for each
// person apart.
import { ref, watch } from 'vue'
import { session } from '../../session/session'
import { queryOf, type Wanted } from './wanted'

export interface Saved {
  name: string
  query: Record<string, string>
}

export function useSaved() {
  const at = `lianxin.filters.${session.kept?.person ?? ''}`
  const saved = ref<Saved[]>(JSON.parse(localStorage.getItem(at) ?? '[]') as Saved[])
  watch(saved, (now) => localStorage.setItem(at, JSON.stringify(now)), { deep: true })
  return {
    saved,
    /** Keeps a filter; one of the same name is replaced. */
    save(name: string, wanted: Wanted) {
      saved.value = [...saved.value.filter((s) => s.name !== name), { name, query: queryOf(wanted) }]
    },
    forget(name: string) {
      saved.value = saved.value.filter((s) => s.name !== name)
    },
  }
}
