// Draws the icons of the tab bar: lines of one width, once for what is open and
// once for what is not. The colours read on the light bar and on the dark one.
// Run by hand after a change here; what it makes is committed.
import { writeFileSync } from 'node:fs'
import { deflateSync, crc32 as zlibCrc } from 'node:zlib'

const size = 81
const width = 5.5
const fine = 4

const arc = (x, y, r, from, to) => Array.from({ length: 33 }, (_, n) => {
  const at = ((from + ((to - from) * n) / 32) * Math.PI) / 180
  return [x + r * Math.cos(at), y - r * Math.sin(at)]
})
const icons = {
  home: [[[11, 42], [40.5, 15], [70, 42]], [[20, 38], [20, 68], [61, 68], [61, 38]], [[34, 68], [34, 49], [47, 49], [47, 68]]],
  letter: [[[11, 20], [70, 20], [70, 62], [11, 62], [11, 20]], [[12, 22], [40.5, 45], [69, 22]]],
  news: [[[14, 13], [67, 13], [67, 68], [14, 68], [14, 13]], [[26, 28], [55, 28]], [[26, 41], [55, 41]], [[26, 54], [43, 54]]],
  me: [arc(40.5, 27, 13, 0, 360), [...arc(40.5, 68, 27, 0, 180), [67.5, 68]]],
}
const colours = { '': [0x8a, 0x85, 0x7d], '-on': [0xd0, 0x48, 0x4c] }

function far([px, py], [ax, ay], [bx, by]) {
  const dx = bx - ax
  const dy = by - ay
  const along = Math.max(0, Math.min(1, ((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy || 1)))
  return Math.hypot(px - ax - along * dx, py - ay - along * dy)
}

function cover(lines, x, y) {
  let hits = 0
  for (let n = 0; n < fine * fine; n++) {
    const at = [x + ((n % fine) + 0.5) / fine, y + (Math.floor(n / fine) + 0.5) / fine]
    if (lines.some((line) => line.some((p, i) => i > 0 && far(at, line[i - 1], p) <= width / 2))) hits++
  }
  return Math.round((255 * hits) / (fine * fine))
}

const table = Array.from({ length: 256 }, (_, n) => Array.from({ length: 8 }).reduce((c) => (c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1), n) >>> 0)
const crc = zlibCrc ?? ((data) => (data.reduce((c, b) => table[(c ^ b) & 0xff] ^ (c >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0)

function chunk(kind, data) {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), data])
  const whole = Buffer.alloc(body.length + 8)
  whole.writeUInt32BE(data.length)
  body.copy(whole, 4)
  whole.writeUInt32BE(crc(body), body.length + 4)
  return whole
}

for (const [name, lines] of Object.entries(icons)) {
  const alpha = Array.from({ length: size * size }, (_, n) => cover(lines, n % size, Math.floor(n / size)))
  for (const [state, [r, g, b]] of Object.entries(colours)) {
    const rows = Buffer.alloc(size * (size * 4 + 1))
    alpha.forEach((a, n) => rows.set([r, g, b, a], Math.floor(n / size) * (size * 4 + 1) + 1 + (n % size) * 4))
    const head = Buffer.alloc(13)
    head.writeUInt32BE(size)
    head.writeUInt32BE(size, 4)
    head.set([8, 6], 8)
    const png = [Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', head), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]
    writeFileSync(new URL(`../src/static/tab/${name}${state}.png`, import.meta.url), Buffer.concat(png))
  }
}
