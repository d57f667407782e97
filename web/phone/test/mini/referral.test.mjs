// Where other matters go, in the compiled mini-program.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers, asked, onWeixin, open, tap, until, words } from './thumb.mjs'

onWeixin()

test('the front door calls the number of the street\'s own office, and knows the country\'s places without a line', async () => {
  const office = { kind: 'petition_office', name: '和平街道接待室', phone: '0000-87000201', address: '建设路66号', shown: true, from: '和平街道' }
  answers.set('GET /areas/a1/referrals', { area: { id: 'a1', level: 'community', name: '和平里社区' }, items: [office, { kind: 'other', name: '没有列出的', shown: false }] })
  const page = await open('pages/door/index', { area: 'a1' })
  await tap(page, '该找谁')
  await until(() => words(page).includes('地址：建设路66号'), 'the street\'s own place is not shown: ' + words(page))
  assert.ok(!words(page).includes('没有列出的'))
  await tap(page, '拨打 0000-87000201')
  await until(() => asked.some((a) => a.name === 'makePhoneCall'), 'nobody is called')
  assert.equal(asked.find((a) => a.name === 'makePhoneCall').options.phoneNumber, '0000-87000201')
  await tap(page, '复制地址')
  await until(() => asked.some((a) => a.name === 'setClipboardData'), 'the address is not copied')
  assert.equal(asked.find((a) => a.name === 'setClipboardData').options.data, '建设路66号')

  answers.set('GET /areas/a2/referrals', new Error('timeout'))
  const far = await open('pages/door/index', { area: 'a2' })
  await tap(far, '该找谁')
  await until(() => words(far).includes('没有连上，先列出全国通用的'), 'the broken line is not told: ' + words(far))
  assert.ok(words(far).includes('拨打 12368'))
})
