// How large everything is: as WeChat's font setting says, or the elder version
// (长辈版), in which text starts at 18 and targets at 60.
import { reactive } from 'vue'
import { keep, kept } from '../drawer'

const keptAt = 'lianxin.elder'
/** The size of rem in the elder version: the smallest text, 0.875rem, is 18.4 px then. */
const elderRoot = '21px'

const elder = kept<boolean>(keptAt) ?? false

export const comfort = reactive({ elder, root: elder ? elderRoot : 'system' })

export function setElder(on: boolean): void {
  comfort.elder = on
  comfort.root = on ? elderRoot : 'system'
  keep(keptAt, on)
  show()
}

/** Tells the page; the mini-program has page-meta for that. */
export function show(): void {
  // #ifdef H5
  document.documentElement.toggleAttribute('data-elder', comfort.elder)
  // #endif
}
