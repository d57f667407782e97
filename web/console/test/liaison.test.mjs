import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onDemo } from './desk.mjs'

const house = onDemo()
const { at } = house

test('A queue is narrowed, kept under a name, and found again at another desk', async () => {
  let narrowed = ''
  await at(async (desk, page) => {
    await desk.signIn('liaison')
    await page.locator('tbody tr').first().waitFor()
    await page.getByRole('button', { name: '全部' }).click()
    await page.getByLabel('区域').selectOption({ label: '　和平街道' })
    await page.waitForURL(/area=/)

    // Several states at once, by the keyboard.
    await page.getByRole('button', { name: '状态：所有状态' }).press('Enter')
    await page.getByLabel('代表已答复', { exact: true }).waitFor()
    for (const state of ['代表已答复', '居民已确认结果']) await page.getByLabel(state, { exact: true }).press(' ')
    await page.waitForURL(/states=answered%2Cconfirmed|states=answered,confirmed/)
    await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'))
    await desk.looks('states')
    const shown = await page.locator('tbody .state').allInnerTexts()
    assert.ok(shown.length > 0 && shown.every((words) => ['代表已答复', '居民已确认结果'].includes(words)), `in other states: ${shown}`)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: '状态：代表已答复、居民已确认结果' }).waitFor()
    await page.getByRole('button', { name: '存为常用筛选' }).click()
    await page.getByRole('dialog').waitFor()
    await desk.looks('naming')
    await page.keyboard.type('和平全部')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: '和平全部' }).waitFor()
    narrowed = page.url()
    const number = (await page.locator('tbody tr .small').first().innerText()).split(' ')[0]
    await page.getByLabel('来信编号').fill(number.toLowerCase())
    await page.keyboard.press('Enter')
    await page.waitForURL(/number=/)
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1)
    await page.getByLabel('来信编号').fill('999999-XX')
    await page.keyboard.press('Enter')
    await page.getByText('这里没有来信。').waitFor()
  })
  await at(async (desk, page) => {
    await desk.signIn('liaison')
    await page.getByRole('link', { name: '和平全部' }).click()
    await page.waitForURL(narrowed)
    await page.getByRole('button', { name: '状态：代表已答复、居民已确认结果' }).waitFor()
    await desk.looks('queue')

    // The same name twice is refused beside the field's dialog; renamed and deleted by the list.
    await page.getByRole('button', { name: '存为常用筛选' }).click()
    await page.getByRole('dialog').getByLabel('名称').fill('和平全部')
    await page.keyboard.press('Enter')
    await page.getByText('您已经有一个同名的常用筛选').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: '管理常用筛选' }).click()
    await page.getByLabel('“和平全部”的名称').fill('和平街道')
    await desk.looks('filters')
    await page.getByRole('button', { name: '改名' }).last().click()
    await page.getByLabel('“和平街道”的名称').waitFor()
    await page.getByRole('button', { name: '删除“和平街道”' }).click()
    await page.getByLabel('“和平街道”的名称').waitFor({ state: 'detached' })
  })
})

/** Chooses from a list that opens, by what one types. */
async function choose(page, label, typed, option) {
  await page.getByLabel(label, { exact: true }).click()
  await page.keyboard.type(typed)
  await page.getByRole('option', { name: option }).click()
}

