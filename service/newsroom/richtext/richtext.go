// Package richtext cleans the HTML that an editor sends, or that somebody
// pastes into it, to what both our own pages and WeChat keep, and counts it
// against WeChat's limits.
//
// It refuses whatever is not on its lists: elements, attributes, inline styles,
// picture addresses and links. What it lets through has one form: cleaned text
// cleans to itself. It fetches nothing and knows no record; who may write an
// article is the newsroom's business.
package richtext

import (
	"strings"

	"github.com/microcosm-cc/bluemonday"

	"lianxin/model/fault"
)

// MostInput is how many bytes of HTML are looked at. A paste from an office
// program is many times what is left of it.
const MostInput = 4 << 20

// mostRounds is how often a text is cleaned until it no longer changes. One
// round is enough for what an editor sends, and two for what is badly nested.
const mostRounds = 4

// policy is the last word on what passes; it is made once and never changed.
var policy = newPolicy()

// Clean gives what may be kept of an editor's HTML, in the one form that cleans
// to itself. Invalid (body) when there are more than MostInput bytes.
func Clean(dirty string) (string, error) {
	if len(dirty) > MostInput {
		return "", fault.InvalidField("body", "内容过大，请删去一部分或分成几篇。")
	}
	text := strings.ToValidUTF8(strings.ReplaceAll(dirty, "\x00", ""), "")
	for range mostRounds {
		cleaned, err := round(text)
		if err != nil {
			// Nested deeper than a browser would go: nobody wrote this.
			return plain(text), nil //nolint:nilerr // the words are kept, the nesting is not
		}
		if cleaned == text {
			return cleaned, nil
		}
		text = cleaned
	}
	if cleaned, err := round(text); err == nil && cleaned == text {
		return cleaned, nil
	}
	return plain(text), nil
}

// round reads the HTML as a browser does, brings the tree into shape, and lets
// the policy look at what is written from it.
func round(text string) (string, error) {
	root, err := parse(text)
	if err != nil {
		return "", err
	}
	shape(root)
	shaped, err := render(root)
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(policy.Sanitize(shaped)), nil
}

// plain keeps the words alone, a paragraph for each line.
func plain(text string) string {
	var out strings.Builder
	for line := range strings.SplitSeq(Text(policyOfWords.Sanitize(text)), "\n") {
		if line != "" {
			out.WriteString("<p>" + escape(line) + "</p>")
		}
	}
	return out.String()
}

// policyOfWords takes every element away.
var policyOfWords = bluemonday.StrictPolicy()

func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	for element := range elements {
		p.AllowNoAttrs().OnElements(element)
		p.AllowElements(element)
	}
	for property, allowed := range styles {
		p.AllowStyles(property).MatchingHandler(allowed.MatchString).Globally()
	}
	p.AllowAttrs("colspan", "rowspan").Matching(smallNumber).OnElements("td", "th")
	p.AllowAttrs("span").Matching(smallNumber).OnElements("col", "colgroup")
	p.AllowAttrs("alt").OnElements("img")
	p.AllowAttrs("src").Matching(pictureAddress).OnElements("img")
	p.AllowAttrs("href").Matching(linkAddress).OnElements("a")
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(true) // the pattern of src decides which
	p.AllowURLSchemes("http", "https")
	p.RequireNoFollowOnLinks(false)
	return p
}
