// The editor in a real browser under the console's own policy: what is pasted
// from Word, WPS and WeChat, and how it feels to write a long article.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { build } from 'vite'
import { Desk, openBrowser } from './desk.mjs'
import { paste } from './newsroom.mjs'
import { png } from './png.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const policy = [...readFileSync(here('../../../handler/site/site.go'), 'utf8').match(/const ConsolePolicy = ([^]*?)\n\n/)[1].matchAll(/"([^"]*)"/g)].map((m) => m[1]).join('')
const corpus = (name) => readFileSync(here(`../../../service/newsroom/richtext/testdata/pastes/${name}`), 'utf8')
const kinds = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.png': 'image/png' }
const picture = png(240, 160)
const number = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

const built = mkdtempSync(join(tmpdir(), 'lx-editor-'))
let server, browser, demo
/** What was uploaded, and how often an upload fails first. */
let uploads = []
let failing = 0
before(async () => {
  await build({ root: here('./editor'), configFile: false, logLevel: 'error', plugins: [vue()], build: { outDir: built, emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } } })
  server = createServer(async (request, answer) => {
    const path = request.url.split('?')[0]
    if (request.method === 'POST' && path === '/api/v1/pictures') {
      let size = 0
      for await (const chunk of request) size += chunk.length
      if (failing-- > 0) {
        answer.writeHead(422, { 'Content-Type': 'application/problem+json' })
        return answer.end(JSON.stringify({ status: 422, code: 'invalid', title: '', detail: '图片读不出来，请换一张。' }))
      }
      uploads.push({ kind: request.headers['content-type'], size, token: request.headers.authorization, key: request.headers['idempotency-key'] })
      const id = number(uploads.length)
      answer.writeHead(201, { 'Content-Type': 'application/json' })
      return answer.end(JSON.stringify({ id, width: 1, height: 1, url: `${demo.app}/media/${id}?size=full&until=1&sig=x`, thumb_url: '', state: 'shown' }))
    }
    const isPicture = path.startsWith('/media/')
    const file = isPicture ? '.png' : path === '/' ? 'index.html' : path
    answer.writeHead(200, { 'Content-Type': kinds[extname(file)] ?? 'application/octet-stream', 'Content-Security-Policy': policy })
    answer.end(isPicture ? picture : readFileSync(join(built, file)))
  }).listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  demo = { app: `http://127.0.0.1:${server.address().port}` }
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  server?.close()
  rmSync(built, { recursive: true, force: true })
})

async function write(work, viewport) {
  uploads = []
  failing = 0
  const desk = await Desk.open(browser, demo, viewport)
  await desk.page.goto(demo.app + '/')
  await desk.page.getByRole('textbox', { name: '正文' }).waitFor().catch((e) => { e.message += desk.wrongs.join('\n'); throw e })
  await work(desk, desk.page)
  await desk.close()
}
const html = (page) => page.evaluate(() => window.editor.value.html())
const load = (page, body) => page.evaluate((b) => window.editor.value.load(b), body)

async function pasteOver(page, data) {
  await page.getByRole('textbox', { name: '正文' }).focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Delete')
  await paste(page, data)
}

/** What the server's own tests take for the editor's HTML: it must be cleaned to itself. */
const kept = (name) => here(`../../../service/newsroom/richtext/testdata/editor/${name}.html`)

test('What comes from Word, WPS, WeChat and other pages is held as the server keeps it', () => write(async (desk, page) => {
  for (const name of ['word', 'wps', 'wechat-editor', 'browser']) {
    await pasteOver(page, { 'text/html': corpus(name + '.html'), 'text/plain': '没有格式' })
    const held = await html(page)
    if (process.env.LIANXIN_UPDATE) writeFileSync(kept(name), held)
    assert.equal(held, readFileSync(kept(name), 'utf8'), name)
    // What is on the screen has these styles too, without any from markup.
    await load(page, corpus(name + '.golden'))
    const again = await html(page)
    await load(page, again)
    assert.equal(await html(page), again, `${name} changes when it is opened again`)
  }
  const said = await page.evaluate(() => window.said.join('\n'))
  assert.match(said, /有 1 张图片没有一起粘贴过来/)
  assert.match(said, /有 1 张图片存在微信里/)
  await pasteOver(page, { 'text/html': corpus('wechat-editor.html'), 'text/plain': '' })
  assert.equal(await page.getByText('代表在身边').evaluate((e) => getComputedStyle(e).color), 'rgb(179, 22, 27)')
  await desk.looks('editor-wechat', '.article > *')
  await pasteOver(page, { 'text/html': corpus('word.html'), 'text/plain': '' })
  await desk.looks('editor-word', '.article > *')
}))

