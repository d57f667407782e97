// Writing over words that are selected. Left to itself the browser keeps their
// look by styles in markup, which the page's policy forbids, and which are not the
// editor's. So what is selected goes first, and the marks stay for what is written.
import type { EditorView } from '@tiptap/pm/view'

/** Takes what is selected away before an input method begins to write there. */
export function beforeComposing(view: EditorView): boolean {
  const { state } = view
  const { selection } = state
  if (!selection.empty) view.dispatch(state.tr.deleteSelection().setStoredMarks(selection.$from.marksAcross(selection.$to) ?? null).scrollIntoView())
  return false
}

/** Writes over what is selected, in one step. */
export function beforeInput(view: EditorView, event: InputEvent): boolean {
  const { state } = view
  const text = event.data
  if (event.inputType !== 'insertText' || !text || state.selection.empty || view.composing) return false
  event.preventDefault()
  const { from, to } = state.selection
  const written = () => state.tr.insertText(text)
  if (!view.someProp('handleTextInput', (f) => f(view, from, to, text, written))) view.dispatch(written().scrollIntoView())
  return true
}
