// What the journeys of the newsroom share.
import assert from 'node:assert/strict'

/** Signs in and comes to the articles. */
export async function enter(desk, login) {
  await desk.signIn(login)
  await desk.heading('文章').waitFor()
}

/** A second person of the newsroom, at a desk of their own. */
export async function officer(house, login) {
  const desk = await house.open()
  await enter(desk, login)
  return desk
}

/** Puts something into the clipboard as another program would, and pastes it by keyboard. */
export async function paste(page, data) {
  await page.evaluate((d) => {
    document.addEventListener('copy', (e) => {
      for (const [kind, words] of Object.entries(d)) e.clipboardData.setData(kind, words)
      e.preventDefault()
      e.stopImmediatePropagation()
    }, { capture: true, once: true })
  }, data)
  await page.getByRole('textbox', { name: '正文' }).focus()
  await page.keyboard.press('Control+c')
  await page.keyboard.press('Control+v')
}

/** Asks again until it is so; the test's own time ends it. */
export async function until(so) {
  for (const end = Date.now() + 60_000; !(await so()); ) {
    assert.ok(Date.now() < end, `not so within a minute: ${so}`)
    await new Promise((done) => setTimeout(done, 300))
  }
}

export const saved = (page) => page.getByText(/^已保存/).waitFor()

/** Begins an article and gives its address in the console. */
export async function begin(page, title) {
  await page.getByRole('button', { name: '写文章' }).click()
  await page.getByRole('dialog', { name: '写文章' }).getByLabel('标题').fill(title)
  await page.keyboard.press('Enter')
  await page.getByRole('textbox', { name: '正文' }).waitFor()
  return new URL(page.url()).pathname.replace('/console', '')
}
