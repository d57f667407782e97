// Representatives and unit officers at their phones: what is due, the answer in two
// taps, handing over in two, and the unit's own steps.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { password } from '../../console/test/desk.mjs'
import { until } from '../../console/test/newsroom.mjs'
import { Phone } from '../../console/test/phone.mjs'
import { onDemo, sizes } from './hand.mjs'

const house = onDemo()

test('a message that is answered together with another says so where its answer would be written', async () => {
  await house.held('林晓棠', async (hand, page) => {
    await hand.to('pages/inbox/index')
    await page.getByText('等我办').waitFor()
    const { items } = await hand.asks('/representative/messages?which=waiting&limit=100')
    const all = await Promise.all(items.map((m) => hand.asks('/representative/messages/' + m.id)))
    const led = all.find((m) => m.led)
    assert.ok(led, 'the demo has no messages that are answered as one')
    await hand.to('pages/inbox/message?id=' + led.id)
    await page.getByText('与另一封来信一并答复').waitFor()
    await page.getByRole('textbox', { name: '答复居民' }).waitFor({ state: 'detached' })
    await hand.looks('phone-inbox-led')
    const leader = all.find((m) => m.also_answers > 0)
    assert.ok(leader, 'nobody leads what is answered as one')
    await hand.to('pages/inbox/message?id=' + leader.id)
    await page.getByText(`另有 ${leader.also_answers} 封来信反映同一件事`, { exact: false }).waitFor()
    await hand.looks('phone-inbox-leading')
  })
})

test('a representative acknowledges in one tap and answers in two, however often the button is pressed', async () => {
  await house.held('林晓棠', async (hand, page) => {
    await hand.to('pages/inbox/index')
    await page.getByText('等我办').waitFor()
    await hand.looks('phone-inbox')
    const before = await hand.asks('/representative/messages?which=waiting')
    // Of messages that are answered as one, only the one that leads takes the answer.
    const all = await Promise.all(before.items.filter((m) => m.state === 'delivered').map((m) => hand.asks('/representative/messages/' + m.id)))
    const fresh = before.items.find((m) => m.id === all.find((one) => one.actions.includes('answer'))?.id)
    assert.ok(fresh, 'the demo has nothing new for this representative')
    await hand.tap(`收到了：${fresh.excerpt}`)
    await page.getByText('已告诉居民：收到了').first().waitFor()
    assert.equal((await hand.asks(`/representative/messages/${fresh.id}`)).state, 'acknowledged')

    hand.taps = 0
    await hand.tap(fresh.excerpt, { exact: false })
    await page.getByRole('textbox', { name: '答复居民' }).fill('您好，路灯本周五前修好，我会再去看一次。')
    await hand.looks('phone-inbox-message')
    hand.taps++
    await page.getByRole('button', { name: '发送答复' }).dblclick()
    await page.getByText('已发出，通过内容检查后居民就能看到').first().waitFor()
    assert.ok(hand.taps <= 2, `${hand.taps} taps`)
    const answered = await hand.asks(`/representative/messages/${fresh.id}`)
    assert.equal(answered.turns.filter((t) => t.kind === 'answer').length, 1)
    await page.getByRole('textbox', { name: '答复居民' }).waitFor({ state: 'detached' })
  })
})

