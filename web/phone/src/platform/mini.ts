// The mini-program: WeChat itself says who somebody is.
import type { Platform } from './types'

export const platform: Platform = {
  form: 'mini',
  insideWeChat: true,
  drawer: '',
  canSubscribe: true,
  phoneButton: true,
  prove: () => new Promise((ok, bad) => uni.login({ provider: 'weixin', success: (r) => ok({ by: 'wechat', code: r.code }), fail: bad })),
  returned: () => undefined,
  // https://developers.weixin.qq.com/miniprogram/dev/api/open-api/subscribe-message/wx.requestSubscribeMessage.html
  subscribe: (tmplIds) =>
    new Promise((done) => {
      const asked = tmplIds.slice(0, 3)
      uni.requestSubscribeMessage({
        tmplIds: asked,
        success: (r) => done(asked.filter((id) => (r as unknown as Record<string, string>)[id] === 'accept')),
        fail: () => done([]),
      })
    }),
  keep: (path) => new Promise((ok, bad) => uni.getFileSystemManager().saveFile({ tempFilePath: path, success: (r) => ok(r.savedFilePath), fail: bad })),
  open: (kept) => new Promise((done) => uni.getFileSystemManager().access({ path: kept, success: () => done(kept), fail: () => done(undefined) })),
  drop: (kept) => new Promise((done) => uni.getFileSystemManager().removeSavedFile({ filePath: kept, complete: () => done() })),
  scan: () => new Promise((ok, bad) => uni.scanCode({ success: (r) => ok(r.path || r.result || ''), fail: bad })),
  sceneOf: (query) => (query?.scene ? decodeURIComponent(query.scene) : ''),
}
