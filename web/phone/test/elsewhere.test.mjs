// Where other matters go, on the phones of residents: the places of their own
// street, with and without a line, and the place a letter was sent to.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onDemo, sizes } from './hand.mjs'

const house = onDemo()

/** No answer of the program comes through any more. */
const noLine = (page) => page.route('**/api/v1/**', (route) => route.abort('internetdisconnected'))

/** Opens the third of the three words before writing. */
async function elsewhere(hand, page) {
  await hand.to('pages/door/index')
  await page.getByRole('radio', { name: '该找谁' }).click()
  await page.getByRole('heading', { name: '这些事找他们更快' }).waitFor()
}

/** Remembers the community somebody lives in. */
async function livesIn(hand, page, typed, name) {
  await hand.to('pages/area/pick')
  await page.getByRole('textbox', { name: '社区名称或门牌地址' }).fill(typed)
  await page.getByRole('button', { name }).click()
  await page.getByText(name).first().waitFor()
  await page.waitForFunction(() => localStorage.getItem('lianxin.area') !== null)
}

test('a resident finds the street\'s own petition office, with number and address, and finds it again without a line', async () => {
  await house.held('马小军', async (hand, page) => {
    await livesIn(hand, page, 'hplsq', /和平里社区/)
    await elsewhere(hand, page)
    await page.getByText('和平街道群众来访接待室').waitFor()
    await page.getByText('和平里社区的去处').waitFor()
    await page.getByText('地址：建设路66号和平党群服务中心一楼2号窗口').waitFor()
    await page.getByRole('button', { name: '拨打 0000-87000201，和平街道群众来访接待室' }).waitFor()
    // The district's court and the country's hotline stand beside it.
    await page.getByRole('button', { name: '拨打 0000-87012368，临江区人民法院诉讼服务中心' }).waitFor()
    await page.getByRole('button', { name: /^拨打 12345，/ }).waitFor()
    await hand.looks('door-local')
    await page.getByRole('button', { name: '复制地址，和平街道群众来访接待室' }).click()
    await page.getByText('地址已复制').waitFor()

    await noLine(page)
    await elsewhere(hand, page)
    await page.getByText('没有连上，先列出上次看到的和平里社区的。').waitFor()
    await page.getByText('时间：周一至周六 8:30–17:30').first().waitFor()
    await hand.looks('door-kept')
  })
})

test('whoever never had a line is told the places of the whole country', async () => {
  await house.held(
    '郑雅文',
    async (hand, page) => {
      await noLine(page)
      await hand.elder()
      await elsewhere(hand, page)
      await page.getByText('没有连上，先列出全国通用的。').waitFor()
      await page.getByRole('button', { name: /^拨打 12368，/ }).waitFor()
      await page.getByRole('button', { name: /^拨打 12388，/ }).waitFor()
      await hand.looks('door-national-elder')
    },
    { viewport: sizes.narrow },
  )
})

test('who is sent to the court is told which, where and when, with its number', async () => {
  await house.held('韩冬生', async (hand, page) => {
    await hand.to('pages/message/list')
    await page.waitForFunction(() => localStorage.getItem('lianxin.session') !== null)
    const { items } = await hand.asks('/messages?limit=100')
    const sent = items.find((m) => m.state === 'out_of_scope')
    assert.ok(sent, 'no letter was sent elsewhere')
    await hand.to('pages/message/detail?id=' + sent.id)
    await page.getByText('临江区人民法院诉讼服务中心').waitFor()
    await page.getByText('地址：法治路6号').waitFor()
    await page.getByText('时间：周一至周五 9:00–12:00、13:30–17:00').waitFor()
    await page.getByRole('button', { name: /^拨打 0000-87012368，/ }).waitFor()
    await page.getByRole('button', { name: '复制来信内容' }).waitFor()
    await hand.looks('sent-elsewhere')
  })
})
