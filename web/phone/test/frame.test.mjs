// How the pages open: in WeChat, in a browser of its own, and in the stand-in's
// phone, where two windows are two phones.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { onDemo, pictures, sizes } from './hand.mjs'

const house = onDemo()

test('a link of the official account opens its page in WeChat, and no token ever stands in an address', async () => {
  await house.held('刘慧敏', async (hand, page) => {
    const addresses = []
    page.on('request', (request) => addresses.push(request.url()))
    page.on('framenavigated', (frame) => addresses.push(frame.url()))
    await page.goto(house.demo.app + '/go/pages/message/list')
    await hand.title('我的来信').waitFor()
    await page.waitForFunction(() => localStorage.getItem('lianxin.session') !== null)
    assert.match(page.url(), /\/h5\/#\/pages\/message\/list$/)
    const { token, refresh } = JSON.parse(await page.evaluate(() => localStorage.getItem('lianxin.session')))
    assert.ok(token && refresh)
    assert.deepEqual(addresses.filter((a) => a.includes(token) || a.includes(refresh)), [])
    assert.doesNotMatch(page.url(), /code=|state=/)
  })
})

test('a browser outside WeChat shows what is public, and says how to go on for the rest', async () => {
  await house.held('刘慧敏', async (hand, page) => {
    await hand.to('pages/article/list')
    await hand.title('动态').waitFor()
    await hand.to('pages/message/list')
    await page.getByText('请在微信里打开').waitFor()
    await hand.looks('phone-outside')
    await hand.tap('复制网址')
  }, { weChatInside: false })
})

test('a code that nobody asked for signs nobody in', async () => {
  await house.held('刘慧敏', async (hand, page) => {
    await page.goto(house.demo.app + '/h5/?code=stolen&state=stolen#/pages/index/index')
    await hand.title('连心').waitFor()
    assert.doesNotMatch(page.url(), /stolen/)
    assert.equal(await page.evaluate(() => localStorage.getItem('lianxin.session')), null)
  })
})

test('the bar at the bottom says where one is, leads on by keyboard, and comes back as it was left', async () => {
  await house.held('刘慧敏', async (hand, page) => {
    await hand.to('pages/article/list')
    await page.locator('.lx-paper').nth(3).waitFor()
    const bar = page.getByRole('navigation', { name: '主导航' }).filter({ visible: true })
    await bar.getByRole('link', { name: '动态，正在看' }).waitFor()
    assert.equal(await bar.count(), 1, 'there are two bars')
    await page.evaluate(() => window.scrollTo(0, 400))
    const box = await bar.boundingBox()
    assert.equal(Math.round(box.y + box.height), sizes.usual.height, 'the bar does not stand at the bottom')
    await bar.getByRole('link', { name: '我的', exact: true }).focus()
    await page.keyboard.press('Enter')
    await hand.title('我的').waitFor()
    await bar.getByRole('link', { name: '我的，正在看' }).waitFor()
    await bar.getByRole('link', { name: '动态', exact: true }).click()
    await hand.title('动态').waitFor()
    await page.locator('.lx-paper').nth(3).waitFor()
    // What stands last on a page is not behind the bar.
    await page.evaluate(() => window.scrollTo(0, 99_999))
    const last = await page.getByText('到底了').boundingBox()
    assert.ok(last.y + last.height <= (await bar.boundingBox()).y, 'the end of the page is behind the bar')
  })
})

test('a letter is written and sent with the keyboard alone', async () => {
  await house.held('陈思远', async (hand, page) => {
    /** Goes on by Tab until what has the focus says this, and presses it. */
    const press = async (name) => {
      for (let n = 0; n < 80; n++) {
        await page.keyboard.press('Tab')
        const says = await page.evaluate(() => (document.activeElement?.getAttribute('aria-label') || document.activeElement?.textContent || '').trim())
        if (!says.startsWith(name)) continue
        if (await page.evaluate(() => document.activeElement.matches('input,textarea'))) return
        return page.keyboard.press('Enter')
      }
      assert.fail(`the keyboard does not reach “${name}”`)
    }
    const { items } = await (await fetch(house.demo.app + '/api/v1/representatives?q=' + encodeURIComponent('林晓棠'))).json()
    await hand.to('pages/representative/profile?id=' + items[0].id)
    await page.getByRole('button', { name: '写信', exact: false }).first().waitFor()
    await press('写信')
    await page.getByRole('button', { name: '知道了，写信' }).waitFor()
    await press('知道了，写信')
    // WeChat is asked who this is, which takes the page away for a moment.
    await page.waitForFunction(() => localStorage.getItem('lianxin.session') !== null)
    await page.getByRole('textbox', { name: '您想反映的事' }).waitFor()
    await press('您想反映的事')
    await page.keyboard.type('东门的坡道没有扶手。')
    await press('送出')
    await hand.title('已送出').waitFor()
  })
})

test("in the stand-in two windows are two phones: from the poster's code to an answer that was read", async () => {
  const phones = []
  const window = async (name) => {
    const context = phones[0]?.context() ?? (await house.browser.newContext({ viewport: { width: 1200, height: 900 }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' }))
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    await page.goto(`${house.demo.simulator}/?user=${encodeURIComponent(name)}`)
    await page.getByText(name).first().waitFor()
    phones.push(page)
    return page
  }
  const frame = (page) => page.frameLocator('#app-page')

  const resident = await window('唐小雨')
  const hint = await resident.locator('#scene-hint').textContent()
  const codes = hint.replace(/^.*：/, '').split('、')
  let found
  for (const code of codes) {
    const response = await fetch(`${house.demo.app}/api/v1/scenes/${code}`)
    const scene = response.ok ? await response.json() : { representatives: [] }
    if (scene.representatives.some((r) => r.name === '林晓棠')) found = code
  }
  const code = found ?? codes[0]
  await resident.getByLabel('场景值').fill(code)
  await resident.getByRole('button', { name: '按小程序码扫' }).click()
  await frame(resident).getByRole('button', { name: '写信', exact: false }).first().waitFor()

  const representative = await window('林晓棠')
  await representative.getByRole('tab', { name: '网页' }).click()
  await frame(representative).getByRole('heading', { level: 1 }).first().waitFor()

  // The resident writes, in the frame that is theirs.
  await frame(resident).getByRole('button', { name: /^写信给 林晓棠/ }).first().click()
  await frame(resident).getByRole('button', { name: '知道了，写信' }).click()
  await frame(resident).getByRole('textbox', { name: '您想反映的事' }).fill('站前广场的长椅少了两张，老人没处歇脚。')
  await frame(resident).getByRole('button', { name: '送出', exact: true }).click()
  await frame(resident).getByText('来信编号').waitFor()

  // It reaches the other phone, which is somebody else's although it is the same browser.
  await frame(representative).getByRole('link', { name: '我的', exact: true }).click()
  await frame(representative).getByRole('button', { name: /^代表来信/ }).click()
  await frame(representative).getByText('林晓棠 代表').waitFor()
  await frame(representative).getByRole('button', { name: /^收到了：站前广场的长椅/ }).click()
  await frame(representative).getByText('已告诉居民：收到了').first().waitFor()
  await frame(representative).getByRole('button', { name: /站前广场的长椅/ }).first().click()
  await frame(representative).getByRole('textbox', { name: '答复居民' }).fill('今天就请城管补上，周末前装好。')
  if (process.env.LIANXIN_SCREENSHOTS) for (const [n, page] of [resident, representative].entries()) await page.locator('.handset').screenshot({ path: join(pictures, `two-phones-${n}.png`) })
  await frame(representative).getByRole('button', { name: '发送答复' }).click()
  await frame(representative).getByText('已发出，通过内容检查后居民就能看到').first().waitFor()

  // The answer is checked first; whoever looks again after a moment sees it.
  const look = async () => {
    await frame(resident).getByRole('button', { name: '看这封信的进度' }).click()
    await frame(resident).getByText('办到哪一步').waitFor()
    return (await frame(resident).getByText('今天就请城管补上').count()) > 0
  }
  for (let n = 0; !(await look()); n++) {
    assert.ok(n < 30, 'the answer does not come')
    await frame(resident).getByRole('button', { name: '返回' }).last().click()
  }
  await phones[0].context().close()
})
