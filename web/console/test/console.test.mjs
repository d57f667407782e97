import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onDemo, password, totp } from './desk.mjs'

const house = onDemo()
const { at } = house

test('Who opens a page signs in first and gets there afterwards', () => at(async (desk, page) => {
  await desk.go('/screening')
  await desk.heading('登录').waitFor()
  await desk.looks('sign-in')
  await page.getByLabel('登录名').fill('liaison')
  await page.getByLabel('密码').fill('wrong-password-1')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').getByText('登录名或密码不正确。').waitFor()
  await page.getByLabel('密码').fill(password)
  await page.keyboard.press('Enter')
  await desk.heading('人工审核').waitFor()
}))

test('A liaison officer brings a message to its answer', () => at(async (desk, page) => {
  await desk.signIn('liaison')
  await desk.heading('来信').waitFor()
  await page.locator('tbody tr').first().waitFor()
  await desk.looks('queue')

  // By keyboard: to the second row, and into it.
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  const second = page.locator('tbody tr').nth(1).locator('a.open')
  assert.ok(await second.evaluate((a) => a === document.activeElement), 'j moves the focus')
  await page.keyboard.press('/')
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')), '来信编号')

  // A message that no representative holds is answered by the office.
  await page.getByRole('button', { name: '未分派' }).click()
  await page.waitForURL(/which=unassigned/)
  const row = page.locator('tbody tr').first()
  await row.waitFor()
  await page.keyboard.press('Tab')
  await page.locator('h1').click()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: '可以做的事' }).waitFor()
  await desk.looks('message')

  // A note for colleagues.
  await page.getByLabel('写一条备注').fill('已电话联系社区核实。')
  await page.getByRole('button', { name: '记下' }).click()
  await page.locator('.notes').getByText('已电话联系社区核实。').waitFor()

  await page.getByRole('button', { name: '代为答复' }).click()
  await page.getByText('以联络办 孟祥宁 的名义答复').waitFor()
  await page.getByRole('button', { name: '发出答复' }).click()
  await page.getByText('请填写。').waitFor()
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-invalid')), 'true', 'the mistaken field has the focus')
  await desk.looks('answer')
  await page.getByLabel('答复', { exact: true }).fill('已请街道到现场看过，下周一开始修，修好后再告诉您。')

  // The answer survives a reload.
  await page.reload()
  await page.getByRole('button', { name: '代为答复' }).click()
  assert.match(await page.getByLabel('答复', { exact: true }).inputValue(), /下周一开始修/)

  // The line breaks after the server did it: sent again, it is the same deed.
  const keys = []
  let broken = false
  await page.route('**/answer', async (route) => {
    keys.push(route.request().headers()['idempotency-key'])
    if (broken) return route.fallback()
    broken = true
    await route.fetch()
    await route.abort()
  })
  await page.getByRole('button', { name: '发出答复' }).click()
  await page.locator('.turns').getByText('下周一开始修').waitFor()
  assert.equal(keys.length, 2)
  assert.equal(keys[0], keys[1])
  assert.equal(await page.locator('.turns').getByText('下周一开始修').count(), 1)
  await page.locator('.facts').getByText('孟祥宁').first().waitFor()
  await desk.looks('answered')
}))

/** Opens the newest message of the queue that the office can reassign. */
async function openWaiting(desk, page) {
  await desk.signIn('liaison')
  await page.locator('tbody tr').first().waitFor()
  await page.locator('tbody tr').filter({ hasText: '已送达代表' }).first().locator('a.open').click()
  await page.getByRole('heading', { name: '可以做的事' }).waitFor()
}

/** Chooses from a list that opens, by what one types. */
async function choose(page, label, typed, option) {
  await page.getByLabel(label, { exact: true }).click()
  await page.keyboard.type(typed)
  await page.getByRole('option', { name: option }).click()
}

