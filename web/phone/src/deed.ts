// A deed of a button: one at a time however often it is tapped, with what became
// of it in words.
import { ref, type Ref } from 'vue'
import { problemOf, type Problem } from './api/problem'
import { newKey } from './api/send'

export interface Deed {
  busy: Ref<boolean>
  problem: Ref<Problem | null>
  /** Does it; true when it went well. */
  run: (work: () => Promise<unknown>) => Promise<boolean>
}

/**
 * Words with a key are sent under it. Refused, what is sent next is another deed and
 * gets another; while nobody knows what became of it, it stays the same one.
 */
export function useDeed(words?: { key: string }): Deed {
  const busy = ref(false)
  const problem = ref<Problem | null>(null)
  return {
    busy,
    problem,
    async run(work) {
      if (busy.value) return false
      busy.value = true
      problem.value = null
      try {
        await work()
        return true
      } catch (e) {
        problem.value = problemOf(e)
        if (words !== undefined && problem.value.refused) words.key = newKey()
        return false
      } finally {
        busy.value = false
      }
    },
  }
}
