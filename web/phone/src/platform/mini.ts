// The mini-program: WeChat itself says who somebody is.
import { Problem } from '../api/problem'
import { server } from '../api/send'
import { roughly, type Platform, type Whereabouts } from './types'

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
  fetchFile: (path, token) =>
    new Promise((ok, bad) =>
      uni.downloadFile({
        url: server + path,
        header: { Authorization: `Bearer ${token}` },
        success: (r) => (r.statusCode === 200 ? ok(r.tempFilePath) : bad(new Problem(r.statusCode, 'refused', '没有取到文件，可能已经过期，请重新准备一份。'))),
        fail: () => bad(new Problem(0, 'offline', '网络不太好，没有连上，稍后再试。')),
      }),
    ),
  // A mini-program has no folder for files: a chat of one's own is where they go.
  handFile: (at, name) =>
    new Promise((ok, bad) => {
      const wx = uni as unknown as { shareFileMessage: (o: { filePath: string; fileName: string; success: () => void; fail: (e: unknown) => void }) => void }
      wx.shareFileMessage({ filePath: at, fileName: name, success: () => ok(), fail: bad })
    }),
  keep: (path) => new Promise((ok, bad) => uni.getFileSystemManager().saveFile({ tempFilePath: path, success: (r) => ok(r.savedFilePath), fail: bad })),
  open: (kept) => new Promise((done) => uni.getFileSystemManager().access({ path: kept, success: () => done(kept), fail: () => done(undefined) })),
  drop: (kept) => new Promise((done) => uni.getFileSystemManager().removeSavedFile({ filePath: kept, complete: () => done() })),
  forgetQuery: () => undefined,
  scan: () => new Promise((ok, bad) => uni.scanCode({ success: (r) => ok(r.path || r.result || ''), fail: bad })),
  // https://developers.weixin.qq.com/miniprogram/dev/api/location/wx.getFuzzyLocation.html
  whereabouts: () =>
    new Promise((ok, bad) => {
      const wx = uni as unknown as { getFuzzyLocation: (o: { type: 'gcj02'; success: (at: Whereabouts) => void; fail: () => void }) => void }
      wx.getFuzzyLocation({
        type: 'gcj02',
        success: (at) => ok(roughly(at)),
        fail: () => bad(new Problem(0, 'no_place', '没有取到位置。可以点右上角“…”，在“设置”里允许使用位置；也可以按名称、地址找，或在下面一级一级选。')),
      })
    }),
  sceneOf: (query) => (query?.scene ? decodeURIComponent(query.scene) : ''),
}
