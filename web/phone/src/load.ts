// What a page shows once it was fetched: waiting, there, or a problem with a way on.
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { problemOf, type Problem } from './api/problem'

export interface Load<T> {
  value: ShallowRef<T | undefined>
  problem: Ref<Problem | null>
  /** Fetches it, anew when it was there: what is shown stays until the new comes. */
  fetch: () => Promise<void>
}

export function useLoad<T>(ask: () => Promise<T>): Load<T> {
  const value = shallowRef<T>()
  const problem = ref<Problem | null>(null)
  let newest = 0
  return {
    value,
    problem,
    async fetch() {
      const mine = ++newest
      problem.value = null
      try {
        const got = await ask()
        if (mine === newest) value.value = got
      } catch (e) {
        if (mine === newest) problem.value = problemOf(e)
      }
    },
  }
}

export interface Pages<T> extends Load<T[]> {
  next: Ref<string>
  more: () => Promise<void>
}

/** A list that comes a page at a time. */
export function usePages<T>(ask: (after: string) => Promise<{ items: T[]; next?: string }>): Pages<T> {
  const next = ref('')
  const first = useLoad(async () => {
    const page = await ask('')
    next.value = page.next ?? ''
    return page.items
  })
  let busy = false
  return {
    ...first,
    next,
    async more() {
      if (busy || next.value === '') return
      busy = true
      const before = first.value.value
      try {
        const page = await ask(next.value)
        if (first.value.value !== before) return // fetched anew meanwhile
        first.value.value = [...(before ?? []), ...page.items]
        next.value = page.next ?? ''
      } catch (e) {
        first.problem.value = problemOf(e)
      } finally {
        busy = false
      }
    },
  }
}
