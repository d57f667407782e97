// One person in two accounts, the phone number by SMS, and the membership that stands
// on the organisation's list.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Phone } from '../../console/test/phone.mjs'
import { onDemo, standIn } from './hand.mjs'

const house = onDemo()

/** The newest code that reached somebody's phone. */
async function texted(who) {
  for (let n = 0; n < 50; n++) {
    const { texts } = await standIn(house.demo, 'GET', `users/${encodeURIComponent(who)}/texts`)
    const code = texts?.map((one) => /\d{6}/.exec(one.text)?.[0]).filter(Boolean).at(-1)
    if (code) return code
    await new Promise((done) => setTimeout(done, 100))
  }
  throw new Error('no code came')
}

test('on H5 a phone number is proved by a code, and with it a membership is confirmed', async () => {
  await house.held('刘慧敏', async (hand, page) => {
    const { person } = await standIn(house.demo, 'GET', 'phone?user=' + encodeURIComponent('刘慧敏'))
    await hand.to('pages/me/phone')
    await page.getByRole('textbox', { name: '手机号' }).or(page.getByRole('spinbutton', { name: '手机号' })).fill(person.phone)
    await hand.tap('发验证码')
    await page.getByText('验证码已发出').first().waitFor()
    await hand.looks('phone-by-code')
    await page.getByRole('spinbutton', { name: '的验证码', exact: false }).fill(await texted('刘慧敏'))
    await hand.tap('绑定')
    await page.getByText('已绑定').first().waitFor()

    await hand.to('pages/me/membership')
    await page.getByRole('textbox', { name: '名单上的姓名' }).fill('刘慧敏')
    await hand.tap('确认')
    await page.getByText('望江街道', { exact: false }).first().waitFor()
    await page.locator('.uni-simple-toast__text').first().waitFor()
    await hand.looks('membership')
  })
})

const masked = (phone) => phone.slice(0, 3) + '****' + phone.slice(-4)

test('without a unionid a code makes mini-program and official account one person, and it can be undone', async () => {
  const who = '卢望舒'
  for (const account of ['mini', 'official']) await standIn(house.demo, 'PUT', 'accounts/' + account, { bound: false })
  await standIn(house.demo, 'POST', 'users', { name: who })
  await standIn(house.demo, 'POST', 'users', { name: '卢望舒的另一个号码' })
  const mini = await Phone.of(house.demo, who)
  const first = await standIn(house.demo, 'POST', 'phone-codes', { user: who })
  const second = await standIn(house.demo, 'POST', 'phone-codes', { user: '卢望舒的另一个号码' })
  await mini.ask('PUT', '/me/phone', { code: first.code })
  await mini.ask('PUT', '/me/name', { name: '卢望舒' })
  const { items } = await mini.ask('GET', `/representatives?q=${encodeURIComponent('林晓棠')}`)
  await mini.ask('POST', '/messages', { representative_id: items[0].id, body: '小程序里写的：凉亭的顶漏雨。' })
  await house.held(who, async (hand, page) => {
    await hand.to('pages/message/list')
    await page.waitForFunction(() => localStorage.getItem('lianxin.session') !== null)
    assert.equal((await hand.asks('/messages')).items.length, 0, 'they were one before')
    await hand.asks('/me/phone/codes', 'POST', { phone: second.phone })
    await hand.asks('/me/phone/by-code', 'PUT', { phone: second.phone, code: await texted('卢望舒的另一个号码') })
    const { code } = await mini.ask('POST', '/me/link-codes')
    await hand.to('pages/me/link')
    await page.getByRole('spinbutton').fill(code)
    await hand.tap('看看会合并什么')
    await page.getByText('请看清楚，再合并').waitFor()
    await page.getByText('两边的手机号不同，留下哪一个？').waitFor()
    await page.getByRole('radio', { name: masked(first.phone) + '（另一边）', checked: true }).waitFor()
    await page.getByRole('radio', { name: masked(second.phone) }).click()
    await page.getByText('手机号：' + masked(second.phone)).last().waitFor()
    await hand.looks('link-preview')
    await hand.tap('是我的，合并')
    await page.getByText('已合并，两边都是您').first().waitFor()
    assert.equal((await hand.asks('/me')).phone, masked(second.phone), 'the number that was chosen did not stay')
    await hand.to('pages/message/list')
    await page.getByText('凉亭的顶漏雨', { exact: false }).waitFor()
    await hand.to('pages/me/link')
    await hand.tap('撤销', { exact: false })
    await page.locator('.uni-modal__btn_primary').click()
    await page.getByText('已撤销').first().waitFor()
    assert.equal((await mini.ask('GET', '/messages')).items.length, 1, 'what was written in the mini-program is not there any more')
    assert.equal((await mini.ask('GET', '/me')).phone, masked(first.phone), 'the number that was put aside did not come back')
    assert.equal((await hand.asks('/me')).phone, masked(second.phone))
  })
})
