import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { onDemo } from './desk.mjs'
import { Phone } from './phone.mjs'
import { workbook } from './workbook.mjs'

const house = onDemo()

const at = (login, work, viewport) => house.at(async (desk, page) => {
  await desk.signIn(login)
  await page.getByRole('navigation', { name: '主导航' }).waitFor()
  await work(desk, page)
}, viewport)

/** Asks the API as somebody's phone. */
async function phone(user) {
  const owner = await Phone.of(house.demo, user)
  return (path, body) => owner.try('POST', path, body)
}

/** Chooses from a list that opens, by what one types. */
async function choose(page, label, typed, option) {
  await page.getByLabel(label).click({ force: true }) // what is chosen already lies over it
  await page.keyboard.type(typed)
  await page.locator('.el-select-dropdown:visible').getByRole('option', { name: option }).first().click()
  await page.keyboard.press('Tab')
  await page.waitForFunction(() => ![...document.querySelectorAll('.el-select-dropdown')].some((d) => d.checkVisibility()))
}

const columns = ['姓名', '性别', '出生年份', '选举单位', '职务', '工作单位', '办公电话']
const street = '和平街道党员代表会议'

test('A roster is taken in: mistakes are told, mended, agreed to, and the invited phone is bound', () => at('organisation', async (desk, page) => {
  await desk.go('/roster')
  await desk.heading('名册').waitFor()
  await page.locator('tbody tr').first().waitFor()
  await desk.looks('roster')
  await page.getByRole('link', { name: '导入和导出' }).click()
  await desk.heading('导入和导出').waitFor()
  const template = page.waitForEvent('download')
  await page.getByRole('button', { name: '下载空白模板' }).click()
  assert.equal((await template).suggestedFilename(), '名册模板.xlsx')
  assert.equal(readFileSync(await (await template).path()).subarray(0, 2).toString(), 'PK')
  await desk.looks('roster-import')

  const pick = (sheets) => page.getByLabel('选择 Excel 文件').setInputFiles(workbook(sheets))
  await pick({ 代表: [columns, ['乐正阳', '男', '1980', '没有的单位', '工程师', '江城设计院', ''], ['单晓芸', '女', '八零', street, '社工', '和平社工站', '13800000000']] })
  await page.getByText('有 3 处需要改正').waitFor()
  await page.locator('.wrongs').getByText('没有名为“没有的单位”的选举单位').waitFor()
  await page.locator('.wrongs').getByText('代表的私人手机不能公开').waitFor()
  assert.equal(await page.getByRole('button', { name: '导入…' }).count(), 0, 'nothing wrong can be imported')
  await desk.looks('roster-mistakes')

  await page.getByRole('button', { name: '换一个文件' }).click()
  await pick({ 代表: [columns, ['乐正阳', '男', '1980', street, '工程师', '江城设计院', ''], ['单晓芸', '女', '1980', street, '社工', '和平社工站', ''], ['单映雪', '', '', '区教育卫健系统党员代表会议', '校长', '', '']] })
  await page.getByRole('button', { name: '导入…' }).waitFor()
  await page.getByRole('group', { name: '筛选' }).getByRole('button', { name: /^新增/ }).click()
  await page.getByText('江城设计院').waitFor()
  await desk.looks('roster-preview')

  // Somebody saves a form meanwhile: what was agreed to is not what would be done.
  const colleague = await desk.context.newPage()
  await colleague.goto(house.demo.app + '/console/roster/topics')
  await colleague.getByRole('button', { name: '新增事项' }).click()
  await colleague.getByLabel('名称（必填）').fill('宠物管理')
  await colleague.getByRole('button', { name: '保存' }).click()
  await colleague.getByRole('button', { name: '宠物管理' }).waitFor()
  await colleague.close()
  await page.getByRole('button', { name: '导入…' }).click()
  await page.getByRole('button', { name: '确认导入' }).click()
  await page.getByRole('alert').getByText('预览之后名册又有变动').waitFor()
  await page.getByRole('button', { name: '重新核对' }).click()
  await page.getByRole('button', { name: '导入…' }).click()
  await desk.looks('roster-agree')
  // The answer is held back, so that the writing can be seen; a double tap is one import.
  let answer
  const held = new Promise((done) => (answer = done))
  let sent = 0
  await page.route('**/api/v1/staff/roster/import?*', async (route) => {
    sent++
    const response = await route.fetch()
    await held
    await route.fulfill({ response })
  })
  await page.getByRole('button', { name: '确认导入' }).dblclick()
  const status = page.getByRole('status').filter({ hasText: '可以先去别处' })
  await status.getByText(/正在上传，已传 \d+%|已上传，正在写入/).waitFor()
  await desk.looks('roster-writing', '.el-overlay')

  // Who goes elsewhere meanwhile finds it under way, and the result where they left.
  if (await page.getByRole('dialog').isVisible()) await page.keyboard.press('Escape')
  await page.getByRole('link', { name: '我的登录' }).click()
  await desk.heading('我的登录').waitFor()
  await page.goBack()
  await status.waitFor()
  answer()
  await page.getByText('已导入。').waitFor()
  assert.equal(sent, 1)
  await page.unroute('**/api/v1/staff/roster/import?*')
  await page.locator('.past').getByText('名册.xlsx').waitFor()
  await desk.looks('roster-imported')

  // The person is found, invited, and the phone is bound.
  await page.getByRole('link', { name: '给未绑定的代表发邀请码' }).click()
  await desk.heading('名册').waitFor()
  await page.getByLabel('查找代表').fill('yzy')
  await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1)
  await page.getByLabel('选择 乐正阳').check()
  await page.getByRole('button', { name: '发邀请码…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '发邀请码' }).click()
  const dialog = page.getByRole('dialog', { name: /邀请码（1 个）/ })
  const code = await dialog.locator('code').innerText()
  await desk.looks('roster-codes')
  await dialog.getByRole('button', { name: '已转交，关闭' }).click()
  await page.getByText('没有这样的代表。').waitFor()
  await page.getByLabel('微信绑定').selectOption('invited')
  await page.locator('tbody tr').filter({ hasText: '已发码' }).waitFor()
  const accepted = await (await phone('乐正阳'))('/invitations/accept', { code })
  assert.equal(accepted.status, 200)
  assert.equal(accepted.body.name, '乐正阳')
  await page.getByLabel('微信绑定').selectOption('bound')
  await page.getByRole('link', { name: '乐正阳' }).click()
  const wechat = page.getByRole('region', { name: '微信绑定' })
  await wechat.getByText('已绑定').waitFor()

  // The phone is lost.
  await page.getByRole('button', { name: '手机丢失…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '退出并解除绑定' }).click()
  await wechat.getByText('未绑定').waitFor()

  // The name is read otherwise than the tables do, and found by that.
  await page.getByLabel('姓名读音').fill('le zheng')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('请按每个字写一个音节').waitFor()
  await page.getByLabel('姓名读音').fill('le zheng yang')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('已保存').waitFor()
  await page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '名册' }).click()
  await page.getByLabel('查找代表').fill('lezheng')
  await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1)
  await page.getByRole('link', { name: '乐正阳' }).waitFor()
}))

