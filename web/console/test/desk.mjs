// What the journeys stand on: the real program on free ports of this machine, a
// real browser that may ask nobody else, and what must hold on every page.
import AxeBuilder from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before } from 'node:test'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'lx-console-'))

/** Where the pictures of the pages go, to be looked at. */
export const pictures = process.env.LIANXIN_SCREENSHOTS ?? join(scratch, 'pictures')
mkdirSync(pictures, { recursive: true })

/** The password of the demo's accounts, which its guide prints. */
export const password = 'lianxin-demo-2026'

function binary() {
  if (process.env.LIANXIN_BINARY) return process.env.LIANXIN_BINARY
  const path = join(scratch, 'lianxin')
  execFileSync('go', ['build', '-o', path, './cmd/lianxin'], { cwd: root })
  return path
}

/** Starts `lianxin demo` on free ports and waits until it serves. */
export async function startDemo() {
  const data = join(scratch, 'data')
  const program = spawn(binary(), ['demo', '--data', data, '--listen', '127.0.0.1:0', '--simulator-listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  program.stderr.on('data', (chunk) => (said += chunk))
  const ended = new Promise((done) => program.once('exit', done))
  const ready = await Promise.race([
    new Promise((done) => createInterface({ input: program.stdout }).once('line', (line) => done(JSON.parse(line)))),
    ended.then((code) => assert.fail(`the demo ended with ${code}:\n${said}`)),
  ])
  return {
    app: ready.app,
    simulator: ready.simulator,
    async stop() {
      program.kill('SIGTERM')
      await ended
      rmSync(data, { recursive: true, force: true })
      if (!process.env.LIANXIN_SCREENSHOTS) rmSync(scratch, { recursive: true, force: true })
    },
  }
}

export async function openBrowser() {
  const path = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync)
  assert.ok(path, 'chromium is not installed: .ci/web installs it')
  return chromium.launch({
    executablePath: path,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
}

/** A person at a desk (or with a phone): a browser of their own that asks only our program. */
export class Desk {
  /** What must not have happened, in words. */
  wrongs = []

  /** Beside is what else the browser is told of itself; hosts are whom it may ask besides our program. */
  static async open(browser, demo, viewport = { width: 1280, height: 800 }, beside = {}, hosts = []) {
    const desk = new this()
    desk.demo = demo
    desk.context = await browser.newContext({ viewport, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce', ...beside })
    await desk.context.route('**/*', (route) => {
      const url = route.request().url()
      if ([demo.app, ...hosts].some((host) => url.startsWith(host + '/')) || /^(data|blob):/.test(url)) return route.continue()
      desk.wrongs.push(`asked a foreign host: ${url}`)
      return route.abort()
    })
    await desk.context.exposeBinding('lxViolation', (_, words) => void desk.wrongs.push(words))
    await desk.context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (e) => window.lxViolation(`against the policy: ${e.violatedDirective} ${e.blockedURI} ${e.sample} ${e.sourceFile}:${e.lineNumber}`))
    })
    desk.page = await desk.context.newPage()
    desk.page.setDefaultTimeout(10_000)
    desk.context.on('weberror', (e) => desk.wrongs.push(`script failed: ${e.error().stack}`))
    desk.context.on('console', (m) => {
      // The browser itself reports each refused request; what the screen says of it is tested.
      if (['error', 'warning'].includes(m.type()) && !m.text().startsWith('Failed to load resource')) desk.wrongs.push(`console: ${m.text()}`)
    })
    return desk
  }

  /** Opens a page of the console. */
  go(path) {
    return this.page.goto(this.demo.app + '/console' + path)
  }

  async signIn(login) {
    await this.go('/')
    await this.page.getByLabel('登录名').fill(login)
    await this.page.getByLabel('密码').fill(password)
    await this.page.getByRole('button', { name: '登录' }).click()
  }

  heading(name) {
    return this.page.getByRole('heading', { level: 1, name })
  }

  /**
   * Whether the page can be used by everybody (WCAG 2.2 AA), and takes its picture.
   * Besides is what somebody else wrote, whose colours are not ours to choose.
   */
  async looks(name, besides) {
    await this.page.screenshot({ path: join(pictures, name + '.png'), fullPage: true })
    const axe = new AxeBuilder({ page: this.page })
    if (besides) axe.exclude(besides)
    const { violations } = await axe.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze()
    assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html + ' ' + n.failureSummary).join('\n  ')}`), [], `axe on ${name}`)
    const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    assert.equal(wide, 0, `${name} must be scrolled sideways`)
  }

  async close() {
    await this.context.close()
    assert.deepEqual(this.wrongs, [])
  }
}

/** The demo and the browser of a file's tests: started before them, stopped after. */
export function onDemo() {
  const house = {
    demo: undefined,
    browser: undefined,
    open: (viewport) => Desk.open(house.browser, house.demo, viewport),
    /** Does something at a desk of one's own; what must not happen fails the test. */
    async at(work, viewport) {
      const desk = await house.open(viewport)
      await work(desk, desk.page)
      await desk.close()
    },
  }
  before(async () => {
    ;[house.demo, house.browser] = await Promise.all([startDemo(), openBrowser()])
  })
  after(async () => {
    await house.browser?.close()
    await house.demo?.stop()
  })
  return house
}

/** The number an authenticator shows for a secret (RFC 6238), some half minutes from now. */
export function totp(secret, steps = 0) {
  const bits = [...secret.replace(/[\s=]/g, '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps))
  const sum = createHmac('sha1', key).update(counter).digest()
  const at = sum[19] & 15
  return String((sum.readUInt32BE(at) & 0x7fffffff) % 1e6).padStart(6, '0')
}
