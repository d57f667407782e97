// Measures what the first page of the console makes a browser load, packed as it
// is sent, and fails when the scripts are heavier than agreed.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { fileURLToPath } from 'node:url'

const most = 300 * 1024
const dist = process.argv[2] ?? fileURLToPath(new URL('../../dist/console', import.meta.url))
const packed = (name) => gzipSync(readFileSync(join(dist, name)), { level: 9 }).length

// Scripts that a script imports at once, not those that it imports later.
const imported = (name) => [...readFileSync(join(dist, name), 'utf8').matchAll(/(?:^|[;\s}])(?:import|export)\s*(?:[\w$*{][^"'()]*?from)?\s*["']\.\/([^"']+\.js)["']/g)].map((m) => 'assets/' + m[1])

const page = readFileSync(join(dist, 'index.html'), 'utf8')
const scripts = new Set([...page.matchAll(/(?:src|href)="\/console\/(assets\/[^"]+\.js)"/g)].map((m) => m[1]))
for (const script of scripts) for (const next of imported(script)) scripts.add(next)
const styles = [...page.matchAll(/href="\/console\/(assets\/[^"]+\.css)"/g)].map((m) => m[1])

const sum = (names) => [...names].reduce((total, name) => total + packed(name), 0)
const kb = (bytes) => (bytes / 1024).toFixed(1) + ' KB'
const script = sum(scripts)
console.log(`first page: ${scripts.size} scripts, ${kb(script)} packed (at most ${kb(most)}); styles ${kb(sum(styles))}`)
if (script > most) process.exit(1)
