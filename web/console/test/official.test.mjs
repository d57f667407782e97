// The official account, as the office keeps it and followers meet it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onDemo, pictures } from './desk.mjs'

const house = onDemo()
const { at } = house

test('The office keeps the menu and the answers of the account, and the phone shows them', () => at(async (desk, page) => {
  await desk.signIn('publicity')
  await page.getByRole('link', { name: '公众号', exact: true }).click()
  await desk.heading('公众号菜单').waitFor()
  await page.getByText('和草稿一样').waitFor()
  await desk.looks('off-menu')

  // An answer in the office's own words, tried before anybody asks.
  await page.getByRole('link', { name: '欢迎语和关键词' }).click()
  await desk.heading('欢迎语和关键词').waitFor()
  await page.getByRole('button', { name: '新增关键词回复' }).click()
  await page.getByRole('button', { name: '保存，马上生效' }).waitFor()
  await page.getByRole('dialog').getByLabel('关键词').fill('接待日\n和平社区')
  await page.getByRole('dialog').getByLabel('要回答的话').fill('每月 15 日上午在街道工作室接待。请点{写信}')
  await page.reload()
  await page.getByRole('button', { name: '新增关键词回复' }).click()
  assert.match(await page.getByRole('dialog').getByLabel('要回答的话').inputValue(), /每月 15 日/, 'what was written survives a reload')
  await desk.looks('off-reply')
  await page.getByRole('button', { name: '保存，马上生效' }).dblclick()
  await page.getByText(/“和平社区”本来会回答/).waitFor()
  assert.equal(await page.locator('.keywords tbody tr').filter({ hasText: '接待日' }).count(), 1)
  await page.getByLabel('粉丝会打的字').fill('请问接待日是哪天')
  await page.keyboard.press('Enter')
  await page.locator('.theirs').getByText('每月 15 日上午').waitFor()
  await page.locator('.theirs').getByRole('link', { name: '写信' }).waitFor()
  await page.getByText('关键词回复：接待日').waitFor()
  await desk.looks('off-replies')

  // The same on the menu: drafted, refused while unfinished, published.
  await page.getByRole('link', { name: '菜单', exact: true }).click()
  await page.getByRole('button', { name: '在“我的”下面加一个按钮' }).or(page.getByRole('button', { name: '我的', exact: false })).first().waitFor()
  await page.locator('.menu').getByRole('button', { name: /我的/ }).click()
  await page.getByRole('button', { name: '在“我的”下面加一个按钮' }).click()
  await page.getByRole('button', { name: '保存草稿' }).click()
  await page.getByText(/发布前还有 \d 处要改好/).waitFor()
  assert.ok(await page.getByRole('button', { name: '发布到微信' }).isDisabled())
  await page.locator('.up button').nth(2).click()
  await page.getByText('请填写名称。').waitFor()
  await desk.looks('off-menu-wrong')
  await page.getByLabel('名称').fill('接待日')
  await page.getByLabel('回答什么').selectOption({ label: '自动回复：接待日' })
  await page.getByRole('button', { name: '保存草稿' }).click()
  await page.getByText(/发布前还有/).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: '发布到微信' }).click()
  await page.getByRole('button', { name: '发布', exact: true }).click()
  await page.getByText('和草稿一样').waitFor()
  await desk.looks('off-menu-published')

  // On the follower's phone.
  await fetch(`${house.demo.simulator}/simulator/users/${encodeURIComponent('刘慧敏')}/follow`, { method: 'POST', body: '{}' })
  const phone = await house.browser.newPage()
  await phone.goto(house.demo.simulator)
  await phone.locator('#who').selectOption('刘慧敏')
  await phone.locator('#menu').getByRole('button', { name: /我的/ }).click()
  await phone.locator('#menu').getByRole('button', { name: '接待日' }).click()
  await phone.locator('#chat').getByText('每月 15 日上午在街道工作室接待').waitFor()
  await phone.locator('#chat').getByRole('link', { name: '写信', exact: true }).waitFor()
  await phone.screenshot({ path: `${pictures}/off-phone.png` })
  await phone.close()

  await page.getByRole('link', { name: '接入检查' }).click()
  await page.getByText('没有发现故障。').waitFor({ timeout: 30_000 })
  await page.getByText('LIANXIN_TEMPLATE_MINI_ANSWER').waitFor()
  await desk.looks('off-check')
}))

test('The settings of the account can be read on a phone', () => at(async (desk, page) => {
  await desk.signIn('publicity')
  await page.getByRole('link', { name: '公众号', exact: true }).waitFor()
  for (const [path, heading] of [['/official', '公众号菜单'], ['/official/replies', '欢迎语和关键词'], ['/official/check', '接入检查']]) {
    await desk.go(path)
    await desk.heading(heading).waitFor()
    await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'))
    if (path === '/official/check') await page.getByText('没有发现故障。').waitFor({ timeout: 30_000 })
    await desk.looks('off-phone' + path.replaceAll('/', '-'))
  }
}, { width: 390, height: 780 }))
