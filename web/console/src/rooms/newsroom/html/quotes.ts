// Finds words in what is drawn, for comments that quote them.

/** The range of some words, whatever elements they run through. */
export function found(within: HTMLElement, quote: string): Range | null {
  const wanted = quote.replace(/\s/g, '')
  if (wanted === '') return null
  const walker = document.createTreeWalker(within, NodeFilter.SHOW_TEXT)
  const at: [Text, number][] = []
  let all = ''
  for (let n = walker.nextNode() as Text | null; n; n = walker.nextNode() as Text | null) {
    for (let i = 0; i < n.data.length; i++) {
      if (/\s/.test(n.data[i]!)) continue
      all += n.data[i]
      at.push([n, i])
    }
  }
  const from = all.indexOf(wanted)
  if (from < 0) return null
  const range = document.createRange()
  range.setStart(...at[from]!)
  const [end, i] = at[from + wanted.length - 1]!
  range.setEnd(end, i + 1)
  return range
}
