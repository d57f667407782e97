// Measures what the first page of a built front end makes a browser load, packed as
// it is sent, and fails when the scripts are heavier than agreed:
//   node first-page.mjs FOLDER KB [PAGE]
// PAGE is the start of the names of scripts that the first page loads by itself.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const [dist, kilobytes, own] = process.argv.slice(2)
const most = Number(kilobytes) * 1024
const packed = (name) => gzipSync(readFileSync(join(dist, name)), { level: 9 }).length

// Scripts that a script imports at once, not those that it imports later.
const imported = (name) => [...readFileSync(join(dist, name), 'utf8').matchAll(/(?:^|[;\s}])(?:import|export)\s*(?:[\w$*{][^"'()]*?from)?\s*["']\.\/([^"']+\.js)["']/g)].map((m) => 'assets/' + m[1])

const page = readFileSync(join(dist, 'index.html'), 'utf8')
const scripts = new Set([...page.matchAll(/(?:src|href)="\/\w+\/(assets\/[^"]+\.js)"/g)].map((m) => m[1]))
if (own) for (const name of readdirSync(join(dist, 'assets'))) if (name.startsWith(own) && name.endsWith('.js')) scripts.add('assets/' + name)
for (const script of scripts) for (const next of imported(script)) scripts.add(next)
const styles = [...page.matchAll(/href="\/\w+\/(assets\/[^"]+\.css)"/g)].map((m) => m[1])

const sum = (names) => [...names].reduce((total, name) => total + packed(name), 0)
const kb = (bytes) => (bytes / 1024).toFixed(1) + ' KB'
const script = sum(scripts)
console.log(`first page: ${scripts.size} scripts, ${kb(script)} packed (at most ${kb(most)}); styles ${kb(sum(styles))}`)
if (script > most) process.exit(1)
