// Makes DOM of what was kept of an article. Styles go through the object model,
// which the page's policy allows; nothing is parsed by the browser.
import { inline } from './allowed'
import type { Kid, Piece } from './tree'

/** What makes an element's picture; undefined leaves it to the caller's own. */
export interface Pictures {
  (address: string, alt: string): HTMLElement
}

/** The nodes of an article to be looked at. Links lead nowhere: this is a picture of it. */
export function shownAs(kids: Kid[], picture: Pictures): Node[] {
  return kids.map((kid) => {
    if (typeof kid === 'string') return document.createTextNode(kid)
    const el = kid.name === 'img' ? picture(kid.at.src ?? '', kid.at.alt ?? '') : document.createElement(kid.name)
    if (kid.at.style) el.style.cssText = kid.at.style
    for (const name of ['colspan', 'rowspan']) if (kid.at[name]) el.setAttribute(name, kid.at[name])
    el.append(...shownAs(kid.inside, picture))
    return el
  })
}

/**
 * The same for the editor's own reader: styles and addresses stay words, in an
 * inert document, and each line of text has one wrapper with all its styles.
 */
export function inertOf(kids: Kid[]): HTMLElement {
  const made = document.implementation.createHTMLDocument('')
  const fill = (into: HTMLElement, list: Kid[], style: string): void => {
    for (const kid of list) {
      // At the end of a line a break is not seen; the editor would show it.
      if (typeof kid !== 'string' && kid.name === 'br' && kid === list.at(-1)) continue
      if (typeof kid === 'string') {
        into.append(style === '' ? kid : wrapped(made, kid, style))
        continue
      }
      const isInline = inline.has(kid.name) && kid.name !== 'img' && kid.name !== 'br'
      const el = made.createElement(kid.name === 'span' ? 'i' : kid.name)
      for (const [name, given] of Object.entries(kid.at)) el.setAttribute('data-' + name, given)
      if (isInline) {
        const all = kid.at.style ? [style, kid.at.style].filter(Boolean).join('; ') : style
        fill(kid.name === 'span' ? into : into.appendChild(el), kid.inside, all)
      } else {
        if (kid.name === 'section' || kid.name === 'pre') el.setAttribute('data-line', isLine(kid) ? 'yes' : 'no')
        fill(into.appendChild(el), kid.inside, kid.name === 'img' || kid.name === 'br' ? '' : style)
      }
    }
  }
  fill(made.body, kids, '')
  return made.body
}

function wrapped(made: Document, text: string, style: string): HTMLElement {
  const el = made.createElement('span')
  el.setAttribute('data-style', style)
  el.textContent = text
  return el
}

/** Whether a section is a line of text itself, and not a frame around others. */
function isLine(piece: Piece): boolean {
  return piece.inside.every((kid) => typeof kid === 'string' || (inline.has(kid.name) && isLine(kid)))
}
