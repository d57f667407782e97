// The mini-program through WeChat's own compiler and quality rules, offline: what
// these refuse, WeChat's tools refuse at upload.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import ci from 'miniprogram-ci'
import { entries } from '../zip.mjs'

const built = resolve(process.env.LIANXIN_MINI ?? fileURLToPath(new URL('../../dist/mini', import.meta.url)))
const mostBytes = 500 * 1024
const scratch = mkdtempSync(join(tmpdir(), 'lx-mini-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

let project
before(() => {
  assert.ok(existsSync(join(built, 'app.json')), 'build the mini-program first: npm run build:mini')
  const key = join(scratch, 'key.pem') // thrown away: nothing is uploaded
  writeFileSync(key, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' }))
  project = new ci.Project({ appid: 'wx0123456789abcdef', type: 'miniProgram', projectPath: built, privateKeyPath: key, ignores: [] })
  // It would ask WeChat for the limits of the account; these are everybody's.
  project.attr = async () => ({
    ...ci.DefaultProjectAttr,
    released: true,
    setting: { MaxCodeSize: 20, MaxSubpackageSubCodeSize: 2, MaxSubpackageFullCodeSize: 20, MaxSubPackageLimit: 100, NavigateMiniprogramLimit: 10, MinTabbarCount: 2, MaxTabbarCount: 5, MaxTabbarIconSize: 40 },
  })
})

const files = (folder) => readdirSync(folder, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? files(join(folder, e.name)) : [join(folder, e.name)]))

test("WeChat's own compiler takes the mini-program, and its main package is under 500 KB", async () => {
  const packed = join(scratch, 'packed.zip')
  await ci.getCompiledResult({ project, desc: 'check', setting: { es6: true, minify: true } }, packed)
  const { subPackages = [] } = JSON.parse(readFileSync(join(built, 'app.json'), 'utf8'))
  const main = entries(readFileSync(packed)).filter((one) => !subPackages.some((p) => one.name.startsWith(p.root + '/')))
  const size = main.reduce((sum, one) => sum + one.size, 0)
  console.log(`the main package: ${(size / 1024).toFixed(1)} KB (at most ${mostBytes / 1024} KB), all packages in their archive: ${(statSync(packed).size / 1024).toFixed(1)} KB`)
  assert.ok(size < mostBytes, `${size} bytes`)
})

test("WeChat's rules of quality find nothing", async () => {
  const report = await ci.checkCodeQuality(project, join(scratch, 'quality.json'))
  const rules = ['PACKAGE_SIZE_LIMIT', 'LAZYCODE_LOADING_OPEN', 'IMAGE_AND_AUDIO_LIMIT', 'CONTAINS_UNUSED_COMPONENTS', 'CONTAINS_OTHER_PKG_JS']
  const found = rules.map((name) => report.find((one) => one.name === name) ?? assert.fail(`${name} was not checked`))
  assert.deepEqual(found.filter((one) => !one.success).map((one) => `${one.name}: ${one.text}`), [])
})

test('the mini-program touches nothing of a browser, runs no text as program, and knows no foreign host', () => {
  const found = new Set()
  for (const file of files(built).filter((name) => /\.(js|wxss|wxml|wxs)$/.test(name))) {
    const text = readFileSync(file, 'utf8')
    const name = relative(built, file)
    if (/\beval\(|new Function\(/.test(text)) found.add(`${name}: runs text`)
    if (name.endsWith('.js') && !name.endsWith('vendor.js') && /\b(document|localStorage|location)\./.test(text)) found.add(`${name}: a browser's own`)
    for (const [host] of text.matchAll(/https?:\/\/[\w.-]+/g)) {
      // Names in the libraries' own messages, and the server that this build is for.
      if (!/w3\.org|vuejs\.org|uniapp\.dcloud\.net\.cn|lianxin\.example\.cn/.test(host)) found.add(`${name}: ${host}`)
    }
  }
  assert.deepEqual([...found], [])
})

test('WeChat shows no bar of its own, whose size would not follow', () => {
  const { tabBar } = JSON.parse(readFileSync(join(built, 'app.json'), 'utf8'))
  assert.equal(tabBar.custom, true)
  assert.equal(JSON.parse(readFileSync(join(built, 'custom-tab-bar/index.json'), 'utf8')).component, true)
})

test('every page that a notice or a code of ours opens is in the mini-program', () => {
  const app = JSON.parse(readFileSync(join(built, 'app.json'), 'utf8'))
  const pages = new Set([...app.pages, ...(app.subPackages ?? []).flatMap((p) => p.pages.map((page) => `${p.root}/${page}`))])
  const root = fileURLToPath(new URL('../../../..', import.meta.url))
  const named = new Set()
  for (const folder of ['service', 'cmd/lianxin', 'handler']) {
    for (const file of files(join(root, folder)).filter((name) => name.endsWith('.go') && !name.endsWith('_test.go'))) {
      for (const [, page] of readFileSync(file, 'utf8').matchAll(/"(pages\/[a-z]+\/[a-z]+)[?"]/g)) named.add(page)
    }
  }
  assert.ok(named.size > 5, 'the pages that the server names were not found')
  assert.deepEqual([...named].filter((page) => !pages.has(page)), [])
})
