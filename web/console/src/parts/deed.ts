// A deed that a person starts: while it runs nothing is started twice, and what
// goes wrong is kept for the screen.
import { ref, shallowRef } from 'vue'
import { problemOf, type Problem } from '../api/problem'

export function useDeed() {
  const running = ref(false)
  const problem = shallowRef<Problem | null>(null)
  async function run(act: () => Promise<void>): Promise<boolean> {
    if (running.value) return false
    running.value = true
    problem.value = null
    try {
      await act()
      return true
    } catch (e) {
      problem.value = problemOf(e)
      return false
    } finally {
      running.value = false
    }
  }
  /** What is wrong with a field, in words; '' when nothing is. */
  const wrong = (field: string): string => problem.value?.fields[field] ?? ''
  return { running, problem, run, wrong }
}
