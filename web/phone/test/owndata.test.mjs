// One's own data in one's own hand: a copy of it, corrections, notices, and what
// one thinks of the program.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { until } from '../../console/test/newsroom.mjs'
import { Phone } from '../../console/test/phone.mjs'
import { onDemo, sizes, staff } from './hand.mjs'
import { unzip } from './zip.mjs'

const house = onDemo()

async function write(resident, body, more = {}) {
  const { items } = await resident.ask('GET', `/representatives?q=${encodeURIComponent('林晓棠')}`)
  return resident.ask('POST', '/messages', { representative_id: items[0].id, body, ...more })
}

test("a copy of one's data holds one's own and nobody else's", async () => {
  const other = await Phone.of(house.demo, '徐静怡')
  await write(other, '别人的信：北门的垃圾桶总是满的。')
  await house.held('朱丽娜', async (hand, page) => {
    const me = await hand.known()
    const { number } = await write(me, '我自己的信：电梯一周停了三次。', { name: '朱女士' })
    await hand.to('pages/me/data')
    await page.getByText('保存了您的什么').waitFor()
    await hand.tap(/^下载一份/)
    await page.getByText('把您的数据给您一份').waitFor()
    await hand.looks('copy')
    await page.getByRole('button', { name: '准备一份' }).dblclick()
    await page.getByText('已经准备好', { exact: false }).waitFor()
    await hand.looks('copy-ready')

    // Killed and opened again it is still ready.
    await hand.killed()
    page = hand.page
    await hand.to('pages/me/copy')
    await page.getByText('已经准备好', { exact: false }).waitFor()
    const saved = page.waitForEvent('download')
    await hand.tap('下载')
    const file = await saved
    assert.equal(file.suggestedFilename(), '我的连心数据.zip')
    const found = unzip(readFileSync(await file.path()))
    const names = [...found.keys()]
    assert.ok(names.includes('index.html') && names.includes('data.json'), names.join())
    const all = [...found.values()].map((b) => b.toString('utf8')).join('\n')
    assert.ok(all.includes('我自己的信：电梯一周停了三次。') && all.includes(number) && all.includes('朱女士'))
    for (const others of ['别人的信', '徐静怡', '北门的垃圾桶', other.person ?? '徐静怡']) assert.ok(!all.includes(others), others)
    assert.ok(!page.url().includes('token'))

    // The page in it can be read by itself, in a browser without a line.
    await house.held('过客', async (reader, sheet) => {
      await sheet.setContent(found.get('index.html').toString('utf8'))
      await sheet.getByText('我自己的信', { exact: false }).first().waitFor()
    }, { weChatInside: false })
  })
})

test('a wrong name in a letter is corrected by the office, and the answer is seen', async () => {
  await house.held('韩冬生', async (hand, page) => {
    const me = await hand.known()
    const { id } = await write(me, '活动室的门锁坏了，孩子进不去。', { name: '韩东生' })
    await hand.elder()
    await hand.to('pages/message/detail?id=' + id)
    await hand.tap(/^申请更正信里的称呼/)
    await page.getByRole('textbox', { name: '正确的是' }).fill('韩冬生')
    await hand.looks('correct-elder')
    await hand.killed()
    page = hand.page
    await hand.to('pages/me/correct?id=' + id)
    assert.equal(await page.getByRole('textbox', { name: '正确的是' }).inputValue(), '韩冬生')
    await page.getByRole('textbox', { name: '说明（可以不写）' }).fill('是冬天的冬。')
    await page.getByRole('button', { name: '提交' }).dblclick()
    await hand.title('更正').waitFor()
    await page.getByText('联络办正在处理').waitFor()
    assert.equal((await me.ask('GET', '/me/data/corrections')).items.length, 1, 'a double tap asked twice')

    const office = await staff(house.demo, 'liaison')
    const asked = (await office.ask('GET', '/staff/corrections')).items.find((c) => c.message_id === id)
    await office.ask('POST', `/staff/corrections/${asked.id}/rule`, { state: 'done', reply: '已改成冬天的冬。' })
    await hand.to('pages/me/notices')
    await page.getByRole('button', { name: /更正/ }).first().click()
    await page.getByText('已更正').first().waitFor()
    await page.getByText('已改成冬天的冬。', { exact: false }).waitFor()
    await hand.looks('corrected-elder')
    assert.equal((await me.ask('GET', '/messages/' + id)).resident, '韩冬生')
  }, { viewport: sizes.narrow })
})

