// What is in an archive.
import { inflateRawSync } from 'node:zlib'

/** The entries of an archive by its central directory: where each begins, and how large it is there. */
export function entries(zip) {
  const found = []
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  for (let at = zip.readUInt32LE(end + 16), left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [name, extra, comment] = [28, 30, 32].map((n) => zip.readUInt16LE(at + n))
    found.push({
      name: zip.toString('utf8', at + 46, at + 46 + name).replace(/^\//, ''),
      size: zip.readUInt32LE(at + 20),
      packed: zip.readUInt16LE(at + 10) !== 0,
      at: zip.readUInt32LE(at + 42),
    })
    at += 46 + name + extra + comment
  }
  return found
}

/** The files of an archive, by name. */
export function unzip(zip) {
  return new Map(
    entries(zip).map(({ name, size, packed, at }) => {
      const begins = at + 30 + zip.readUInt16LE(at + 26) + zip.readUInt16LE(at + 28)
      const held = zip.subarray(begins, begins + size)
      return [name, packed ? inflateRawSync(held) : held]
    }),
  )
}
