// What the buttons of the editor do to the text.
import type { Editor } from '@tiptap/core'
import { addColumnAfter, addRowAfter, deleteColumn, deleteRow, deleteTable, isInTable, mergeCells, splitCell, toggleHeaderRow } from '@tiptap/pm/tables'
import type { Node } from '@tiptap/pm/model'
import { TextSelection, type Command } from '@tiptap/pm/state'
import { withStyle, declarations } from './allowed'

const withBlocks = new Set(['paragraph', 'heading'])

/** Gives the lines that are selected another style; '' takes it away. */
export function styleLines(editor: Editor, property: string, worth: string): void {
  const { tr, selection } = editor.state
  for (const { $from, $to } of selection.ranges) {
    tr.doc.nodesBetween($from.pos, $to.pos, (node, at) => {
      if (withBlocks.has(node.type.name)) tr.setNodeAttribute(at, 'style', withStyle(node.attrs.style as string, property, worth))
    })
  }
  editor.view.dispatch(tr)
  editor.view.focus()
}

/** Gives the words that are selected, or those to be written, another style. */
export function styleWords(editor: Editor, property: string, worth: string): void {
  const { tr, selection, schema } = editor.state
  const type = schema.marks.styled!
  const given = (style: string): string => withStyle(style, property, worth)
  if (selection.empty) {
    const marks = editor.state.storedMarks ?? selection.$from.marks()
    const style = given((type.isInSet(marks)?.attrs.style as string | undefined) ?? '')
    if (style) tr.addStoredMark(type.create({ style }))
    else tr.removeStoredMark(type)
  }
  for (const { $from, $to } of selection.ranges) {
    tr.doc.nodesBetween($from.pos, $to.pos, (node, at) => {
      if (!node.isText) return
      const from = Math.max(at, $from.pos)
      const to = Math.min(at + node.nodeSize, $to.pos)
      const style = given((type.isInSet(node.marks)?.attrs.style as string | undefined) ?? '')
      tr.removeMark(from, to, type)
      if (style) tr.addMark(from, to, type.create({ style }))
    })
  }
  editor.view.dispatch(tr)
  editor.view.focus()
}

/** Takes every style and mark from the words and lines that are selected. */
export function plain(editor: Editor): void {
  const { tr, selection } = editor.state
  const { from, to } = selection
  tr.removeMark(from, to)
  tr.doc.nodesBetween(from, to, (node, at) => {
    if (withBlocks.has(node.type.name) && node.attrs.style) tr.setNodeAttribute(at, 'style', '')
  })
  editor.view.dispatch(tr)
  editor.view.focus()
}

/** What one style of the line at the writing mark is. */
export function lineStyle(editor: Editor, property: string): string {
  return declarations(editor.state.selection.$from.parent.attrs.style as string ?? '').get(property) ?? ''
}

const border = 'border: 1px solid #cccccc; padding: 6px 8px'
/** Puts a table in; its first row names the columns. */
export function insertTable(editor: Editor, rows: number, columns: number): void {
  const { schema } = editor
  const cellOf = (kind: string) => schema.nodes[kind]!.createAndFill({ style: kind === 'tableHeader' ? border + '; background-color: #f4f3f1' : border })!
  const row = (kind: string) => schema.nodes.tableRow!.create(null, Array.from({ length: columns }, () => cellOf(kind)))
  const table = schema.nodes.table!.create({ style: 'border-collapse: collapse; width: 100%' }, Array.from({ length: rows }, (_, i) => row(i === 0 ? 'tableHeader' : 'tableCell')))
  const { tr } = editor.state
  const before = tr.selection.from
  tr.replaceSelectionWith(table)
  let first = -1
  tr.doc.nodesBetween(Math.max(0, before - 2), tr.doc.content.size, (node, at) => {
    if (node.type.name === 'table' && first < 0) first = at
  })
  editor.view.dispatch(tr.setSelection(TextSelection.near(tr.doc.resolve(first + 1))).scrollIntoView())
  editor.view.focus()
}

const bare = (command: Command) => (editor: Editor) => {
  command(editor.state, editor.view.dispatch)
  editor.view.focus()
}
/** A new cell looks like the one beside it, when both are of one kind. */
const alike = (command: Command) => (editor: Editor) => {
  const { $from } = editor.state.selection
  let beside = editor.state.doc as Node
  for (let d = $from.depth; d > 0 && !isCell(beside); d--) beside = $from.node(d)
  command(editor.state, (tr) => {
    tr.doc.descendants((node, at) => {
      if (isCell(node) && node.attrs.style === '') tr.setNodeAttribute(at, 'style', (node.type === beside.type && (beside.attrs.style as string)) || border)
    })
    editor.view.dispatch(tr)
  })
  editor.view.focus()
}
const isCell = (node: Node): boolean => /cell/.test((node.type.spec.tableRole as string | undefined) ?? '')

export const tableActs: { words: string; act: (editor: Editor) => void }[] = [
  { words: '下面加行', act: alike(addRowAfter) },
  { words: '右边加列', act: alike(addColumnAfter) },
  { words: '删除行', act: bare(deleteRow) },
  { words: '删除列', act: bare(deleteColumn) },
  { words: '合并单元格', act: bare(mergeCells) },
  { words: '拆分单元格', act: bare(splitCell) },
  { words: '表头', act: bare(toggleHeaderRow) },
  { words: '删除表格', act: bare(deleteTable) },
]

export const inTable = (editor: Editor): boolean => isInTable(editor.state)
