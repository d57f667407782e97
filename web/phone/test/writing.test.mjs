// From a scanned poster to a letter that was sent, on the phones of residents: over
// a lost line and a killed program, for oneself and for somebody else.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { png } from '../../console/test/png.mjs'
import { onDemo, sizes } from './hand.mjs'

const house = onDemo()
const scratch = mkdtempSync(join(tmpdir(), 'lx-writing-'))
const photos = ['one', 'two'].map((name, n) => {
  const path = join(scratch, name + '.png')
  writeFileSync(path, png(320 + n, 240))
  return path
})
after(() => rmSync(scratch, { recursive: true, force: true }))

/** The page that the code of a poster opens. */
async function poster() {
  const { codes } = await (await fetch(house.demo.simulator + '/simulator/codes')).json()
  return 'pages/scene/index?scene=' + codes[0].scene
}

const body = (page) => page.getByRole('textbox', { name: '您想反映的事' })

/** The letters of who holds the phone that begin with these words. */
const letters = async (hand, words) => (await hand.asks('/messages?limit=100')).items.filter((m) => m.excerpt.startsWith(words))

/** Opens the poster's code and goes on to writing. */
async function fromPoster(hand, page) {
  await hand.to(await poster())
  hand.taps = 0
  await page.getByRole('button', { name: /^写信给/ }).first().waitFor()
  await hand.tap(/^写信给/)
  await hand.tap('知道了，写信')
  await body(page).waitFor()
}

test('from a scanned poster to "sent" it is three taps beside typing', async () => {
  await house.held('陈思远', async (hand, page) => {
    await fromPoster(hand, page)
    await hand.looks('write')
    await body(page).fill('幸福里小区南门的路灯坏了一周，晚上看不清台阶。')
    await hand.tap('送出')
    await hand.title('已送出').waitFor()
    await page.getByText('来信编号').waitFor()
    assert.equal(hand.taps, 3)
    assert.equal((await letters(hand, '幸福里小区南门')).length, 1)
    await hand.looks('sent')
    await hand.tap('看这封信的进度')
    await hand.title('来信').waitFor()
  })
})

test('a letter with two pictures survives a lost line and a killed program, and arrives once', async () => {
  await house.held('刘慧敏', async (hand, page) => {
    await fromPoster(hand, page)
    await body(page).fill('河边栏杆断了两根，孩子放学都从这里走。')
    const chosen = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: '加照片' }).click()
    await (await chosen).setFiles([photos[0]])
    await page.getByText('已传好').waitFor()
    // The line goes while the second is on its way.
    await hand.offline()
    const again = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: /再加照片/ }).click()
    await (await again).setFiles([photos[1]])
    await page.getByText('没有传上去').waitFor()
    await body(page).fill('河边栏杆断了两根，孩子放学都从这里走。请尽快修。')
    await page.getByRole('button', { name: '没有网络，连上后再送出' }).waitFor()
    await hand.looks('write-offline')

    await hand.killed()
    page = hand.page
    await hand.offline(false)
    // The answer to the letter is lost on the way back: nobody knows whether it arrived.
    let lost = 0
    await page.route('**/api/v1/messages', async (route) => {
      if (route.request().method() !== 'POST' || lost > 0) return route.fallback()
      lost++
      await route.fetch()
      return route.abort('connectionreset')
    })
    await hand.to(await poster())
    await hand.tap(/^写信给/)
    await body(page).waitFor()
    assert.equal(await body(page).inputValue(), '河边栏杆断了两根，孩子放学都从这里走。请尽快修。')
    await page.getByText('已传好').nth(1).waitFor()
    await hand.tap('送出')
    await hand.title('已送出').waitFor()
    assert.equal(lost, 1)
    const sent = await letters(hand, '河边栏杆断了两根')
    assert.equal(sent.length, 1)
    const thread = await hand.asks('/messages/' + sent[0].id)
    assert.equal(thread.turns[0].pictures.length, 2)
    // The draft is gone: the next letter begins empty.
    await hand.to(await poster())
    await hand.tap(/^写信给/)
    await body(page).waitFor()
    assert.equal(await body(page).inputValue(), '')
  })
})

test('a letter that arrived is not sent again with other words, and says so', async () => {
  await house.held('黄志强', async (hand, page) => {
    await fromPoster(hand, page)
    await body(page).fill('菜场后门的垃圾三天没有清运。')
    // It arrives, and no answer to it ever comes back.
    await page.route('**/api/v1/messages', async (route) => {
      if (route.request().method() === 'POST') await route.fetch()
      return route.request().method() === 'POST' ? route.abort('connectionreset') : route.fallback()
    })
    await hand.tap('送出')
    await page.getByText('网络不太好').waitFor()
    await page.unroute('**/api/v1/messages')
    await body(page).fill('菜场后门的垃圾四天没有清运。')
    await hand.tap('再送一次（不会重复）')
    await page.getByText('您先前那一封已经送到了').waitFor()
    await hand.looks('write-arrived')
    await hand.tap('看送到的那封')
    await hand.title('我的来信').waitFor()
    assert.deepEqual((await letters(hand, '菜场后门')).map((m) => m.excerpt), ['菜场后门的垃圾三天没有清运。'])
  })
})

