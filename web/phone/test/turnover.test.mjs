// A representative leaves while a letter is open: the one who wrote loses nobody.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Phone } from '../../console/test/phone.mjs'
import { onDemo, staff } from './hand.mjs'

const house = onDemo()

test('whoever wrote to a representative who leaves is told who is responsible now, and the old phone sees nothing more', async () => {
  const resident = await Phone.of(house.demo, '唐小雨')
  const { items } = await resident.ask('GET', `/representatives?q=${encodeURIComponent('单映雪')}`)
  const letter = await resident.ask('POST', '/messages', { representative_id: items[0].id, body: '菜场后门的路灯不亮，收摊的人看不见台阶。' })
  await house.held('单映雪', async (leaving, old) => {
    await leaving.to('pages/inbox/index')
    await old.getByText('菜场后门的路灯不亮', { exact: false }).waitFor()

    const organisation = await staff(house.demo, 'organisation')
    const seat = await organisation.ask('GET', `/staff/roster/representatives/${items[0].id}`)
    await organisation.ask('POST', `/staff/roster/representatives/${items[0].id}/end?revision=${seat.revision}`, { deed: 'end_service', reason: '工作调动' })

    await house.held('唐小雨', async (hand, page) => {
      await hand.to('pages/message/detail?id=' + letter.id)
      await page.getByText('往来').waitFor()
      const now = await hand.asks('/messages/' + letter.id)
      assert.notEqual(now.holder ?? '', '单映雪', 'the letter is still with who left')
      assert.ok(now.holder || now.studio, 'nobody is responsible')
      await page.getByText(now.holder || now.studio, { exact: false }).first().waitFor()
      await hand.to('pages/me/notices')
      await page.getByText(/接手|负责|改由|转/).first().waitFor()
      await hand.looks('turnover-notices')
    })

    await leaving.to('pages/inbox/index')
    await old.getByText(/请先用联络办给的邀请码绑定|已结束|没有.*权限/).first().waitFor()
    assert.equal(await old.getByText('菜场后门的路灯不亮', { exact: false }).count(), 0)
  })
})