test('What was made to do harm is text, or nothing', () => write(async (desk, page) => {
  const attacks = readFileSync(here('../../../service/newsroom/richtext/testdata/attacks.txt'), 'utf8').split('---\n').map((one) => one.slice(one.indexOf('\n') + 1))
  assert.ok(attacks.length >= 60)
  for (const attack of attacks) {
    await load(page, attack)
    const held = await html(page)
    assert.doesNotMatch(held, /<(?!\/?(?:a|blockquote|br|code|em|h[1-4]|hr|img|li|ol|p|pre|s|section|span|strong|sub|sup|table|tbody|td|th|tr|u|ul)[\s>/])|<[^>]*\s(?:on\w+|id|class)\s*=|<[^>]*javascript:/i, attack)
  }
  await pasteOver(page, { 'text/html': attacks.join('\n'), 'text/plain': '' })
}))

const hex = picture.toString('hex').replace(/(.{64})/g, '$1\n')
test('The pictures of a Word document come along, and each is sent once', () => write(async (desk, page) => {
  const rtf = `{\\rtf1 text {\\*\\shppict{\\pict{\\*\\picprop x}\\picw1\\pngblip\\bliptag-77{\\*\\blipuid 00ff}${hex}}}{\\nonshppict {\\pict\\wmetafile8 0100}}{\\*\\shppict{\\pict\\pngblip ${hex}}}}`
  const image = '<img width=10 src="file:///C:/Temp/clip_image001.png" alt="路灯">'
  await hand(page, { 'text/html': `<p class=MsoNormal>修好前${image}</p><p class=MsoNormal>修好后${image.replace('路灯', '')}</p>`, 'text/plain': '修好前', 'text/rtf': rtf })
  await page.locator('.picture img').nth(1).waitFor()
  assert.equal(await html(page), `<p>修好前<img alt="路灯" src="/media/${number(1)}"/></p><p>修好后<img src="/media/${number(2)}"/></p>`)
  assert.deepEqual(uploads.map((u) => [u.kind, u.size, u.token]), [['image/png', picture.length, 'Bearer a-token'], ['image/png', picture.length, 'Bearer a-token']])
  assert.notEqual(uploads[0].key, uploads[1].key)
  assert.deepEqual(await page.evaluate(() => window.said), [])
}))

/** What cannot be put into the clipboard from a page is handed over as the browser does. */
const hand = (page, given) => page.evaluate((d) => {
  const clipboardData = new DataTransfer()
  for (const [kind, words] of Object.entries(d)) clipboardData.setData(kind, words)
  document.querySelector('.ProseMirror').dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData }))
}, given)

/** A picture as the browser hands it over when it is pasted or dropped. */
const give = (page, type) => page.evaluate(([type, bytes]) => {
  const data = new DataTransfer()
  data.items.add(new File([Uint8Array.from(bytes)], '现场.png', { type: 'image/png' }))
  const at = document.querySelector('.ProseMirror p').getBoundingClientRect()
  const more = { bubbles: true, cancelable: true, clientX: at.x + 2, clientY: at.y + 8 }
  document.querySelector('.ProseMirror').dispatchEvent(type === 'paste' ? new ClipboardEvent(type, { ...more, clipboardData: data }) : new DragEvent(type, { ...more, dataTransfer: data }))
}, [type, [...picture]])

