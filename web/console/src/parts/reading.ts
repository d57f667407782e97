// Reads something for a screen. When the person wants something else meanwhile,
// the newest wish counts and what was asked before is not shown any more.
import { ref, shallowRef } from 'vue'
import { problemOf, type Problem } from '../api/problem'

export function useReading() {
  const running = ref(false)
  const problem = shallowRef<Problem | null>(null)
  let newest = 0
  async function read<T>(ask: () => Promise<T>, show: (found: T) => void): Promise<void> {
    const mine = ++newest
    running.value = true
    try {
      const found = await ask()
      if (mine !== newest) return
      problem.value = null
      show(found)
    } catch (e) {
      if (mine === newest) problem.value = problemOf(e)
    } finally {
      if (mine === newest) running.value = false
    }
  }
  return { running, problem, read }
}

/** A list that comes a page at a time: load asks for its beginning, or for what comes after. */
export function usePages<T>(ask: (after?: string) => Promise<{ items: T[]; next?: string }>) {
  const { running, problem, read } = useReading()
  const rows = shallowRef<T[]>([])
  const next = ref('')
  const load = (after?: string) =>
    read(() => ask(after), (page) => {
      rows.value = after ? [...rows.value, ...page.items] : page.items
      next.value = page.next ?? ''
    })
  return { running, problem, rows, next, load }
}