test('notices are counted, each leads to its matter, and all can be marked as read', async () => {
  await house.held('孙国平', async (hand, page) => {
    const me = await hand.known()
    const told = async (title) => (await me.ask('GET', '/notices?limit=100')).items.filter((n) => n.title === title).length
    const before = { 来信已送达: await told('来信已送达'), 代表已收到来信: await told('代表已收到来信') }
    for (const matter of ['井盖响，夜里睡不着。', '楼道里堆着旧家具。']) {
      const { id } = await write(me, matter)
      const representative = await Phone.of(house.demo, '林晓棠')
      await until(async () => (await representative.try('POST', `/representative/messages/${id}/acknowledge`, {})).status < 300)
    }
    for (const title of ['来信已送达', '代表已收到来信']) await until(async () => (await told(title)) >= before[title] + 2)
    await hand.to('pages/me/index')
    await page.getByText(/\d+ 条没看/).waitFor()
    await hand.tap(/^通知/)
    const fresh = page.getByText('没看', { exact: true })
    await fresh.nth(1).waitFor()
    const unread = await fresh.count()
    await page.getByRole('button', { name: /没看/ }).first().click()
    await hand.title('来信').waitFor()
    await page.goBack()
    await page.waitForFunction((n) => [...document.querySelectorAll('.lx-notice-new')].length === n, unread - 1)
    await hand.tap('全部标为看过')
    await page.getByRole('button', { name: '全部标为看过' }).waitFor({ state: 'hidden' })
    assert.equal((await me.ask('GET', '/me')).unread_notices, 0)
    await page.goBack()
    await page.getByText('我的资料').first().waitFor()
    await page.getByText(/\d+ 条没看/).waitFor({ state: 'hidden' })
  })
})

test('what somebody says of the program is kept while typed, answered by the office without a name, and read', async () => {
  await house.held('高天宇', async (hand, page) => {
    const me = await hand.known()
    await hand.to('pages/me/suggest')
    await page.getByRole('radio', { name: '投诉' }).click()
    await page.getByRole('textbox', { name: '您的话' }).fill('字太小，我妈看不清。')
    await hand.killed()
    page = hand.page
    await hand.to('pages/me/suggest')
    await page.getByRole('radio', { name: '投诉', checked: true }).waitFor()
    assert.equal(await page.getByRole('textbox', { name: '您的话' }).inputValue(), '字太小，我妈看不清。')
    await page.getByRole('button', { name: '提交' }).dblclick()
    await page.getByText('等答复').waitFor()
    await page.waitForFunction(() => document.querySelector('textarea').value === '')
    assert.equal((await me.ask('GET', '/me/suggestions')).items.length, 1, 'a double tap said it twice')
    await hand.looks('suggest')

    const office = await staff(house.demo, 'liaison')
    const one = (await office.ask('GET', '/staff/suggestions')).items.find((s) => s.body.startsWith('字太小'))
    assert.ok(!JSON.stringify(one).includes('高天宇'), 'the office was told who it is')
    await office.ask('POST', `/staff/suggestions/${one.id}/reply`, { reply: '首页最上面可以打开长辈版，字会大很多。' })
    await hand.to('pages/me/notices')
    await page.getByRole('button', { name: /意见|建议|投诉/ }).first().click()
    await page.getByText('首页最上面可以打开长辈版').waitFor()
    await hand.looks('suggest-answered')
  }, { viewport: sizes.narrow })
})
