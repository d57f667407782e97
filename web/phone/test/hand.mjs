// Somebody who holds a phone: a browser that says it is WeChat's, in which the
// stand-in signs in whoever holds it, as WeChat would, without a word.
import assert from 'node:assert/strict'
import { Desk, onDemo as atDesk, openBrowser, password, pictures, startDemo } from '../../console/test/desk.mjs'
import { Phone } from '../../console/test/phone.mjs'

export { openBrowser, pictures, startDemo }

const weChat = 'Mozilla/5.0 (Linux; Android 14; zh-CN) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/130.0 Mobile Safari/537.36 MicroMessenger/8.0.50'

/** Sizes that the pages are looked at in. */
export const sizes = { usual: { width: 390, height: 844 }, narrow: { width: 320, height: 568 } }

export class Hand extends Desk {
  taps = 0

  /** Opens a phone that this person holds; without WeChat it is a browser as any other. */
  static async of(browser, demo, who, { viewport = sizes.usual, dark = false, weChatInside = true, ...beside } = {}) {
    const hand = await this.open(
      browser,
      demo,
      viewport,
      { isMobile: true, hasTouch: true, deviceScaleFactor: 2, colorScheme: dark ? 'dark' : 'light', ...(weChatInside && { userAgent: weChat }), ...beside },
      [demo.simulator],
    )
    hand.who = who
    // The stand-in's page of sign-in knows by this who holds the phone.
    await hand.context.addInitScript(([origin, name]) => {
      if (location.origin === origin) window.name = 'phone:' + name
    }, [demo.simulator, who])
    return hand
  }

  /**
   * Signs in whom the mini-program knows, since WeChat checks the words of no others;
   * gives the same person by the API.
   */
  async known() {
    const { code } = await standIn(this.demo, 'POST', 'login-codes', { account: 'mini', user: this.who })
    const phone = new Phone()
    phone.demo = this.demo
    const signed = await phone.ask('POST', '/sessions/wechat', { code })
    phone.token = signed.token
    const session = JSON.stringify({ token: signed.token, refresh: signed.refresh_token, person: signed.person_id })
    await this.context.addInitScript(([origin, kept]) => {
      if (location.origin === origin && localStorage.getItem('lianxin.session') === null) localStorage.setItem('lianxin.session', kept)
    }, [this.demo.app, session])
    return phone
  }

  /** Opens a page by its path among the pages for phones, as a link or a code does. */
  async to(page = 'pages/index/index') {
    // What differs behind the # alone would not be opened anew.
    await this.page.goto(this.demo.app + '/h5/?at=' + Date.now() + '#/' + page)
  }

  /** Taps what is named, and counts it. */
  async tap(name, { exact = true, within = this.page } = {}) {
    this.taps++
    await within.getByRole('button', { name, exact }).first().click()
  }

  /** The title of the page that is open. */
  title(name) {
    return this.page.getByRole('heading', { level: 1, name })
  }

  /** A word that passes by is half there while it fades: the page is looked at when it has gone. */
  async looks(...how) {
    await this.page.locator('.uni-simple-toast__text').first().waitFor({ state: 'hidden' })
    return super.looks(...how)
  }

  /** The elder version, from now on. */
  async elder() {
    await this.to()
    await this.page.evaluate(() => {
      localStorage.setItem('lianxin.elder', 'true')
    })
    await this.page.reload()
  }

  /** The page is killed, with all that was only in its memory. */
  async killed() {
    await this.page.close({ runBeforeUnload: false })
    this.page = await this.context.newPage()
    this.page.setDefaultTimeout(10_000)
  }

  /** What the server shows this person, asked with the session that their page keeps. */
  async asks(path, method = 'GET', body) {
    const { token } = JSON.parse(await this.page.evaluate(() => localStorage.getItem('lianxin.session')))
    const response = await fetch(this.demo.app + '/api/v1' + path, {
      method, body: body && JSON.stringify(body),
      headers: { Authorization: `Bearer ${token}`, ...(body && { 'Content-Type': 'application/json' }), ...(method !== 'GET' && { 'Idempotency-Key': crypto.randomUUID() }) },
    })
    const text = await response.text()
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`)
    return text && JSON.parse(text)
  }

  offline(on = true) {
    return this.context.setOffline(on)
  }
}

/** Asks the stand-in for something, or tells it. */
export async function standIn(demo, method, path, body) {
  const response = await fetch(demo.simulator + '/simulator/' + path, { method, body: body && JSON.stringify(body) })
  const text = await response.text()
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`)
  return text && JSON.parse(text)
}

/** Somebody of the staff, by the API, who has proved who they are. */
export async function staff(demo, login) {
  const desk = new Phone()
  desk.demo = demo
  desk.token = (await desk.ask('POST', '/sessions/staff', { login, password })).token
  await desk.ask('POST', '/sessions/current/step-up', { password })
  return desk
}

/** The demo and the browser of a file's tests, with phones. */
export function onDemo() {
  const house = atDesk()
  return Object.assign(house, {
    hand: (who, options) => Hand.of(house.browser, house.demo, who, options),
    /** Does something with a phone of one's own; what must not happen fails the test. */
    async held(who, work, options) {
      const hand = await Hand.of(house.browser, house.demo, who, options)
      await work(hand, hand.page)
      await hand.close()
    },
  })
}
