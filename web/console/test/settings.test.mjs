// The settings, as those walk through them who keep them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onDemo, totp } from './desk.mjs'
import { Phone } from './phone.mjs'

const house = onDemo()
const { at } = house

const row = (page, words) => page.locator('tbody tr').filter({ hasText: words })

test('An administrator opens an account, and its owner signs in and enrols', () => at(async (desk, page) => {
  await desk.signIn('administrator')
  await desk.heading('账号与角色').waitFor()
  await row(page, '孟祥宁').waitFor()
  await desk.looks('set-staff')

  await page.getByRole('button', { name: '开通账号' }).click()
  await page.getByLabel('姓名', { exact: true }).fill('周晓')
  await page.getByLabel('登录名', { exact: true }).fill('大写不行')
  await page.getByRole('dialog').getByLabel('角色').selectOption('liaison_officer')
  await page.getByRole('dialog').getByLabel('区域').selectOption({ label: '　和平街道' })
  await page.getByRole('button', { name: '开通，并显示密码' }).click()
  await page.getByText('登录名应为 3 到 64 位').waitFor()
  await desk.looks('set-new-staff')
  await page.getByRole('dialog').getByLabel('登录名').fill('zhou.xiao')
  await page.getByRole('button', { name: '开通，并显示密码' }).dblclick()
  const password = (await page.locator('.paper code').nth(1).textContent()).trim()
  await desk.looks('set-secret')
  await page.getByRole('button', { name: '已交给本人' }).click()
  await row(page, '周晓').waitFor()
  assert.equal(await row(page, '周晓').count(), 1, 'a double tap opens one account')
  await page.getByText(password).waitFor({ state: 'detached' })

  // Another role, and away with the first one.
  await page.getByRole('button', { name: '管理 周晓' }).click()
  await page.getByLabel('再授予角色').selectOption('auditor')
  await page.getByRole('button', { name: '授予', exact: true }).click()
  await page.getByRole('button', { name: /撤销 .* 审计/ }).waitFor()
  await desk.looks('set-member')
  await page.getByRole('button', { name: /撤销 .* 审计/ }).click()
  await page.getByRole('button', { name: '撤销', exact: true }).last().click()
  await page.getByRole('button', { name: /撤销 .* 审计/ }).waitFor({ state: 'detached' })

  const own = await house.open()
  await own.go('/')
  await own.page.getByLabel('登录名').fill('zhou.xiao')
  await own.page.getByLabel('密码').fill(password)
  await own.page.getByRole('button', { name: '登录' }).click()
  await own.heading('来信').waitFor()
  await own.go('/own')
  await own.page.getByRole('button', { name: '绑定身份验证器' }).click()
  const secret = await own.page.locator('code').first().textContent()
  await own.page.getByLabel(/动态码|验证码/).fill(totp(secret))
  await own.page.getByRole('button', { name: /绑定|确认/ }).last().click()
  await own.page.getByText(/恢复码/).first().waitFor()
  await own.close()

  await page.keyboard.press('Escape')
  await page.reload()
  await row(page, '周晓').getByText('已绑定身份验证器').waitFor()
}))

test('A holiday moves the date that is shown, and a clock says where it comes from', () => at(async (desk, page) => {
  await desk.signIn('administrator')
  await desk.heading('账号与角色').waitFor()
  await page.getByRole('link', { name: '期限与节假日' }).click()
  const first = page.locator('tr[data-kind="first_touch"]')
  await first.getByText('系统默认').waitFor()
  const due = await first.locator('.due time, .due').first().textContent()
  await desk.looks('set-clocks')
  const clocks = await page.locator('tbody th').allInnerTexts()
  assert.deepEqual(clocks.filter((words) => /_|undefined/.test(words)), [], 'a clock has no words')

  await page.getByRole('link', { name: '节假日与调休' }).click()
  await page.locator('.day').first().waitFor()
  await desk.looks('set-holidays')
  const policies = await page.evaluate(async () => {
    const headers = { Authorization: `Bearer ${JSON.parse(localStorage.getItem('lianxin.session')).token}` }
    const top = (await (await fetch('/api/v1/me', { headers })).json()).roles.find((r) => r.role === 'administrator').area_id
    return (await (await fetch(`/api/v1/staff/areas/${top}/deadline-policies`, { headers })).json()).items
  })
  const day = policies.find((p) => p.kind === 'first_touch').due
  if (await page.locator(`[data-day="${day}"]`).count() === 0) await desk.go(`/holidays?year=${day.slice(0, 4)}`)
  await page.locator(`[data-day="${day}"]`).click()
  await page.getByLabel('名称').fill('全区放假')
  await page.getByRole('button', { name: '保存' }).click()
  await page.locator(`[data-day="${day}"].off`).waitFor()

  await page.getByRole('link', { name: '办理期限' }).click()
  await first.waitFor()
  await page.waitForFunction(([was]) => document.querySelector('tr[data-kind="first_touch"] .due')?.textContent !== was, [due])

  // Set for the district, inherited below, and given back.
  await page.getByRole('button', { name: '修改 首次回应' }).click()
  await page.getByLabel('多少天').fill('4')
  await desk.looks('set-clock')
  await page.getByRole('button', { name: '保存' }).click()
  await first.getByText('本区域自己设置').waitFor()
  await page.getByLabel('区域').selectOption({ label: '　青云街道' })
  await first.getByText(/^沿用/).waitFor()
  await page.getByLabel('区域').selectOption({ index: 0 })
  await page.getByRole('button', { name: '首次回应恢复沿用' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '恢复沿用' }).click()
  await first.getByText('系统默认').waitFor()

  // A year as the State Council publishes it.
  await desk.go('/holidays?year=2027')
  await page.getByRole('button', { name: '导入 2027 年' }).click()
  await page.getByLabel('粘贴').fill('一、元旦：放假三天。')
  await page.getByRole('button', { name: '看看会改什么' }).click()
  await page.getByText('没有看懂哪几天放假').waitFor()
  await page.getByLabel('粘贴').fill('一、元旦：1月1日（周五）至3日（周日）放假，共3天。\n二、春节：2月5日（周五）至12日（周五）放假调休，共8天。2月13日（周六）上班。')
  await page.getByRole('button', { name: '看看会改什么' }).click()
  await page.getByRole('heading', { name: /会改 \d+ 天/ }).waitFor()
  await desk.looks('set-paste')
  await page.getByRole('button', { name: /导入这/ }).click()
  await page.locator('[data-day="2027-02-13"].made').waitFor()
  await desk.looks('set-year')
}))

