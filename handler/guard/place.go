package guard

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// The longest name, and the deepest place, that is told back.
const (
	nameMax  = 40
	depthMax = 8
)

// level is one array or object around a place in a JSON document. In an object
// keys and values take turns; name is the key of the value that comes.
type level struct {
	array  bool
	index  int
	name   string
	inside bool
}

// controlIn gives the place of the first string with control characters, as
// huma would name it; empty when the body is clean or not JSON (which the route
// says).
func controlIn(body []byte) string {
	tokens := json.NewDecoder(bytes.NewReader(body))
	tokens.UseNumber()
	var around []level
	for {
		token, err := tokens.Token()
		if err != nil {
			return ""
		}
		text, isText := token.(string)
		key := isText && keyNext(around)
		if isText && strings.ContainsFunc(text, control) {
			if key {
				around = around[:len(around)-1]
			}
			return placeOf(around)
		}
		if key {
			around[len(around)-1].name, around[len(around)-1].inside = text, true
			continue
		}
		around = pass(around, token)
	}
}

// keyNext reports whether the next text is a key, not a value.
func keyNext(around []level) bool {
	n := len(around)
	return n > 0 && !around[n-1].array && !around[n-1].inside
}

// pass goes on to behind a value, or into it when it begins an array or object.
func pass(around []level, token json.Token) []level {
	switch token {
	case json.Delim('{'), json.Delim('['):
		return append(around, level{array: token == json.Delim('[')})
	case json.Delim('}'), json.Delim(']'):
		around = around[:len(around)-1]
	}
	if n := len(around); n > 0 {
		around[n-1].inside = false
		around[n-1].index++
	}
	return around
}

func placeOf(around []level) string {
	var place strings.Builder
	for _, l := range around[:min(len(around), depthMax)] {
		switch {
		case l.array:
			place.WriteString("[" + strconv.Itoa(l.index) + "]")
		case len(l.name) > nameMax:
			return "body"
		default:
			place.WriteString("." + l.name)
		}
	}
	if place.Len() == 0 {
		return "body"
	}
	return strings.TrimPrefix(place.String(), ".")
}