test('a representative finds on the first page what waits for them', async () => {
  await house.held('林晓棠', async (hand, page) => {
    await hand.to('pages/inbox/index')
    await page.waitForFunction(() => localStorage.getItem('lianxin.session') !== null)
    await hand.to()
    await page.getByRole('button', { name: /件.*待处理（代表）/ }).click()
    await page.waitForURL(/pages\/inbox\/index/)
  })
})

test('a neighbour writes for an elder on a small phone in the elder version', async () => {
  await house.held(
    '张淑芬',
    async (hand, page) => {
      await hand.elder()
      await hand.looks('home-elder')
      await fromPoster(hand, page)
      await body(page).fill('楼上漏水，陈奶奶家的顶棚快塌了，她不会用手机。')
      await hand.tap('主题、地点、称呼、替别人写（可不填）')
      await page.getByRole('checkbox', { name: '我是替别人写的' }).click()
      await hand.tap('送出')
      await page.getByText('请填写您替谁写').waitFor()
      await hand.looks('write-for-another-elder')
      await page.getByRole('textbox', { name: '替谁写' }).fill('陈奶奶')
      await page.getByRole('spinbutton', { name: /手机号/ }).fill('13800000123')
      await page.getByRole('textbox', { name: '大致地点' }).fill('三号楼')
      await hand.tap('送出')
      await hand.title('已送出').waitFor()
      const [sent] = await letters(hand, '楼上漏水')
      assert.equal(sent.resident, '陈奶奶')
    },
    { viewport: sizes.narrow, dark: true },
  )
})

test('a resident finds the community once, and from then on sees who serves it', async () => {
  await house.held('马小军', async (hand, page) => {
    await hand.to()
    await hand.looks('home-new')
    await hand.tap('选我住的社区')
    await page.getByRole('textbox', { name: '社区名称或门牌地址' }).fill('jssq')
    await hand.looks('area')
    await page.getByRole('button', { name: /江声社区/ }).click()
    await hand.title('连心').waitFor()
    await page.getByText('江声社区').first().waitFor()
    await page.getByRole('button', { name: /孔令薇/ }).first().waitFor()
    await hand.looks('home')
    await hand.tap(/^找代表/)
    await page.getByRole('textbox', { name: '找代表' }).fill('klw')
    await page.getByRole('button', { name: /孔令薇/ }).click()
    await hand.title('代表').waitFor()
    await page.getByText('基本情况').waitFor()
    await hand.looks('profile')
    await hand.tap('关注孔令薇代表')
    await page.getByRole('button', { name: '已关注，点这里取消' }).waitFor()
  })
})

test('a bad code says what to do, and the front door says where other matters go', async () => {
  await house.held('郑雅文', async (hand, page) => {
    await hand.to('pages/scene/index?scene=nothing-here')
    await page.getByText('这个二维码打不开').waitFor()
    await hand.looks('scene-bad')
    await hand.to('pages/door/index')
    await page.getByRole('radio', { name: '该找谁' }).click()
    await page.getByRole('button', { name: /拨打.*12345/ }).waitFor()
    await hand.looks('door')
  })
})

test('in a browser of its own writing says how to open it in WeChat', async () => {
  await house.held(
    '过客',
    async (hand, page) => {
      await fromPosterOutside(hand, page)
      await page.getByText('请在微信里打开').waitFor()
      await hand.looks('write-outside')
    },
    { weChatInside: false },
  )
})

async function fromPosterOutside(hand, page) {
  await hand.to(await poster())
  await page.getByRole('button', { name: /^写信给/ }).first().waitFor()
  await hand.looks('scene')
  await hand.tap(/^写信给/)
  await hand.tap('知道了，写信')
}

test('the phone itself finds the community, roughly, and says what else to do when it may not', async () => {
  const button = '用手机的位置找附近的社区'
  await house.held('陈思远', async (hand, page) => {
    await hand.to('pages/area/pick')
    await hand.tap(button)
    await page.getByText('没有取到位置').waitFor()
    await hand.looks('near-refused')
    await hand.context.grantPermissions(['geolocation'])
    await hand.context.setGeolocation({ latitude: 30.265123, longitude: 120.171987 })
    const asked = page.waitForRequest('**/areas/near**')
    await hand.tap(button)
    assert.equal(new URL((await asked).url()).search, '?latitude=30.27&longitude=120.17')
    await hand.looks('near')
    await page.getByRole('button', { name: /^建设社区|^和平里社区|^红星社区|^纺织社区/ }).first().click()
    await page.getByText('已记住').waitFor()
  })
})
