// The newsroom in a real browser: from a pasted Word document to the readers.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Desk, openBrowser, startDemo } from './desk.mjs'

const corpus = (name) => readFileSync(fileURLToPath(new URL(`../../../service/newsroom/richtext/testdata/pastes/${name}`, import.meta.url)), 'utf8')

let demo, browser
before(async () => {
  ;[demo, browser] = await Promise.all([startDemo(), openBrowser()])
})
after(async () => {
  await browser?.close()
  await demo?.stop()
})

async function at(login, work, viewport) {
  const desk = await Desk.open(browser, demo, viewport)
  await desk.signIn(login)
  await desk.heading('文章').waitFor()
  await work(desk, desk.page)
  await desk.close()
}

/** Puts something into the clipboard as another program would, and pastes it by keyboard. */
async function paste(page, data) {
  await page.evaluate((d) => {
    document.addEventListener('copy', (e) => {
      for (const [kind, words] of Object.entries(d)) e.clipboardData.setData(kind, words)
      e.preventDefault()
      e.stopImmediatePropagation()
    }, { capture: true, once: true })
  }, data)
  await page.getByRole('textbox', { name: '正文' }).focus()
  await page.keyboard.press('Control+c')
  await page.keyboard.press('Control+v')
}

const saved = (page) => page.getByText(/^已保存/).waitFor()

/** Begins an article and gives its address in the console. */
async function begin(page, title) {
  await page.getByRole('button', { name: '写文章' }).click()
  await page.getByRole('dialog', { name: '写文章' }).getByLabel('标题').fill(title)
  await page.keyboard.press('Enter')
  await page.getByRole('textbox', { name: '正文' }).waitFor()
  return new URL(page.url()).pathname.replace('/console', '')
}

test('A Word article is pasted, reviewed by a second person and approved', () => at('publicity', async (desk, page) => {
  await page.locator('tbody tr').first().waitFor()
  await desk.looks('articles')
  await page.getByRole('button', { name: '写文章' }).click()
  await page.getByRole('dialog', { name: '写文章' }).waitFor()
  await desk.looks('article-begin')
  await page.keyboard.press('Escape')
  const address = await begin(page, '路灯修好了')
  await desk.looks('article-empty')
  await paste(page, { 'text/html': corpus('word.html'), 'text/plain': '' })
  await page.getByText('有 1 张图片没有一起粘贴过来').waitFor()
  await saved(page)
  await page.getByLabel('摘要').fill('居民反映后第三天，十二盏路灯全部修好。')
  await saved(page)
  await desk.looks('article-writing', '.article > *')

  await page.reload()
  await page.getByRole('textbox', { name: '正文' }).getByText('关于路灯维修的情况说明').waitFor()
  await page.getByRole('button', { name: '提交审核' }).click()
  await desk.looks('article-submit', '.article > *')
  await page.getByRole('button', { name: '提交', exact: true }).click()
  await page.getByRole('heading', { name: '待审核' }).waitFor()

  const second = await Desk.open(browser, demo)
  await second.signIn('publicity.second')
  await second.heading('文章').waitFor()
  await second.go(address)
  const other = second.page
  await other.getByRole('heading', { name: '待审核' }).waitFor()
  await other.locator('.reading').getByText('联系供电部门').click({ clickCount: 3 })
  await other.getByLabel('写批注').fill('请写明联系的是哪个部门。')
  await other.getByRole('button', { name: '加批注' }).click()
  await other.getByRole('button', { name: /^看原文：联系供电部门/ }).waitFor()
  await other.getByRole('button', { name: /^看原文/ }).click()
  await second.looks('article-review', '.article > *')
  await other.getByRole('button', { name: '退回修改' }).click()
  await other.getByRole('button', { name: '退回', exact: true }).click()
  await other.getByText('请填写。').waitFor()
  await other.getByLabel('退回的原因').fill('见批注。')
  await other.getByRole('button', { name: '退回', exact: true }).click()
  await other.getByRole('heading', { name: '已退回' }).waitFor()

  await page.reload()
  await page.getByText('退回原因：').waitFor()
  await page.getByRole('textbox', { name: '正文' }).getByText('联系供电部门').click()
  await page.keyboard.press('End')
  await page.keyboard.type('供电所已派人。')
  await saved(page)
  await page.getByRole('button', { name: /^已处理：/ }).click()
  await page.getByRole('button', { name: '看已处理的 1 条' }).waitFor()
  await page.getByRole('link', { name: '历史版本' }).click()
  await page.locator('ins').getByText('供电所已派人。').waitFor()
  await desk.looks('article-versions')
  await page.getByRole('link', { name: '正文', exact: true }).click()
  await page.getByRole('button', { name: '提交审核' }).click()
  await page.getByRole('button', { name: '提交', exact: true }).click()
  await page.getByRole('heading', { name: '待审核' }).waitFor()
  assert.equal(await page.getByRole('button', { name: '审核通过' }).count(), 0, 'who wrote it does not approve it')

  await other.reload()
  await other.getByRole('button', { name: '审核通过' }).click()
  await other.getByRole('button', { name: '通过', exact: true }).click()
  await other.getByRole('heading', { name: '已通过' }).waitFor()
  await second.looks('article-approved', '.article > *')
  await second.close()
}))

