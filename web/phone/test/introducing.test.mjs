// A representative writes of themselves: nothing of it is public until somebody of the
// organisation has read it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../console/test/newsroom.mjs'
import { Phone } from '../../console/test/phone.mjs'
import { onDemo, sizes, staff } from './hand.mjs'

const house = onDemo()
const words = '在杏花社区住了三十年，退休前是护士。'
const better = '在杏花社区住了三十年，1988 年到 2018 年是区医院的护士。\n老人看病、办慢病本的事，愿意陪着跑一趟。'

test('what a representative writes outlives the end of the program, comes back with a reason, and is public once it was released', async () => {
  const organisation = await staff(house.demo, 'organisation')
  const queue = async () => (await organisation.ask('GET', '/staff/roster/introductions')).items
  const ofHer = async () => (await queue()).find((one) => one.name === '何春梅')
  const resident = await Phone.of(house.demo, '宋明哲')
  const { items } = await resident.ask('GET', `/representatives?q=${encodeURIComponent('何春梅')}`)
  const published = async () => (await resident.ask('GET', '/representatives/' + items[0].id)).introduction
  const before = await published()

  const hand = await house.hand('何春梅')
  await hand.known()
  const field = () => hand.page.getByRole('textbox', { name: '简介', exact: false })
  await hand.to('pages/inbox/profile')
  await hand.page.getByText(before).waitFor()
  await hand.looks('introduction-profile')
  await hand.tap('改写简介')
  await field().waitFor()
  assert.equal(await field().inputValue(), before, 'one begins with what is public')
  await field().fill(words)
  await hand.page.getByText(`写了 ${[...words].length} 字`, { exact: false }).waitFor()

  // The program is killed: what was typed is there.
  await hand.killed()
  await hand.to('pages/inbox/introduction')
  await field().waitFor()
  assert.equal(await field().inputValue(), words)
  await hand.looks('introduction-writing')
  await field().fill(words + '请打 13800138000。')
  await hand.tap('送组织部门看')
  await hand.page.getByRole('alert').getByText('像是电话号码', { exact: false }).waitFor()
  await hand.looks('introduction-phone')
  await field().fill(words)
  const sent = []
  hand.page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/introduction')) sent.push(request.url())
  })
  await hand.page.getByRole('button', { name: '送组织部门看' }).dblclick()
  await hand.page.getByText('已送去，组织部门看过后公开').first().waitFor()
  assert.equal(sent.length, 1)
  await until(async () => (await ofHer())?.body === words)
  assert.equal(await published(), before, 'nothing is public yet')
  await hand.to('pages/inbox/profile')
  await hand.page.getByText('等组织部门看过后公开').waitFor()
  await hand.looks('introduction-waiting')

  // The office gives it back; she mends it.
  await organisation.ask('POST', `/staff/roster/introductions/${(await ofHer()).id}/return`, { reason: '请写明从哪年到哪年、在哪家医院。' })
  await hand.to('pages/me/notices')
  await hand.page.getByRole('button', { name: '您写的简介请改一改', exact: false }).click()
  await hand.title('我的资料').waitFor()
  await hand.page.getByText('请写明从哪年到哪年、在哪家医院。').waitFor()
  await hand.page.getByText('已退回', { exact: true }).waitFor()
  await hand.looks('introduction-returned')
  await hand.tap('改写简介')
  await field().waitFor()
  assert.equal(await field().inputValue(), words, 'one mends what came back')
  await field().fill(better)
  await hand.tap('送组织部门看')
  await hand.page.getByText('已送去，组织部门看过后公开').first().waitFor()
  await until(async () => (await ofHer())?.body === better)

  // The office releases it; everybody reads it.
  const one = await ofHer()
  await organisation.ask('POST', `/staff/roster/introductions/${one.id}/release`, { revision: one.revision })
  await until(async () => (await published()) === better)
  await hand.to('pages/representative/profile?id=' + items[0].id)
  await hand.page.getByText('愿意陪着跑一趟', { exact: false }).waitFor()
  await hand.to('pages/inbox/profile')
  await hand.page.getByText('愿意陪着跑一趟', { exact: false }).waitFor()
  await hand.page.getByText('等组织部门看过后公开').waitFor({ state: 'detached' })
  await hand.close()
})

test('what the content check refuses is put before a person, and what waits can be taken back, on a narrow phone in the elder version', async () => {
  const organisation = await staff(house.demo, 'organisation')
  const waits = async () => (await organisation.ask('GET', '/staff/roster/introductions')).items.find((one) => one.name === '尉迟远')
  const hand = await house.hand('尉迟远', { viewport: sizes.narrow, dark: true })
  await hand.known()
  await hand.elder()
  await hand.to('pages/inbox/introduction')
  const field = hand.page.getByRole('textbox', { name: '简介', exact: false })
  await field.waitFor()
  await field.fill('帮着清理过不少违规停放的车。')
  await hand.tap('送组织部门看')
  await hand.page.getByText('已送去，组织部门看过后公开').first().waitFor()
  await until(async () => {
    await hand.to('pages/inbox/introduction')
    await hand.page.getByText('最近一次写的').waitFor()
    return (await hand.page.getByText('未通过内容检查').count()) > 0
  })
  await hand.looks('introduction-refused-elder')
  await hand.tap('请工作人员看')
  await hand.page.getByText('已请工作人员看').first().waitFor()
  await until(async () => (await waits())?.appealed === true)
  await hand.page.getByText('等组织部门看过后公开').waitFor()
  await hand.tap('撤回这一份')
  await hand.page.getByText('撤回后组织部门不再看这一份', { exact: false }).waitFor()
  await hand.page.locator('.uni-modal__btn_primary').click()
  await hand.page.getByText('已撤回').first().waitFor()
  await until(async () => (await waits()) === undefined)
  await hand.close()
})
