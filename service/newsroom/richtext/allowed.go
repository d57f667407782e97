package richtext

import (
	"net/url"
	"regexp"
	"strings"
)

// elements are what stays.
var elements = map[string]bool{
	"a": true, "blockquote": true, "br": true, "code": true, "col": true, "colgroup": true, "em": true, "h1": true, "h2": true,
	"h3": true, "h4": true, "hr": true, "img": true, "li": true, "ol": true, "p": true, "pre": true, "s": true, "section": true,
	"span": true, "strong": true, "sub": true, "sup": true, "table": true, "tbody": true, "td": true, "tfoot": true, "th": true,
	"thead": true, "tr": true, "u": true, "ul": true,
}

// hollow are elements that mean nothing without a child; others, such as an
// empty section with a border, are drawn.
var hollow = map[string]bool{
	"a": true, "code": true, "em": true, "s": true, "span": true, "strong": true, "sub": true, "sup": true, "u": true,
}

// renamed are elements that mean the same as one that stays.
var renamed = map[string]string{
	"address": "section", "article": "section", "aside": "section", "b": "strong", "center": "section", "cite": "em", "dd": "p",
	"del": "s", "div": "section", "dl": "section", "dt": "p", "figcaption": "p", "figure": "section", "font": "span",
	"footer": "section", "h5": "h4", "h6": "h4", "header": "section", "i": "em", "ins": "u", "kbd": "code", "main": "section",
	"nav": "section", "samp": "code", "strike": "s", "tt": "code",
}

// dropped are elements whose content is not text of the article.
var dropped = map[string]bool{
	"applet": true, "area": true, "audio": true, "base": true, "basefont": true, "bgsound": true, "button": true, "canvas": true,
	"datalist": true, "dialog": true, "embed": true, "frame": true, "frameset": true, "head": true, "iframe": true, "input": true,
	"keygen": true, "link": true, "map": true, "marquee": true, "math": true, "menuitem": true, "meta": true, "noembed": true,
	"noframes": true, "noscript": true, "object": true, "optgroup": true, "option": true, "param": true,
	"plaintext": true, "portal": true, "script": true, "select": true, "slot": true, "source": true, "style": true, "svg": true,
	"template": true, "textarea": true, "title": true, "track": true, "video": true, "xml": true, "xmp": true,
}

// longestAddress is how long a link or an address may be, in bytes.
const longestAddress = 2048

// pictureID is the number of one of our own pictures.
const pictureID = `[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`

var (
	smallNumber = regexp.MustCompile(`^[1-9][0-9]?$`)
	// pictureAddress is one of our own pictures, without the permission that a
	// link to it carries, or one that WeChat keeps.
	pictureAddress = regexp.MustCompile(`^(?:/media/` + pictureID + `|https://mmbiz\.(?:qpic|qlogo)\.cn/[A-Za-z0-9_./?=&%;,:#~+!@*-]+)$`)
	linkAddress    = regexp.MustCompile(`^https?://[^\s"'<>\\^` + "`" + `{|}]+$`)
	ownPicture     = regexp.MustCompile(`^/media/(` + pictureID + `)$`)
	// keptLink is what WeChat leaves a link in an article: other articles.
	keptLink = regexp.MustCompile(`^https?://mp\.weixin\.qq\.com/(?:s|mp/appmsg/show)[/?]`)
)

// The grammar of the values of styles, in small letters and with single spaces.
const (
	number   = `[0-9]{1,4}(?:\.[0-9]{1,4})?`
	length   = `(?:` + number + `(?:px|em|rem|pt|cm|mm|vw|%)|0)`
	hex      = `#(?:[0-9a-f]{3}|[0-9a-f]{4}|[0-9a-f]{6}|[0-9a-f]{8})`
	channels = `rgba?\( ?` + number + `%?(?: ?, ?` + number + `%?){2,3} ?\)`
	color    = `(?:` + hex + `|` + channels + `|(?:aqua|black|blue|brown|crimson|cyan|darkblue|darkgray|darkgreen|darkred|dimgray|firebrick|fuchsia|gold|gray|green|grey|lightgray|lightgrey|lime|maroon|navy|olive|orange|pink|purple|red|royalblue|silver|teal|tomato|transparent|white|whitesmoke|yellow))`
	line     = `(?:none|solid|dashed|dotted|double)`
	edge     = `(?:` + length + `|thin|medium|thick|` + line + `|` + color + `)`
	family   = `[a-z0-9\x{3400}-\x{9fff}_-]+(?: [a-z0-9\x{3400}-\x{9fff}_-]+){0,4}`
)

func value(pattern string) *regexp.Regexp { return regexp.MustCompile(`^(?:` + pattern + `)$`) }

