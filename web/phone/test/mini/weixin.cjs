// WeChat's own surroundings, as far as the compiled pages need them: what they ask
// of wx is written down and answered, nothing is sent.
const path = require('node:path')
const { JSDOM } = require('jsdom')

const browser = new JSDOM('<!doctype html><body></body>', { url: 'http://127.0.0.1/', pretendToBeVisual: true })
global.window = browser.window
global.document = browser.window.document
global.location = browser.window.location
for (const name of ['Event', 'CustomEvent', 'HTMLElement', 'Element', 'Node', 'getComputedStyle', 'requestAnimationFrame', 'cancelAnimationFrame', 'MutationObserver']) global[name] = browser.window[name]
global.TouchEvent = browser.window.TouchEvent = class extends browser.window.Event {}
const simulate = require('miniprogram-simulate')
const exparser = require('miniprogram-exparser')

/** What was asked of wx, in its order: the name of the call, and with what. */
const asked = []
/** How wx answers: by the name of the call, or for requests by "METHOD path". */
const answers = new Map()

const note = (name, answer) => (options = {}) => {
  asked.push({ name, options })
  const given = answers.get(name) ?? answer
  const value = typeof given === 'function' ? given(options) : given
  if (value instanceof Error) options.fail?.({ errMsg: `${name}:fail ${value.message}` })
  else options.success?.({ errMsg: `${name}:ok`, ...value })
  options.complete?.({ errMsg: `${name}:ok`, ...value })
}

/**
 * WeChat's privacy agreement: while it is needed, what touches what is private waits
 * for the answer of the mini-program, which counts only with the button of WeChat's kind.
 */
const privacy = { needed: false, listener: undefined }
const guarded = (name, answer) => (options = {}) => {
  const goOn = note(name, answer)
  if (!privacy.needed) return goOn(options)
  privacy.listener((how) => {
    asked.push({ name: 'privacy', options: how })
    if (how.event !== 'agree') return options.fail?.({ errMsg: `${name}:fail privacy permission is not authorized`, errno: 104 })
    privacy.needed = false
    goOn(options)
  }, { referrer: name })
}

const storage = new Map()
const screen = { windowWidth: 375, windowHeight: 667, statusBarHeight: 20, pixelRatio: 2, safeArea: {} }
const device = { platform: 'devtools', SDKVersion: '3.5.0', language: 'zh_CN', model: 'x', system: 'x' }
const quiet = Object.fromEntries(
  ['onAppShow', 'onAppHide', 'onError', 'onThemeChange', 'onUnhandledRejection', 'onPageNotFound', 'onNetworkStatusChange', 'stopPullDownRefresh', 'pageScrollTo', 'showLoading', 'hideLoading', 'setNavigationBarTitle'].map((name) => [name, () => undefined]),
)

