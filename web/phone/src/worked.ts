// A message at hand: what may be done with it now, and what a deed made of it.
import { onLoad, onShow } from '@dcloudio/uni-app'
import { computed, ref, type ComputedRef, type Ref } from 'vue'
import type { Schema } from './api/call'
import { say } from './go'
import { useLoad, type Load } from './load'
import { onPull } from './pull'

type Message = Schema['MessageviewOfficerThread']

/** How long a check of words usually takes at most, in milliseconds. */
const checkedSoon = 4000

export interface Worked extends Load<Message> {
  id: Ref<string>
  can: (deed: Message['actions'][number]) => boolean
  /** An answer of one's own is being checked: a second one would say it twice. */
  checking: ComputedRef<boolean>
  /** Shows what a deed made of the message, and says so. */
  took: (next: Message, words: string) => void
}

/** The message that the page was opened with. An answer is a turn of this kind. */
export function useWorked(ask: (id: string) => Promise<Message>, answer: Message['turns'][number]['kind']): Worked {
  const id = ref('')
  const loaded = useLoad(() => ask(id.value))
  const { value: message, fetch } = loaded
  onLoad((query) => {
    id.value = query?.id ?? ''
  })
  onShow(() => void fetch())
  onPull(fetch)
  const checking = computed(() => message.value?.turns.some((t) => t.mine && t.kind === answer && t.state === 'checking') ?? false)
  return {
    ...loaded,
    id,
    checking,
    can: (deed) => message.value?.actions.includes(deed) ?? false,
    took(next, words) {
      message.value = next
      say(words)
      if (checking.value) setTimeout(() => void fetch(), checkedSoon)
    },
  }
}
