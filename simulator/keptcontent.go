package simulator

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// keptContent is what WeChat keeps of an article's HTML, and its words alone. Scripts, styles,
// frames, classes, ids and foreign pictures go without a word; other links lose their address.
func (s *Simulator) keptContent(given string) (kept, words string, err error) {
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(given), body)
	if err != nil {
		return "", "", err
	}
	for _, node := range nodes {
		body.AppendChild(node)
	}
	var text strings.Builder
	s.keepBelow(body, &text)
	var out strings.Builder
	for node := range body.ChildNodes() {
		if err := html.Render(&out, node); err != nil {
			return "", "", err
		}
	}
	return out.String(), text.String(), nil
}

func (s *Simulator) keepBelow(parent *html.Node, words *strings.Builder) {
	for _, child := range slices.Collect(parent.ChildNodes()) {
		switch {
		case child.Type == html.TextNode:
			words.WriteString(child.Data)
		case child.Type == html.ElementNode && s.keepElement(child):
			s.keepBelow(child, words)
		default:
			parent.RemoveChild(child)
		}
	}
}

// keepElement takes away an element's attributes that do not stay, and tells whether it does.
func (s *Simulator) keepElement(n *html.Node) bool {
	source := ""
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool {
		if a.Key == "src" {
			source = a.Val
		}
		return a.Key == "id" || a.Key == "class" || strings.HasPrefix(a.Key, "on") || a.Key == "href" && !isArticleLink(a.Val)
	})
	switch n.Data {
	case "script", "style", "link", "form", "input", "object", "embed", "meta", "base":
		return false
	case "iframe":
		return hostOf(source) == "v.qq.com"
	case "img":
		return s.hasPicture(source)
	}
	return true
}

func hostOf(address string) string {
	link, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return link.Hostname()
}

func isArticleLink(address string) bool { return hostOf(address) == "mp.weixin.qq.com" }

// hasPicture tells whether a picture was uploaded here, by either way.
func (s *Simulator) hasPicture(address string) bool {
	if rest, ok := strings.CutPrefix(address, "https://"); ok {
		address = "http://" + rest
	}
	if _, ok := s.desk.pictures[address]; ok {
		return true
	}
	for _, one := range s.desk.materials {
		if one.url != "" && one.url == address {
			return true
		}
	}
	return false
}
