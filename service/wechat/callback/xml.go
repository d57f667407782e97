package callback

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// parseXML reads one element <xml>. It refuses document types and every entity
// that XML does not define itself.
func parseXML(text []byte) (*node, error) {
	decoder := xml.NewDecoder(bytes.NewReader(text))
	var reader xmlReader
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, refuse("content is not whole XML")
		}
		if err := reader.take(token); err != nil {
			return nil, err
		}
	}
	if reader.root == nil {
		return nil, refuse("content is not one element xml")
	}
	return reader.root, checkTop(reader.root)
}

type xmlReader struct {
	root  *node
	open  []*node
	count growth
}

func (r *xmlReader) take(token xml.Token) error {
	switch token := token.(type) {
	case xml.StartElement:
		return r.start(token.Name.Local)
	case xml.EndElement:
		// The decoder has checked that it closes what is open.
		r.open = r.open[:len(r.open)-1]
	case xml.CharData:
		return r.text(string(token))
	case xml.Directive:
		return refuse("content has a document type")
	}
	return nil
}

func (r *xmlReader) start(name string) error {
	element := &node{name: name}
	if err := r.count.add(len(r.open)); err != nil {
		return err
	}
	switch {
	case len(r.open) > 0:
		parent := r.open[len(r.open)-1]
		parent.children = append(parent.children, element)
	case r.root != nil || name != "xml":
		return refuse("content is not one element xml")
	default:
		r.root = element
	}
	r.open = append(r.open, element)
	return nil
}

func (r *xmlReader) text(text string) error {
	if len(r.open) == 0 {
		if strings.TrimSpace(text) != "" {
			return refuse("content has text outside its element")
		}
		return nil
	}
	if !isClean(text) {
		return refuse("content has control characters")
	}
	// Comments cut a text into pieces, and every piece is a copy.
	if err := r.count.add(len(r.open)); err != nil {
		return err
	}
	r.open[len(r.open)-1].text += text
	return nil
}
