package roster

import (
	"slices"
	"strings"
)

// index finds records of one kind by what people call them: by name, or where
// several share one, by "above/name" with any of those above them.
type index struct {
	nodes  map[string]node
	byName map[string][]string
}

// node is a record in an index. above lists what stands above it, nearest first.
type node struct {
	name  string
	above []string
}

func newIndex() *index { return &index{nodes: map[string]node{}, byName: map[string][]string{}} }

// add puts a record into the index.
func (x *index) add(id, name string, above []string) {
	x.nodes[id] = node{name, above}
	x.byName[key(name)] = append(x.byName[key(name)], id)
}

// find gives the ids of the records that a reference may mean.
func (x *index) find(ref string) []string {
	if ids := x.byName[key(ref)]; len(ids) > 0 {
		return ids
	}
	parts := strings.FieldsFunc(ref, func(r rune) bool { return r == '/' || r == '／' || r == '>' })
	if len(parts) < 2 {
		return nil
	}
	var ids []string
	for _, id := range x.byName[key(parts[len(parts)-1])] {
		if x.nodes[id].below(parts[:len(parts)-1]) {
			ids = append(ids, id)
		}
	}
	return ids
}

// below reports whether a record stands below all of the names, which are given
// from the top down.
func (n node) below(names []string) bool {
	at := 0
	for _, name := range slices.Backward(names) {
		for at < len(n.above) && key(n.above[at]) != key(name) {
			at++
		}
		if at == len(n.above) {
			return false
		}
		at++
	}
	return true
}

// ref is the shortest way to name a record that means no other.
func (x *index) ref(id string) string {
	n, ok := x.nodes[id]
	if !ok {
		return ""
	}
	ref := n.name
	if len(x.find(ref)) == 1 {
		return ref
	}
	for _, above := range n.above {
		if one := above + "/" + n.name; len(x.find(one)) == 1 {
			return one
		}
	}
	for _, above := range n.above {
		if ref = above + "/" + ref; len(x.find(ref)) == 1 {
			return ref
		}
	}
	return ref
}

// line is what stands above whoever stands right below a record: the record and
// all above it.
func (x *index) line(id string) []string {
	n, ok := x.nodes[id]
	if !ok {
		return nil
	}
	return append([]string{n.name}, n.above...)
}
