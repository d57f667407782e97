// Publishing in a real browser, with the stand-in of WeChat at the other end.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { onDemo, password } from './desk.mjs'
import { begin, enter, officer, paste, saved, until } from './newsroom.mjs'
import { png } from './png.mjs'

const house = onDemo()

const at = (login, work, viewport) => house.at(async (desk, page) => {
  await enter(desk, login)
  await work(desk, page)
}, viewport)

/** As Word puts it into the clipboard, without its picture, which WeChat would miss. */
const word = readFileSync(fileURLToPath(new URL('../../../service/newsroom/richtext/testdata/pastes/word.html', import.meta.url)), 'utf8').replace(/<img[^>]*>/g, '')

/** Asks the stand-in of WeChat. */
async function simulator(method, path, body) {
  const answer = await fetch(`${house.demo.simulator}/simulator/${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) })
  assert.ok(answer.ok, `${path}: ${answer.status}`)
  return answer.json()
}
const published = async () => (await simulator('GET', 'articles')).articles
/** A moment of the stand-in's clock as a field for Shanghai has it. */
const fieldOf = (at) => new Date(at + 8 * 3600_000).toISOString().slice(0, 16)

/** Writes an article that WeChat would take: text to be typed, or HTML to be pasted. Has it approved by the other officer, and gives its address. */
async function approved(desk, page, title, text, html) {
  const address = await begin(page, title)
  await page.getByRole('textbox', { name: '正文' }).click()
  if (html) await paste(page, { 'text/html': html, 'text/plain': text })
  else await page.keyboard.type(text)
  const choosing = page.waitForEvent('filechooser')
  await page.getByRole('group', { name: '封面' }).getByRole('button', { name: '上传' }).click()
  await (await choosing).setFiles([{ name: '封面.png', mimeType: 'image/png', buffer: png(600, 255) }])
  await page.getByRole('application', { name: '裁剪封面' }).press('ArrowRight')
  if (!html) await desk.looks('cover-cutting') // what was pasted has colours of its own
  await page.getByRole('button', { name: '使用这张封面' }).click()
  await page.getByRole('img', { name: '封面图' }).waitFor()
  await page.getByRole('button', { name: '提交审核' }).click()
  await page.getByRole('button', { name: '提交', exact: true }).click()
  await page.getByRole('heading', { name: '待审核' }).waitFor()
  const second = await officer(house, 'publicity.second')
  await second.go(address)
  await second.page.getByRole('button', { name: '审核通过' }).click()
  await second.page.getByRole('button', { name: '通过', exact: true }).click()
  await second.page.getByRole('heading', { name: '已通过' }).waitFor()
  await page.reload()
  await page.getByRole('heading', { name: '已通过' }).waitFor()
  return { address, second }
}

test('A pasted Word article is reviewed, goes out at its time, is seen in the browser phone, corrected, and taken back everywhere', () => at('publicity', async (desk, page) => {
  const { second } = await approved(desk, page, '十二盏路灯全亮了', '三盏', word)
  await second.close()
  await page.getByLabel('公众号发布').check()
  await page.waitForFunction(() => !document.querySelector('fieldset input:disabled'))
  await page.getByRole('link', { name: '公众号预览' }).click()
  await page.getByRole('region', { name: '手机里的样子' }).getByText('接到居民反映后，代表3月5日到现场查看。').waitFor()
  await page.getByText('微信的各项限制都满足。').waitFor()
  await desk.looks('article-wechat', '.article > *')
  await page.getByRole('link', { name: '正文', exact: true }).click()

  const { now } = await simulator('GET', 'clock')
  await page.getByRole('button', { name: '定时发布' }).click()
  await page.getByLabel('发布时间（北京时间）').fill(fieldOf(Date.parse(now) - 3600_000))
  await page.getByRole('button', { name: '定时', exact: true }).click()
  await page.getByText('请选择以后的时间').waitFor()
  await page.getByLabel('发布时间（北京时间）').fill(fieldOf(Date.parse(now) + 600_000))
  await desk.looks('article-schedule', '.article > *')
  await page.getByRole('button', { name: '定时', exact: true }).click()
  await page.getByRole('heading', { name: '定时发布' }).waitFor()
  const before = (await published()).length
  await simulator('POST', 'clock', { advance: '11m' })
  await until(async () => {
    await page.reload()
    await page.getByRole('heading', { name: '渠道' }).waitFor()
    return (await page.getByText('公众号发布 已完成').count()) > 0
  })
  await page.getByRole('heading', { name: '已发布' }).waitFor()
  await desk.looks('article-live', '.article > *')
  const all = await published()
  assert.equal(all.length, before + 1)

  // What a follower sees in the browser phone.
  const phone = await house.browser.newPage()
  await phone.goto(`${house.demo.simulator}/s/${all.at(-1).url.split('/s/')[1]}`)
  await phone.getByText('接到居民反映后，代表3月5日到现场查看。').waitFor()
  await phone.close()

  await page.getByRole('button', { name: '更正', exact: true }).click()
  await page.getByRole('textbox', { name: '正文', exact: true }).getByText('到现场查看').click()
  await page.keyboard.press('Control+a')
  await page.keyboard.type('居民反映后第三天，十二盏路灯全部修好。')
  await page.getByRole('button', { name: '提交更正' }).click()
  await page.getByText('请写明更正了什么。').waitFor()
  await page.reload()
  await page.getByRole('button', { name: '更正', exact: true }).click()
  await page.getByRole('textbox', { name: '正文', exact: true }).getByText('十二盏路灯').waitFor()
  await page.getByLabel('更正说明').fill('“三盏”应为“十二盏”。')
  await desk.looks('article-correct', '.article > *')
  await page.getByRole('button', { name: '提交更正' }).click()
  await page.getByRole('heading', { name: '已更正' }).waitFor()
  await page.getByText('公众号上还是更正前的内容').waitFor()
  await desk.looks('article-corrected', '.article > *')
  await page.getByRole('button', { name: '重新发布：公众号发布' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '重新发布' }).click()
  await until(async () => (await published()).length === before + 2)
  assert.deepEqual((await published()).slice(-2).map((a) => a.deleted), [true, false], 'the old one is gone, one is there')

  await page.getByRole('button', { name: '全部撤下' }).click()
  await page.getByLabel('撤下的原因').fill('当事人要求。')
  await desk.looks('article-withdraw', '.article > *')
  await page.getByRole('button', { name: '撤下', exact: true }).click()
  await page.getByRole('heading', { name: '已撤下' }).waitFor()
  await until(async () => (await published()).at(-1).deleted)
}))

test('Tapped twice an article is published once, and a mass send takes two people', () => at('publicity', async (desk, page) => {
  const { second } = await approved(desk, page, '接待日安排', '周六上午九时，代表在社区接待居民。')
  let asked = 0
  page.on('request', (r) => r.url().endsWith('/publish') && asked++)
  await page.getByRole('button', { name: '现在发布' }).click()
  await page.getByRole('button', { name: '发布', exact: true }).dblclick()
  await page.getByRole('heading', { name: '已发布' }).waitFor()
  assert.equal(asked, 1)

  // Somebody follows the account, so that there is whom to reach.
  const somebody = (await simulator('GET', 'users')).users.find((u) => !u.follows)
  await simulator('POST', `users/${encodeURIComponent(somebody.name)}/follow`)
  await page.getByRole('button', { name: '申请群发…' }).click()
  await page.getByRole('dialog').getByText(/约 \d+ 位关注者/).waitFor()
  await desk.looks('article-mass-ask', '.article > *')
  await page.getByRole('dialog').getByRole('button', { name: '申请', exact: true }).click()
  await page.getByText('等另一位同事确认').waitFor()
  assert.equal(await page.getByRole('button', { name: '确认群发…' }).count(), 0, 'who asked does not confirm')

  const other = second.page
  await other.reload()
  const sends = []
  other.on('request', (r) => r.url().endsWith('/mass-send/confirm') && sends.push(r.headers()['idempotency-key']))
  await other.getByRole('button', { name: '确认群发…' }).click()
  await other.getByRole('dialog').getByText('发出后不能收回').waitFor()
  await second.looks('article-mass-confirm', '.article > *')
  await other.getByRole('button', { name: '群发给所有关注者' }).dblclick()
  const proof = other.getByRole('dialog', { name: '请再次验证身份' })
  await Promise.race([proof.waitFor().then(async () => {
    await proof.getByLabel('密码').fill(password)
    await other.keyboard.press('Enter')
  }).catch(() => {}), other.getByText(/正在发给约|已发给/).waitFor()])
  await until(async () => {
    await other.reload()
    await other.getByRole('heading', { name: '群发' }).waitFor()
    return (await other.getByText(/^已发给 \d+ 位关注者/).count()) > 0
  })
  await second.looks('article-mass-sent', '.article > *')
  assert.equal(new Set(sends).size, 1, 'one deed')
  assert.equal((await published()).filter((a) => a.title === '接待日安排').length, 1)
  await second.close()
}))

test('A door that WeChat shuts says why and what to do, and opens when it is tried again', () => at('publicity', async (desk, page) => {
  const { second } = await approved(desk, page, '微信没有通过的文章', '这一篇先被微信拒绝，再试一次就好了。')
  await second.close()
  await page.getByLabel('公众号发布').check()
  await page.waitForFunction(() => !document.querySelector('fieldset input:disabled'))
  await page.getByRole('link', { name: '公众号预览' }).click()
  await page.getByRole('button', { name: '发到我的微信' }).click()
  await page.getByRole('alert').getByText('没有绑定微信').waitFor()
  const follower = (await simulator('GET', 'users')).users.find((u) => !u.follows)
  await simulator('POST', `users/${encodeURIComponent(follower.name)}/follow`)
  await page.getByLabel('或发给一个微信号').fill(follower.name)
  await page.getByRole('button', { name: '发送预览' }).click()
  await page.getByText(`已发给 ${follower.name}`).waitFor()

  await simulator('PUT', 'publishing', { publish_status: 4 })
  await page.getByRole('button', { name: '现在发布' }).click()
  await page.getByRole('button', { name: '发布', exact: true }).click()
  const door = page.locator('li').filter({ hasText: '公众号发布' })
  await door.getByText('失败').waitFor({ timeout: 60_000 })
  await desk.looks('article-refused', '.article > *')
  assert.ok((await door.locator('.trouble').innerText()).length > 10, 'in words')
  await simulator('PUT', 'publishing', { publish_status: 0 })
  await page.getByRole('button', { name: '重试：公众号发布' }).click()
  await door.getByText('已完成').waitFor({ timeout: 60_000 })
  assert.equal((await published()).filter((a) => a.title === '微信没有通过的文章' && !a.deleted).length, 1)
}))

test('A picture of the library is named, found, and put into an article', () => at('publicity', async (desk, page) => {
  await page.getByRole('link', { name: '图片库' }).click()
  await desk.heading('图片库').waitFor()
  const choosing = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: '上传图片' }).click()
  await (await choosing).setFiles([{ name: '路灯.png', mimeType: 'image/png', buffer: png(400, 300) }])
  const dialog = page.getByRole('dialog', { name: '放进图片库' })
  await dialog.getByRole('img', { name: '刚上传的图片' }).waitFor()
  await dialog.getByLabel('说明').fill('夜里亮着的路灯')
  await dialog.getByLabel('来源').fill('社区拍摄')
  await desk.looks('library-add')
  await dialog.getByRole('button', { name: '放进图片库' }).click()
  await page.getByRole('img', { name: '夜里亮着的路灯' }).waitFor()
  await page.getByLabel('查找图片').fill('路灯')
  await page.keyboard.press('Enter')
  await page.getByRole('img', { name: '夜里亮着的路灯' }).waitFor()
  await desk.looks('library')
  await desk.go('/articles')
  await begin(page, '用图片库的图')
  await page.getByRole('button', { name: '图片库' }).click()
  await page.getByRole('button', { name: '用这张：夜里亮着的路灯' }).click()
  await page.locator('.picture img[alt="夜里亮着的路灯"]').waitFor()
  await saved(page)
  await page.reload()
  await page.locator('.picture img[alt="夜里亮着的路灯"]').waitFor()
}))
