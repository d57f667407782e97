package callback

import "strings"

const (
	// maxDepth and maxNodes are several times what any push has.
	maxDepth = 16
	maxNodes = 8192
)

// node is a piece of a push, the same for XML and JSON. An array in JSON is the
// same name several times, as XML writes it: WeChat itself sends one item as an
// object and two as an array.
type node struct {
	name     string
	text     string
	children []*node
}

// value returns the text of the first child with one of these names, without
// space around it.
func (n *node) value(names ...string) string {
	return strings.TrimSpace(n.rawValue(names...))
}

// rawValue is value for what people wrote.
func (n *node) rawValue(names ...string) string {
	for _, name := range names {
		for _, child := range n.children {
			if child.name == name {
				return child.text
			}
		}
	}
	return ""
}

// all returns the children with this name; n may be nil.
func (n *node) all(name string) []*node {
	if n == nil {
		return nil
	}
	var found []*node
	for _, child := range n.children {
		if child.name == name {
			found = append(found, child)
		}
	}
	return found
}

// first returns the first child with one of these names, or an empty node.
func (n *node) first(names ...string) *node {
	for _, name := range names {
		if found := n.all(name); len(found) > 0 {
			return found[0]
		}
	}
	return &node{}
}

// growth counts what is read, so that a small body cannot become a large tree.
type growth struct{ nodes int }

func (g *growth) add(depth int) error {
	g.nodes++
	if depth > maxDepth || g.nodes > maxNodes {
		return refuse("content is nested too deep or has too many parts")
	}
	return nil
}

// checkTop refuses a field that is given twice: which one counts must not be a
// matter of taste. List is the one that WeChat repeats.
func checkTop(root *node) error {
	seen := make(map[string]bool, len(root.children))
	for _, child := range root.children {
		if seen[child.name] && child.name != "List" {
			return refuse("a field is given twice")
		}
		seen[child.name] = true
	}
	return nil
}

// isClean says whether a text has only the control characters that people type.
func isClean(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return r < ' ' && r != '\n' && r != '\r' && r != '\t'
	})
}