test('One act is done on many, where it can be, and taken back', () => at(async (desk, page) => {
  await desk.signIn('liaison')
  await page.locator('tbody tr').first().waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await page.getByText('选中 1 封').waitFor()
  await page.getByLabel('全选这一页').check()
  const rows = await page.locator('tbody tr').count()
  await page.getByText(`选中 ${rows} 封`).waitFor()
  await desk.looks('chosen')

  // Nothing goes to a unit without the resident's word: each that did not go says why.
  await page.getByRole('button', { name: '转交承办单位…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: `转交 ${rows} 封` }).click()
  await page.getByText('请选择。').waitFor()
  await choose(page, '承办单位', '住建', /区住建局/)
  await desk.looks('together')
  await page.getByRole('dialog').getByRole('button', { name: `转交 ${rows} 封` }).click()
  await page.getByText('封没有办成').waitFor()
  await page.locator('.failed').getByText('居民还没有同意转交承办单位').first().waitFor()
  await desk.looks('dealt')
  await page.getByRole('button', { name: '知道了' }).click()

  // The line breaks after the server did it: sent again, nothing is done twice.
  const waiting = page.locator('tbody tr').filter({ hasText: '已送达代表' })
  await page.getByRole('button', { name: '取消选择' }).click()
  await waiting.nth(0).getByRole('checkbox').check()
  await waiting.nth(1).getByRole('checkbox').check()
  await page.getByRole('button', { name: '改派代表…' }).click()
  await choose(page, '改派给', 'lxt', /林晓棠/)
  await page.getByLabel('理由').fill('林代表联系这两个社区。')
  const batches = []
  let broken = false
  await page.route('**/messages/bulk', async (route) => {
    batches.push(route.request().postDataJSON().batch)
    if (broken) return route.fallback()
    broken = true
    await route.fetch()
    await route.abort()
  })
  await page.getByRole('button', { name: '改派 2 封' }).click()
  await page.getByText('2 封已办成').waitFor()
  assert.equal(batches.length, 2)
  assert.equal(batches[0], batches[1])
  await page.getByRole('button', { name: '知道了' }).click()

  // Taken back, each to who had it.
  await page.getByRole('button', { name: '取消选择' }).click()
  const third = waiting.filter({ hasNotText: '林晓棠代表' }).first()
  const holder = await third.locator('td').nth(4).innerText()
  await third.getByRole('checkbox').check()
  const number = (await third.locator('.small').first().innerText()).split(' ')[0]
  await page.getByRole('button', { name: '改派代表…' }).click()
  await choose(page, '改派给', 'lxt', /林晓棠/)
  await page.getByLabel('理由').fill('误操作。')
  await page.getByRole('button', { name: '改派 1 封' }).click()
  await page.getByRole('button', { name: '撤销：1 封改派回去' }).click()
  await page.getByText('已把 1 封改派回原来的代表。').waitFor()
  await page.getByRole('button', { name: '知道了' }).click()
  assert.equal(await page.locator('tbody tr').filter({ hasText: number }).locator('td').nth(4).innerText(), holder)
}))

test('The office extends a deadline, and adds words without answering', () => at(async (desk, page) => {
  await desk.signIn('liaison')
  await page.locator('tbody tr').first().waitFor()
  const extendable = await page.evaluate(async () => {
    const headers = { Authorization: `Bearer ${JSON.parse(localStorage.getItem('lianxin.session')).token}` }
    const ask = async (path) => (await fetch('/api/v1/staff/messages' + path, { headers })).json()
    for (const { id } of (await ask('?limit=100')).items) if ((await ask('/' + id)).may_extend_days > 0) return id
  })
  assert.ok(extendable, 'the sample has a message whose clock may be extended')
  await desk.go('/messages/' + extendable)
  await page.getByRole('button', { name: '延长期限' }).click()
  await page.getByLabel('延长几个工作日').fill('20')
  await page.getByLabel('理由').fill('等待安全鉴定结论。')
  await page.getByRole('button', { name: '延长', exact: true }).click()
  await page.getByText('可以延长 1 到 15 个工作日。').waitFor()
  await desk.looks('extend')
  await page.getByLabel('延长几个工作日').fill('10')
  await page.getByRole('button', { name: '延长', exact: true }).click()
  await page.getByText('已延长 10 天').waitFor()
  await page.locator('.facts').getByText('延长 10 个工作日：等待安全鉴定结论。').waitFor()
  await page.getByRole('button', { name: '延长期限' }).waitFor({ state: 'detached' })

  const before = await page.locator('section:has(#clock) .state').innerText()
  await page.getByRole('button', { name: '补充内容' }).click()
  await page.getByText('不算答复，期限照常计算').waitFor()
  await page.getByLabel('内容', { exact: true }).fill('请问门牌号是哪一栋？我们请社区先去看看。')
  await page.reload()
  await page.getByRole('button', { name: '补充内容' }).click()
  await page.getByRole('button', { name: '发出', exact: true }).dblclick()
  await page.locator('.turns').getByText('请问门牌号是哪一栋').waitFor()
  assert.equal(await page.locator('.turns').getByText('请问门牌号是哪一栋').count(), 1)
  assert.equal(await page.locator('section:has(#clock) .state').innerText(), before)
  await desk.looks('supplemented')
}))

test('Messages on one matter get one answer, each in its own thread', () => at(async (desk, page) => {
  await desk.signIn('liaison')
  await page.locator('tbody tr').first().waitFor()
  const waiting = page.locator('tbody tr').filter({ hasText: '已送达代表' })
  const number = async (row) => (await row.locator('.small').first().innerText()).split(' ')[0]
  const [other, leading] = [await number(waiting.nth(0)), await number(waiting.nth(1))]
  await waiting.nth(0).getByRole('checkbox').check()
  await waiting.nth(1).getByRole('checkbox').check()
  await page.getByRole('button', { name: '一并答复…' }).click()
  await page.getByRole('radio', { name: leading }).check()
  await desk.looks('gather')
  await page.getByRole('button', { name: '2 封一并答复' }).click()
  await page.getByText('1 封已并入牵头的来信').waitFor()
  await page.getByRole('link', { name: '打开牵头的来信' }).click()
  await page.getByText('1 封来信与这一封一并答复').waitFor()
  await desk.looks('leading')

  // The other one is not answered by itself, can be set free, and comes back.
  await page.getByRole('link', { name: other }).click()
  await page.getByText(`与 ${leading} 一并答复`).first().waitFor()
  await page.getByRole('button', { name: '代为答复' }).waitFor({ state: 'detached' })
  await desk.looks('gathered')
  await page.getByRole('link', { name: leading }).click()
  await page.getByRole('button', { name: '代为答复' }).click()
  await page.getByLabel('答复', { exact: true }).fill('已经联系有关部门，本周内处理，处理完再告诉您。')
  await page.getByRole('button', { name: '发出答复' }).click()
  await page.locator('.turns').getByText('查验码').waitFor()
  const code = await page.locator('.turns').getByText('查验码').innerText()
  await desk.go('/messages?which=&number=' + other)
  await page.locator('a.open').click()
  await page.locator('.turns').getByText('本周内处理').waitFor()
  assert.notEqual(await page.locator('.turns').getByText('查验码').innerText(), code)
}))

test('The queue is fetched as a file, by who proves who they are', () => at(async (desk, page) => {
  await desk.signIn('liaison')
  await page.locator('tbody tr').first().waitFor()
  await page.getByRole('button', { name: '全部' }).click()
  await page.waitForURL(/which=$/)
  await page.getByRole('button', { name: '导出 Excel' }).click()
  await page.getByText(/可以下载，\d+ 封/).waitFor()
  await desk.looks('exports')
  // Left and come back to, it is still there.
  await page.reload()
  await page.getByRole('button', { name: '导出的文件（1）' }).click()
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载全部' }).click()])
  assert.match(file.suggestedFilename(), /^来信-\d{4}-\d\d-\d\d\.xlsx$/)
  const { readFileSync } = await import('node:fs')
  const content = readFileSync(await file.path())
  assert.equal(content.subarray(0, 2).toString(), 'PK')
  assert.ok(content.length > 5000, `${content.length} bytes`)
}))

/** Waits until everybody sees the answer, or nobody: what is published is looked at anew every second. */
async function publicly(there) {
  const began = Date.now()
  while ((await (await fetch(house.demo.app + '/api/v1/answers?limit=100')).text()).includes('楼道灯不亮找谁修') !== there) {
    assert.ok(Date.now() - began < 8000, `after 8 seconds it is ${there ? 'not ' : ''}public`)
    await new Promise((done) => setTimeout(done, 200))
  }
}

test('Prepared answers are kept, filled in and used, and an answer is made public', () => at(async (desk, page) => {
  await desk.signIn('liaison')
  await page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '常用答复' }).click()
  await desk.heading('常用答复').waitFor()
  await page.getByRole('button', { name: '新建' }).click()
  await page.getByLabel('标题').fill('已到现场')
  await page.getByLabel('内容').fill('{称呼}，您好！您{收到日期}的来信（{编号}）已收到，{电话}')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('没有{电话}这样的填空').waitFor()
  await desk.looks('template')
  await page.getByLabel('内容').fill('{称呼}，您好！您{收到日期}的来信（{编号}）我们已到现场看过。')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByRole('button', { name: '修改“已到现场”' }).waitFor()
  await desk.looks('templates')

  // Used on a message, its places are filled in.
  await desk.go('/messages?which=waiting')
  const row = page.locator('tbody tr').filter({ hasText: '已送达代表' }).last()
  const number = (await row.locator('.small').first().innerText()).split(' ')[0]
  await row.locator('a.open').click()
  await page.getByRole('button', { name: '代为答复' }).click()
  await page.getByLabel('套用常用答复').selectOption({ label: '已到现场' })
  assert.match(await page.getByLabel('答复', { exact: true }).inputValue(), new RegExp(`您好！您.*的来信（${number}）我们已到现场看过。`))
  await desk.looks('assisted')

  // An answered message whose writer agreed becomes a public answer, and is taken down.
  const open = await page.evaluate(async () => {
    const headers = { Authorization: `Bearer ${JSON.parse(localStorage.getItem('lianxin.session')).token}` }
    const ask = async (path) => (await fetch('/api/v1/staff/messages' + path, { headers })).json()
    for (const { id } of (await ask('?limit=100')).items) {
      const thread = await ask('/' + id)
      if (thread.answered_at && thread.consents.publish && (!thread.card || thread.card.withdrawn_at)) return id
    }
  })
  assert.ok(open, 'the sample has an answered message whose writer agreed to publishing')
  await desk.go('/messages/' + open)
  await page.getByRole('button', { name: '整理成公开答复…' }).click()
  await page.getByLabel('标题').fill('楼道灯不亮找谁修')
  await page.getByLabel('问题').fill('楼道里的灯不亮了，打 13800000001 没人接，该找谁？')
  await page.getByRole('button', { name: '公开', exact: true }).click()
  await page.getByText('含有电话、证件或车牌号码').waitFor()
  await desk.looks('card')
  await page.getByLabel('问题').fill('楼道里的灯不亮了，该找谁？')
  await page.getByRole('button', { name: '公开', exact: true }).click()
  await page.getByText('起任何人都能看到').waitFor()
  await desk.looks('published')
  await publicly(true)
  await page.getByRole('button', { name: '撤下' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '撤下' }).click()
  await page.getByRole('button', { name: '整理成公开答复…' }).waitFor()
  await publicly(false)
}))

test('The week of a studio is planned, and a plan that was overtaken is refused', () => at(async (desk, page) => {
  await desk.signIn('liaison')
  await page.locator('tbody tr').first().waitFor()
  await desk.go('/rota')
  await desk.heading('工作室值班').waitFor()
  await page.getByRole('button', { name: '安排星期日' }).click()
  const colleague = await desk.context.newPage()
  await colleague.goto(page.url())
  await colleague.getByRole('button', { name: '安排星期日' }).click()
  const sunday = (on) => on.getByRole('region', { name: '星期日' })
  await sunday(page).getByRole('checkbox').first().check()
  await desk.looks('rota')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('星期日的值班已安排').waitFor()
  await sunday(page).getByText('没有人').waitFor({ state: 'detached' })
  await sunday(colleague).getByRole('checkbox').last().check()
  await colleague.getByRole('button', { name: '保存' }).click()
  await colleague.getByText('星期日的值班刚刚被别人改过').waitFor()
}))
