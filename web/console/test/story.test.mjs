import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onDemo } from './desk.mjs'
import { until } from './newsroom.mjs'
import { Phone } from './phone.mjs'
import { png } from './png.mjs'

const house = onDemo()

/** Everybody who can act with a phone in the stand-in. */
async function everybody() {
  const { users } = await (await fetch(house.demo.simulator + '/simulator/users')).json()
  return Promise.all(users.map((u) => Phone.of(house.demo, u.name)))
}

/** Those of them who are asked about a case story. */
async function askedAmong(phones) {
  const found = []
  for (const phone of phones) {
    const { items } = await phone.ask('GET', '/me/stories')
    if (items.length) found.push({ phone, story: items[0] })
  }
  return found
}

test('A solved message becomes a case story, by consent, preview, publication and withdrawal', async () => {
  const desk = await house.open()
  const page = desk.page
  await desk.signIn('publicity')
  await page.getByRole('link', { name: '典型案例' }).click()
  await desk.heading('典型案例').waitFor()
  await desk.looks('stories')
  await page.getByRole('link', { name: '可以写成案例的来信' }).click()
  await page.locator('tbody tr').first().waitFor()
  await desk.looks('story-candidates')
  await page.getByRole('button', { name: /征求同意/ }).first().click()
  const dialog = page.getByRole('dialog', { name: '征求同意' })
  await desk.looks('story-ask')
  await dialog.getByRole('button', { name: '征求同意' }).dblclick()
  await page.waitForURL(/\/stories\/[0-9a-f-]{36}$/)
  await page.getByRole('heading', { name: '征求同意中' }).waitFor()
  await desk.looks('story-asking')

  // The resident and the representative are asked on the phone and agree there.
  const asked = await askedAmong(await everybody())
  assert.ok(asked.length >= 2, `${asked.length} people are asked`)
  for (const { phone, story } of asked) {
    assert.equal(story.preview, undefined)
    await phone.ask('PUT', `/me/stories/${story.id}/consents`, { channels: story.asked.map((a) => ({ channel: a.channel, given: true, version: a.wording.version })) })
  }
  await page.reload()
  await page.getByRole('button', { name: '自动起草文章' }).click()
  await page.getByRole('heading', { name: '核对：文中不能认出当事人' }).waitFor()
  await desk.looks('story-written')

  // A person looks at what may name somebody, and says so of the whole text.
  for (const guess of await page.getByLabel('看过，认不出人').all()) await guess.check()
  await page.getByLabel(/我逐字读过全文/).check()
  await page.getByRole('button', { name: '记下核对结果' }).click()
  await page.getByText('已核对现在这一稿').waitFor()
  await page.getByRole('button', { name: '请居民看过确认' }).dblclick()
  await page.getByRole('heading', { name: '等居民确认' }).waitFor()

  // The resident sees exactly what will be public, and agrees.
  const judges = []
  for (const { phone, story } of asked) {
    const now = await phone.ask('GET', `/me/stories/${story.id}`)
    if (now.can_judge) judges.push({ phone, story: now })
  }
  assert.ok(judges.length >= 1)
  assert.match(judges[0].story.preview.body, /遇到的问题/)
  await judges[0].phone.ask('POST', `/me/stories/${judges[0].story.id}/judge`, { shown: judges[0].story.shown, agrees: true })
  await page.reload()
  await page.getByRole('heading', { name: '居民已确认' }).waitFor()
  await desk.looks('story-agreed')

  // Reviewed by a second person and published; anybody reads it.
  await page.getByRole('region', { name: '文章' }).getByRole('link').click()
  await page.waitForURL(/\/articles\//)
  const article = page.url().split('/').pop()
  await page.getByRole('button', { name: '提交审核' }).click()
  await page.locator('form').getByRole('button', { name: '提交', exact: true }).click()
  await page.getByRole('heading', { name: '待审核' }).waitFor()
  const second = await house.open()
  await second.signIn('publicity.second')
  await second.heading('文章').waitFor()
  await second.go('/articles/' + article)
  await second.page.getByRole('button', { name: '审核通过' }).click()
  await second.page.locator('form').getByRole('button', { name: '通过', exact: true }).click()
  await second.page.getByRole('heading', { name: '已通过' }).waitFor()
  await second.close()
  await page.reload()
  await page.getByRole('button', { name: '现在发布' }).click()
  await page.locator('form').getByRole('button', { name: '发布', exact: true }).click()
  await page.getByRole('heading', { name: '已发布' }).waitFor({ timeout: 30_000 })
  const open = await (await fetch(`${house.demo.app}/api/v1/articles/${article}`)).json()
  assert.equal(open.body.includes('遇到的问题'), true)
  assert.ok(open.like_this.representative_id, 'who has a matter like this is led to a representative')

  // A consent is taken back: the story is gone everywhere.
  await judges[0].phone.ask('PUT', `/me/stories/${judges[0].story.id}/consents`, { channels: [{ channel: 'mini_program', given: false }] })
  // What the public reads is kept for a second.
  await until(async () => (await fetch(`${house.demo.app}/api/v1/articles/${article}`)).status === 404)
  await desk.go('/stories/' + judges[0].story.id)
  await page.getByRole('heading', { name: '授权已撤回' }).waitFor()
  await desk.looks('story-withdrawn')
  await desk.close()
})

test('A picture of the message goes into the story only with its faces covered', () => house.at(async (desk, page) => {
  const resident = await Phone.of(house.demo, '刘慧敏')
  const representative = await Phone.of(house.demo, '林晓棠')
  const photo = new FormData()
  photo.append('file', new Blob([png(400, 300)], { type: 'image/png' }), 'a.png')
  const { id: picture } = await resident.ask('POST', '/pictures', photo)
  const { items: found } = await resident.ask('GET', `/representatives?q=${encodeURIComponent('林晓棠')}`)
  const { id } = await resident.ask('POST', '/messages', { representative_id: found[0].id, name: '刘慧敏', picture_ids: [picture], body: '我叫刘慧敏，住江声小区3号楼2单元501室，楼道灯坏了，电话13800138000。' })
  await until(async () => (await representative.try('GET', '/representative/messages/' + id)).status === 200)
  await representative.ask('POST', `/representative/messages/${id}/answer`, { body: '刘慧敏您好，社区当天换了新灯。' })
  await until(async () => (await resident.ask('GET', '/messages/' + id)).state === 'answered')
  await resident.ask('POST', `/messages/${id}/confirm`, { word: 'solved' })

  await desk.signIn('publicity')
  await desk.heading('文章').waitFor()
  await desk.go('/stories?view=candidates')
  await page.getByRole('button', { name: /征求同意/ }).first().click()
  await page.getByRole('dialog').getByRole('button', { name: '征求同意' }).click()
  await page.waitForURL(/\/stories\/[0-9a-f-]{36}$/)
  const story = page.url().split('/').pop()
  for (const phone of [resident, representative]) {
    const { asked } = await phone.ask('GET', '/me/stories/' + story)
    await phone.ask('PUT', `/me/stories/${story}/consents`, { channels: asked.map((a) => ({ channel: a.channel, given: true, version: a.wording.version })) })
  }
  await page.reload()
  await page.getByRole('button', { name: '自动起草文章' }).click()

  // By mouse and by keyboard.
  await page.getByRole('button', { name: '使用第 1 张图片' }).click()
  const whole = page.getByAltText('要遮盖的图片')
  await whole.scrollIntoViewIfNeeded()
  const { x, y } = await whole.boundingBox()
  await page.mouse.move(x + 40, y + 40)
  await page.mouse.down()
  await page.mouse.move(x + 160, y + 120, { steps: 4 })
  await page.mouse.up()
  await page.getByRole('button', { name: '加一处遮盖' }).click()
  await page.getByRole('button', { name: '第 2 处遮盖' }).focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Shift+ArrowDown')
  await desk.looks('story-covering')
  await page.getByRole('button', { name: '遮好放进文章' }).dblclick()
  await page.getByText('遮好的图片放在了文章最后。').waitFor()
  await page.getByRole('region', { name: '文章' }).getByRole('link').click()
  const text = page.getByRole('textbox', { name: '正文' })
  await text.getByText('我叫刘某，住江声小区某号楼某单元某室').waitFor()
  assert.equal(await text.getByRole('img').count(), 1)
  assert.doesNotMatch(await text.innerHTML(), new RegExp(`${picture}|13800138000|刘慧敏`), 'the picture as it was, or who wrote')
}))
