// What WeChat lets the compiled mini-program do only when somebody agrees, and what
// becomes of it when they do not: the privacy agreement, scanning, notices, a file in
// a chat; and leaving.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers, asked, happen, me, onWeixin, open, privacy, storage, tap, type, until, words } from './thumb.mjs'

onWeixin()

const done = (name) => asked.filter((a) => a.name === name)
const said = () => done('showToast').map((a) => a.options.title)

function writing(to) {
  answers.set('GET /representatives/' + to, { id: to, name: '林晓棠', post: '社区党委书记', composition: 'cadre', areas: [], topics: [], articles: [] })
  answers.set(`GET /representatives/${to}/promise`, { first_touch_by: '2026-11-30T18:00:00+08:00', words: '11月30日前回应', by_studio: false })
  answers.set('GET /consents/wordings', { items: [] })
  answers.set('GET /topics', { items: [] })
  answers.set('POST /answers/similar', { items: [] })
}

const sheet = (page) => words(page).includes('请先看隐私保护指引')
const agreeing = (page) => [...page.dom.querySelectorAll('wx-button')].find((e) => e.textContent.includes('同意，继续'))

test('before a picture is picked WeChat asks for the privacy agreement: it is shown, can be read, and goes on when agreed to', async () => {
  writing('r1')
  privacy.needed = true
  const page = await open('pages/message/write', { to: 'r1' })
  await until(() => words(page).includes('11月30日前回应'), 'the page did not open')
  assert.ok(!sheet(page), 'it is asked before there is a need')
  await tap(page, '加照片')
  await until(() => sheet(page), 'the agreement is not shown')
  assert.equal(done('chooseImage').length, 0, 'the picture was picked before the answer')
  await tap(page, '看《用户隐私保护指引》全文')
  assert.equal(done('openPrivacyContract').length, 1)
  assert.ok(sheet(page), 'reading it closed it')

  // WeChat counts the tap on its own kind of button alone, and wants to be told which.
  const button = agreeing(page)
  assert.equal(done('privacy').length, 0)
  happen(button, 'agreeprivacyauthorization', {})
  await until(() => !sheet(page), 'the agreement stays')
  assert.equal(button.__wxElement.id, 'lx-agree')
  assert.deepEqual(done('privacy')[0].options, { event: 'agree', buttonId: 'lx-agree' })
  await until(() => words(page).includes('已传好'), 'the picture did not come after the agreement: ' + words(page))

  await tap(page, '再加照片')
  assert.equal(done('privacy').length, 1, 'it is asked again')
})

test('whoever does not agree is told how to go on without, and writes all the same', async () => {
  writing('r2')
  privacy.needed = true
  const page = await open('pages/message/write', { to: 'r2' })
  await type(page, 'textarea', '南门的路灯坏了一周。')
  await tap(page, '加照片')
  await until(() => sheet(page), 'the agreement is not shown')
  await tap(page, '不同意')
  await until(() => !sheet(page), 'the agreement stays')
  assert.deepEqual(done('privacy')[0].options, { event: 'disagree' })
  assert.deepEqual(said(), ['没有打开照片，可以先不加照片，直接送出'])
  assert.equal(done('uploadFile').length, 0)
  answers.set('POST /messages', { status: 201, body: { id: 'm1', number: '261126-ABC123' } })
  await tap(page, '送出')
  await until(() => done('redirectTo').length === 1, 'it was not sent: ' + words(page))
})

test('a code that is scanned leads to its page; one of somebody else is told, and none is no trouble', async () => {
  answers.set('GET /articles', { items: [] })
  const page = await open('pages/index/index')
  answers.set('scanCode', { path: 'pages/scene/index?scene=abc123', result: '' })
  await tap(page, '扫一扫')
  await until(() => done('navigateTo').length === 1, 'the scene is not opened')
  assert.equal(done('navigateTo')[0].options.url, '/pages/scene/index?scene=abc123')
  answers.set('scanCode', { result: 'https://lianxin.example.cn/go/pages/check/index?code=7K2M-9Q4T' })
  await tap(page, '扫一扫')
  await until(() => done('navigateTo').length === 2, 'the check is not opened')
  assert.equal(done('navigateTo')[1].options.url, '/pages/check/index?code=7K2M-9Q4T')
  answers.set('scanCode', { result: 'https://elsewhere.example.com/?id=1' })
  await tap(page, '扫一扫')
  await until(() => said().includes('这不是连心的二维码'), 'a foreign code is not told')
  answers.set('scanCode', new Error('cancel'))
  await tap(page, '扫一扫')
  assert.deepEqual([done('scanCode').length, done('navigateTo').length, said().length], [4, 2, 1])
})

const templates = { templates: { answer: 'T-ANSWER', progress: 'T-PROGRESS', survey: 'T-SURVEY' }, left: { 'T-ANSWER': 2 } }

