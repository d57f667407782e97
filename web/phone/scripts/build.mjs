// Builds one form of the phone: h5 (served by the program, committed under
// web/dist/h5) or mp-weixin (the mini-program, for WeChat's own tools).
// LIANXIN_DIST puts the result elsewhere, to compare it.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const usual = { h5: join(root, '../dist/h5'), 'mp-weixin': join(root, 'dist/mini') }
const form = process.argv[2]
if (!(form in usual)) {
  console.error('usage: node scripts/build.mjs h5|mp-weixin')
  process.exit(2)
}
const out = process.env.LIANXIN_DIST ?? usual[form]
if (existsSync(out)) rmSync(out, { recursive: true })
// What WeChat runs is CommonJS, unlike the sources beside it: tests run it too.
if (out === usual['mp-weixin']) {
  mkdirSync(join(root, 'dist'), { recursive: true })
  writeFileSync(join(root, 'dist/package.json'), '{ "type": "commonjs" }\n')
}
// CI=1 keeps the compiler from reporting home.
const done = spawnSync(process.execPath, [join(root, 'node_modules/@dcloudio/vite-plugin-uni/bin/uni.js'), 'build', '-p', form], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
  encoding: 'utf8',
  env: { ...process.env, CI: '1', UNI_OUTPUT_DIR: out },
})
if (done.status !== 0) {
  process.stdout.write(done.stdout)
  process.exit(done.status ?? 1)
}
