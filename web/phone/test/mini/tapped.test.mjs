// The compiled mini-program, mounted and tapped: what it asks of WeChat and of our
// API, page by page.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers, asked, happen, onWeixin, open, storage, tap, type, until, words } from './thumb.mjs'

onWeixin()

test('signs in with a code of WeChat, once, and without a word', async () => {
  const page = await open('pages/me/index')
  await until(() => words(page).includes('王芳'), 'the name is not shown')
  assert.equal(asked.filter((a) => a.name === 'login').length, 1)
  assert.deepEqual(asked.find((a) => a.name === 'POST /sessions/wechat').body, { code: 'LOGIN-CODE' })
  assert.equal(asked.find((a) => a.name === 'GET /me').options.header.Authorization, 'Bearer TOKEN')
  assert.ok(asked.every((a) => !String(a.options.url ?? '').includes('TOKEN')), 'a token stands in an address')
  assert.ok(storage.size > 0)
})

test('binds the phone number that WeChat gives for its button', async () => {
  answers.set('PUT /me/phone', { phone: '138****8000' })
  const page = await open('pages/me/phone')
  await until(() => page.dom.querySelector('wx-button'), 'there is no button')
  const button = [...page.dom.querySelectorAll('wx-button')].find((e) => e.textContent.includes('手机号'))
  assert.ok(button, words(page))
  happen(button, 'getphonenumber', { code: 'PHONE-CODE', errMsg: 'getPhoneNumber:ok' })
  await until(() => asked.some((a) => a.name === 'PUT /me/phone'), 'the number was not bound')
  assert.deepEqual(asked.find((a) => a.name === 'PUT /me/phone').body, { code: 'PHONE-CODE' })
})

test('the bar at the bottom is ours, says where one is, and leads to the other three', async () => {
  answers.set('GET /articles', { items: [] })
  answers.set('GET /columns', { items: [] })
  const page = await open('pages/article/list')
  const bar = () => [...page.dom.querySelectorAll('wx-view')].filter((e) => ['首页', '来信', '动态', '我的'].includes(e.textContent.trim()) && e.querySelector('wx-image'))
  await until(() => bar().length === 4, 'there is no bar: ' + words(page))
  assert.deepEqual(bar().map((e) => /\blx-bar-on\b/.test(e.className)), [false, false, true, false])
  const opened = () => asked.filter((a) => a.name === 'switchTab').map((a) => a.options.url)
  for (const n of [2, 0, 1, 3]) happen(bar()[n], 'tap')
  await until(() => opened().length === 3, 'the bar leads nowhere')
  assert.deepEqual(opened(), ['/pages/index/index', '/pages/message/list', '/pages/me/index'])
})

const letter = {
  id: 'm1', number: '261126-ABC123', state: 'acknowledged', state_words: '代表已收到', excerpt: '路灯不亮', resident: '一位居民', representative: '林晓棠', round: 1,
  submitted_at: '2026-11-26T10:00:00+08:00', overdue: false, paused: false, consents: { hand_over: false, publish: false }, facts: [], actions: ['answer'], contact: {},
  turns: [{ id: 't1', round: 1, side: 'resident', author: '一位居民', body: '路灯不亮', kind: 'open', state: 'shown', can_appeal: false, mine: false, at: '2026-11-26T10:00:00+08:00', pictures: [] }],
}

test('a representative answers, and after a lost line or a broken server the same answer goes under the same key', async () => {
  answers.set('GET /representative/messages/m1', letter)
  const page = await open('pages/inbox/message', { id: 'm1' })
  await type(page, 'textarea', '周五前修好。')
  answers.set('POST /representative/messages/m1/answer', new Error('timeout'))
  await tap(page, '发送答复')
  const sent = () => asked.filter((a) => a.name === 'POST /representative/messages/m1/answer')
  await until(() => words(page).includes('网络不太好'), 'the lost line is not told')
  answers.set('POST /representative/messages/m1/answer', { status: 502, body: { detail: '系统没有答复' } })
  await tap(page, '发送答复')
  await until(() => words(page).includes('系统没有答复'), 'the broken server is not told')
  answers.set('POST /representative/messages/m1/answer', { ...letter, state: 'answered', actions: [] })
  await tap(page, '发送答复')
  await until(() => asked.some((a) => a.name === 'showToast'), 'the answer was not taken')
  assert.deepEqual(new Set(sent().map((a) => a.options.header['Idempotency-Key'])).size, 1)
  assert.deepEqual(sent().at(-1).body, { body: '周五前修好。' })
})

test('finds the community by where the phone roughly is, and says what else to do when it may not', async () => {
  answers.set('GET /areas', { items: [] })
  answers.set('GET /areas/near', { items: [{ id: 'a1', parent_id: 's1', level: 'community', name: '和平里社区', above: [{ id: 's1', parent_id: 'd', level: 'street', name: '和平街道' }], near: 800 }] })
  const page = await open('pages/area/pick')
  await until(() => words(page).includes('用手机的位置'), 'there is no button')
  answers.set('getFuzzyLocation', new Error('auth deny'))
  await tap(page, '用手机的位置找附近的社区')
  await until(() => words(page).includes('没有取到位置'), 'the refusal is not told')
  answers.delete('getFuzzyLocation')
  await tap(page, '用手机的位置找附近的社区')
  await until(() => words(page).includes('约 800 米'), 'nothing was found')
  assert.deepEqual(asked.find((a) => a.name === 'GET /areas/near').query, { latitude: '30.27', longitude: '120.17' })
  assert.equal(asked.find((a) => a.name === 'getFuzzyLocation').options.type, 'gcj02')
})