test('Two people write in one article: both texts are kept, and one decides', () => at('publicity', async (desk, page) => {
  const address = await begin(page, '两个人同时改')
  await page.getByRole('textbox', { name: '正文' }).click()
  await page.keyboard.type('第一个人写的。')
  await saved(page)
  const second = await Desk.open(browser, demo)
  await second.signIn('publicity.second')
  await second.heading('文章').waitFor()
  await second.go(address)
  const other = second.page
  await other.getByRole('textbox', { name: '正文' }).getByText('第一个人写的。').click()
  await other.keyboard.press('End')
  await other.keyboard.type('第二个人加的。')
  await saved(other)
  await page.keyboard.type('第一个人又写。')
  await page.getByRole('heading', { name: /被别人保存过/ }).waitFor()
  await page.getByRole('region', { name: '最新保存的内容' }).getByText('第二个人加的。').waitFor()
  await desk.looks('article-conflict')
  // The decision outlives a reload.
  await page.reload()
  await page.getByRole('region', { name: '我的内容' }).getByText('第一个人又写。').waitFor()
  await page.getByRole('button', { name: '用最新的' }).click()
  await page.getByRole('textbox', { name: '正文' }).getByText('第二个人加的。').waitFor()
  await page.getByText('打开，可以从中复制').click()
  await page.locator('.old').getByText('第一个人又写。').waitFor()
  await desk.looks('article-laid-aside')
  await page.getByRole('button', { name: '不要了' }).click()

  // The other way round: mine counts, theirs stays a version.
  await page.getByRole('textbox', { name: '正文' }).click()
  await page.keyboard.press('Control+End')
  await page.keyboard.type('第三句。')
  await saved(page)
  await other.keyboard.type('第四句。')
  await other.getByRole('button', { name: '用我的' }).click()
  await saved(other)
  await other.reload()
  await other.getByRole('textbox', { name: '正文' }).getByText('第四句。').waitFor()
  await other.getByRole('link', { name: '历史版本' }).click()
  await other.locator('ol button').filter({ hasText: '白露' }).first().click()
  await other.locator('ins').getByText('四').waitFor()
  await second.close()
}))

test('What is written while the line is lost is saved when it is there again', () => at('publicity', async (desk, page) => {
  await begin(page, '没有网络的时候')
  await page.getByRole('textbox', { name: '正文' }).click()
  await page.keyboard.type('有网络时写的。')
  await saved(page)
  await desk.context.setOffline(true)
  await page.keyboard.type('断网后写的。')
  await page.getByText('内容已存在本机').waitFor()
  await page.keyboard.type('又写了一句。')
  await desk.looks('article-offline')
  await desk.context.setOffline(false)
  await saved(page)
  // The window closes while the line is lost: it is here when it opens again.
  await desk.context.setOffline(true)
  await page.keyboard.type('关窗口前写的。')
  await page.waitForFunction(() => Object.keys(localStorage).some((k) => k.startsWith('lianxin.article.') && localStorage[k].includes('关窗口前写的')))
  const address = page.url()
  await page.close()
  await desk.context.setOffline(false)
  const again = await desk.context.newPage()
  await again.goto(address)
  await again.getByRole('textbox', { name: '正文' }).getByText('关窗口前写的。').waitFor()
  await saved(again)
  await again.reload()
  await again.getByRole('textbox', { name: '正文' }).getByText('有网络时写的。断网后写的。又写了一句。关窗口前写的。').waitFor()
}))

test('Articles are found, and the newsroom can be used on a phone', () => at('publicity', async (desk, page) => {
  await page.getByRole('button', { name: '已发布' }).click()
  await page.waitForURL(/state=live/)
  await page.locator('tbody tr').first().waitFor()
  await page.getByLabel('标题里的字').fill('没有这样的标题')
  await page.keyboard.press('Enter')
  await page.getByText('没有符合条件的文章').waitFor()
  await desk.go('/articles')
  await page.locator('tbody tr').first().waitFor()
  await desk.looks('phone-articles')
  await page.getByRole('button', { name: '栏目' }).click()
  const dialog = page.getByRole('dialog', { name: '栏目' })
  await dialog.getByLabel('新栏目').fill('身边的代表')
  await dialog.getByRole('button', { name: '添加' }).click()
  await dialog.getByText('身边的代表').waitFor()
  await desk.looks('phone-columns')
  await page.keyboard.press('Escape')
  await page.locator('tbody tr a.open').first().click()
  await page.getByRole('heading', { name: '批注' }).waitFor()
  await desk.looks('phone-article', '.article > *')
}, { width: 390, height: 844 }))
