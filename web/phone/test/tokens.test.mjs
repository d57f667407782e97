// The colours that phone and console share: they are written once, and can be read.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'

const web = new URL('../../', import.meta.url)
const read = (path) => readFileSync(new URL(path, web), 'utf8')
const colours = (css) => Object.fromEntries([...css.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]))
const day = colours(read('tokens/light.css'))
const night = colours(read('tokens/dark.css'))

/** How bright a colour is, and how well two can be told apart (WCAG 2.2). */
function brightness(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
function contrast(a, b) {
  const [light, dark] = [brightness(a), brightness(b)].sort((x, y) => y - x)
  return (light + 0.05) / (dark + 0.05)
}

test('every colour of the day has one for the night', () => {
  assert.ok(Object.keys(day).length >= 15, 'the colours were not found')
  assert.deepEqual(Object.keys(night), Object.keys(day))
})

test('what is written can be read on every ground it stands on, by day and by night', () => {
  for (const [when, of] of Object.entries({ day, night })) {
    const grounds = ['paper', 'sheet', 'sunk']
    const pairs = [
      ...['ink', 'ink-soft', 'red', 'amber', 'green', 'blue'].flatMap((ink) => grounds.map((ground) => [ink, ground])),
      ...['red', 'amber', 'green'].map((ink) => [ink, ink + '-pale']),
      ...['red-pale', 'amber-pale', 'green-pale'].map((ground) => ['ink', ground]),
      ['on-red', 'red'],
    ]
    for (const [ink, ground] of pairs) assert.ok(contrast(of[ink], of[ground]) >= 4.5, `${ink} on ${ground} by ${when}: ${contrast(of[ink], of[ground]).toFixed(2)}`)
    for (const ground of grounds) assert.ok(contrast(of['line-strong'], of[ground]) >= 3, `the edge of a control on ${ground} by ${when}`)
  }
})

test('the bars around the pages, which take no names, have the same colours', () => {
  const bars = JSON.parse(read('phone/src/theme.json'))
  for (const [theme, of] of [[bars.light, day], [bars.dark, night]]) {
    assert.deepEqual([theme.paper, theme.tabOn], [of.paper, of.red])
  }
})

test('no style names a second colour by the name of a shared one', () => {
  const shared = Object.keys(day).join('|')
  for (const root of ['phone/src', 'console/src']) {
    for (const file of readdirSync(new URL(root, web), { recursive: true }).filter((name) => /\.(css|vue)$/.test(name))) {
      assert.doesNotMatch(read(`${root}/${file}`), new RegExp(`--(${shared}|radius):`), `${root}/${file}`)
    }
  }
})
