// Single keys for work that goes on all day. They rest while somebody writes or a
// dialog is open, and can be switched off (WCAG 2.1.4).
import { onBeforeUnmount, onMounted, ref } from 'vue'

const keptAt = 'lianxin.shortcuts'

/** Whether the keys are on. */
export const shortcutsOn = ref(localStorage.getItem(keptAt) !== 'off')

export function switchShortcuts(on: boolean): void {
  shortcutsOn.value = on
  localStorage.setItem(keptAt, on ? 'on' : 'off')
}

const writing = (e: KeyboardEvent) => e.target instanceof HTMLElement && (e.target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName))

/** What Enter already means something for. */
const pressing = (e: KeyboardEvent) => e.key === 'Enter' && e.target instanceof Element && e.target.closest('button, a, summary') !== null

/** Listens for keys as long as the screen is there. */
export function useShortcuts(keys: Record<string, () => void>): void {
  const pressed = (e: KeyboardEvent) => {
    if (!shortcutsOn.value || e.ctrlKey || e.metaKey || e.altKey || e.isComposing || writing(e) || pressing(e)) return
    if ([...document.querySelectorAll('[role="dialog"][aria-modal="true"]')].some((d) => d.checkVisibility())) return
    const act = keys[e.key]
    if (!act) return
    e.preventDefault()
    act()
  }
  onMounted(() => window.addEventListener('keydown', pressed))
  onBeforeUnmount(() => window.removeEventListener('keydown', pressed))
}