test('The office moves a message on: another representative, the clock, a unit', () => at(async (desk, page) => {
  await openWaiting(desk, page)
  await page.getByRole('button', { name: '改派代表' }).click()
  await choose(page, '改派给', 'lxt', /林晓棠/)
  await page.getByLabel('理由').fill('这件事在林代表联系的社区。')
  await desk.looks('reassign')
  await page.getByRole('button', { name: '改派', exact: true }).click()
  await page.locator('.facts').getByText('改由林晓棠代表办理').waitFor()

  await page.getByRole('button', { name: '暂停期限' }).click()
  await page.getByLabel('理由').fill('等待房屋安全鉴定。')
  await page.getByRole('button', { name: '暂停', exact: true }).click()
  await page.getByText('期限暂停计算', { exact: true }).waitFor()
  await page.getByRole('button', { name: '恢复期限' }).click()
  await page.getByRole('button', { name: '恢复', exact: true }).click()
  await page.locator('.facts').getByText('恢复期限').waitFor()

  // Without the resident's word nothing goes to a unit; it is asked for instead.
  await page.getByRole('button', { name: '转交承办单位' }).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: '征求转交同意' }).click()
  await page.getByRole('button', { name: '征求同意', exact: true }).click()
  await page.locator('.facts').getByText('征求转交意见').waitFor()

  const consented = await page.evaluate(async () => {
    const headers = { Authorization: `Bearer ${JSON.parse(localStorage.getItem('lianxin.session')).token}` }
    const ask = async (path) => (await fetch('/api/v1/staff/messages' + path, { headers })).json()
    for (const { id } of (await ask('?which=waiting&limit=50')).items) {
      const thread = await ask('/' + id)
      if (thread.consents.hand_over && thread.actions.includes('hand_over')) return id
    }
  })
  assert.ok(consented, 'the sample has a message whose writer agreed')
  await desk.go('/messages/' + consented)
  await page.getByRole('button', { name: '转交承办单位' }).click()
  await choose(page, '承办单位', '住建', /区住建局/)
  await page.getByRole('button', { name: '转交', exact: true }).click()
  await page.locator('.facts').getByText('转交承办单位').waitFor()
  await desk.looks('handed-over')
}))

test('Who was overtaken by a colleague is told, and sees what is so now', () => at(async (desk, page) => {
  await openWaiting(desk, page)
  const colleague = await desk.context.newPage()
  await colleague.goto(page.url())
  await page.getByRole('button', { name: '代为确认收到' }).click()
  await colleague.getByRole('button', { name: '代为确认收到' }).click()
  await colleague.getByRole('button', { name: '确认收到', exact: true }).click()
  await colleague.locator('.facts').getByText('确认收到').waitFor()
  await page.getByRole('button', { name: '确认收到', exact: true }).click()
  await page.getByRole('alert').first().waitFor()
  await page.locator('.facts').getByText('确认收到').waitFor()
}))

test('What is no matter for representatives is told so, with where to go', () => at(async (desk, page) => {
  await openWaiting(desk, page)
  await page.getByRole('button', { name: '告知另有去处' }).click()
  await page.getByLabel('理由').fill('这是合同纠纷，要由法院判断。')
  await page.getByRole('button', { name: '告知居民' }).click()
  await page.getByText('请选择。').waitFor()
  await page.getByLabel('人民法院').check()
  await desk.looks('out-of-scope')
  await page.getByRole('button', { name: '告知居民' }).click()
  await page.locator('.facts').getByText('告知另有去处').waitFor()
}))

test('What the machine would not decide is decided by a person, with a reason', () => at(async (desk, page) => {
  await desk.signIn('liaison')
  await page.getByRole('link', { name: '人工审核' }).click()
  const waiting = page.locator('nav.list a')
  await page.getByRole('heading', { name: '为什么要人工审核' }).first().waitFor()
  const before = await waiting.count()
  assert.ok(before >= 2, `${before} wait`)
  await desk.looks('screening')
  const first = page.url()
  await page.keyboard.press('j')
  await page.waitForFunction((url) => location.href !== url, first)
  await page.keyboard.press('k')
  await page.waitForURL(first)
  await page.getByRole('button', { name: '不通过…' }).click()
  await page.getByLabel('不通过的理由').fill('含有他人的手机号码，请删去后重新提交。')
  await page.getByRole('button', { name: '不通过', exact: true }).click()
  await page.waitForFunction((n) => document.querySelectorAll('nav.list a').length === n - 1, before)
  await page.getByRole('button', { name: '放行' }).click()
  await page.getByText('已放行').waitFor()
}))

test('Each sees only what the role may do', () => at(async (desk, page) => {
  await desk.signIn('guardian')
  await desk.heading('我的登录').waitFor()
  assert.deepEqual(await page.getByRole('navigation', { name: '主导航' }).getByRole('link').allInnerTexts(), ['我的登录'])
  await desk.go('/messages')
  await desk.heading('没有这个页面').waitFor()
  await desk.looks('nowhere')
}))

