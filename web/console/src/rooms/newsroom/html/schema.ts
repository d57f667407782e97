// The grammar of an article in the editor: lines of text in frames (sections),
// lists, quotes and tables, each with the inline styles that may stay. It is read
// from the inert document of shown.ts, and written by write.ts.
import { Extension, Mark, mergeAttributes, Node, textblockTypeInputRule, wrappingInputRule, type Attributes, type Extensions } from '@tiptap/core'
import { dropCursor } from '@tiptap/pm/dropcursor'
import { gapCursor } from '@tiptap/pm/gapcursor'
import { history, redo, undo } from '@tiptap/pm/history'
import { goToNextCell, tableEditing } from '@tiptap/pm/tables'
import { cleanStyle } from './allowed'

/** An attribute that the inert document keeps as data, and the editor's own as `as`. */
const kept = (name: string, as = name): Attributes[string] => ({
  default: '',
  parseHTML: (el) => el.getAttribute('data-' + name) ?? '',
  renderHTML: (at) => (at[name] ? { [as]: at[name] as string } : {}),
})
// The browser's style is set through the object model by the library (DOMSerializer).
const style: Attributes = { style: { ...kept('style'), parseHTML: (el) => cleanStyle(el.getAttribute('data-style') ?? '') } }

const Doc = Node.create({ name: 'doc', topNode: true, content: 'block+' })
const Text = Node.create({ name: 'text', group: 'inline' })

/** A line of text: a paragraph, or a section that holds nothing else. */
const Paragraph = Node.create({
  name: 'paragraph', group: 'block', content: 'inline*', priority: 1000,
  extendNodeSchema: (extension) => (extension.name === 'paragraph' ? { definingForContent: true } : {}),
  addAttributes: () => ({ ...style, tag: { default: 'p', parseHTML: (el) => el.tagName.toLowerCase(), renderHTML: () => ({}) } }),
  parseHTML: () => [{ tag: 'p' }, { tag: 'section[data-line=yes]' }, { tag: 'pre[data-line=yes]', preserveWhitespace: 'full' }],
  renderHTML: ({ node, HTMLAttributes }) => [node.attrs.tag as string, HTMLAttributes, 0],
  addKeyboardShortcuts() {
    return { 'Mod-Alt-0': () => this.editor.commands.setNode('paragraph') }
  },
})

export const levels = [1, 2, 3, 4]
const Heading = Node.create({
  name: 'heading', group: 'block', content: 'inline*', defining: true,
  addAttributes: () => ({ ...style, level: { default: 2, parseHTML: (el) => Number(el.tagName.slice(1)), renderHTML: () => ({}) } }),
  parseHTML: () => levels.map((level) => ({ tag: 'h' + level })),
  renderHTML: ({ node, HTMLAttributes }) => ['h' + (node.attrs.level as number), HTMLAttributes, 0],
  addKeyboardShortcuts() {
    return Object.fromEntries(levels.map((level) => ['Mod-Alt-' + level, () => this.editor.commands.toggleNode('heading', 'paragraph', { level })]))
  },
  addInputRules() {
    return levels.map((level) => textblockTypeInputRule({ find: new RegExp(`^(#{${level}})\\s$`), type: this.type, getAttributes: { level } }))
  },
})

/** A frame around lines, as articles of WeChat are made of. */
const Section = Node.create({
  name: 'section', group: 'block', content: 'block+', defining: true,
  addAttributes: () => style,
  parseHTML: () => [{ tag: 'section[data-line=no]' }],
  renderHTML: ({ HTMLAttributes }) => ['section', HTMLAttributes, 0],
})

const Quote = Node.create({
  name: 'blockquote', group: 'block', content: 'block+', defining: true,
  addAttributes: () => style,
  parseHTML: () => [{ tag: 'blockquote' }],
  renderHTML: ({ HTMLAttributes }) => ['blockquote', HTMLAttributes, 0],
  addInputRules() {
    return [wrappingInputRule({ find: /^\s*>\s$/, type: this.type })]
  },
})

const Rule = Node.create({
  name: 'rule', group: 'block', addAttributes: () => style,
  parseHTML: () => [{ tag: 'hr' }],
  renderHTML: ({ HTMLAttributes }) => ['hr', HTMLAttributes],
})

const Break = Node.create({
  name: 'hardBreak', group: 'inline', inline: true, selectable: false, linebreakReplacement: true,
  parseHTML: () => [{ tag: 'br' }],
  renderHTML: () => ['br'],
  renderText: () => '\n',
  addKeyboardShortcuts() {
    const breakLine = () => this.editor.commands.first([({ commands }) => commands.exitCode(), ({ commands }) => commands.insertContent({ type: 'hardBreak' })])
    return { 'Shift-Enter': breakLine, 'Mod-Enter': breakLine }
  },
})