test('a representative begins by scanning the printed invitation, whose code goes into no address that is asked for', async () => {
  const organisation = new Phone()
  organisation.demo = house.demo
  organisation.token = (await organisation.ask('POST', '/sessions/staff', { login: 'organisation', password })).token
  const { items } = await organisation.ask('GET', '/staff/roster/representatives?limit=100')
  const seat = items.find((one) => !['林晓棠', '单映雪', '何春梅', '尉迟远'].includes(one.name))
  const { code } = await organisation.ask('POST', '/staff/invitations', { kind: 'representative', target_id: seat.id })
  await fetch(house.demo.simulator + '/simulator/users', { method: 'POST', body: JSON.stringify({ name: '刚当选的代表' }) })
  await house.held('刚当选的代表', async (hand, page) => {
    const asked = []
    page.on('request', (request) => asked.push(request.url(), JSON.stringify(request.headers())))
    await hand.to('pages/me/invitation?code=' + encodeURIComponent(code))
    await page.getByRole('textbox', { name: '邀请码' }).waitFor()
    assert.equal(await page.getByRole('textbox', { name: '邀请码' }).inputValue(), code)
    assert.ok(!page.url().includes(code), 'the code stands in the address')
    await hand.tap('绑定')
    await page.getByText('已绑定：' + seat.name).waitFor()
    await hand.looks('invitation-bound')
    assert.deepEqual(asked.filter((one) => one.includes(code) && !one.startsWith(house.demo.app + '/h5/?at=')), [])
    await hand.tap('开始')
    await hand.title('收件箱').waitFor()
    await page.getByText(seat.name + ' 代表').waitFor()
  })
})

test('an answer that is being typed outlives the end of the program', async () => {
  await house.held('单映雪', async (hand, page) => {
    await hand.to('pages/inbox/index')
    const item = page.getByRole('button').filter({ hasText: '前' }).first()
    await item.waitFor()
    const { items } = await hand.asks('/representative/messages?which=waiting')
    const one = items.find((m) => ['delivered', 'acknowledged'].includes(m.state))
    await hand.to('pages/inbox/message?id=' + one.id)
    await page.getByRole('textbox', { name: '答复居民' }).fill('写到一半的答复')
    await hand.killed()
    await hand.to('pages/inbox/message?id=' + one.id)
    assert.equal(await hand.page.getByRole('textbox', { name: '答复居民' }).inputValue(), '写到一半的答复')
  })
})

test("a representative's own pages: templates, away, profile, figures, code", async () => {
  await house.held('何春梅', async (hand, page) => {
    await hand.to('pages/inbox/templates')
    await page.getByRole('textbox', { name: '名字' }).fill('约现场')
    await page.getByRole('textbox', { name: '内容' }).fill('我约了单位周五到现场，请您也来。')
    await hand.tap('保存')
    await page.getByText('已保存').first().waitFor()
    await page.getByRole('button', { name: '约现场', exact: false }).waitFor()
    await hand.looks('phone-templates')

    await hand.to('pages/inbox/figures')
    await page.getByText('由您办理的来信').waitFor()
    await hand.looks('phone-figures')

    await hand.to('pages/inbox/code')
    await page.getByRole('img', { name: '的小程序码', exact: false }).waitFor()
    await hand.looks('phone-code')

    await hand.to('pages/inbox/profile')
    await page.getByRole('checkbox').first().waitFor()
    await page.getByRole('checkbox').first().click()
    await hand.looks('phone-own-profile')
    await hand.tap('保存主题和接待时间')
    await page.getByText('已保存，居民马上能看到').first().waitFor()

    await hand.to('pages/inbox/away')
    await page.getByText('开始外出').waitFor()
    await hand.looks('phone-away')
  })
})

test('a unit accepts, says how it will be done, and answers', async () => {
  await house.held('沈佳', async (hand, page) => {
    await hand.to('pages/unit/index')
    await page.getByText('区住建局').first().waitFor()
    await hand.looks('phone-unit')
    const { items } = await hand.asks('/unit/messages?which=waiting')
    const one = items.find((m) => m.state === 'handed_over')
    assert.ok(one, 'the demo has nothing handed over to this unit')
    await hand.tap(one.excerpt, { exact: false })
    await hand.tap('接收')
    await page.getByText('已接收').first().waitFor()
    await hand.tap('写明怎样办', { exact: false })
    await page.getByRole('textbox', { name: '打算怎样办', exact: false }).fill('下周二派人到现场查看。')
    await hand.looks('phone-unit-plan')
    await hand.tap('告诉居民')
    await page.getByText('已告诉居民').first().waitFor()
    await page.getByRole('textbox', { name: '答复居民' }).fill('已经修好，请您看看。')
    await hand.tap('发送答复')
    await page.getByText('已发出，通过内容检查后居民就能看到').first().waitFor()
    const done = await hand.asks(`/unit/messages/${one.id}`)
    assert.equal(done.turns.filter((t) => t.kind === 'unit_answer').length, 1)
  })
})