test('Somebody is added by a form, with a portrait cut by keyboard, and suspended', () => at('organisation', async (desk, page) => {
  await desk.go('/roster')
  await page.getByRole('button', { name: '新增代表' }).click()
  await desk.heading('新增代表').waitFor()
  await page.getByRole('button', { name: '新增', exact: true }).click()
  await page.getByText('请选择。').first().waitFor()
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-invalid')), 'true', 'the mistaken field has the focus')
  await desk.looks('person-mistakes')
  await page.getByLabel('姓名（必填）').fill('覃晓峰')
  await choose(page, '选举单位（必填）', '和平', /和平街道党员代表会议/)
  await choose(page, '所在区域（必填）', '和平', /和平街道/)
  await choose(page, '联系的区域', '建设', /建设/)
  await choose(page, '擅长事项', '物业', /物业管理/)

  // What was written survives a reload.
  await page.reload()
  await page.getByText('这里是您上次没有保存的内容').waitFor()
  assert.equal(await page.getByLabel('姓名（必填）').inputValue(), '覃晓峰')

  const drawing = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1200, height: 900 })
    const on = canvas.getContext('2d')
    on.fillStyle = '#7a8fa6'
    on.fillRect(0, 0, 1200, 900)
    on.fillStyle = '#e7c3a3'
    on.arc(600, 380, 170, 0, 7)
    on.fill()
    return canvas.toDataURL('image/jpeg').split(',')[1]
  })
  await page.getByLabel('选择照片').setInputFiles({ name: 'portrait.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(drawing, 'base64') })
  const cropping = page.getByRole('dialog', { name: '裁剪照片' })
  const frame = cropping.getByRole('application', { name: '裁剪照片' })
  await frame.focus()
  await page.keyboard.press('+')
  await page.keyboard.press('ArrowDown')
  await desk.looks('portrait')
  await cropping.getByRole('button', { name: '使用这张照片' }).click()
  await cropping.waitFor({ state: 'hidden' })
  await page.getByText('新照片在保存名册内容后生效').waitFor()
  await page.reload()
  await page.getByText('新照片在保存名册内容后生效').waitFor()
  await page.getByRole('button', { name: '新增', exact: true }).click()
  await desk.heading('覃晓峰代表').waitFor()
  await page.getByRole('img', { name: '覃晓峰代表的照片' }).waitFor()
  await page.waitForFunction(() => document.querySelector('img.portrait')?.naturalWidth === 720)
  await desk.looks('person')

  await page.getByRole('button', { name: '暂停履职…' }).click()
  await page.getByText('新的来信由工作室值班代表或联络办办理').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: '暂停履职' }).click()
  await page.getByRole('dialog').getByText('请填写理由').waitFor()
  await desk.looks('person-suspend')
  await page.getByLabel('理由').fill('借调到省里半年')
  await page.getByRole('dialog').getByRole('button', { name: '暂停履职' }).click()
  await page.getByRole('button', { name: '恢复履职…' }).waitFor()

  // Who leaves for good hands on what is open, and cannot come back.
  const busy = await page.evaluate(async () => {
    const headers = { Authorization: `Bearer ${JSON.parse(localStorage.getItem('lianxin.session')).token}` }
    const { items } = await (await fetch('/api/v1/staff/roster/representatives?q=linxiaotang', { headers })).json()
    return items[0].id
  })
  await desk.go('/roster/representatives/' + busy)
  await page.getByRole('button', { name: '终止资格…' }).click()
  await page.getByText(/没有办结的 \d+ 封来信改由工作室的值班代表/).waitFor()
  await choose(page, '由谁接手', 'zengnianci', /曾念慈/)
  await page.getByText(/封来信改由曾念慈代表办理/).waitFor()
  await page.getByLabel('理由').fill('调离本区')
  await desk.looks('person-end')
  await page.getByRole('dialog').getByRole('button', { name: '终止资格' }).click()
  await page.getByText('资格已经终止，不能再修改').waitFor()
  await page.getByText(/手上有 0 封/).waitFor()
}))

