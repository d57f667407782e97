// Every page that the phone has: for everybody (WCAG 2.2 AA), in the usual size and in
// the elder version on a small phone in the dark, where what it promises is measured.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { onDemo, sizes } from './hand.mjs'

const house = onDemo()
const described = JSON.parse(readFileSync(new URL('../src/pages.json', import.meta.url), 'utf8'))
const pages = [...described.pages.map((p) => p.path), ...(described.subPackages ?? []).flatMap((p) => p.pages.map((one) => `${p.root}/${one.path}`))]

/** Whose phone shows a page. */
const holder = (page) => (page.startsWith('pages/inbox/') ? '林晓棠' : page.startsWith('pages/unit/') ? '沈佳' : '刘慧敏')

/** What a page is opened with: records that the demo has and this person may see. */
async function queries(hand) {
  const first = async (path) => (await hand.asks(path)).items[0]?.id
  const representative = await first(`/representatives?q=${encodeURIComponent('林晓棠')}`)
  const letter = hand.who === '刘慧敏' ? await first('/messages') : undefined
  const { codes } = await (await fetch(house.demo.simulator + '/simulator/codes')).json()
  return {
    'pages/representative/profile': { id: representative },
    'pages/scene/index': { scene: codes[0].scene },
    'pages/message/write': { to: representative },
    'pages/message/sent': { id: letter },
    'pages/message/detail': { id: letter },
    'pages/message/judge': { id: letter },
    'pages/message/more': { id: letter, deed: 'supplement' },
    'pages/me/correct': { id: letter },
    'pages/article/detail': { id: await first('/articles') },
    ...(hand.who === '林晓棠' && { 'pages/inbox/message': { id: await first('/representative/messages?which=waiting') } }),
    ...(hand.who === '沈佳' && { 'pages/unit/message': { id: await first('/unit/messages?which=waiting') } }),
  }
}

/** What the elder version promises, of everything that is seen: 18 px, 60 px, 1.3. */
function promises() {
  const wrong = []
  const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().width > 1
  for (const e of document.querySelectorAll('[role=button],[role=link],[role=radio],[role=checkbox],[role=tab],[role=switch],input,textarea')) {
    // The whole of a field can be tapped.
    const box = (e.closest('uni-input,uni-textarea') ?? e).getBoundingClientRect()
    // A target that is a part of a larger one is as large as that.
    if (!seen(e) || e.closest('.uni-page-head') || e.closest('rich-text,uni-rich-text')) continue
    if (box.height < 59.5) wrong.push(`${Math.round(box.height)} px high: ${e.outerHTML.slice(0, 120)}`)
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const e = node.parentElement
    if (node.data.trim() === '' || !seen(e) || e.closest('script,style,noscript,rich-text,uni-rich-text,uni-toast')) continue
    const style = getComputedStyle(e)
    const size = parseFloat(style.fontSize)
    if (size < 17.9) wrong.push(`${size} px of text: ${node.data.trim().slice(0, 40)}`)
    const line = parseFloat(style.lineHeight) / size
    if (line < 1.29) wrong.push(`lines ${line.toFixed(2)} high: ${node.data.trim().slice(0, 40)}`)
  }
  return [...new Set(wrong)]
}

for (const elder of [false, true]) {
  test(`every page can be used by everybody${elder ? ' in the elder version, on a small phone, in the dark' : ''}`, async () => {
    const wrong = []
    for (const who of ['刘慧敏', '林晓棠', '沈佳']) {
      await house.held(who, async (hand, page) => {
        if (elder) await hand.elder()
        await hand.to('pages/me/index')
        await page.waitForFunction(() => localStorage.getItem('lianxin.session') !== null)
        const query = await queries(hand)
        for (const path of pages.filter((one) => holder(one) === who)) {
          const asked = new URLSearchParams(query[path] ?? {}).toString()
          await hand.to(path + (asked === '' ? '' : '?' + asked))
          await page.waitForLoadState('networkidle')
          const there = await page.waitForFunction(() => document.querySelector('.lx-page') !== null && document.querySelector('.lx-bones') === null).catch(() => undefined)
          if (there === undefined) wrong.push(`${path}: did not open; it says: ${(await page.evaluate(() => document.body.innerText)).slice(0, 200)}`)
          const name = `every-${path.slice('pages/'.length).replace('/', '-')}${elder ? '-elder' : ''}`
          await hand.looks(name).catch((e) => wrong.push(`${path}: ${e.message}`))
          if (elder) wrong.push(...(await page.evaluate(promises)).map((what) => `${path}: ${what}`))
        }
      }, elder ? { viewport: sizes.narrow, dark: true } : {})
    }
    assert.deepEqual(wrong, [])
  })
}
