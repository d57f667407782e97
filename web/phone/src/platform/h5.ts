// The pages of the official account: WeChat says who somebody is by OAuth, which
// leaves the page and comes back with a code in the address
// (https://developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/Wechat_webpage_authorization.html).
import { api } from '../api/call'
import { Problem } from '../api/problem'
import { pictures } from './h5-pictures'
import './semantics'
import { roughly, type Platform } from './types'

// The stand-in shows these pages in a frame that is named after a person: several
// phones in one browser, each with what it keeps to itself.
const framed = window !== window.parent && window.name.startsWith('phone:')
const drawer = framed ? window.name + '/' : ''

const stateAt = drawer + 'lianxin.oauth'

/** Takes the code out of the address, so that it is in no history and no copied link. */
function takeCode(): { code: string; state: string } | undefined {
  const query = new URLSearchParams(location.search)
  const code = query.get('code')
  const state = query.get('state') ?? ''
  if (code === null) return undefined
  query.delete('code')
  query.delete('state')
  const rest = query.toString()
  history.replaceState(history.state, '', location.pathname + (rest === '' ? '' : '?' + rest) + location.hash)
  return { code, state }
}

let brought = takeCode()

export const platform: Platform = {
  form: 'h5',
  insideWeChat: framed || /MicroMessenger/i.test(navigator.userAgent),
  drawer,
  canSubscribe: false,
  phoneButton: false,
  returned() {
    if (brought === undefined) return undefined
    const { code, state } = brought
    brought = undefined
    const asked = sessionStorage.getItem(stateAt)
    sessionStorage.removeItem(stateAt)
    // A code that we did not ask for would sign somebody in as somebody else.
    return asked !== null && asked === state ? { by: 'official', code } : undefined
  },
  async prove() {
    const proof = this.returned()
    if (proof !== undefined) return proof
    if (!this.insideWeChat) return undefined
    const { url, state } = await api.get('/api/v1/sessions/official/authorize', { query: { page: location.pathname + location.search + location.hash }, bare: true })
    sessionStorage.setItem(stateAt, state)
    location.replace(url)
    return new Promise(() => undefined)
  },
  subscribe: () => Promise.resolve([]),
  async fetchFile(path, token) {
    const got = await fetch(path, { headers: { Authorization: `Bearer ${token}` } }).catch(() => {
      throw new Problem(0, 'offline', '网络不太好，没有连上，稍后再试。')
    })
    if (!got.ok) throw Problem.of(got.status, await got.json().catch(() => undefined))
    return URL.createObjectURL(await got.blob())
  },
  async handFile(at, name) {
    const link = document.createElement('a')
    link.href = at
    link.download = name
    link.click()
  },
  ...pictures,
  // The browser's degrees (WGS-84) differ from the map's (GCJ-02) by a few hundred
  // metres, less than what is rounded away.
  whereabouts: () =>
    new Promise((ok, bad) => {
      const failed = () => bad(new Problem(0, 'no_place', '没有取到位置。请在手机设置里允许微信使用位置后再试；也可以按名称、地址找，或在下面一级一级选。'))
      if (!('geolocation' in navigator)) return failed()
      navigator.geolocation.getCurrentPosition((at) => ok(roughly(at.coords)), failed, { timeout: 10_000, maximumAge: 600_000 })
    }),
  forgetQuery: () => history.replaceState(history.state, '', location.pathname + location.search + location.hash.replace(/\?.*$/, '')),
  // A code in an address may stand before the # or behind it.
  sceneOf: (query) => query?.scene ?? new URLSearchParams(location.search).get('scene') ?? '',
}
