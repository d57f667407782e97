// Ways from page to page, by the paths that notices and codes use as well.
import { queryText } from './api/call'
import { tabs } from './tabs'

const tabPages = new Set(Object.values(tabs).map((tab) => tab.page))

function toTab(url: string): void {
  uni.switchTab({ url, fail: () => uni.reLaunch({ url }) })
}

/** Opens a page. A tab is switched to; a page that is too deep takes the place of the last. */
export function go(page: string, query: Record<string, string | undefined> = {}): void {
  const path = page.split('?')[0] ?? page
  const url = '/' + page + queryText(query)
  if (tabPages.has(path)) {
    toTab('/' + path)
    return
  }
  uni.navigateTo({ url, fail: () => uni.redirectTo({ url }) })
}

/** Goes on to a page that takes this one's place. */
export function goOn(page: string, query: Record<string, string | undefined> = {}): void {
  const path = page.split('?')[0] ?? page
  if (tabPages.has(path)) toTab('/' + path)
  else uni.redirectTo({ url: '/' + page + queryText(query) })
}

/** Goes back, or home when this was the first page. */
export function back(): void {
  if (getCurrentPages().length > 1) uni.navigateBack()
  else toTab('/pages/index/index')
}

/** Says a short word that needs no answer. */
export function say(words: string): void {
  uni.showToast({ title: words, icon: 'none', duration: 2500 })
}

/** Puts words where they can be pasted from, and says so; also when WeChat does not let us. */
export function copy(words: string, said: string): void {
  uni.setClipboardData({ data: words, showToast: false, success: () => say(said), fail: () => say('没有复制成功，可以按住文字自己选') })
}

/** Asks before something that cannot be taken back. */
export function sure(title: string, content: string, confirmText: string): Promise<boolean> {
  return new Promise((done) => uni.showModal({ title, content, confirmText, cancelText: '返回', success: (r) => done(r.confirm), fail: () => done(false) }))
}