test('An authenticator is set up, asked for, and dangerous deeds ask again', () => at(async (desk, page) => {
  await desk.signIn('auditor')
  await page.getByRole('link', { name: '我的登录' }).click()
  await desk.heading('我的登录').waitFor()
  await page.getByRole('button', { name: '绑定身份验证器' }).click()
  const dialog = page.getByRole('dialog', { name: '绑定身份验证器' })
  const secret = await dialog.locator('code').innerText()
  await desk.looks('authenticator')
  await dialog.getByLabel('2. 填写身份验证器上的 6 位动态码').fill('000000')
  await page.keyboard.press('Enter')
  await dialog.locator('.wrong').waitFor()
  await dialog.getByLabel('2. 填写身份验证器上的 6 位动态码').fill(totp(secret))
  await page.keyboard.press('Enter')
  await dialog.getByRole('heading', { name: '请保存恢复码' }).waitFor()
  const codes = await dialog.locator('.codes code').allInnerTexts()
  await desk.looks('recovery-codes')
  await dialog.getByLabel('我已经保存好了').check()
  await dialog.getByRole('button', { name: '完成' }).click()
  await page.getByText('已绑定', { exact: true }).waitFor()
  await desk.looks('own')

  // A password is changed with the old one, and what is wrong stands by its field.
  await page.getByRole('button', { name: '修改密码' }).click()
  const changing = page.getByRole('dialog', { name: '修改密码' })
  await changing.getByLabel('现在的密码').fill('not-my-password')
  await changing.getByLabel('新密码', { exact: true }).fill('jin-tian-xia-yu-le')
  await changing.getByLabel('再填一次新密码').fill('jin-tian-xia-yu-le')
  await page.keyboard.press('Enter')
  await changing.locator('.wrong').getByText('不正确').waitFor()
  await desk.looks('password')
  await page.keyboard.press('Escape')

  await page.getByRole('button', { name: '退出登录' }).click()
  await desk.heading('登录').waitFor()
  await page.getByLabel('登录名').fill('auditor')
  await page.getByLabel('密码').fill(password)
  await page.keyboard.press('Enter')
  await page.getByLabel('动态码').waitFor()
  await desk.looks('second-factor')
  await page.getByRole('button', { name: '身份验证器不在身边？用恢复码' }).click()
  await page.getByLabel('恢复码').fill(codes[0])
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: '我的登录' }).click()
  await desk.heading('我的登录').waitFor()
  await page.getByText(`还剩 ${codes.length - 1} 个没有用过`).waitFor()

  // Ten minutes later the same browser is not proof enough: the server says so,
  // the person proves it, and the deed goes on with the same key.
  let refused = false
  const keys = []
  await page.route('**/me/recovery-codes', async (route) => {
    keys.push(route.request().headers()['idempotency-key'])
    if (refused) return route.fallback()
    refused = true
    return route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify({ status: 403, code: 'step_up_required', title: '', detail: '请输入身份验证器上的动态码后继续。' }) })
  })
  await page.getByRole('button', { name: '重新生成' }).click()
  const again = page.getByRole('dialog', { name: '请再次验证身份' })
  await desk.looks('step-up')
  await page.keyboard.type(codes[1]) // the field has the focus already
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: '新的恢复码' }).waitFor()
  assert.equal(keys.length, 2)
  assert.equal(keys[0], keys[1])
}))

test('At the first sign-in nothing goes on before an authenticator is set up', () => at(async (desk, page) => {
  // The demo asks nobody to: the answer is changed to what it is in earnest.
  await page.route('**/sessions/staff', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, json: { ...(await response.json()), state: 'enrolment_required' } })
  })
  await desk.signIn('publicity')
  await desk.heading('先绑定身份验证器').waitFor()
  await desk.go('/own')
  await desk.heading('先绑定身份验证器').waitFor()
  const secret = await page.locator('code').innerText()
  await desk.looks('enrol')
  await page.getByLabel('2. 填写身份验证器上的 6 位动态码').fill(totp(secret))
  await page.keyboard.press('Enter')
  await page.getByLabel('我已经保存好了').check()
  await page.getByRole('button', { name: '完成' }).click()
  await desk.heading('文章').waitFor()
}))

