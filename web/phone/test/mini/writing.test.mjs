// Writing in the compiled mini-program: from the code of a poster to the question
// whether WeChat may tell of the answer.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers, asked, onWeixin, open, simulate, storage, tap, type, until, words } from './thumb.mjs'

onWeixin()

const card = { id: 'r1', name: '林晓棠', post: '社区党委书记', composition: 'cadre', areas: [], topics: [] }
const promise = { first_touch_by: '2026-11-30T18:00:00+08:00', words: '11月30日前回应', by_studio: false }
const sent = {
  id: 'm1', number: '261126-ABC123', state: 'delivered', state_words: '已送达', due_words: '11月30日前回应', excerpt: '', resident: '王芳', representative: '林晓棠', round: 1,
  submitted_at: '2026-11-26T10:00:00+08:00', overdue: false, paused: false, consents: { hand_over: false, publish: false }, facts: [], actions: [], turns: [],
}

const done = (name) => asked.filter((a) => a.name === name)

function served() {
  answers.set('GET /representatives/r1', { ...card, articles: [] })
  answers.set('GET /representatives/r1/promise', promise)
  answers.set('GET /consents/wordings', { items: [] })
  answers.set('GET /topics', { items: [{ id: 't1', name: '市容环境' }] })
  answers.set('POST /answers/similar', { items: [] })
}

test('the code of a poster leads to its one representative, and from there straight to writing', async () => {
  served()
  answers.set('GET /scenes/poster one', { kind: 'place', area: { id: 'a1', level: 'community', name: '江声社区' }, representatives: [card] })
  answers.set('GET /scenes/poster%20one', answers.get('GET /scenes/poster one'))
  const page = await open('pages/scene/index', { scene: 'poster%20one' })
  await until(() => words(page).includes('11月30日前回应'), 'the promise is not shown: ' + words(page))
  assert.equal(JSON.parse(storage.get('lianxin.area')).name, '江声社区')
  await tap(page, '写信给 林晓棠 代表')
  assert.match(done('navigateTo').at(-1).options.url, /^\/pages\/door\/index\?to=r1&area=a1$/)

  const door = await open('pages/door/index', { to: 'r1', area: 'a1' })
  await tap(door, '知道了，写信')
  assert.match(done('redirectTo').at(-1).options.url, /^\/pages\/message\/write\?to=r1&area=a1$/)
  // The door was seen: the next way is straight.
  await tap(page, '写信给 林晓棠 代表')
  assert.match(done('navigateTo').at(-1).options.url, /^\/pages\/message\/write\?/)
})

test('two pictures are kept and sent, one of them again, and the letter goes out once with both', async () => {
  served()
  answers.set('uploadFile', (n) => (n === 2 || n === 3 || n === 4 ? new Error('broken') : { id: 'picture-' + n, width: 1, height: 1, url: '', thumb_url: '', state: 'checking' }))
  const page = await open('pages/message/write', { to: 'r1' })
  await type(page, 'textarea', '南门的路灯坏了一周。')
  await tap(page, '加照片')
  await until(() => done('saveFile').length === 2, 'the pictures are not kept')
  await until(() => words(page).includes('没有传上去'), 'the lost line is not told: ' + words(page))
  assert.ok(words(page).includes('已传好'), words(page))
  assert.equal(JSON.parse(storage.get('lianxin.draft.letter.r1')).pictures.length, 2)
  assert.ok(done('uploadFile').every((a) => a.options.header.Authorization === 'Bearer TOKEN' && !a.options.url.includes('TOKEN')))

  await tap(page, '重传')
  await until(() => !words(page).includes('没有传上去'), 'the picture did not go')
  answers.set('POST /messages', new Error('timeout'))
  await tap(page, '送出')
  await until(() => words(page).includes('网络不太好'), 'the lost line is not told: ' + words(page))
  answers.set('POST /messages', { status: 201, body: sent })
  await tap(page, '再送一次（不会重复）')
  await until(() => done('redirectTo').length === 1, 'it was not sent: ' + words(page))
  const keys = new Set(done('POST /messages').map((a) => a.options.header['Idempotency-Key']))
  assert.equal(keys.size, 1)
  const { body } = done('POST /messages').at(-1)
  assert.equal(body.body, '南门的路灯坏了一周。')
  assert.equal(body.picture_ids.length, 2)
  assert.match(done('redirectTo')[0].options.url, /^\/pages\/message\/sent\?id=m1&due=/)
  assert.equal(storage.get('lianxin.draft.letter.r1'), undefined)
  assert.equal(done('removeSavedFile').length, 2)
})

test('once it is sent, one tap lets WeChat tell of the answer, and the ledger knows', async () => {
  answers.set('GET /messages/m1', sent)
  answers.set('GET /me/notice-templates', { templates: { answer: 'T-ANSWER', progress: 'T-PROGRESS', news: 'T-NEWS' }, left: {} })
  answers.set('POST /me/notice-grants', { templates: {}, left: {} })
  answers.set('requestSubscribeMessage', (o) => Object.fromEntries(o.tmplIds.map((id) => [id, id === 'T-ANSWER' ? 'accept' : 'reject'])))
  const page = await open('pages/message/sent', { id: 'm1' })
  await until(() => words(page).includes('261126-ABC123'), 'the number is not shown')
  await tap(page, '打开提醒')
  await until(() => done('POST /me/notice-grants').length === 1, 'the ledger does not know: ' + words(page))
  assert.deepEqual(done('requestSubscribeMessage')[0].options.tmplIds, ['T-ANSWER', 'T-PROGRESS'])
  assert.deepEqual(done('POST /me/notice-grants')[0].body, { template_ids: ['T-ANSWER'] })
  await simulate.sleep(20)
  assert.ok(!words(page).includes('打开提醒'))
})
