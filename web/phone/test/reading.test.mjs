// Reading what the newsroom writes: narrowed by kind and by column, also outside WeChat.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onDemo, sizes } from './hand.mjs'

const house = onDemo()

const open = async (path) => (await fetch(house.demo.app + '/api/v1' + path)).json()
const titles = (page) => page.locator('.lx-paper-title').allTextContents()

test('articles are narrowed by kind and by column, and the choice is still there after reading one', async () => {
  const { items: columns } = await open('/columns')
  assert.ok(columns.length > 0, 'the demo has no column with articles')
  const [column] = columns
  const { items: within } = await open('/articles?limit=100&column_id=' + column.id)
  assert.ok(within.length > 0)
  await house.held('刘慧敏', async (hand, page) => {
    await hand.elder()
    await hand.to('pages/article/list')
    await page.locator('.lx-paper').first().waitFor()
    await hand.looks('articles-elder')
    await page.getByRole('button', { name: /^栏目/ }).click()
    await page.getByRole('dialog', { name: '看哪个栏目' }).waitFor()
    await hand.looks('articles-columns-elder')
    await page.getByRole('dialog').getByRole('button', { name: column.name }).click()
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await page.getByText(within[0].title).first().waitFor()
    assert.deepEqual(await titles(page), within.map((a) => a.title))

    await page.getByText(within[0].title).first().click()
    await hand.title('文章').waitFor()
    await page.goBack()
    await page.getByRole('button', { name: /^栏目/ }).getByText(column.name).waitFor()
    assert.deepEqual(await titles(page), within.map((a) => a.title))

    // A kind that the column has nothing of says so, and leads back to all.
    const missing = { news: '动态', case_story: '典型案例', guide: '知识', notice: '公告' }
    for (const one of within) delete missing[one.kind]
    await page.getByRole('radio', { name: Object.values(missing)[0], exact: true }).click()
    await page.getByText('这里还没有文章。').waitFor()
    await hand.looks('articles-none-elder')
    await hand.tap('看全部')
    await page.locator('.lx-paper').first().waitFor()
    await page.getByRole('radio', { name: '全部', exact: true, checked: true }).waitFor()
    await page.getByRole('button', { name: /^栏目/ }).getByText('全部栏目').waitFor()
  }, { viewport: sizes.narrow, dark: true, weChatInside: false })
})