test('A page that cannot be opened says why, and opens when the server is there again', () => at(async (desk, page) => {
  await desk.signIn('liaison')
  await desk.heading('来信').waitFor()
  let away = true
  await page.route('**/api/v1/me', (route) => (away ? route.fulfill({ status: 500, contentType: 'application/problem+json', body: JSON.stringify({ status: 500, code: 'internal', title: '', detail: '系统出错了，请稍后再试。', request_id: 'r-17' }) }) : route.fallback()))
  await page.reload()
  await page.getByRole('alert').getByText('系统出错了').waitFor()
  away = false
  await page.getByRole('button', { name: '再试一次' }).click()
  await desk.heading('来信').waitFor()
}))

test('A session that ended elsewhere asks to sign in and goes on where one was', () => at(async (desk, page) => {
  await desk.signIn('liaison.heping')
  await page.locator('tbody tr').first().waitFor()
  await page.getByLabel('主题').selectOption({ index: 1 })
  await page.waitForURL(/topic=/)
  const here = page.url()

  // Another browser ends all sessions but its own.
  const other = await house.open()
  await other.signIn('liaison.heping')
  await other.page.getByRole('link', { name: '我的登录' }).click()
  await other.page.getByRole('button', { name: '退出其他所有登录' }).click()
  await other.looks('sure')
  await other.page.getByRole('dialog').getByRole('button', { name: '退出其他登录' }).click()
  await other.page.getByText('已退出').waitFor()
  await other.close()

  await page.getByRole('button', { name: '已答复' }).click()
  await desk.heading('登录').waitFor()
  await page.getByText('登录已过期').waitFor()
  await page.getByLabel('登录名').fill('liaison.heping')
  await page.getByLabel('密码').fill(password)
  await page.keyboard.press('Enter')
  await desk.heading('来信').waitFor()
  assert.equal(new URL(page.url()).searchParams.get('topic'), new URL(here).searchParams.get('topic'))
}))

test('A busy server is waited for, and the wait is told', () => at(async (desk, page) => {
  await desk.signIn('liaison')
  await page.locator('tbody tr').first().waitFor()
  let asked = 0
  await page.route('**/staff/messages?**', (route) => {
    asked++
    const wait = asked === 1 ? '1' : '30'
    return asked === 2 ? route.fallback() : route.fulfill({ status: 503, contentType: 'application/problem+json', headers: { 'Retry-After': wait }, body: JSON.stringify({ status: 503, code: 'unavailable', title: '', detail: '系统正忙，请稍后再试。' }) })
  })
  await page.getByRole('button', { name: '已答复' }).click()
  await page.locator('tbody tr').first().waitFor()
  await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'))
  assert.equal(asked, 2, 'a rest of a second is taken by itself')
  await page.getByRole('button', { name: '已办结' }).click()
  await page.getByRole('alert').getByText(/系统正忙，请稍后再试。\s*请等 \d+ 秒/).waitFor()
  assert.ok(await page.getByRole('button', { name: '再试一次' }).isDisabled())
}))

test('The console can be read on a phone', () => at(async (desk, page) => {
  await desk.signIn('liaison')
  await page.locator('tbody tr').first().waitFor()
  await desk.looks('phone-queue')
  await page.locator('tbody tr a.open').first().click()
  await page.getByRole('heading', { name: '办理经过' }).waitFor()
  await desk.looks('phone-message')
}, { width: 390, height: 844 }))

test('Files are kept for ever by their names, pages are asked for again, and what is not there is not a page', async () => {
  const page = await fetch(house.demo.app + '/console/messages/any')
  const html = await page.text()
  assert.equal(page.headers.get('cache-control'), 'no-cache')
  assert.match(page.headers.get('content-security-policy'), /^default-src 'none'; script-src 'self'; style-src 'self';/)
  const script = await fetch(house.demo.app + html.match(/src="([^"]+\.js)"/)[1])
  assert.equal(script.headers.get('cache-control'), 'public, max-age=31536000, immutable')
  assert.equal(script.headers.get('content-encoding'), 'gzip')
  assert.equal((await fetch(house.demo.app + '/console/assets/gone.js')).status, 404)
  const again = await fetch(house.demo.app + '/console/', { headers: { 'If-None-Match': page.headers.get('etag') } })
  assert.equal(again.status, 304)
})
