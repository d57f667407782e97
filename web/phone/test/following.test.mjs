// What comes after a message was sent: following it, saying what became of it,
// allowing a story, and one's own data.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../console/test/newsroom.mjs'
import { Phone } from '../../console/test/phone.mjs'
import { onDemo, sizes, staff } from './hand.mjs'

const house = onDemo()

/** Has this person write to 林晓棠, who answers; gives the message's id and the one who answers. */
async function answered(resident, body) {
  const { items } = await resident.ask('GET', `/representatives?q=${encodeURIComponent('林晓棠')}`)
  const { id } = await resident.ask('POST', '/messages', { representative_id: items[0].id, name: '周先生', body, consent_hand_over: true })
  const representative = await Phone.of(house.demo, '林晓棠')
  await until(async () => (await representative.try('GET', '/representative/messages/' + id)).status === 200)
  await representative.ask('POST', `/representative/messages/${id}/answer`, { body: '周先生您好，已请物业当天换了新灯。' })
  await until(async () => (await resident.ask('GET', '/messages/' + id)).state === 'answered')
  return { id, representative }
}

test('a resident says that it is not solved, then that it is, and how content they are', () => house.held('宋明哲', async (hand, page) => {
  const resident = await hand.known()
  const { id, representative } = await answered(resident, '三号楼楼道的灯坏了一周，老人晚上不敢下楼。')

  await hand.to('pages/message/list')
  await page.getByText('三号楼楼道的灯').waitFor()
  await hand.looks('message-list')
  await page.getByText('三号楼楼道的灯').click()
  await page.getByText('已请物业当天换了新灯').waitFor()
  await hand.looks('message-detail')
  await hand.tap('说说结果')
  await page.getByRole('radio', { name: '没有解决', exact: true }).click()
  await page.getByRole('textbox', { name: '还差什么？' }).fill('二楼换了，五楼还是黑的。')
  await hand.looks('message-judge')

  // Killed while writing: nothing that was typed is lost.
  await hand.killed()
  page = hand.page
  await hand.to('pages/message/judge?id=' + id)
  await page.getByRole('radio', { name: '没有解决', exact: true, checked: true }).waitFor()
  assert.equal(await page.getByRole('textbox', { name: '还差什么？' }).inputValue(), '二楼换了，五楼还是黑的。')
  await page.getByRole('button', { name: '继续反映' }).dblclick()
  await until(async () => (await resident.ask('GET', '/messages/' + id)).round === 2)
  await until(async () => (await representative.try('POST', `/representative/messages/${id}/answer`, { body: '五楼也换好了，请您看看。' })).status < 300)

  // The notice leads to the message.
  await hand.to('pages/me/notices')
  await page.getByText('您的来信有了答复').first().waitFor()
  await hand.looks('notices')
  await page.getByText('您的来信有了答复').first().click()
  await hand.title('来信').waitFor()
  await page.getByText('五楼也换好了').waitFor()
  await page.getByText('没有解决，第 2 次反映').waitFor()
  await hand.tap('说说结果')
  await page.getByRole('radio', { name: '解决了', exact: true }).click()
  await page.getByRole('radio', { name: '很满意', exact: true }).click()
  await page.getByRole('button', { name: '提交' }).dblclick()
  await page.getByText('居民已确认结果').waitFor()
  const thread = await resident.ask('GET', '/messages/' + id)
  assert.deepEqual([thread.word, thread.rating, thread.round], ['solved', 5, 2])
  assert.equal(thread.turns.filter((t) => t.mine).length, 2, 'a double tap wrote once')

  // Anybody can check the answer, also without WeChat.
  const code = thread.turns.find((t) => t.check_code).check_code
  await house.held('路人', async (passer, open) => {
    await passer.to('pages/check/index?code=' + code)
    await open.getByText('是真的，原文在这里').waitFor()
    await passer.looks('check-genuine')
    await open.getByRole('textbox', { name: '查验码' }).fill('AAAA-0000')
    await passer.tap('核实')
    await open.getByText('查不到，请不要轻信').waitFor()
  }, { weChatInside: false })
}))

test('a resident allows a case story word for word, sees it, and takes it back', () => house.held('唐小雨', async (hand, page) => {
  const resident = await hand.known()
  const { id, representative } = await answered(resident, '小区门口的路灯不亮，晚上孩子放学要摸黑走。')
  await resident.ask('POST', `/messages/${id}/confirm`, { word: 'solved', rating: 5 })
  const desk = await staff(house.demo, 'publicity')
  const story = (await desk.ask('POST', '/staff/stories', { message_id: id, channels: ['mini_program', 'official_account'] })).id

  await hand.to('pages/me/consents')
  await page.getByText('征求同意中').click()
  await page.getByText('等您决定').first().waitFor()
  await hand.looks('story-asked')
  for (const group of await page.getByRole('radiogroup').all()) await group.getByRole('radio', { name: '同意', exact: true }).click()
  await hand.tap('就这样决定')
  await page.getByText(/^已同意/).nth(1).waitFor()
  const { asked } = await representative.ask('GET', '/me/stories/' + story)
  await representative.ask('PUT', `/me/stories/${story}/consents`, { channels: asked.map((a) => ({ channel: a.channel, given: true, version: a.wording.version })) })

  await desk.ask('POST', `/staff/stories/${story}/write`)
  const { items: found } = await desk.ask('GET', `/staff/stories/${story}/findings`)
  const written = await desk.ask('GET', '/staff/stories/' + story)
  await desk.ask('POST', `/staff/stories/${story}/check`, { revision: written.revision, harmless: found.filter((f) => !f.certain).map((f) => f.text) })
  await desk.ask('POST', `/staff/stories/${story}/show`, {})

  // Something is to be changed, and that is a wish in words; then it is right.
  await hand.to('pages/story/consent?id=' + story)
  await page.getByText('刊登的就是下面这些').waitFor()
  await page.getByText('遇到的问题').waitFor()
  await hand.looks('story-preview', '.lx-article')
  await hand.tap('看过了，可以刊登')
  await page.getByRole('heading', { name: '居民已确认' }).waitFor()
  assert.equal((await desk.ask('GET', '/staff/stories/' + story)).state, 'agreed')

  await hand.tap('撤回同意')
  await page.getByRole('button', { name: '撤回', exact: true }).click()
  await page.getByText(/^已撤回/).first().waitFor()
  assert.ok((await resident.ask('GET', '/me/stories/' + story)).asked.some((a) => a.state === 'taken_back'))
}))

test('somebody sees what is kept of them, has it erased, and thinks better of it', () => house.held('韩冬生', async (hand, page) => {
  const me = await hand.known()
  await hand.elder()
  await hand.to('pages/me/index')
  await hand.tap(/我的数据/, { exact: false })
  await page.getByText('保存了您的什么').waitFor()
  await hand.looks('data-elder')
  await hand.tap('注销账号')
  await page.getByText('会留下，为什么').waitFor()
  await hand.looks('erase-elder')
  const ask = async () => {
    await page.getByRole('checkbox', { name: '我看过了，知道注销后不能恢复' }).click()
    await page.getByRole('button', { name: '申请注销' }).last().click()
    await page.getByRole('dialog').getByRole('button', { name: '申请注销' }).click()
  }
  await ask()
  await page.getByText('已申请注销').waitFor()
  await page.getByRole('button', { name: '撤回注销' }).dblclick()
  await page.getByRole('checkbox', { name: '我看过了，知道注销后不能恢复' }).waitFor()
  assert.equal((await me.ask('GET', '/me/data/erasure')).pending, undefined)
}, { viewport: sizes.narrow }))
