// The lists of what representatives and units have to do: the same choice, the same
// ways to fetch it anew.
import { onShow } from '@dcloudio/uni-app'
import { ref, watch, type Ref } from 'vue'
import type { Schema } from './api/call'
import { usePages, type Pages } from './load'
import { onPull } from './pull'

export type Which = 'waiting' | 'overdue' | 'answered' | 'ended'
type Item = Schema['MessageviewSummary']

export const whiches = [
  { value: 'waiting', name: '等我办' },
  { value: 'overdue', name: '已超期' },
  { value: 'answered', name: '已答复' },
  { value: 'ended', name: '已结束' },
]

export const nothing: Record<Which, string> = { waiting: '现在没有等您办的来信。', overdue: '没有超期的。', answered: '还没有答复过的来信。', ended: '还没有结束的来信。' }

export function useWorkList(ask: (which: Which, after: string) => Promise<{ items: Item[]; next?: string }>): Pages<Item> & { which: Ref<Which> } {
  const which = ref<Which>('waiting')
  const pages = usePages((after) => ask(which.value, after))
  onShow(() => void pages.fetch())
  onPull(pages.fetch)
  watch(which, () => {
    pages.value.value = undefined
    void pages.fetch()
  })
  return { ...pages, which }
}
