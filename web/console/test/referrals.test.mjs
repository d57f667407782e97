// Where other matters go, as the liaison office says it for its areas.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onDemo } from './desk.mjs'

const house = onDemo()
const at = (login, work, viewport) => house.at(async (desk, page) => {
  await desk.signIn(login)
  await page.getByRole('navigation', { name: '主导航' }).waitFor()
  await work(desk, page)
}, viewport)

const kind = (page, name) => page.locator(`tr[data-kind="${name}"]`)

/** Does as who sits at the desk what another of their windows would. */
const asThem = (page, method, path, body) => page.evaluate(async ([method, path, body]) => {
  const headers = { Authorization: `Bearer ${JSON.parse(localStorage.getItem('lianxin.session')).token}`, 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() }
  const response = await fetch('/api/v1' + path, { method, headers, ...(method !== 'GET' && { body: JSON.stringify(body) }) })
  return response.json()
}, [method, path, body])

/** What everybody reads of a kind, when it has come through. */
async function everybodyReads(page, name, words) {
  await page.waitForFunction(async ([name, words]) => {
    const { items } = await (await fetch('/api/v1/referrals', { cache: 'no-store' })).json()
    return items.find((i) => i.kind === name).name === words
  }, [name, words], { polling: 300 })
}

test('The liaison office says where the district\'s petition office is, and takes it back', () => at('liaison', async (desk, page) => {
  await page.getByRole('link', { name: '该找谁' }).click()
  await desk.heading('该找谁').waitFor()
  const court = kind(page, 'court')
  await court.getByText('临江区人民法院诉讼服务中心').waitFor()
  await court.getByText('本区域自己设置').waitFor()
  const hotline = kind(page, 'hotline_12345')
  await hotline.getByText('全国通用').waitFor()
  await desk.looks('referrals')

  // What cannot be is told beside its field; what was typed outlives a reload.
  await page.getByRole('button', { name: '修改 12345 政务服务便民热线' }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel('名称').fill('')
  await form.getByLabel('电话').fill('打给老王')
  await form.getByRole('button', { name: '保存' }).click()
  await form.getByText('请填写居民看到的名称').waitFor()
  await form.getByText('请写一个能直接拨打的号码').waitFor()
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-invalid') === 'true')
  await desk.looks('referral-wrong')
  await form.getByLabel('名称').fill('临江区便民服务热线')
  await form.getByLabel('电话').fill('0000-87012345')
  await form.getByLabel('地址').fill('滨江大道88号')
  await page.reload()
  await hotline.getByText('全国通用').waitFor()
  await page.getByRole('button', { name: '修改 12345 政务服务便民热线' }).click()
  assert.equal(await form.getByLabel('地址').inputValue(), '滨江大道88号')
  await form.getByRole('region', { name: '手机上的样子' }).getByText('电话：0000-87012345').waitFor()
  await desk.looks('referral')
  const puts = []
  page.on('request', (r) => r.method() === 'PUT' && puts.push(r.url()))
  await form.getByRole('button', { name: '保存' }).dblclick()
  await hotline.getByText('本区域自己设置').waitFor()
  assert.equal(puts.length, 1, 'a double tap saves once')
  await everybodyReads(page, 'hotline_12345', '临江区便民服务热线')

  // Somebody else was faster: it is shown before it can be written over.
  await page.getByRole('button', { name: '修改 12345 政务服务便民热线' }).click()
  await form.getByLabel('名称').fill('我写的名称')
  const area = await page.locator('#area').inputValue()
  const path = `/staff/areas/${area}/referrals`
  const { items } = await asThem(page, 'GET', path)
  const now = items.find((i) => i.kind === 'hotline_12345')
  const { name, purpose, phone, address, hours, sort, shown, revision } = { ...now, name: '同事写的名称' }
  await asThem(page, 'PUT', path + '/hotline_12345', { name, purpose, phone, address, hours, sort, shown, revision })
  await form.getByRole('button', { name: '保存' }).click()
  await form.getByText('刚被别人改过').waitFor()
  await form.getByText('您开始写以后，这一项被改过').getByText('同事写的名称').waitFor()
  await desk.looks('referral-moved')
  await form.getByRole('button', { name: '保存' }).click()
  await hotline.getByText('我写的名称').waitFor()

  await page.getByRole('button', { name: '12345 政务服务便民热线恢复全国通用' }).click()
  await page.getByText('以后显示：12345 政务服务便民热线').waitFor()
  await desk.looks('referral-back')
  await page.getByRole('button', { name: '恢复', exact: true }).click()
  await hotline.getByText('全国通用').waitFor()
  await everybodyReads(page, 'hotline_12345', '12345 政务服务便民热线')

  // A street has its own, and what it says nothing of is the district's.
  await page.getByLabel('区域').selectOption({ label: '　和平街道' })
  await kind(page, 'petition_office').getByText('和平街道群众来访接待室').waitFor()
  await court.getByText('沿用临江区').waitFor()
  await page.getByRole('button', { name: '信访部门恢复沿用临江区' }).waitFor()
  await page.setViewportSize({ width: 390, height: 800 })
  await desk.looks('referrals-phone')
  await page.getByRole('button', { name: '修改 人民法院' }).click()
  await form.getByLabel('名称').waitFor()
  await desk.looks('referral-phone')
}))

test('A street officer says it for the street alone, and others have no such room', async () => {
  await at('liaison.heping', async (desk, page) => {
    await desk.go('/referrals')
    await kind(page, 'other').getByText('和平街道便民服务中心').waitFor()
    assert.equal((await page.locator('#area option').allTextContents()).includes('临江区'), false)
  })
  await at('auditor', async (_, page) => {
    await page.getByRole('link', { name: '审计日志' }).waitFor()
    assert.equal(await page.getByRole('link', { name: '该找谁' }).count(), 0)
    await page.getByLabel('做了什么').selectOption('referral.set')
    await page.getByRole('button', { name: '查找' }).click()
    await page.locator('tbody').getByText('设置一项去处').first().waitFor()
  })
})