test('The work of the program is shown, and the log tells what was done and is exported', () => at(async (desk, page) => {
  await desk.signIn('administrator')
  await desk.heading('账号与角色').waitFor()
  await page.getByRole('link', { name: '后台任务' }).click()
  await page.getByRole('heading', { name: '定时工作' }).waitFor()
  await page.locator('section').filter({ hasText: '定时工作' }).locator('.good').first().waitFor()
  await desk.looks('set-tasks')

  // The templates of notices, as the settings have them and as WeChat has them.
  await page.getByRole('link', { name: '通知模板' }).click()
  await page.getByText('LIANXIN_TEMPLATE_OFFICIAL_SURVEY').waitFor()
  await page.getByText('还没有和微信核对').waitFor()
  await desk.looks('set-templates')
  await page.getByRole('button', { name: '现在核对' }).click()
  await page.getByText('配置的 4 个都在微信后台，字段一致').first().waitFor()
  await row(page, 'LIANXIN_TEMPLATE_MINI_TASK').getByText('截止时间').waitFor()
  await desk.looks('set-templates-checked')

  const auditor = await house.open()
  await auditor.signIn('auditor')
  await auditor.heading('审计日志').waitFor()
  await auditor.page.locator('tbody tr').first().waitFor()
  await auditor.looks('set-audit')
  await auditor.page.getByLabel('做了什么').selectOption('staff.add')
  await auditor.page.getByRole('button', { name: '查找' }).click()
  await auditor.page.locator('tbody').getByText('周晓').or(auditor.page.locator('tbody').getByText('zhou.xiao')).first().waitFor()
  const [file] = await Promise.all([auditor.page.waitForEvent('download'), auditor.page.getByRole('button', { name: '导出 CSV' }).click()])
  assert.match(file.suggestedFilename(), /审计日志.*\.csv/)
  await auditor.close()
}))

test('What WeChat did not take is shown with its reason, done again, and then done', () => at(async (desk, page) => {
  const faults = (method, body) => fetch(`${house.demo.simulator}/simulator/faults`, { method, body: body && JSON.stringify(body) })
  await faults('PUT', { path: '/wxa/msg_sec_check', errcode: 45009 })
  const resident = await Phone.of(house.demo, '刘慧敏')
  const { items } = await resident.ask('GET', '/representatives?q=' + encodeURIComponent('林晓棠'))
  await resident.ask('POST', '/messages', { representative_id: items[0].id, name: '刘慧敏', body: '楼道里的灯坏了一个星期，晚上老人下楼看不见台阶。' })

  await desk.signIn('administrator')
  await desk.heading('账号与角色').waitFor()
  await page.getByRole('link', { name: '后台任务' }).click()
  await page.getByRole('button', { name: '等着做', exact: true }).click()
  const waiting = row(page.locator('[aria-busy]'), '检查来信文字').filter({ hasText: '45009' })
  for (let n = 0; n < 40 && (await waiting.count()) === 0; n++) {
    await page.getByRole('button', { name: '刷新' }).click()
    await page.waitForTimeout(250)
  }
  await waiting.first().getByText(/调用次数超过了微信的每日限额/).first().waitFor()
  await desk.looks('set-task-waiting')

  await faults('DELETE')
  await page.getByRole('button', { name: '现在就做 检查来信文字' }).first().click()
  await page.getByText('马上重做').waitFor()
  await page.getByRole('button', { name: '做完的', exact: true }).click()
  await row(page.locator('[aria-busy]'), '检查来信文字').first().waitFor()
  await desk.looks('set-task-done')
}))

test('The settings can be used on a phone', () => at(async (desk, page) => {
  await desk.signIn('administrator')
  await desk.heading('账号与角色').waitFor()
  await row(page, '孟祥宁').waitFor()
  await desk.looks('set-phone-staff')
  for (const [path, heading] of [['/clocks', '办理期限'], ['/holidays', '节假日与调休'], ['/tasks', '后台任务'], ['/notice-templates', '通知模板']]) {
    await desk.go(path)
    await desk.heading(heading).waitFor()
    await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'))
    await desk.looks('set-phone' + path.replace('/', '-'))
  }
}, { width: 390, height: 780 }))
