// What representatives wrote of themselves, at the desk of who keeps the roster.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onDemo } from './desk.mjs'
import { until } from './newsroom.mjs'
import { Phone } from './phone.mjs'

const house = onDemo()
const at = (login, work, viewport) => house.at(async (desk, page) => {
  await desk.signIn(login)
  await page.getByRole('navigation', { name: '主导航' }).waitFor()
  await work(desk, page)
}, viewport)

/** Somebody writes of themselves, on their phone. */
async function writes(name, body) {
  const phone = await Phone.of(house.demo, name)
  const [{ representative_id: seat }] = (await phone.ask('GET', '/me')).seats
  const path = `/representative/seats/${seat}/introduction`
  const { latest } = await phone.ask('GET', path)
  await phone.ask('POST', path, { body, after: latest?.id })
  const own = () => phone.ask('GET', path)
  await until(async () => (await own()).latest.state === 'waiting')
  return { phone, seat, own }
}

test('What waits is compared, returned with a reason or released, and the representative hears of it', () => at('organisation', async (desk, page) => {
  const lin = await writes('林晓棠', '在江声社区工作了十五年，愿意先到楼道里看一看再说话。')
  await page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: /^名册\s*\d+ 份简介待看$/ }).click()
  await desk.heading('名册').waitFor()
  await page.getByRole('link', { name: /^简介（\d+ 份待看）$/ }).click()
  await desk.heading('简介').waitFor()
  const one = page.getByRole('article', { name: '林晓棠的简介' })
  await one.locator('ins').filter({ hasText: '五' }).first().waitFor()
  await one.locator('del').filter({ hasText: '四' }).first().waitFor()
  await desk.looks('introductions')

  // The reason is kept while it is written, and the keyboard is enough.
  await one.getByRole('button', { name: '退回…' }).focus()
  await page.keyboard.press('Enter')
  await one.getByLabel('请代表怎么改').fill('请补上值班的时间。')
  await page.reload()
  await one.getByLabel('请代表怎么改').waitFor()
  assert.equal(await one.getByLabel('请代表怎么改').inputValue(), '请补上值班的时间。')
  await desk.looks('introductions-returning')
  await one.getByRole('button', { name: '退回', exact: true }).dblclick()
  await one.getByText('已退回').waitFor()
  const returned = await lin.own()
  assert.equal(returned.latest.state, 'returned')
  assert.equal(returned.latest.reason, '请补上值班的时间。')
  assert.equal((await lin.phone.ask('GET', '/notices')).items.filter((n) => n.title === '您写的简介请改一改').length, 1)

  const words = '在江声社区工作了十五年。\n每周二上午在工作室。'
  const again = await writes('林晓棠', words)
  await page.getByRole('button', { name: '刷新' }).click()
  await one.getByText('每周二上午在工作室。').waitFor()
  // The record is changed meanwhile: what would be released was compared with something else.
  const profile = await again.phone.ask('GET', `/representative/seats/${again.seat}/profile`)
  await again.phone.ask('PUT', `/representative/seats/${again.seat}/profile`, { topic_ids: profile.topics.map((t) => t.id), hours: [], revision: profile.revision })
  await one.getByRole('button', { name: '公开', exact: true }).click()
  await one.getByRole('alert').getByText('名册里这位代表的资料有了变化').waitFor()
  await one.getByRole('button', { name: '再试一次' }).click()
  await one.getByRole('alert').waitFor({ state: 'detached' })
  await one.getByRole('button', { name: '公开', exact: true }).dblclick()
  await one.getByText('已公开').waitFor()
  assert.equal((await again.own()).public, words)
  await page.getByRole('button', { name: '已公开或退回' }).click()
  await page.getByText('请补上值班的时间。').waitFor()
  await page.getByText('请把“去年起”改成具体的年份', { exact: false }).waitFor()
  await desk.looks('introductions-decided')
  await page.setViewportSize({ width: 390, height: 800 })
  await desk.looks('introductions-phone')
}))

test('Who only reads the roster has no such tab', () => at('liaison', async (desk, page) => {
  await desk.go('/roster')
  await page.getByRole('link', { name: '导入和导出' }).waitFor()
  await page.getByRole('link', { name: /^简介/ }).waitFor({ state: 'detached' })
}))
