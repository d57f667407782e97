// Who is signed in where: another phone of one's own, a phone that was lost, and a
// WeChat that does not say who somebody is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Phone } from '../../console/test/phone.mjs'
import { onDemo, sizes, staff, standIn } from './hand.mjs'

const house = onDemo()

const body = (page) => page.getByRole('textbox', { name: '您想反映的事' })
const signed = (page) => page.waitForFunction(() => localStorage.getItem('lianxin.session') !== null)
const tokenOf = (page) => page.evaluate(() => JSON.parse(localStorage.getItem('lianxin.session') ?? '{}').token)

async function seat(name) {
  const { items } = await (await fetch(`${house.demo.app}/api/v1/representatives?q=${encodeURIComponent(name)}`)).json()
  return items[0].id
}

test('one phone signs the other out, which asks WeChat anew and still has what was typed', async () => {
  const who = '胡建华'
  await house.held(who, async (old, typing) => {
    await old.to('pages/message/write?to=' + (await seat('林晓棠')))
    await body(typing).waitFor()
    await signed(typing)
    await body(typing).fill('天桥的扶梯停了半个月，老人只能爬台阶。')
    const before = await tokenOf(typing)

    await house.held(who, async (hand, page) => {
      await hand.to('pages/me/index')
      await signed(page)
      await hand.to('pages/me/settings')
      await page.getByText('在哪里登录着').waitFor()
      await page.getByText('这里', { exact: true }).waitFor()
      await hand.looks('sessions')
      await page.getByRole('button', { name: /^退出公众号上的登录/ }).click()
      await page.getByText('已在那里退出').first().waitFor()
      await page.getByRole('button', { name: /^退出公众号上的登录/ }).waitFor({ state: 'hidden' })
    })
    assert.equal((await fetch(house.demo.app + '/api/v1/me', { headers: { Authorization: `Bearer ${before}` } })).status, 401)

    // What is sent now needs somebody: WeChat is asked, and the page comes back with every word.
    const left = typing.waitForRequest((request) => request.url().includes('/connect/oauth2/authorize'))
    await old.tap('送出')
    await left
    await body(typing).waitFor()
    await typing.waitForFunction((spent) => JSON.parse(localStorage.getItem('lianxin.session') ?? '{}').token !== spent, before)
    assert.equal(await body(typing).inputValue(), '天桥的扶梯停了半个月，老人只能爬台阶。')
    await typing.getByRole('button', { name: /^(送出|再送一次)/ }).click()
    await old.title('已送出').waitFor()
    assert.equal((await old.asks('/messages')).items.filter((m) => m.excerpt.startsWith('天桥的扶梯')).length, 1)
  })
})

test('whoever proves to WeChat once more who they are is told so, and how to go on', async () => {
  await house.held('马小军', async (hand, page) => {
    await hand.to('pages/me/copy')
    await hand.to('pages/me/index')
    await signed(page)
    // The session is taken for an old one, once.
    await page.route('**/me/data/exports', (route) =>
      route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify({ code: 'step_up_required', detail: '请再确认一次。' }) }), { times: 1 })
    await hand.to('pages/me/copy')
    await hand.tap('准备一份')
    await page.getByRole('dialog').getByRole('button', { name: '继续' }).click()
    await page.getByText('已确认是您本人，请再点一次').waitFor()
    await hand.tap('准备一份')
    await page.getByText('已经准备好', { exact: false }).waitFor()
  })
})

test('the lost phone of a representative shows no letter any more, and a new code opens them on the next', async () => {
  const who = '曾念慈'
  const id = await seat(who)
  const resident = await Phone.of(house.demo, '唐小雨')
  await resident.ask('POST', '/messages', { representative_id: id, body: '卫生站周末没有人，慢病的药开不到。' })
  await house.held(who, async (lost, old) => {
    await lost.to('pages/inbox/index')
    await old.getByText('慢病的药开不到', { exact: false }).first().waitFor()
    const office = await staff(house.demo, 'liaison')
    await office.ask('POST', `/staff/representatives/${id}/sign-out`, {})

    await lost.to('pages/inbox/index')
    await old.getByText('请先用联络办给的邀请码绑定').waitFor()
    assert.equal(await old.getByText('慢病的药开不到', { exact: false }).count(), 0)
    await lost.looks('lost-phone')
    await lost.tap('填写邀请码')
    await lost.title('填写邀请码').waitFor()

    const { code } = await office.ask('POST', '/staff/invitations', { kind: 'representative', target_id: id })
    await house.held(who, async (hand, page) => {
      await hand.to('pages/me/invitation')
      await page.getByRole('textbox', { name: '邀请码' }).fill(code)
      await hand.tap('绑定')
      await page.getByText('已绑定：曾念慈').waitFor()
      await hand.tap('开始')
      await page.getByText('慢病的药开不到', { exact: false }).first().waitFor()
    })
  })
})

const troubles = [
  { name: 'refuses with an error of its own', fault: { errcode: 10003 } },
  { name: 'says that the code was used', fault: { errcode: 40163 } },
  { name: 'does not answer in time', fault: { delay_ms: 30_000 } },
]

for (const { name, fault } of troubles) {
  test(`when WeChat ${name}, the page says what to do, one tap tries again, and what was typed is there`, async () => {
    await standIn(house.demo, 'PUT', 'faults', { path: '/sns/oauth2/access_token', ...fault })
    await house.held('高天宇', async (hand, page) => {
      const letter = 'pages/message/write?to=' + (await seat('林晓棠'))
      await hand.to(letter)
      // Writing goes on all the same, and is kept.
      await body(page).fill('小区门口没有减速带。')
      await hand.to('pages/me/suggest')
      if (fault.delay_ms) await page.getByText('有点慢，还在打开').waitFor()
      const trouble = page.getByRole('alert')
      await trouble.waitFor({ timeout: 60_000 })
      await hand.looks('sign-in-' + (fault.errcode ?? 'late'))
      const told = await trouble.innerText()
      assert.match(told, /再试|重试|重新/)
      if (fault.errcode === 10003) assert.match(told, /请求编号 \w+/)
      assert.doesNotMatch(page.url(), /code=/)

      await standIn(house.demo, 'DELETE', 'faults')
      await hand.tap('再试一次')
      await page.getByRole('textbox', { name: '您的话' }).waitFor({ timeout: 60_000 })
      await hand.to(letter)
      await body(page).waitFor()
      assert.equal(await body(page).inputValue(), '小区门口没有减速带。')
      await hand.tap('送出')
      await hand.title('已送出').waitFor()
    }, { viewport: sizes.narrow })
  })
}