const list = (name: string, tag: string, find: RegExp) => Node.create({
  name, group: 'block list', content: 'listItem+',
  addAttributes: () => style,
  parseHTML: () => [{ tag }],
  renderHTML: ({ HTMLAttributes }) => [tag, HTMLAttributes, 0],
  addInputRules() {
    return [wrappingInputRule({ find, type: this.type })]
  },
})
const Item = Node.create({
  name: 'listItem', content: 'block+', defining: true,
  addAttributes: () => style,
  parseHTML: () => [{ tag: 'li' }],
  renderHTML: ({ HTMLAttributes }) => ['li', HTMLAttributes, 0],
  addKeyboardShortcuts() {
    return {
      Enter: () => this.editor.commands.splitListItem('listItem'),
      Tab: () => this.editor.commands.sinkListItem('listItem'),
      'Shift-Tab': () => this.editor.commands.liftListItem('listItem'),
    }
  },
})

const Table = Node.create({
  name: 'table', group: 'block', content: 'tableRow+', isolating: true,
  extendNodeSchema: (extension) => {
    const role = ({ table: 'table', tableRow: 'row', tableCell: 'cell', tableHeader: 'header_cell' } as Record<string, string>)[extension.name]
    return role ? { tableRole: role } : {}
  },
  addAttributes: () => style,
  parseHTML: () => [{ tag: 'table' }],
  renderHTML: ({ HTMLAttributes }) => ['table', HTMLAttributes, ['tbody', 0]],
  addProseMirrorPlugins: () => [tableEditing()],
  addKeyboardShortcuts() {
    const step = (by: 1 | -1) => () => goToNextCell(by)(this.editor.state, this.editor.view.dispatch)
    return { Tab: step(1), 'Shift-Tab': step(-1) }
  },
})
const Row = Node.create({
  name: 'tableRow', content: '(tableCell | tableHeader)*', addAttributes: () => style,
  parseHTML: () => [{ tag: 'tr' }],
  renderHTML: ({ HTMLAttributes }) => ['tr', HTMLAttributes, 0],
})
const spans = (name: string): Attributes => ({
  [name]: { default: 1, parseHTML: (el) => Number(el.getAttribute('data-' + name) ?? 1), renderHTML: (at) => (at[name] === 1 ? {} : { [name]: at[name] as number }) },
})
const cell = (name: string, tag: string) => Node.create({
  name, content: 'block+', isolating: true,
  addAttributes: () => ({ ...style, ...spans('colspan'), ...spans('rowspan'), colwidth: { default: null, renderHTML: () => ({}) } }),
  parseHTML: () => [{ tag }],
  renderHTML: ({ HTMLAttributes }) => [tag, HTMLAttributes, 0],
})

/** The outermost mark, so that one style is one span whatever is bold within it. */
const Styled = Mark.create({
  name: 'styled', priority: 2000,
  addAttributes: () => style,
  parseHTML: () => [{ tag: 'span[data-style]' }],
  renderHTML: ({ HTMLAttributes }) => ['span', HTMLAttributes, 0],
})
const Link = Mark.create({
  name: 'link', priority: 1900, inclusive: false,
  addAttributes: () => ({ href: kept('href', 'data-href') }),
  parseHTML: () => [{ tag: 'a[data-href]' }],
  // Without href: a click is for writing, and the browser has nowhere to go.
  renderHTML: ({ mark, HTMLAttributes }) => ['a', mergeAttributes(HTMLAttributes, { title: mark.attrs.href as string }), 0],
})
const mark = (name: string, tag: string, key = '', excludes?: string) => Mark.create({
  name, ...(excludes ? { excludes } : {}),
  parseHTML: () => [{ tag }],
  renderHTML: () => [tag, 0],
  addKeyboardShortcuts() {
    return key ? { [key]: () => this.editor.commands.toggleMark(name) } : {}
  },
})

const Mending = Extension.create({
  name: 'mending',
  addProseMirrorPlugins: () => [history({ depth: 300 }), dropCursor({ color: false, class: 'drop-mark' }), gapCursor()],
  addKeyboardShortcuts() {
    const go = (deed: typeof undo) => () => deed(this.editor.state, this.editor.view.dispatch)
    return { 'Mod-z': go(undo), 'Shift-Mod-z': go(redo), 'Mod-y': go(redo) }
  },
})

/** The whole grammar; the picture comes from who knows how to show it. */
export const grammar = (picture: Node): Extensions => [
  Doc, Text, Paragraph, Heading, Section, Quote, Rule, Break,
  list('bulletList', 'ul', /^\s*([-+*])\s$/), list('orderedList', 'ol', /^(\d+)\.\s$/), Item,
  Table, Row, cell('tableCell', 'td'), cell('tableHeader', 'th'), picture,
  Styled, Link, mark('strong', 'strong', 'Mod-b'), mark('em', 'em', 'Mod-i'), mark('u', 'u', 'Mod-u'), mark('s', 's', 'Mod-Shift-x'),
  mark('sub', 'sub', '', 'sup'), mark('sup', 'sup', '', 'sub'), mark('code', 'code'), Mending,
]
