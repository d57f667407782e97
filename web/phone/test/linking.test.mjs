// The phone number by SMS, and the membership that stands on the organisation's list.
import { test } from 'node:test'
import { onDemo } from './hand.mjs'

const house = onDemo()

/** The newest code that reached somebody's phone. */
async function texted(who) {
  for (let n = 0; n < 50; n++) {
    const { texts } = await (await fetch(`${house.demo.simulator}/simulator/users/${encodeURIComponent(who)}/texts`)).json()
    const code = texts?.map((one) => /\d{6}/.exec(one.text)?.[0]).filter(Boolean).at(-1)
    if (code) return code
    await new Promise((done) => setTimeout(done, 100))
  }
  throw new Error('no code came')
}

test('on H5 a phone number is proved by a code, and with it a membership is confirmed', async () => {
  await house.held('刘慧敏', async (hand, page) => {
    const { person } = await (await fetch(`${house.demo.simulator}/simulator/phone?user=${encodeURIComponent('刘慧敏')}`)).json()
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
    await hand.looks('membership')
  })
})