test('Pictures are pasted, dropped and chosen; one that fails is sent again, and says what it shows', () => write(async (desk, page) => {
  await page.getByRole('textbox', { name: '正文' }).click()
  await page.keyboard.type('路灯')
  await give(page, 'paste')
  await page.locator('.picture img').waitFor()
  failing = 1
  await give(page, 'drop')
  await page.getByText('图片读不出来，请换一张。').waitFor()
  assert.equal((await html(page)).match(/<img/g).length, 1, 'what did not arrive is not written')
  await desk.looks('editor-picture-failed')
  await page.getByRole('button', { name: '再传一次' }).click()
  await page.locator('.picture img').nth(1).waitFor()
  const choosing = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: '图片', exact: true }).click()
  await (await choosing).setFiles([{ name: '第三张.png', mimeType: 'image/png', buffer: picture }])
  await page.locator('.picture img').nth(2).waitFor()
  await page.locator('.picture img').first().click()
  await page.getByLabel('图片说明').fill('夜里亮着的路灯')
  await page.getByLabel('图片说明').press('Enter')
  await page.getByRole('button', { name: '75%' }).click()
  await desk.looks('editor-picture')
  assert.match(await html(page), /<img alt="夜里亮着的路灯" src="\/media\/[^"]+" style="width: 75%; height: auto"\/>/)
  assert.equal(await page.evaluate(() => window.editor.value.undescribed()), 2)
  await page.evaluate(() => window.editor.value.describeNext())
  await page.waitForFunction(() => document.activeElement.tagName === 'INPUT')
  await page.keyboard.type('换下来的旧灯')
  await page.getByRole('textbox', { name: '正文' }).getByText('路灯').click()
  assert.match(await html(page), /<img alt="换下来的旧灯"/)
  assert.equal(await page.evaluate(() => window.editor.value.undescribed()), 1)
}))

test('Everything is written by keyboard: marks, headings, lists, a table, colours, and back again', () => write(async (desk, page) => {
  const text = page.getByRole('textbox', { name: '正文' })
  await text.focus()
  await page.keyboard.press('Control+Alt+2')
  await page.keyboard.type('接待日')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Control+b')
  await page.keyboard.type('周六')
  await page.keyboard.press('Control+b')
  await page.keyboard.type('上午')
  await page.keyboard.press('Enter')
  await page.keyboard.type('- 带身份证')
  await page.keyboard.press('Enter')
  await page.keyboard.type('先取号')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await page.keyboard.type('地址：社区')
  await page.keyboard.press('Shift+Home')
  await page.getByRole('button', { name: '文字颜色' }).click()
  await page.getByRole('button', { name: '颜色 #a81a1f' }).click()
  await page.getByRole('button', { name: '居中' }).click()
  // The editor looks away from the browser's selection for a moment after a click.
  do await page.keyboard.press('End')
  while (await page.evaluate(() => window.editor.value.selected()))
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: '表格' }).click()
  await page.getByLabel('行', { exact: true }).fill('2')
  await page.getByLabel('列', { exact: true }).fill('2')
  await page.getByRole('button', { name: '插入表格' }).click()
  await page.keyboard.type('日期')
  await page.keyboard.press('Tab')
  await page.keyboard.type('代表')
  await page.getByRole('button', { name: '右边加列' }).click()
  await desk.looks('editor-table', '.article th')
  const now = await html(page)
  assert.ok(now.startsWith('<h2>接待日</h2><p><strong>周六</strong>上午</p><ul><li><p>带身份证</p></li><li><p>先取号</p></li></ul><p style="text-align: center"><span style="color: #a81a1f">地址：社区</span></p>'), now)
  assert.equal(now.match(/<th style="border: 1px solid #cccccc; padding: 6px 8px[^"]*">/g).length, 3, now)
  assert.match(now, /<p>日期<\/p>.*<p>代表<\/p>/)
  for (let i = 0; i < 40; i++) await page.keyboard.press('Control+z')
  assert.equal(await html(page), '<p><br/></p>')
  // The buttons are one stop of the keyboard, with arrows between them.
  const focused = () => page.evaluate(() => document.activeElement.getAttribute('aria-label'))
  await page.getByLabel('加粗').focus()
  await page.keyboard.press('ArrowRight')
  assert.equal(await focused(), '斜体')
  await page.keyboard.press('Tab')
  assert.equal(await focused(), '正文')
  await page.keyboard.press('Shift+Tab')
  assert.equal(await focused(), '斜体')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Alt+F10')
  assert.equal(await focused(), '斜体')
  await page.keyboard.press('Escape')
  assert.ok(await text.evaluate((e) => e === document.activeElement))
}))

