// Reads HTML without ever giving it to the browser: a parser of its own makes a
// tree, and only what may stay in an article is kept. So the page needs neither a
// Trusted Types policy for foreign HTML nor styles from markup.
import { parseFragment, type DefaultTreeAdapterMap } from 'parse5'
import { cleanLink, cleanPicture, cleanStyle, dropped, elements, hollow, renamed } from './allowed'

export interface Piece {
  name: string
  /** In the order of their names, as they are written. */
  at: Record<string, string>
  inside: Kid[]
}
export type Kid = Piece | string

type Raw = DefaultTreeAdapterMap['childNode']
export type RawElement = DefaultTreeAdapterMap['element']

export const isElement = (n: Raw): n is RawElement => 'tagName' in n
export const rawAt = (n: RawElement, name: string): string => n.attrs.find((a) => a.name === name && !a.prefix)?.value ?? ''

/** What a picture was whose address cannot stay. */
export type Lost = (given: string, picture: RawElement) => string

/** Reads HTML and keeps what may stay. Lost is told of pictures that cannot, and may give another address. */
export function cleaned(html: string, lost: Lost = () => ''): Kid[] {
  return shaped(parseFragment(html).childNodes, lost, 0)
}

/** Nested deeper than this nobody writes. */
const deepest = 200

export function shaped(raw: Raw[], lost: Lost = () => '', depth = 0): Kid[] {
  const kept: Kid[] = []
  for (const n of raw) {
    if ('value' in n && n.nodeName === '#text') {
      const before = kept.at(-1)
      if (typeof before === 'string') kept[kept.length - 1] = before + n.value
      else if (n.value !== '') kept.push(n.value)
    } else if (isElement(n) && n.namespaceURI === 'http://www.w3.org/1999/xhtml' && !dropped.has(n.tagName)) {
      kept.push(...element(n, lost, depth))
    }
  }
  return kept
}

function element(n: RawElement, lost: Lost, depth: number): Kid[] {
  const inside = depth < deepest ? shaped(n.childNodes, lost, depth + 1) : []
  const name = renamed[n.tagName] ?? n.tagName
  if (!elements.has(name)) return inside
  const at = attributes(n, lost)
  const bare = Object.keys(at).length === 0
  if (name === 'img') return at.src ? [{ name, at, inside: [] }] : []
  if ((name === 'span' || name === 'a') && (bare || inside.length === 0)) return inside
  if (name === 'section' && bare && inside.length === 0) return []
  if (hollow.has(name) && inside.length === 0) return []
  return [{ name, at, inside }]
}

function attributes(n: RawElement, lost: Lost): Record<string, string> {
  const at: Record<string, string> = { style: cleanStyle(writtenStyle(n)) }
  switch (n.tagName) {
    case 'a':
      at.href = cleanLink(rawAt(n, 'href'))
      break
    case 'img': {
      const src = rawAt(n, 'src')
      at.src = cleanPicture(src) || cleanPicture(rawAt(n, 'data-src')) || lost(src, n)
      at.alt = rawAt(n, 'alt').trim().replace(/\s+/g, ' ')
      break
    }
    case 'td':
    case 'th':
      for (const span of ['colspan', 'rowspan']) at[span] = /^(?:[2-9]|[1-9][0-9])$/.exec(rawAt(n, span).trim())?.[0] ?? ''
  }
  return Object.fromEntries(Object.entries(at).filter(([, given]) => given !== '').sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** A style, with what older editors write as attributes before it. */
function writtenStyle(n: RawElement): string {
  let style = rawAt(n, 'style')
  if (n.tagName === 'font') style = `color: ${rawAt(n, 'color')};${style}`
  const align = rawAt(n, 'align')
  if (align && n.tagName !== 'img' && n.tagName !== 'table') style = `text-align: ${align};${style}`
  if (n.tagName === 'center') style = `text-align: center;${style}`
  return style
}
