package richtext

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// parse reads HTML as a browser reads what is put into a page's body.
func parse(text string) (*html.Node, error) {
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	children, err := html.ParseFragment(strings.NewReader(text), body)
	if err != nil {
		return nil, err
	}
	for _, child := range children {
		body.AppendChild(child)
	}
	return body, nil
}

// render writes what stands below root.
func render(root *html.Node) (string, error) {
	var out strings.Builder
	for child := range root.ChildNodes() {
		if err := html.Render(&out, child); err != nil {
			return "", err
		}
	}
	return out.String(), nil
}

func escape(text string) string { return html.EscapeString(text) }

// shape brings everything below a node into the form that stays.
func shape(parent *html.Node) {
	for child := parent.FirstChild; child != nil; {
		next := child.NextSibling
		switch {
		case child.Type == html.TextNode:
		case child.Type != html.ElementNode, child.Namespace != "", dropped[child.Data]:
			parent.RemoveChild(child)
		default:
			shape(child)
			shapeElement(parent, child)
		}
		child = next
	}
}

func shapeElement(parent, n *html.Node) {
	n.Attr = cleanAttributes(n)
	if name, known := renamed[n.Data]; known {
		n.Data, n.DataAtom = name, atom.Lookup([]byte(name))
	}
	switch {
	case n.Data == "img":
		if attribute(n, "src") == "" {
			parent.RemoveChild(n)
		}
	case !elements[n.Data], meaningless(n):
		unwrap(parent, n)
	}
}

// meaningless says whether an element changes nothing of what is read.
func meaningless(n *html.Node) bool {
	bare := len(n.Attr) == 0
	switch n.Data {
	case "span", "a":
		return bare || n.FirstChild == nil
	case "section":
		return bare && n.FirstChild == nil
	}
	return hollow[n.Data] && n.FirstChild == nil
}

// unwrap puts the children of a node in its place.
func unwrap(parent, n *html.Node) {
	for n.FirstChild != nil {
		child := n.FirstChild
		n.RemoveChild(child)
		parent.InsertBefore(child, n)
	}
	parent.RemoveChild(n)
}

// cleanAttributes gives the attributes that stay, in the order of their names.
func cleanAttributes(n *html.Node) []html.Attribute {
	kept := map[string]string{"style": cleanStyle(styleOf(n))}
	switch n.Data {
	case "a":
		kept["href"] = cleanLink(attribute(n, "href"))
	case "img":
		kept["src"] = cleanPicture(attribute(n, "src"))
		// WeChat's own pages fill src while one scrolls, from data-src.
		if later := cleanPicture(attribute(n, "data-src")); kept["src"] == "" {
			kept["src"] = later
		}
		kept["alt"] = strings.Join(strings.Fields(attribute(n, "alt")), " ")
	case "td", "th":
		kept["colspan"] = span(n, "colspan")
		kept["rowspan"] = span(n, "rowspan")
	case "col", "colgroup":
		kept["span"] = span(n, "span")
	}
	var out []html.Attribute
	for name, given := range kept {
		if given != "" {
			out = append(out, html.Attribute{Key: name, Val: given})
		}
	}
	slices.SortFunc(out, func(a, b html.Attribute) int { return strings.Compare(a.Key, b.Key) })
	return out
}

// span is a number of cells worth saying.
func span(n *html.Node, name string) string {
	given := strings.TrimSpace(attribute(n, name))
	if given == "1" || !smallNumber.MatchString(given) {
		return ""
	}
	return given
}

// styleOf is an element's style, with what older editors write as attributes
// before it, so that the style itself decides.
func styleOf(n *html.Node) string {
	given := attribute(n, "style")
	if n.Data == "font" {
		given = "color: " + attribute(n, "color") + ";" + given
	}
	if align := attribute(n, "align"); align != "" && n.Data != "img" && n.Data != "table" {
		given = "text-align: " + align + ";" + given
	}
	if n.Data == "center" {
		given = "text-align: center;" + given
	}
	return given
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Namespace == "" && a.Key == name {
			return a.Val
		}
	}
	return ""
}
