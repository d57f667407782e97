// Makes the types of the API from our own description, which the program prints.
// LIANXIN_BINARY names a program that is built already; without it Go builds one.
// The idempotency key is left out: src/api/send.ts sets it on every write.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import openapiTS, { astToString } from 'openapi-typescript'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const [program, ...first] = process.env.LIANXIN_BINARY ? [process.env.LIANXIN_BINARY] : ['go', 'run', './cmd/lianxin']
const description = JSON.parse(execFileSync(program, [...first, 'openapi'], { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 }))
for (const path of Object.values(description.paths)) {
  for (const operation of Object.values(path)) {
    operation.parameters &&= operation.parameters.filter((p) => p.name !== 'Idempotency-Key')
  }
}
writeFileSync(new URL('../src/api/schema.d.ts', import.meta.url), '// Made by npm run api.\n' + astToString(await openapiTS(description)))
