// What an article may hold: the same lists as service/newsroom/richtext/allowed.go.
// The server has the last word; these are here so that who writes sees at once
// what stays, and the preview shows nothing else.

export const elements = new Set(
  'a blockquote br code col colgroup em h1 h2 h3 h4 hr img li ol p pre s section span strong sub sup table tbody td tfoot th thead tr u ul'.split(' '),
)

/** Elements that mean the same as one that stays. */
export const renamed: Record<string, string> = {
  address: 'section', article: 'section', aside: 'section', b: 'strong', center: 'section', cite: 'em', dd: 'p', del: 's', div: 'section',
  dl: 'section', dt: 'p', figcaption: 'p', figure: 'section', font: 'span', footer: 'section', h5: 'h4', h6: 'h4', header: 'section', i: 'em',
  ins: 'u', kbd: 'code', main: 'section', nav: 'section', samp: 'code', strike: 's', tt: 'code',
}

/** Elements whose content is not text of the article. */
export const dropped = new Set((
  'applet area audio base basefont bgsound button canvas datalist dialog embed frame frameset head iframe input keygen link map marquee math ' +
  'menuitem meta noembed noframes noscript object optgroup option param plaintext portal script select slot source style svg template textarea ' +
  'title track video xml xmp'
).split(' '))

/** Elements that mean nothing without a child. */
export const hollow = new Set('a code em s span strong sub sup u'.split(' '))

/** Elements that stand in a line of text. */
export const inline = new Set([...hollow, 'br', 'img'])

const number = '[0-9]{1,4}(?:\\.[0-9]{1,4})?'
const length = `(?:${number}(?:px|em|rem|pt|cm|mm|vw|%)|0)`
const hex = '#(?:[0-9a-f]{3}|[0-9a-f]{4}|[0-9a-f]{6}|[0-9a-f]{8})'
const channels = `rgba?\\( ?${number}%?(?: ?, ?${number}%?){2,3} ?\\)`
const color = `(?:${hex}|${channels}|(?:aqua|black|blue|brown|crimson|cyan|darkblue|darkgray|darkgreen|darkred|dimgray|firebrick|fuchsia|gold|gray|green|grey|lightgray|lightgrey|lime|maroon|navy|olive|orange|pink|purple|red|royalblue|silver|teal|tomato|transparent|white|whitesmoke|yellow))`
const line = '(?:none|solid|dashed|dotted|double)'
const edge = `(?:${length}|thin|medium|thick|${line}|${color})`
const edges = `${edge}(?: ${edge}){0,2}`
const four = `${length}(?: ${length}){0,3}`
const family = '[a-z0-9\\u3400-\\u9fff_-]+(?: [a-z0-9\\u3400-\\u9fff_-]+){0,4}'

const styles: Record<string, RegExp> = Object.fromEntries(Object.entries({
  background: color, 'background-color': color, border: edges, 'border-bottom': edges, 'border-collapse': 'collapse|separate', 'border-color': color,
  'border-left': edges, 'border-radius': four, 'border-right': edges, 'border-style': `${line}(?: ${line}){0,3}`, 'border-top': edges, 'border-width': four,
  'box-sizing': 'border-box|content-box', color, display: 'block|inline|inline-block|flex|table|table-cell|table-row',
  'font-family': `${family}(?:, ?${family}){0,6}`, 'font-size': `${length}|small|medium|large|larger|smaller|x-large|x-small`,
  'font-style': 'italic|normal', 'font-weight': 'bold|bolder|normal|[1-9]00', height: `${length}|auto`, 'letter-spacing': length,
  'line-height': `${length}|${number}|normal`,
  'list-style-type': 'disc|circle|square|decimal|lower-alpha|lower-roman|upper-alpha|upper-roman|cjk-ideographic|none',
  margin: `(?:${length}|auto)(?: (?:${length}|auto)){0,3}`, 'margin-bottom': `${length}|auto`, 'margin-left': `${length}|auto`,
  'margin-right': `${length}|auto`, 'margin-top': `${length}|auto`, 'max-width': length, 'min-width': length, padding: four,
  'padding-bottom': length, 'padding-left': length, 'padding-right': length, 'padding-top': length, 'text-align': 'left|right|center|justify',
  'text-decoration': 'underline|line-through|none', 'text-indent': length, 'vertical-align': 'top|middle|bottom|baseline|sub|super',
  'white-space': 'normal|nowrap|pre-wrap|pre-line', width: `${length}|auto`, 'word-break': 'normal|break-all|break-word',
}).map(([property, worth]) => [property, new RegExp(`^(?:${worth})$`)]))

/** The declarations of a style that stay, in their order. */
export function declarations(given: string): Map<string, string> {
  const kept = new Map<string, string>()
  if (/[\\<>]|\/\*/.test(given)) return kept // nobody's editor writes these
  for (const declaration of given.split(';')) {
    const colon = declaration.indexOf(':')
    if (colon < 0) continue
    const property = declaration.slice(0, colon).trim().toLowerCase()
    const worth = declaration.slice(colon + 1).toLowerCase().replace(/windowtext/g, 'black').replace(/["']|!important/g, '').trim().replace(/\s+/g, ' ')
    if (Object.hasOwn(styles, property) && styles[property]!.test(worth)) kept.set(property, worth)
  }
  return kept
}

/** A style written in the one way. */
export const styleOf = (kept: Map<string, string>): string => [...kept].map(([property, worth]) => `${property}: ${worth}`).join('; ')

export const cleanStyle = (given: string): string => styleOf(declarations(given))

/** A style with another worth of one property; '' takes the property away. */
export function withStyle(style: string, property: string, worth: string): string {
  const kept = declarations(style)
  if (worth === '') kept.delete(property)
  else kept.set(property, worth)
  return styleOf(kept)
}

const pictureID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const ownPicture = new RegExp(`^/media/(${pictureID})$`)
const wechatPicture = /^https:\/\/mmbiz\.(?:qpic|qlogo)\.cn\/[A-Za-z0-9_./?=&%;,:#~+!@*-]+$/

/** The number of one of our own pictures; '' for others. */
export const pictureOf = (address: string): string => ownPicture.exec(address)?.[1] ?? ''

const parsed = (address: string): URL | undefined => (URL.canParse(address) ? new URL(address) : undefined)

/** The address of a picture that may stay: one of ours by its number, or one that WeChat keeps; '' for others. */
export function cleanPicture(given: string): string {
  const address = given.trim().replace(/^http:\/\/mmbiz\./, 'https://mmbiz.')
  if (address.length > 2048) return ''
  if (ownPicture.test(address) || wechatPicture.test(address)) return address
  const link = parsed(address)
  return link && ownPicture.test(link.pathname) && link.searchParams.has('sig') ? link.pathname : ''
}

/** A link that may stay; ''. */
export function cleanLink(given: string): string {
  const link = parsed(given.trim())
  if (!link || !/^https?:$/.test(link.protocol) || link.username || link.password || given.length > 2048) return ''
  return given.trim()
}
