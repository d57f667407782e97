// A page that is pulled down is fetched anew.
import { onPullDownRefresh } from '@dcloudio/uni-app'

export function onPull(fetch: () => Promise<unknown>): void {
  onPullDownRefresh(() => void fetch().finally(() => uni.stopPullDownRefresh()))
}