Object.assign(wx, quiet, {
  canIUse: () => true,
  onNeedPrivacyAuthorization: (listener) => (privacy.listener = listener),
  openPrivacyContract: note('openPrivacyContract', {}),
  getSystemInfoSync: () => ({ ...screen, ...device }),
  getAppBaseInfo: () => device,
  getDeviceInfo: () => device,
  getWindowInfo: () => screen,
  getMenuButtonBoundingClientRect: () => ({ top: 0, height: 32 }),
  getLaunchOptionsSync: () => ({ path: '', query: {}, scene: 1001 }),
  getEnterOptionsSync: () => ({ query: {} }),
  getStorageSync: (key) => storage.get(key) ?? '',
  setStorageSync: (key, value) => void storage.set(key, value),
  removeStorageSync: (key) => void storage.delete(key),
  getNetworkType: (o) => o.success?.({ networkType: 'wifi' }),
  login: note('login', { code: 'LOGIN-CODE' }),
  requestSubscribeMessage: note('requestSubscribeMessage', (o) => Object.fromEntries(o.tmplIds.map((id) => [id, 'accept']))),
  showToast: note('showToast', {}),
  showModal: note('showModal', { confirm: true }),
  navigateTo: note('navigateTo', {}),
  redirectTo: note('redirectTo', {}),
  switchTab: note('switchTab', {}),
  navigateBack: note('navigateBack', {}),
  getFuzzyLocation: guarded('getFuzzyLocation', { latitude: 30.265123, longitude: 120.171987 }),
  chooseImage: guarded('chooseImage', { tempFilePaths: ['wxfile://picked/a.jpg', 'wxfile://picked/b.jpg'], tempFiles: [] }),
  chooseMedia: guarded('chooseMedia', { tempFiles: [{ tempFilePath: 'wxfile://picked/a.jpg' }, { tempFilePath: 'wxfile://picked/b.jpg' }] }),
  setClipboardData: guarded('setClipboardData', {}),
  makePhoneCall: note('makePhoneCall', {}),
  scanCode: note('scanCode', {}),
  downloadFile: note('downloadFile', { statusCode: 200, tempFilePath: 'wxfile://fetched/copy.zip' }),
  shareFileMessage: note('shareFileMessage', {}),
  getFileSystemManager: () => ({
    saveFile: note('saveFile', (o) => ({ savedFilePath: o.tempFilePath.replace('picked/', 'kept/') })),
    access: note('access', {}),
    removeSavedFile: note('removeSavedFile', {}),
  }),
  request(options) {
    const at = new URL(options.url)
    const name = `${options.method} ${at.pathname.replace('/api/v1', '')}`
    asked.push({ name, options, query: Object.fromEntries(at.searchParams), body: options.data ? JSON.parse(options.data) : undefined })
    const given = answers.get(name)
    const value = typeof given === 'function' ? given(options) : given
    setTimeout(() => {
      if (value instanceof Error) return options.fail?.({ errMsg: 'request:fail ' + value.message })
      if (value === undefined) return options.success?.({ statusCode: 404, header: {}, data: { detail: `nobody answers ${name} in this test`, code: 'not_found' } })
      options.success?.({ statusCode: value.status ?? 200, header: {}, data: value.body ?? value })
    })
    return { abort() {} }
  },
  uploadFile(options) {
    asked.push({ name: 'uploadFile', options })
    const n = asked.filter((a) => a.name === 'uploadFile').length
    const given = answers.get('uploadFile')
    const value = given ? given(n) : { id: 'picture-' + n, width: 1, height: 1, url: '', thumb_url: '', state: 'checking' }
    setTimeout(() => (value instanceof Error ? options.fail?.({ errMsg: 'uploadFile:fail' }) : options.success?.({ statusCode: 201, header: {}, data: JSON.stringify(value) })))
    return { onProgressUpdate() {}, abort() {} }
  },
})

Object.assign(global, {
  App: (app) => { global.app = app },
  getApp: () => global.app,
  getCurrentPages: () => global.pages ?? [],
  Page: (page) => global.Component({ methods: page, data: page.data }),
})

/** Starts the built mini-program. */
function start(built) {
  require(path.join(built, 'app.js'))
  global.app?.onLaunch?.({ path: '', query: {}, scene: 1001 })
}

let shownNow
const ready = new WeakSet()

/** Tells the components that came to the open page meanwhile that they are ready, which WeChat does and the simulation does not. */
function settle() {
  const visit = (node) => {
    if (node instanceof exparser.Component) {
      if (node.shadowRoot instanceof exparser.Element) visit(node.shadowRoot)
      if (!ready.has(node)) {
        ready.add(node)
        node.triggerLifeTime('ready')
      }
    }
    for (const child of node.childNodes) if (child instanceof exparser.Element) visit(child)
  }
  if (shownNow) visit(shownNow._exparserNode)
}

/** Opens a page as WeChat does, with its query. */
async function open(built, page, query = {}) {
  const id = simulate.load(path.join(built, page), page.replace(/\W/g, '-'), { rootPath: built, compiler: 'official' })
  const shown = simulate.render(id)
  global.pages = [shown.instance]
  shown.attach(document.body)
  Object.assign(shown.instance, { is: page, route: page, options: query })
  shown.instance.onLoad?.(query)
  shown.instance.onShow?.()
  shownNow = shown
  return shown
}

/** Something happens to an element: a tap, words typed, an answer of WeChat's button. */
function happen(element, name, detail = {}) {
  const event = exparser.Event.create(name, detail, { bubbles: true, capturePhase: true, composed: true })
  exparser.Event.dispatchEvent(element.__wxElement, event)
}

module.exports = { happen, simulate, asked, answers, privacy, storage, settle, start, open }