test('Two who edit the same see each other, and nobody overwrites what they have not seen', () => at('organisation', async (desk, page) => {
  await desk.go('/roster/units')
  await page.getByRole('button', { name: '区城管局', exact: true }).waitFor()
  const colleague = await desk.context.newPage()
  await colleague.goto(page.url())
  for (const [who, duty, line] of [[page, '市容和垃圾清运。', ''], [colleague, '占道经营。', '0571-83000999']]) {
    await who.getByRole('button', { name: '区城管局', exact: true }).click()
    await who.getByLabel('职责').fill(duty)
    if (line) await who.getByLabel('办公电话').fill(line)
  }
  await colleague.getByRole('button', { name: '保存' }).click()
  await colleague.getByRole('dialog').waitFor({ state: 'hidden' })
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByRole('alert').getByText('别人修改了这一条').waitFor()
  await page.getByText('别人改成了：占道经营。').waitFor()
  assert.equal(await page.getByLabel('办公电话').inputValue(), '0571-83000999', 'what one did not touch is theirs')
  await desk.looks('roster-conflict')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await page.getByText('市容和垃圾清运。').waitFor()
  await colleague.close()
}))

test('An officer of a unit is invited, and a code that went astray is withdrawn', () => at('liaison', async (desk, page) => {
  await desk.go('/roster/units')
  await page.getByRole('button', { name: '发码给区水务公司' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '发邀请码' }).click()
  const dialog = page.getByRole('dialog', { name: /邀请码（1 个）/ })
  const code = await dialog.locator('code').innerText()
  await dialog.getByRole('button', { name: '已转交，关闭' }).click()
  await page.getByRole('button', { name: '作废区水务公司的邀请码' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '作废' }).click()
  await page.getByText('邀请码已作废').waitFor()
  assert.equal((await (await phone('水务经办'))('/invitations/accept', { code })).status, 422)
  await page.getByRole('button', { name: /给没有经办人的单位发邀请码/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: '发邀请码' }).click()
  await page.getByRole('dialog', { name: /邀请码（\d+ 个）/ }).locator('code').nth(1).waitFor()
  await desk.looks('roster-unit-codes')
}))

