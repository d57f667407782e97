// What somebody is writing outlives a lost session and a reload of the page. It
// stays in this tab and goes when it was sent.
import { ref, watch, type Ref } from 'vue'

export function useDraft(name: string): { words: Ref<Record<string, string>>; sent: () => void } {
  const at = 'lianxin.draft.' + name
  const words = ref<Record<string, string>>(JSON.parse(sessionStorage.getItem(at) ?? '{}') as Record<string, string>)
  watch(words, (now) => sessionStorage.setItem(at, JSON.stringify(now)), { deep: true })
  return {
    words,
    sent() {
      words.value = {}
      // After the watcher, which would write the emptiness down again.
      queueMicrotask(() => sessionStorage.removeItem(at))
    },
  }
}
