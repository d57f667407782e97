// What holds before any page is looked at: how the pages open, in WeChat, in a
// browser of its own, and in the stand-in's phone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onDemo } from './hand.mjs'

const house = onDemo()

test('a link of the official account opens its page in WeChat', async () => {
  await house.held('刘慧敏', async (hand, page) => {
    await page.goto(house.demo.app + '/go/pages/index/index')
    await hand.title('连心').waitFor()
    assert.match(page.url(), /\/h5\/#\/(pages\/index\/index)?$/)
  })
})
