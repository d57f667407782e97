import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Desk, openBrowser, startDemo } from './desk.mjs'

let demo, browser
before(async () => {
  ;[demo, browser] = await Promise.all([startDemo(), openBrowser()])
})
after(async () => {
  await browser?.close()
  await demo?.stop()
})

/** What somebody does with the phone, by its API: signed in through the stand-in for WeChat. */
class Phone {
  static async of(name) {
    const phone = new Phone()
    const minted = await fetch(demo.simulator + '/simulator/login-codes', { method: 'POST', body: JSON.stringify({ account: 'mini', user: name }) })
    const { code } = await minted.json()
    phone.token = (await phone.ask('POST', '/sessions/wechat', { code })).token
    return phone
  }

  async ask(method, path, body) {
    const response = await fetch(demo.app + '/api/v1' + path, {
      method, body: body && JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID(), ...(this.token && { Authorization: `Bearer ${this.token}` }) },
    })
    const text = await response.text()
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`)
    return text && JSON.parse(text)
  }
}

/** Everybody who can act with a phone in the stand-in. */
async function everybody() {
  const { users } = await (await fetch(demo.simulator + '/simulator/users')).json()
  return Promise.all(users.map((u) => Phone.of(u.name)))
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
  const desk = await Desk.open(browser, demo)
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
  const second = await Desk.open(browser, demo)
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
  const open = await (await fetch(`${demo.app}/api/v1/articles/${article}`)).json()
  assert.equal(open.body.includes('遇到的问题'), true)
  assert.ok(open.like_this.representative_id, 'who has a matter like this is led to a representative')

  // A consent is taken back: the story is gone everywhere.
  await judges[0].phone.ask('PUT', `/me/stories/${judges[0].story.id}/consents`, { channels: [{ channel: 'mini_program', given: false }] })
  // What the public reads is kept for a second.
  const until = Date.now() + 10_000
  while ((await fetch(`${demo.app}/api/v1/articles/${article}`)).status !== 404) assert.ok(Date.now() < until, 'the story is still public')
  await desk.go('/stories/' + judges[0].story.id)
  await page.getByRole('heading', { name: '授权已撤回' }).waitFor()
  await desk.looks('story-withdrawn')
  await desk.close()
})
