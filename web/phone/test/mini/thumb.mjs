// What a thumb does on a page of the compiled mini-program, and what the tests of
// it stand on.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { before, beforeEach } from 'node:test'
import { fileURLToPath } from 'node:url'

const weixin = createRequire(import.meta.url)('./weixin.cjs')
const { answers, asked, happen, simulate, start } = weixin
const built = resolve(process.env.LIANXIN_MINI ?? fileURLToPath(new URL('../../dist/mini', import.meta.url)))

export { answers, asked, happen, simulate }
export const { privacy, storage } = weixin

export const me = { person_id: 'p1', name: '王芳', roles: [], permissions: [], seats: [], units: [], memberships: [], unread_notices: 0 }
const signed = { token: 'TOKEN', refresh_token: 'REFRESH', expires_at: '2026-11-27T10:00:00+08:00', person_id: 'p1', name: '王芳', roles: [] }

/** Opens a page as WeChat does, with its query. */
export const open = (page, query) => weixin.open(built, page, query)

/** Starts the mini-program before the tests of a file; each finds WeChat ready to say who somebody is. */
export function onWeixin() {
  before(() => start(built))
  beforeEach(() => {
    asked.length = 0
    answers.clear()
    privacy.needed = false
    answers.set('POST /sessions/wechat', { status: 201, body: signed })
    answers.set('GET /me', me)
  })
}

/** All texts that a page shows. */
export const words = (page) => page.dom.textContent

/** Waits until something is so; what is not so in time fails the test. */
export async function until(so, why) {
  for (let n = 0; n < 800; n++) {
    weixin.settle()
    if (so()) return
    await simulate.sleep(10)
  }
  assert.fail(why)
}

/** The innermost element that can be tapped and says this; a button before what is around it. */
export function find(page, text) {
  const found = [...page.dom.querySelectorAll('*')].filter((e) => /^wx-(button|view)$/i.test(e.tagName) && e.textContent.trim().startsWith(text))
  const view = (e) => Number(!/button/i.test(e.tagName))
  return found.sort((a, b) => view(a) - view(b) || a.textContent.length - b.textContent.length || b.querySelectorAll('*').length - a.querySelectorAll('*').length)[0]
}

export async function tap(page, text) {
  await until(() => find(page, text), `nothing says “${text}”: ${words(page)}`)
  happen(find(page, text), 'tap')
  await simulate.sleep(30)
}

/** Types into the nth field of a kind. */
export async function type(page, kind, text, n = 0) {
  const fields = () => page.dom.querySelectorAll(`wx-${kind}`)
  await until(() => fields()[n], `there is no ${kind}: ${page.dom.innerHTML.slice(0, 2000)}`)
  happen(fields()[n], 'input', { value: text })
  await simulate.sleep(30)
}