test('Written over by an input method, words keep their look, and no style comes from markup', () => write(async (desk, page) => {
  const line = await desk.context.newCDPSession(page)
  /** As an input method does: first the letters, then the words. */
  const compose = async (letters, words) => {
    await line.send('Input.imeSetComposition', { text: letters, selectionStart: letters.length, selectionEnd: letters.length })
    await line.send('Input.insertText', { text: words })
  }
  const styled = '<p style="text-align: center"><span style="color: #a81a1f; font-size: 20px"><strong>三盏</strong></span>路灯</p><p><span style="color: #1d4f86">修好了</span></p>'
  await load(page, styled)
  await page.getByText('三盏').dblclick()
  await page.evaluate(() => getSelection().selectAllChildren(document.querySelector('.ProseMirror strong')))
  await compose('shi er zhan', '十二盏')
  assert.equal(await html(page), styled.replace('三盏', '十二盏'))
  await page.evaluate(() => getSelection().selectAllChildren(document.querySelector('.ProseMirror strong')))
  await page.keyboard.type('Ab')
  assert.equal(await html(page), styled.replace('三盏', 'Ab'))
  await page.keyboard.press('Control+a')
  await compose('quan bu', '全部')
  assert.match(await html(page), /^<p[^>]*>.*全部.*<\/p>$/)
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText('重写')
  assert.match(await html(page), /^<p[^>]*>.*重写.*<\/p>$/)
  for (const name of ['word', 'wps', 'wechat-editor']) {
    await load(page, corpus(name + '.golden'))
    await page.keyboard.press('Control+a')
    await page.keyboard.type('十二盏路灯。abc')
    assert.match((await html(page)).replace(/<[^>]*>/g, ''), /^十二盏路灯。abc$/, name)
  }
}))

test('An article of 20,000 characters is written without waiting', () => write(async (desk, page) => {
  const line = '居民反映楼下的路灯坏了半个月，代表当天到现场查看，联系供电部门，第三天全部修好。'
  await load(page, Array.from({ length: 250 }, (_, i) => `<p style="text-indent: 2em; line-height: 1.75">${line}<strong>${line.slice(0, 20)}</strong><span style="color: #a81a1f">第${i}段${line.slice(0, 14)}</span></p>`).join(''))
  const { words } = await page.evaluate(() => window.editor.value.measure())
  assert.ok(words >= 19_000, `${words} characters`)
  await page.getByText('第120段').click()
  await page.evaluate(() => {
    window.took = []
    document.addEventListener('keydown', (e) => requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => window.took.push(performance.now() - e.timeStamp)
      port2.postMessage(0)
    }), true)
  })
  // Thirty keys a second, faster than anybody writes.
  for (let i = 0; i < 300; i++) await page.keyboard.press(i % 20 === 19 ? 'Enter' : 'a', { delay: 30 })
  const took = (await page.evaluate(() => window.took)).sort((a, b) => a - b)
  const at = (share) => took[Math.floor(took.length * share)]
  console.log(`${words} characters: ${took.length} keys, from key to picture p50 ${at(0.5).toFixed(1)} ms, p95 ${at(0.95).toFixed(1)} ms, most ${took.at(-1).toFixed(1)} ms`)
  assert.ok(took.length >= 150)
  assert.ok(at(0.95) < 100, `p95 ${at(0.95)} ms`)
}))

test('The editor can be used on a phone', () => write((desk, page) => load(page, corpus('wps.golden')).then(() => desk.looks('editor-phone', '.article > *')), { width: 390, height: 844 }))
