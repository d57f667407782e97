// Whether the phone has a line. What it says is a hint for people; whether a
// request went through, only its answer says.
import { reactive } from 'vue'

export const network = reactive({ online: true })

export function watchNetwork(): void {
  uni.getNetworkType({ success: (r) => (network.online = r.networkType !== 'none') })
  uni.onNetworkStatusChange((r) => (network.online = r.isConnected))
  // #ifdef H5
  // uni-app hears of a change of the kind of line alone, where a browser tells it.
  window.addEventListener('online', () => (network.online = true))
  window.addEventListener('offline', () => (network.online = false))
  // #endif
}