test('handing over takes two taps; the unit answers, the resident reopens, the unit answers again, and the resident confirms', async () => {
  const resident = await Phone.of(house.demo, '宋明哲')
  const { items } = await resident.ask('GET', `/representatives?q=${encodeURIComponent('尉迟远')}`)
  const { id } = await resident.ask('POST', '/messages', { representative_id: items[0].id, body: '后巷的消防通道停满了车，消防车进不来。', consent_hand_over: true })
  // WeChat checks the words of those alone who were in the mini-program lately.
  await Promise.all(['沈佳', '尉迟远'].map((name) => Phone.of(house.demo, name)))
  const unitAnswers = async (hand, page, words) => {
    await hand.to('pages/unit/message?id=' + id)
    await hand.tap('接收')
    await page.getByRole('textbox', { name: '答复居民' }).fill(words)
    await hand.tap('发送答复')
    await page.getByText('已发出，通过内容检查后居民就能看到').first().waitFor()
    await until(async () => (await resident.ask('GET', '/messages/' + id)).state === 'unit_answered')
  }
  const handOver = async (hand, page) => {
    await hand.to('pages/inbox/message?id=' + id)
    await page.getByText('往来').waitFor()
    hand.taps = 0
    await hand.tap('转给承办单位', { exact: false })
    await page.getByRole('radio', { name: '区住建局', exact: false }).first().waitFor()
    // The unit that was chosen last for the topic stands there at once; the first time it is picked.
    const ready = await page.getByRole('button', { name: '转给区住建局', exact: true }).count()
    if (ready === 0) await page.getByRole('radio', { name: '区住建局', exact: false }).first().click()
    await hand.tap('转给区住建局')
    await page.getByText('已转交').first().waitFor()
    assert.equal(hand.taps, 2)
  }
  await house.held('尉迟远', async (hand, page) => {
    await until(async () => (await resident.ask('GET', '/messages/' + id)).state === 'delivered')
    await handOver(hand, page)
    await house.held('沈佳', async (unit, desk) => {
      await unitAnswers(unit, desk, '已贴条，今晚清走。')
      await house.held('宋明哲', async (home, shown) => {
        await home.to('pages/message/judge?id=' + id)
        await shown.getByRole('radio', { name: '没有解决', exact: true }).click()
        await shown.getByRole('textbox', { name: '还差什么？' }).fill('第二天又停满了。')
        await home.tap('继续反映')
        await until(async () => (await resident.ask('GET', '/messages/' + id)).round === 2)
        await until(async () => (await resident.ask('GET', '/messages/' + id)).state === 'delivered')
        await handOver(hand, page)
        await unitAnswers(unit, desk, '装了隔离桩，车停不进去了。')
        await home.to('pages/message/judge?id=' + id)
        await shown.getByRole('radio', { name: '解决了', exact: true }).click()
        await home.tap('提交', { exact: false })
        await until(async () => (await resident.ask('GET', '/messages/' + id)).state === 'confirmed')
      })
    })
  })
})

test('the pages of representatives fit a narrow phone in the elder version, in the dark too', async () => {
  await house.held('林晓棠', async (hand, page) => {
    await hand.elder()
    await hand.to('pages/inbox/index')
    await page.getByText('等我办').waitFor()
    await hand.looks('phone-inbox-elder')
    const { items } = await hand.asks('/representative/messages?which=waiting')
    await hand.to('pages/inbox/message?id=' + items[0].id)
    await page.getByText('办到哪一步').waitFor()
    await hand.looks('phone-inbox-message-elder')
  }, { viewport: sizes.narrow, dark: true })
})