test('The list of members of an electing unit is checked line by line, written whole or not at all, and mended', () => at('organisation', async (desk, page) => {
  await desk.go('/roster/electing-units')
  await page.getByRole('button', { name: '望江街道党员代表会议的党员名单' }).first().click()
  const list = page.getByRole('dialog', { name: '望江街道党员代表会议的党员名单' })
  await list.getByRole('row').nth(1).waitFor()
  const before = await list.getByRole('row').count()
  await list.getByLabel('加进名单').fill('郑启明\t13900000071\n错号码\t123\n')
  await list.getByRole('button', { name: '核对' }).click()
  await list.getByText(/第 2 行：/).waitFor()
  assert.equal(await list.getByRole('button', { name: '写入名单' }).count(), 0, 'what is wrong can be written')
  await desk.looks('roster-members-wrong')
  await list.getByLabel('加进名单').fill('郑启明\t13900000071\n')
  await list.getByRole('button', { name: '核对' }).click()
  await list.getByText('核对无误：新增 1 人').waitFor()
  await list.getByRole('button', { name: '写入名单' }).dblclick()
  await list.getByRole('button', { name: '去掉郑启明' }).waitFor()
  assert.equal(await list.getByRole('row').count(), before + 1)
  await desk.looks('roster-members')
  await list.getByRole('button', { name: '去掉郑启明' }).click()
  await page.getByRole('dialog', { name: '从名单里去掉' }).getByRole('button', { name: '去掉', exact: true }).click()
  await list.getByRole('button', { name: '去掉郑启明' }).waitFor({ state: 'detached' })
}))

test('Areas, bodies and terms are kept, and a community moves to another street', () => at('organisation', async (desk, page) => {
  await desk.go('/roster/areas')
  await desk.heading('区域').waitFor()
  await page.getByRole('button', { name: '新增区域' }).click()
  await page.getByLabel('名称（必填）').fill('滨水社区')
  await page.getByLabel('上级区域（必填）').selectOption({ label: '　和平街道' })
  await page.getByRole('button', { name: '加一段' }).click()
  await page.getByLabel('路名').fill('滨水路')
  await page.getByLabel('从几号').fill('9')
  await page.getByLabel('到几号').fill('1')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('门牌号应从小到大').waitFor()
  await page.getByLabel('到几号').fill('99')
  await desk.looks('roster-area')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByRole('button', { name: '滨水社区' }).waitFor()
  await page.getByRole('button', { name: '滨水社区' }).click()
  await page.getByLabel('上级区域（必填）').selectOption({ label: '　青云街道' })
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  const found = await (await fetch(house.demo.app + '/api/v1/areas/search?q=' + encodeURIComponent('滨水路15号'))).json()
  assert.ok(JSON.stringify(found).includes('滨水社区'), 'people find it by their address')
  await desk.looks('roster-areas')
  for (const kind of ['党组织', '选举单位', '工作室', '届次', '代表团', '事项']) {
    await page.getByRole('navigation', { name: '名册的内容' }).getByRole('link', { name: kind }).click()
    await desk.heading(kind).waitFor()
    await page.locator('tbody tr').first().waitFor()
  }
  await desk.looks('roster-topics')
}))

test('Who may only read the roster is offered no more, and it can be read on a phone', () => at('liaison.heping', async (desk, page) => {
  await page.locator('tbody tr').first().waitFor()
  await page.getByRole('link', { name: '名册' }).click()
  await desk.heading('名册').waitFor()
  await page.locator('tbody tr').first().waitFor()
  await desk.looks('phone-roster')
  assert.equal(await page.getByRole('button', { name: '新增代表' }).count(), 0)
  await page.locator('tbody tr a').first().click()
  await page.getByRole('heading', { name: '微信绑定' }).waitFor()
  assert.equal(await page.getByRole('button', { name: '保存' }).count(), 0)
  await desk.looks('phone-person')
  await desk.go('/roster/units')
  await page.locator('tbody tr').first().waitFor()
  await desk.looks('phone-units')
}, { width: 390, height: 844 }))

test('Forms and the import fit a phone', () => at('organisation', async (desk, page) => {
  await desk.go('/roster/import')
  await page.getByText('选择 Excel 文件').waitFor()
  await page.getByLabel('选择 Excel 文件').setInputFiles(workbook({ 代表: [columns, ['单晓芸', '女', '八零', street, '社工', '和平社工站', '13800000000']] }))
  await page.getByText('处需要改正').waitFor()
  await desk.looks('phone-roster-import')
  await desk.go('/roster/representatives/new')
  await page.getByLabel('姓名（必填）').waitFor()
  await desk.looks('phone-person-form')
  await desk.go('/roster/areas')
  await page.getByRole('button', { name: '新增区域' }).click()
  await page.getByRole('button', { name: '加一段' }).click()
  await desk.looks('phone-roster-area')
}, { width: 390, height: 844 }))
