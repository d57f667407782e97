import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Desk, openBrowser, startDemo } from './desk.mjs'

let demo, browser
before(async () => {
  ;[demo, browser] = await Promise.all([startDemo(), openBrowser()])
})
after(async () => {
  await browser?.close()
  await demo?.stop()
})

/** Does something at a desk of one's own; what must not happen fails the test. */
async function at(work, viewport) {
  const desk = await Desk.open(browser, demo, viewport)
  await work(desk, desk.page)
  await desk.close()
}

test('A queue is narrowed, kept under a name, and found again at another desk', async () => {
  let narrowed = ''
  await at(async (desk, page) => {
    await desk.signIn('liaison')
    await page.locator('tbody tr').first().waitFor()
    await page.getByRole('button', { name: '全部' }).click()
    await page.getByLabel('区域').selectOption({ label: '　和平街道' })
    await page.waitForURL(/area=/)
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
