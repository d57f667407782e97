// What the machine does with a letter: it shows what was answered before, and it
// holds back what it takes for forbidden, until a human has looked.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../console/test/newsroom.mjs'
import { onDemo, sizes, staff } from './hand.mjs'

const house = onDemo()

const body = (page) => page.getByRole('textbox', { name: '您想反映的事' })

/** Opens writing to a representative, by the way that is straight after the first time. */
async function writing(hand, page, name = '林晓棠') {
  const { items } = await (await fetch(`${house.demo.app}/api/v1/representatives?q=${encodeURIComponent(name)}`)).json()
  await hand.to('pages/message/write?to=' + items[0].id)
  await body(page).waitFor()
}

test('whoever writes what was answered before is shown the answer, may say that it is another matter, and sends all the same', async () => {
  await house.held('郑雅文', async (hand, page) => {
    await writing(hand, page)
    const asked = []
    page.on('request', (request) => {
      if (request.url().endsWith('/answers/similar')) asked.push(request.headers())
    })
    await body(page).fill('路口的绿灯太短了，推婴儿车过街来不及。')
    await page.getByText('有人问过差不多的事').waitFor()
    assert.ok(asked.length > 0 && asked.every((headers) => headers.authorization === undefined), 'it was asked in a name')
    await hand.looks('similar')
    await hand.tap('看看当时的答复')
    await page.getByRole('dialog').getByText('可以申请配时调整', { exact: false }).waitFor()
    await hand.looks('similar-open')
    await hand.tap('关闭')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })

    await hand.tap('不是一回事')
    await page.getByText('有人问过差不多的事').waitFor({ state: 'hidden' })
    // What was said once is not asked again, also after the program was killed.
    const again = () => page.waitForResponse((r) => r.url().endsWith('/answers/similar'))
    const looked = again()
    await body(page).fill('路口的绿灯太短了，推婴儿车过街来不及，老人也一样。')
    const { items } = await (await looked).json()
    await hand.killed()
    page = hand.page
    const afterwards = again()
    await writing(hand, page)
    await afterwards
    if (items.length === 1) assert.equal(await page.getByText('有人问过差不多的事').count(), 0)

    await hand.tap('送出')
    await hand.title('已送出').waitFor()
    assert.ok((await hand.asks('/messages')).items.some((m) => m.excerpt.startsWith('路口的绿灯太短了')))
  })
})

test('writing is not held up by similar answers that do not come', async () => {
  await house.held('马小军', async (hand, page) => {
    await page.route('**/answers/similar', () => undefined) // never answered
    await writing(hand, page)
    await body(page).fill('地下车库的灯一半不亮，晚上看不清车位。')
    await page.waitForRequest('**/answers/similar')
    await hand.tap('送出')
    await hand.title('已送出').waitFor()
    await page.unrouteAll({ behavior: 'ignoreErrors' })
  }, { viewport: sizes.narrow })
})

test('a letter that the machine refused says so, a human looks on request and lets it through, and the writer sees it', async () => {
  await house.held('孙国平', async (hand, page) => {
    const resident = await hand.known()
    await hand.elder()
    await writing(hand, page)
    await body(page).fill('小区里有人违规堆放杂物，占了消防通道。')
    await hand.tap('送出')
    await hand.title('已送出').waitFor()
    const [letter] = (await resident.ask('GET', '/messages')).items
    await until(async () => (await resident.ask('GET', '/messages/' + letter.id)).state === 'refused')

    // Told where notices are, in words that say what to do.
    await hand.to('pages/me/notices')
    await page.getByRole('button', { name: /^内容未通过审核/ }).first().click()
    await hand.title('来信').waitFor()
    await page.getByText('来信没有送出').first().waitFor()
    await page.getByText('没有通过内容检查').first().waitFor()
    await hand.looks('refused-elder')
    await page.getByRole('button', { name: '请人工再看一次' }).dblclick()
    await page.getByText('等人工审核').waitFor()
    await page.getByRole('button', { name: '请人工再看一次' }).waitFor({ state: 'detached' })
    await hand.looks('refused-appealed-elder')

    const desk = await staff(house.demo, 'liaison')
    const turn = (await resident.ask('GET', '/messages/' + letter.id)).turns[0]
    await desk.ask('POST', `/staff/turns/${turn.id}/release`)
    await until(async () => (await resident.ask('GET', '/messages/' + letter.id)).state === 'delivered')
    await hand.to('pages/message/detail?id=' + letter.id)
    await page.getByText('代表看到后，会先告诉您').waitFor()
    await page.getByText('没有通过内容检查').waitFor({ state: 'detached' })
    await hand.looks('refused-released-elder')
  }, { viewport: sizes.narrow, dark: true })
})
