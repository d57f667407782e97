// What somebody is writing stays on the phone, at every keystroke, until the
// server has said yes: over a lost line, a killed program, a day.
import { reactive, watch } from 'vue'
import { forget, keep, kept } from '../drawer'

export interface Draft<T extends object> {
  words: T
  /** Whether there was something from an earlier time. */
  found: boolean
  /** Forgets it: it was sent, or given up. */
  done: () => void
}

/** The draft of a name; empty makes one that has nothing in it. */
export function useDraft<T extends object>(name: string, empty: () => T): Draft<T> {
  const at = 'lianxin.draft.' + name
  const before = kept<T>(at)
  const words = reactive({ ...empty(), ...before }) as T
  let over = false
  // Written before the next frame, not after: a killed program loses no letter.
  watch(words, () => { if (!over) keep(at, words) }, { deep: true, flush: 'sync' })
  return {
    words,
    found: before !== undefined,
    done() {
      over = true
      forget(at)
      Object.assign(words, empty())
      over = false
    },
  }
}
