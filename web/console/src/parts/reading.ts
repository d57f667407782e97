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
