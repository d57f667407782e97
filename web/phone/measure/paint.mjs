// How long until the largest thing on the first page is painted, on a slow line
// ("Slow 4G") and a processor four times
// slower, beside an empty page of the same framework, turn by turn in the same run:
//   npm run measure
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createServer } from 'node:http'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { openBrowser, startDemo } from '../test/hand.mjs'

// Chromium's own preset "Slow 4G".
const line = { offline: false, latency: 562.5, downloadThroughput: (1.6 * 1024 * 1024 * 0.9) / 8, uploadThroughput: (750 * 1024 * 0.9) / 8 }
const slower = 4
const rounds = 7

const root = fileURLToPath(new URL('..', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'lx-empty-'))
const built = join(scratch, 'built')

/** Builds an empty page as ours are built, in a folder of its own. */
function buildEmpty() {
  cpSync(join(root, 'measure/empty'), join(scratch, 'src'), { recursive: true })
  for (const name of ['index.html', 'vite.config.ts', 'package.json', 'tsconfig.json']) cpSync(join(root, name), join(scratch, name))
  symlinkSync(join(root, 'node_modules'), join(scratch, 'node_modules'))
  const done = spawnSync(process.execPath, [join(root, 'node_modules/@dcloudio/vite-plugin-uni/bin/uni.js'), 'build', '-p', 'h5'], {
    cwd: scratch,
    encoding: 'utf8',
    env: { ...process.env, CI: '1', UNI_OUTPUT_DIR: built },
  })
  assert.equal(done.status, 0, done.stdout + done.stderr)
}

const kinds = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }

/** Serves a folder as our program does: packed. */
function serve(folder) {
  const server = createServer((request, response) => {
    const name = new URL(request.url, 'http://x').pathname.replace(/^\/h5\//, '') || 'index.html'
    const file = join(folder, name)
    if (!existsSync(file)) return response.writeHead(404).end()
    response.writeHead(200, { 'Content-Type': kinds[extname(file)] ?? 'application/octet-stream', 'Content-Encoding': 'gzip' }).end(gzipSync(readFileSync(file)))
  })
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done({ url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() })))
}

async function paint(browser, url) {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2, locale: 'zh-CN' })
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.emulateNetworkConditions', line)
  await session.send('Emulation.setCPUThrottlingRate', { rate: slower })
  await page.addInitScript(() => {
    window.painted = 0
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.painted = entry.startTime
    }).observe({ type: 'largest-contentful-paint', buffered: true })
  })
  await page.goto(url + '/h5/', { waitUntil: 'networkidle' })
  await page.waitForFunction(() => window.painted > 0)
  const at = await page.evaluate(() => window.painted)
  await context.close()
  return at
}

const middle = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)]
const ms = (n) => Math.round(n) + ' ms'

buildEmpty()
const [demo, browser, empty] = await Promise.all([startDemo(), openBrowser(), serve(built)])
try {
  const ours = []
  const bare = []
  for (let n = 0; n <= rounds; n++) {
    const [a, b] = [await paint(browser, empty.url), await paint(browser, demo.app)]
    if (n === 0) continue // caches of the server and of the disk
    bare.push(a)
    ours.push(b)
  }
  console.log(`largest paint, Slow 4G and ${slower}x slower processor, ${rounds} rounds in turn:`)
  console.log(`  empty page  median ${ms(middle(bare))}  (${bare.map(ms).join(', ')})`)
  console.log(`  home page   median ${ms(middle(ours))}  (${ours.map(ms).join(', ')})`)
  console.log(`  ratio       ${(middle(ours) / middle(bare)).toFixed(2)}`)
} finally {
  await browser.close()
  await demo.stop()
  empty.stop()
  rmSync(scratch, { recursive: true, force: true })
}