// styles are the properties that stay, with the values they may have. What
// takes text out of its place or hides it (position, float, display: none,
// negative margins) is not among them: a reader sees what the reviewer saw.
var styles = map[string]*regexp.Regexp{
	"background":       value(color),
	"background-color": value(color),
	"border":           value(edge + `(?: ` + edge + `){0,2}`),
	"border-bottom":    value(edge + `(?: ` + edge + `){0,2}`),
	"border-collapse":  value(`collapse|separate`),
	"border-color":     value(color),
	"border-left":      value(edge + `(?: ` + edge + `){0,2}`),
	"border-radius":    value(length + `(?: ` + length + `){0,3}`),
	"border-right":     value(edge + `(?: ` + edge + `){0,2}`),
	"border-style":     value(line + `(?: ` + line + `){0,3}`),
	"border-top":       value(edge + `(?: ` + edge + `){0,2}`),
	"border-width":     value(length + `(?: ` + length + `){0,3}`),
	"box-sizing":       value(`border-box|content-box`),
	"color":            value(color),
	"display":          value(`block|inline|inline-block|flex|table|table-cell|table-row`),
	"font-family":      value(family + `(?:, ?` + family + `){0,6}`),
	"font-size":        value(length + `|small|medium|large|larger|smaller|x-large|x-small`),
	"font-style":       value(`italic|normal`),
	"font-weight":      value(`bold|bolder|normal|[1-9]00`),
	"height":           value(length + `|auto`),
	"letter-spacing":   value(length),
	"line-height":      value(length + `|` + number + `|normal`),
	"list-style-type":  value(`disc|circle|square|decimal|lower-alpha|lower-roman|upper-alpha|upper-roman|cjk-ideographic|none`),
	"margin":           value(`(?:` + length + `|auto)(?: (?:` + length + `|auto)){0,3}`),
	"margin-bottom":    value(length + `|auto`),
	"margin-left":      value(length + `|auto`),
	"margin-right":     value(length + `|auto`),
	"margin-top":       value(length + `|auto`),
	"max-width":        value(length),
	"min-width":        value(length),
	"padding":          value(length + `(?: ` + length + `){0,3}`),
	"padding-bottom":   value(length),
	"padding-left":     value(length),
	"padding-right":    value(length),
	"padding-top":      value(length),
	"text-align":       value(`left|right|center|justify`),
	"text-decoration":  value(`underline|line-through|none`),
	"text-indent":      value(length),
	"vertical-align":   value(`top|middle|bottom|baseline|sub|super`),
	"white-space":      value(`normal|nowrap|pre-wrap|pre-line`),
	"width":            value(length + `|auto`),
	"word-break":       value(`normal|break-all|break-word`),
}

// cleanStyle gives the declarations that stay, each written in the one way.
func cleanStyle(given string) string {
	if strings.ContainsAny(given, `\<>`) || strings.Contains(given, "/*") {
		return "" // nobody's editor writes these; escapes and comments hide things
	}
	var kept []string
	at := map[string]int{}
	for declaration := range strings.SplitSeq(given, ";") {
		property, worth, ok := strings.Cut(declaration, ":")
		property, worth = strings.ToLower(strings.TrimSpace(property)), oneSpace(worth)
		allowed, known := styles[property]
		if !ok || !known || !allowed.MatchString(worth) {
			continue
		}
		if old, twice := at[property]; twice {
			kept[old] = property + ": " + worth
			continue
		}
		at[property] = len(kept)
		kept = append(kept, property+": "+worth)
	}
	return strings.Join(kept, "; ")
}

// officeWords are words of office programs that a browser does not have.
var officeWords = strings.NewReplacer("windowtext", "black", `"`, "", "'", "", "!important", "")

func oneSpace(worth string) string {
	return strings.Join(strings.Fields(officeWords.Replace(strings.ToLower(worth))), " ")
}

// cleanPicture gives the address of a picture that may stay, or "". Of a link to
// one of our own, as a page was given it, only the number is kept: whatever
// host stands before it, no other is asked.
func cleanPicture(given string) string {
	address := strings.TrimSpace(given)
	if rest, plain := strings.CutPrefix(address, "http://mmbiz."); plain {
		address = "https://mmbiz." + rest
	}
	link, err := url.Parse(address)
	if err != nil {
		return ""
	}
	if ownPicture.MatchString(link.Path) && (link.Host == "" && link.Scheme == "" || link.Query().Has("sig")) {
		address = link.Path
	}
	return whenMatching(pictureAddress, address)
}

// cleanLink gives a link that may stay, or "". A link that names a user before
// its host is only made to deceive.
func cleanLink(given string) string {
	link, err := url.Parse(strings.TrimSpace(given))
	if err != nil || link.Scheme != "http" && link.Scheme != "https" || link.Hostname() == "" || link.User != nil {
		return ""
	}
	return whenMatching(linkAddress, link.String())
}

func whenMatching(pattern *regexp.Regexp, address string) string {
	if len(address) > longestAddress {
		return ""
	}
	if parsed, err := url.Parse(address); err != nil || parsed.String() != address || !pattern.MatchString(address) {
		return ""
	}
	return address
}
