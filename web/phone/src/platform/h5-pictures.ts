// Pictures that were picked and not sent yet are kept in the browser's own
// database: the address that the browser gives for a picked file dies with the page.

const longestSide = 2048
const quality = 0.86

function store(): Promise<IDBDatabase> {
  return new Promise((ok, bad) => {
    const asked = indexedDB.open('lianxin', 1)
    asked.onupgradeneeded = () => asked.result.createObjectStore('pictures')
    asked.onsuccess = () => ok(asked.result)
    asked.onerror = () => bad(asked.error ?? new Error('pictures cannot be kept'))
  })
}

async function over<T>(mode: IDBTransactionMode, work: (pictures: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await store()
  try {
    return await new Promise<T>((ok, bad) => {
      const asked = work(db.transaction('pictures', mode).objectStore('pictures'))
      asked.onsuccess = () => ok(asked.result)
      asked.onerror = () => bad(asked.error ?? new Error('pictures cannot be kept'))
    })
  } finally {
    db.close()
  }
}

/** Makes a large photograph smaller: a phone's own is more than anybody looks at. */
async function smaller(picture: Blob): Promise<Blob> {
  if (picture.size < 500_000 || !('createImageBitmap' in window)) return picture
  try {
    const full = await createImageBitmap(picture)
    const by = Math.min(1, longestSide / Math.max(full.width, full.height))
    const canvas = document.createElement('canvas')
    canvas.width = Math.round(full.width * by)
    canvas.height = Math.round(full.height * by)
    canvas.getContext('2d')?.drawImage(full, 0, 0, canvas.width, canvas.height)
    full.close()
    const made = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', quality))
    return made !== null && made.size < picture.size ? made : picture
  } catch {
    return picture // what cannot be drawn here, the server judges
  }
}

/** Addresses of what is open, so that each is made once. */
const opened = new Map<string, string>()

export const pictures = {
  async keep(path: string): Promise<string> {
    const picked = await (await fetch(path)).blob()
    const kept = 'picture-' + Date.now().toString(36) + Math.random().toString(36).slice(2)
    const made = await smaller(picked)
    await over('readwrite', (p) => p.put(made, kept))
    return kept
  },
  async open(kept: string): Promise<string | undefined> {
    const known = opened.get(kept)
    if (known !== undefined) return known
    const picture = (await over('readonly', (p) => p.get(kept))) as Blob | undefined
    if (picture === undefined) return undefined
    const address = URL.createObjectURL(picture)
    opened.set(kept, address)
    return address
  },
  async drop(kept: string): Promise<void> {
    await over('readwrite', (p) => p.delete(kept))
    const address = opened.get(kept)
    if (address !== undefined) URL.revokeObjectURL(address)
    opened.delete(kept)
  },
}
