// Writes an article as HTML, the way the server writes what it cleaned: what
// comes out here is cleaned to itself, so that nothing differs without a reason.
import type { Fragment, Mark, Node } from '@tiptap/pm/model'

const escapes: Record<string, string> = { '&': '&amp;', "'": '&#39;', '<': '&lt;', '>': '&gt;', '"': '&#34;', '\r': '&#13;' }
const escaped = (text: string): string => text.replace(/[&'<>"\r]/g, (c) => escapes[c]!)
/** Browsers show several spaces as one; an editor's writer means them all. */
const spaced = (text: string): string => text.replace(/ {2,}/g, (run) => ' ' + '\u00a0'.repeat(run.length - 1))

const open = (name: string, at: Record<string, string> = {}, end = '>'): string =>
  '<' + name + Object.keys(at).sort().filter((k) => at[k]).map((k) => ` ${k}="${escaped(at[k]!)}"`).join('') + end

const markNames: Record<string, string> = { styled: 'span', link: 'a' }
const openMark = (m: Mark): string => open(markNames[m.type.name] ?? m.type.name, m.attrs as Record<string, string>)
const closeMark = (m: Mark): string => `</${markNames[m.type.name] ?? m.type.name}>`

/** Gives the address of a picture, or '' when it is not uploaded yet. */
export type AddressOf = (src: string) => string

/** Writes what is in a node. Pictures without an address are left out. */
export function written(node: Node, addressOf: AddressOf): string {
  return fragment(node.content, addressOf)
}

function fragment(content: Fragment, addressOf: AddressOf): string {
  let out = ''
  let active: readonly Mark[] = []
  const keep = (marks: readonly Mark[]): void => {
    let same = 0
    while (same < active.length && same < marks.length && active[same]!.eq(marks[same]!)) same++
    for (const m of active.slice(same).reverse()) out += closeMark(m)
    for (const m of marks.slice(same)) out += openMark(m)
    active = marks
  }
  content.forEach((child) => {
    const text = child.isText ? escaped(spaced(child.text!)) : child.isInline ? single(child, addressOf) : ''
    if (child.isInline && text === '') return
    keep(child.isText ? child.marks : child.marks.filter((m) => m.type.name === 'link'))
    out += child.isInline ? text : block(child, addressOf)
  })
  keep([])
  return out
}

function single(node: Node, addressOf: AddressOf): string {
  if (node.type.name === 'hardBreak') return '<br/>'
  const { src, alt, style } = node.attrs as { src: string; alt: string; style: string }
  const address = addressOf(src)
  return address ? open('img', { src: address, alt, style }, '/>') : ''
}

const names: Record<string, string> = { bulletList: 'ul', orderedList: 'ol', listItem: 'li', tableRow: 'tr', tableCell: 'td', tableHeader: 'th' }

function block(node: Node, addressOf: AddressOf): string {
  const style = node.attrs.style as string
  const inside = fragment(node.content, addressOf)
  switch (node.type.name) {
    case 'rule':
      return open('hr', { style }, '/>')
    case 'table':
      return `${open('table', { style })}<tbody>${inside}</tbody></table>`
    case 'tableCell':
    case 'tableHeader': {
      const { colspan, rowspan } = node.attrs as { colspan: number; rowspan: number }
      const name = names[node.type.name]!
      return open(name, { style, colspan: colspan > 1 ? String(colspan) : '', rowspan: rowspan > 1 ? String(rowspan) : '' }) + inside + `</${name}>`
    }
    case 'paragraph':
    case 'heading': {
      const name = node.type.name === 'heading' ? 'h' + (node.attrs.level as number) : (node.attrs.tag as string)
      // An empty line is meant to be seen; an empty frame may be a drawn border.
      return open(name, { style }) + (inside === '' && name === 'p' ? '<br/>' : inside) + `</${name}>`
    }
    default: {
      const name = names[node.type.name] ?? node.type.name
      return open(name, { style }) + inside + `</${name}>`
    }
  }
}

/** What WeChat counts: characters and bytes of the HTML; and the words that are read. */
export function measured(html: string, text: string): { characters: number; bytes: number; words: number } {
  return { characters: [...html].length, bytes: new TextEncoder().encode(html).length, words: [...text.replace(/\s/g, '')].length }
}
