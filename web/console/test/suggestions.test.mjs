// What people say about the app, and how many read an article, at the desk.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onDemo } from './desk.mjs'
import { Phone } from './phone.mjs'

const house = onDemo()
const at = (login, work, viewport) => house.at(async (desk, page) => {
  await desk.signIn(login)
  await page.getByRole('navigation', { name: '主导航' }).waitFor()
  await work(desk, page)
}, viewport)

test('A suggestion about the app is answered, and its writer reads the answer', () => at('liaison', async (desk, page) => {
  await page.getByRole('link', { name: '平台意见' }).click()
  await desk.heading('平台意见').waitFor()
  const one = page.getByRole('article').filter({ hasText: '语音播报' })
  await one.waitFor()
  assert.equal(await page.getByText('陈思远').count(), 0, 'who wrote is not told')
  await desk.looks('suggestions')
  await one.getByLabel('答复').fill('正在做，年底前就有。')
  await page.reload()
  assert.equal(await one.getByLabel('答复').inputValue(), '正在做，年底前就有。', 'what is being written outlives a reload')
  await one.getByRole('button', { name: '答复' }).dblclick()
  await one.getByText(/答复于/).waitFor()
  await page.getByRole('button', { name: '已答复' }).click()
  await page.getByText('急得我点了好几次').waitFor()
  await page.getByText('正在做，年底前就有。').waitFor()
  await desk.looks('suggestions-replied')
  await page.setViewportSize({ width: 390, height: 800 })
  await desk.looks('suggestions-phone')
  await page.getByRole('button', { name: '待答复' }).click()
  await page.getByText('没有等着答复的意见。').waitFor()

  const writer = await Phone.of(house.demo, '陈思远')
  const mine = await writer.ask('GET', '/me/suggestions')
  assert.equal(mine.items[0].reply, '正在做，年底前就有。')
  const notices = await writer.ask('GET', '/notices')
  assert.ok(notices.items.some((n) => n.title === '您对平台的建议有答复了'))
}))

test('The newsroom sees how many opened an article in our own feed, each phone once a day', () => at('publicity', async (desk, page) => {
  const reader = new Phone()
  reader.demo = house.demo
  const [article] = (await reader.ask('GET', '/articles')).items
  await desk.go('/articles/' + article.id)
  const figures = page.getByRole('region', { name: '阅读' })
  const line = figures.locator('p').filter({ hasText: '本平台动态' })
  await line.waitFor()
  const count = async () => Number(/阅读 (\d+) 人次/.exec(await line.textContent())[1])
  const before = await count()
  for (const token of ['a-phone-of-today-1', 'a-phone-of-today-1', 'a-phone-of-today-2']) {
    await reader.ask('POST', `/articles/${article.id}/reads`, { token, from: 'share' })
  }
  await page.reload()
  await line.waitFor()
  assert.equal(await count(), before + 2, 'two phones opened it')
  await figures.getByText('每天的阅读').click()
  await desk.looks('article-readers')
}))