test('a refused subscription is written into no ledger, and where notices are is told', async () => {
  storage.set('lianxin.session', JSON.stringify({ token: 'TOKEN', refresh: 'REFRESH', person: 'p1' }))
  answers.set('GET /me/notice-templates', templates)
  answers.set('GET /sessions', { items: [] })
  const page = await open('pages/me/settings')
  await until(() => words(page).includes('还可通知 2 次'), 'the ledger is not shown: ' + words(page))
  answers.set('requestSubscribeMessage', (o) => Object.fromEntries(o.tmplIds.map((id) => [id, 'reject'])))
  await tap(page, '再允许一次')
  await until(() => said().length === 1, 'nothing is said')
  assert.deepEqual(said(), ['没有允许，通知仍在“通知”里看'])
  answers.set('requestSubscribeMessage', new Error('main switch is off'))
  await tap(page, '再允许一次')
  await until(() => said().length === 2, 'nothing is said of a switch that is off')
  assert.equal(done('POST /me/notice-grants').length, 0)
  // Only what was allowed is told to the server.
  answers.set('requestSubscribeMessage', (o) => Object.fromEntries(o.tmplIds.map((id) => [id, id === 'T-ANSWER' ? 'accept' : 'ban'])))
  answers.set('POST /me/notice-grants', { ...templates, left: { 'T-ANSWER': 3 } })
  await tap(page, '再允许一次')
  await until(() => words(page).includes('还可通知 3 次'), 'the ledger stays: ' + words(page))
  assert.deepEqual(done('POST /me/notice-grants')[0].body, { template_ids: ['T-ANSWER'] })
  assert.ok(done('requestSubscribeMessage').every((a) => a.options.tmplIds.length <= 3))
})

test("a copy of one's data is fetched with the token in the header alone, and handed to a chat of one's own", async () => {
  answers.set('POST /me/data/exports', { status: 201, body: { id: 'e1', ends_at: '2099-11-28T10:00:00+08:00' } })
  const page = await open('pages/me/copy')
  await tap(page, '准备一份')
  await until(() => words(page).includes('已经准备好'), 'it is not ready: ' + words(page))
  await tap(page, '下载')
  await until(() => words(page).includes('发到我的聊天里'), 'it was not fetched: ' + words(page))
  const fetched = done('downloadFile')[0].options
  assert.match(fetched.url, /\/api\/v1\/me\/data\/exports\/e1$/)
  assert.match(fetched.header.Authorization, /^Bearer \S+/)
  answers.set('shareFileMessage', new Error('cancel'))
  await tap(page, '发到我的聊天里')
  await until(() => said().includes('没有发送'), 'not sending is not told')
  answers.delete('shareFileMessage')
  await tap(page, '发到我的聊天里')
  assert.deepEqual(done('shareFileMessage').map((a) => [a.options.filePath, a.options.fileName]), Array(2).fill(['wxfile://fetched/copy.zip', '我的连心数据.zip']))

  // What has run out is prepared anew.
  const later = await open('pages/me/copy')
  answers.set('downloadFile', { statusCode: 404, tempFilePath: '' })
  await tap(later, '下载')
  await until(() => words(later).includes('可能已经过期'), 'it is not told: ' + words(later))
  await until(() => words(later).includes('准备一份'), 'it cannot be prepared again')
})

test('signing out elsewhere leaves this phone signed in; signing out here forgets who it was, and no word that was typed', async () => {
  storage.set('lianxin.session', JSON.stringify({ token: 'TOKEN', refresh: 'REFRESH', person: 'p1' }))
  storage.set('lianxin.draft.letter.r1', JSON.stringify({ body: '写了一半' }))
  const here = { id: 's1', kind: 'mini', device: '安卓手机', current: true, last_used_at: '2026-11-26T10:00:00+08:00' }
  const other = { id: 's2', kind: 'official', device: '苹果手机', current: false, last_used_at: '2026-11-25T10:00:00+08:00' }
  answers.set('GET /me/notice-templates', templates)
  answers.set('GET /sessions', { items: [here, other] })
  answers.set('DELETE /sessions/s2', { status: 204, body: '' })
  const page = await open('pages/me/settings')
  await until(() => words(page).includes('苹果手机'), 'the sessions are not shown: ' + words(page))
  answers.set('GET /sessions', { items: [here] })
  happen([...page.dom.querySelectorAll('wx-view')].find((e) => e.textContent.trim() === '退出'), 'tap')
  await until(() => !words(page).includes('苹果手机'), 'the other is still there')
  assert.equal(done('DELETE /sessions/s2').length, 1)
  assert.ok(storage.has('lianxin.session'))

  answers.set('showModal', { confirm: false })
  await tap(page, '退出登录')
  assert.equal(done('DELETE /sessions/current').length, 0, 'it was done without an answer')
  answers.set('showModal', { confirm: true })
  answers.set('DELETE /sessions/current', new Error('timeout'))
  await tap(page, '退出登录')
  await until(() => !storage.has('lianxin.session'), 'without a line the phone stays signed in')
  assert.ok(storage.has('lianxin.draft.letter.r1'), 'what was typed is gone')
  assert.equal(me.person_id, 'p1')
})
