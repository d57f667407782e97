// What comes from the clipboard or is dropped. HTML from Word, WPS, WeChat and
// other pages is read by tree.ts; pictures that come with it are sent to us, and
// those that a page cannot reach are told of, never lost without a word.
import { parseFragment } from 'parse5'
import { isElement, rawAt, shaped, type Kid, type RawElement } from './tree'

export interface Pasted {
  kids: Kid[]
  /** Pictures that could not come along. */
  missing: number
  /** Pictures that came from WeChat and stay there. */
  atWeChat: number
}

/** Takes a picture in; gives what stands for it in the text. */
export type Begin = (file: Blob, name: string) => string

/** Reads pasted HTML. The rich text beside it holds the pictures of Word and WPS. */
export function pasted(html: string, rtf: string, begin: Begin): Pasted {
  const found: Pasted = { kids: [], missing: 0, atWeChat: 0 }
  let carried: (Blob | null)[] | undefined
  let local = 0
  const root = parseFragment(html)
  listed(root.childNodes)
  found.kids = shaped(root.childNodes, (given, picture) => {
    if (/^data:image\/(?:png|jpe?g|gif|bmp|webp);base64,/i.test(given)) {
      const file = fromBase64(given)
      if (file) return begin(file, rawAt(picture, 'alt') || '粘贴的图片')
    }
    if (/^file:/i.test(given)) {
      carried ??= picturesIn(rtf)
      const file = carried[local++]
      if (file) return begin(file, '文档里的图片')
    }
    if (given !== '' || rawAt(picture, 'data-src') !== '') found.missing++
    return ''
  })
  const count = (kids: Kid[]): void => kids.forEach((k) => typeof k !== 'string' && (k.at.src?.startsWith('https://mmbiz.') && found.atWeChat++, count(k.inside)))
  count(found.kids)
  return found
}

function fromBase64(given: string): Blob | null {
  try {
    const bytes = Uint8Array.from(atob(given.slice(given.indexOf(',') + 1)), (c) => c.charCodeAt(0))
    return new Blob([bytes], { type: given.slice(5, given.indexOf(';')) })
  } catch {
    return null
  }
}

/** The pictures of rich text, in their order; null for kinds that browsers do not know (WMF, EMF). */
export function picturesIn(rtf: string): (Blob | null)[] {
  const found: (Blob | null)[] = []
  // Word writes each picture once for readers of today (shppict) and once for old ones (nonshppict).
  for (const part of rtf.replace(/\{\\nonshppict[^]*?\}\s*\}/g, '').split('{\\pict').slice(1)) {
    const kind = /\\pngblip/.test(part) ? 'image/png' : /\\jpegblip/.test(part) ? 'image/jpeg' : ''
    // Groups within, then control words, then the bytes in hexadecimal.
    const flat = part.replace(/\{[^{}]*\}/g, ' ')
    const body = flat.slice(0, flat.indexOf('}'))
    const hex = body.slice(body.lastIndexOf('\\')).replace(/^\\[a-z]+-?\d*/i, '').replace(/\s/g, '')
    if (kind === '' || !/^[0-9a-f]{16}/i.test(hex)) {
      found.push(null)
      continue
    }
    const bytes = new Uint8Array(hex.length / 2)
    for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(hex.slice(2 * i, 2 * i + 2), 16)
    found.push(new Blob([bytes], { type: kind }))
  }
  return found
}

/** Makes lists of the lines that Word numbers by hand. */
function listed(nodes: RawElement['childNodes']): void {
  for (const n of nodes) if (isElement(n)) listed(n.childNodes)
  for (let i = 0; i < nodes.length; i++) {
    const first = nodes[i]!
    if (!isElement(first) || !itemOf(first)) continue
    const lines: RawElement[] = []
    let end = i
    for (; end < nodes.length; end++) {
      const n = nodes[end]!
      if (isElement(n) && itemOf(n)) lines.push(n)
      else if (isElement(n) || ('value' in n && n.value.trim() !== '')) break
    }
    const ordered = /^[\s(（]*[0-9a-z一二三四五六七八九十]+[.、)）]/i.test(markOf(first))
    const list = made(ordered ? 'ol' : 'ul', lines.map((line) => {
      unmark(line)
      line.attrs = []
      return made('li', [line])
    }))
    nodes.splice(i, end - i, list)
  }
}

const itemOf = (n: RawElement): boolean => n.tagName === 'p' && /mso-list:\s*l\d/i.test(rawAt(n, 'style'))
const isMark = (n: RawElement): boolean => /mso-list:\s*ignore/i.test(rawAt(n, 'style'))

function textIn(n: RawElement): string {
  return n.childNodes.map((c) => ('value' in c ? c.value : isElement(c) ? textIn(c) : '')).join('')
}

function markOf(n: RawElement): string {
  if (isMark(n)) return textIn(n)
  return n.childNodes.map((c) => (isElement(c) ? markOf(c) : '')).join('')
}

function unmark(n: RawElement): void {
  n.childNodes = n.childNodes.filter((c) => !isElement(c) || !isMark(c))
  for (const c of n.childNodes) if (isElement(c)) unmark(c)
}

function made(tagName: string, childNodes: RawElement['childNodes']): RawElement {
  const el = { nodeName: tagName, tagName, attrs: [], childNodes, namespaceURI: 'http://www.w3.org/1999/xhtml', parentNode: null } as unknown as RawElement
  for (const c of childNodes) c.parentNode = el
  return el
}
