package callback

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
)

// parseJSON reads one object. Numbers stay as they are written: WeChat sends
// the same field now as a number, now as a string.
func parseJSON(text []byte) (*node, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	reader := jsonReader{decoder: decoder}
	token, err := decoder.Token()
	if err != nil || token != json.Delim('{') {
		return nil, refuse("content is not one JSON object")
	}
	root := &node{name: "xml"}
	if err := reader.object(root, 1); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, refuse("content goes on after its object")
	}
	return root, checkTop(root)
}

type jsonReader struct {
	decoder *json.Decoder
	count   growth
}

// object reads the fields up to the closing brace into parent.
func (r *jsonReader) object(parent *node, depth int) error {
	for {
		token, err := r.decoder.Token()
		if err != nil {
			return refuse("content is not whole JSON")
		}
		if token == json.Delim('}') {
			return nil
		}
		name, ok := token.(string)
		if !ok || !isClean(name) {
			return refuse("content is not whole JSON")
		}
		if token, err = r.decoder.Token(); err != nil {
			return refuse("content is not whole JSON")
		}
		if err := r.field(parent, name, token, depth); err != nil {
			return err
		}
	}
}

// field adds what begins with token to parent, under the name.
func (r *jsonReader) field(parent *node, name string, token json.Token, depth int) error {
	if token == json.Delim('[') {
		return r.array(parent, name, depth)
	}
	if err := r.count.add(depth); err != nil {
		return err
	}
	child := &node{name: name}
	parent.children = append(parent.children, child)
	switch value := token.(type) {
	case json.Delim:
		return r.object(child, depth+1)
	case string:
		child.text = value
	case json.Number:
		child.text = value.String()
	case bool:
		child.text = strconv.FormatBool(value)
	}
	if !isClean(child.text) {
		return refuse("content has control characters")
	}
	return nil
}

// array adds every element under the same name.
func (r *jsonReader) array(parent *node, name string, depth int) error {
	if err := r.count.add(depth); err != nil {
		return err
	}
	for {
		token, err := r.decoder.Token()
		if err != nil {
			return refuse("content is not whole JSON")
		}
		if token == json.Delim(']') {
			return nil
		}
		if err := r.field(parent, name, token, depth+1); err != nil {
			return err
		}
	}
}
