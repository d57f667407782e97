// Two accounts that were joined by a code that somebody was talked out of, parted
// again at the desk.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { onDemo } from './desk.mjs'
import { Phone } from './phone.mjs'

const house = onDemo()

async function standIn(method, path, body) {
  const response = await fetch(house.demo.simulator + '/simulator/' + path, { method, body: body && JSON.stringify(body) })
  const text = await response.text()
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`)
  return text && JSON.parse(text)
}

/** Somebody who came to the official account only. */
async function ofOfficial(name) {
  const other = new Phone()
  other.demo = house.demo
  const { code } = await standIn('POST', 'login-codes', { account: 'official', user: name })
  other.token = (await other.ask('POST', '/sessions/official', { code })).token
  return other
}

test('The office finds who was joined by mistake, sees what goes back, and parts them', async () => {
  for (const account of ['mini', 'official']) await standIn('PUT', 'accounts/' + account, { bound: false })
  for (const name of ['方书云', '冒名者']) await standIn('POST', 'users', { name })
  const [victim, taker] = [await Phone.of(house.demo, '方书云'), await ofOfficial('冒名者')]
  for (const [phone, user] of [[victim, '方书云'], [taker, '冒名者']]) {
    await phone.ask('PUT', '/me/name', { name: user })
  }
  await victim.ask('PUT', '/me/phone', { code: (await standIn('POST', 'phone-codes', { user: '方书云' })).code })
  const { items } = await victim.ask('GET', `/representatives?q=${encodeURIComponent('林晓棠')}`)
  const letter = await victim.ask('POST', '/messages', { representative_id: items[0].id, body: '楼道的灯坏了半个月。' })
  const mine = await taker.ask('POST', '/messages', { representative_id: items[0].id, body: '公众号里写的一封。' })
  const { code } = await victim.ask('POST', '/me/link-codes')
  await taker.ask('POST', '/me/link', { code, confirmed: true })
  assert.equal((await taker.ask('GET', '/messages')).items.length, 2, 'the two are not one')

  await house.at(async (desk, page) => {
    await desk.signIn('liaison')
    await page.getByRole('navigation', { name: '主导航' }).waitFor()
    await desk.go('/messages/' + letter.id)
    await page.getByRole('link', { name: '看近 30 天的合并' }).click()
    await desk.heading('账号合并').waitFor()
    const one = page.getByRole('article').filter({ hasText: '方书云' })
    await one.waitFor()
    assert.equal(await page.getByText('楼道的灯').count(), 0, 'what was written stands here')
    await desk.looks('links')
    await page.getByLabel('来信编号').fill('没有这封')
    await page.getByRole('button', { name: '查找' }).click()
    await page.getByRole('alert').filter({ hasText: '没有这个编号的来信' }).waitFor()
    await page.getByRole('button', { name: '看全部' }).click()
    await one.getByRole('button', { name: '看看撤销会还回什么' }).click()
    const dialog = page.getByRole('dialog', { name: '撤销这次合并？' })
    await dialog.getByText('来信 1 封').waitFor()
    await dialog.getByText('公众号的登录').waitFor()
    await dialog.getByLabel('撤销的原因').fill('本人来电，关联码被人骗走')
    await desk.looks('links-undo')
    await dialog.getByRole('button', { name: '撤销合并' }).click()
    await page.getByText('已撤销，并通知了两边').waitFor()
    await page.getByRole('button', { name: '已撤销', exact: true }).click()
    await page.getByText('撤销时间').waitFor()
    await page.setViewportSize({ width: 390, height: 800 })
    await desk.looks('links-phone')
  })

  assert.deepEqual((await victim.ask('GET', '/messages')).items.map((m) => m.id), [letter.id])
  assert.deepEqual((await taker.ask('GET', '/messages')).items.map((m) => m.id), [mine.id])
  for (const phone of [victim, taker]) {
    const { items: told } = await phone.ask('GET', '/notices')
    assert.ok(told.some((n) => n.title === '账号合并已撤销' && n.body.startsWith('联络办')), 'one side was not told')
  }
})

test('Lists of the console are taken along as Excel files, narrowed as they are on the screen', async () => {
  for (const [login, list] of [['liaison', { page: '/links', title: '账号合并', file: '账号合并.xlsx' }], ['liaison', { page: '/suggestions', title: '平台意见', file: '平台意见.xlsx' }], ['publicity', { page: '/articles?state=draft', title: '文章', file: '文章和阅读数据.xlsx' }]]) {
    const desk = await house.open()
    await desk.signIn(login)
    await desk.page.getByRole('navigation', { name: '主导航' }).waitFor()
    await desk.go(list.page)
    await desk.heading(list.title).waitFor()
    const [file] = await Promise.all([desk.page.waitForEvent('download'), desk.page.getByRole('button', { name: '导出 Excel' }).click()])
    assert.equal(file.suggestedFilename(), list.file)
    const head = readFileSync(await file.path()).subarray(0, 2).toString()
    assert.equal(head, 'PK', `${list.file} is no Excel file`)
    await desk.close()
  }
})
