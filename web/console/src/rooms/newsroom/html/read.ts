// From HTML to what the editor holds, and what pasting puts there.
import type { Editor } from '@tiptap/core'
import { DOMParser, Slice, type Node, type Schema } from '@tiptap/pm/model'
import { pasted, type Begin } from './paste'
import { inertOf } from './shown'
import { cleaned, type Kid } from './tree'

/** Reads an article's body. Learn hears the link of each picture as it was given. */
export function read(schema: Schema, html: string, learn: (given: string) => void): Node {
  const kids = cleaned(html)
  for (const [, link] of html.matchAll(/\ssrc="([^"]*)"/g)) learn(link!.replaceAll('&amp;', '&'))
  return DOMParser.fromSchema(schema).parse(inertOf(kids))
}

function slice(schema: Schema, kids: Kid[]): Slice {
  return DOMParser.fromSchema(schema).parseSlice(inertOf(kids))
}

const picturesIn = (data: DataTransfer): File[] => [...data.files].filter((f) => f.type.startsWith('image/'))

/** What one is told after pasting; '' when all came along. */
export type Told = (words: string) => void

/**
 * Puts what comes from the clipboard, or is dropped, into the text. False leaves
 * plain text, and what moves within the editor, to the editor itself.
 */
export function take(editor: Editor, e: ClipboardEvent | DragEvent, begin: Begin, told: Told): boolean {
  const data = 'clipboardData' in e ? e.clipboardData : e.dataTransfer
  const { view } = editor
  if (!data || (e.type === 'drop' && view.dragging)) return false
  const html = data.getData('text/html')
  const files = picturesIn(data)
  const plain = e.type === 'paste' && (view as unknown as { input: { shiftKey: boolean } }).input.shiftKey
  if (plain && data.getData('text/plain')) return false
  // Office programs add a picture of the whole: then the words count.
  const justPictures = files.length > 0 && !/<(?:p|td|li|h[1-6]|span)[\s>]/i.test(html)
  if (!justPictures && html === '') return e.type === 'drop' && data.files.length > 0 ? refuse(e, told) : false

  e.preventDefault()
  if (e.type === 'drop') aim(editor, e as DragEvent)
  if (justPictures) {
    const { schema } = editor
    for (const f of files) editor.commands.insertContent(schema.nodes.picture!.create({ src: begin(f, f.name || '图片') }).toJSON())
    return true
  }
  const found = pasted(html, data.getData('text/rtf'), begin)
  const part = slice(editor.schema, found.kids)
  if (!view.someProp('handlePaste', (f) => f(view, e as ClipboardEvent, part))) {
    const single = part.openStart === 0 && part.openEnd === 0 && part.content.childCount === 1 ? part.content.firstChild : null
    const tr = single ? editor.state.tr.replaceSelectionWith(single, false) : editor.state.tr.replaceSelection(part)
    view.dispatch(tr.scrollIntoView().setMeta('paste', true).setMeta('uiEvent', e.type))
  }
  told([
    found.missing ? `有 ${found.missing} 张图片没有一起粘贴过来，请把图片单独复制后粘贴，或拖进来。` : '',
    found.atWeChat ? `有 ${found.atWeChat} 张图片存在微信里，这里和小程序里看不到，请另存后上传。` : '',
  ].join(''))
  return true
}

function refuse(e: Event, told: Told): boolean {
  e.preventDefault()
  told('这里只能放图片（JPG、PNG、GIF、BMP 或 WebP）。文档请打开后复制内容粘贴进来。')
  return true
}

function aim(editor: Editor, e: DragEvent): void {
  const at = editor.view.posAtCoords({ left: e.clientX, top: e.clientY })
  if (at) editor.commands.setTextSelection(at.pos)
}
