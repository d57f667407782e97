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
		switch token := token.(type) {
		case json.Delim:
			if token == '{' || token == '[' {
				around = append(around, level{array: token == '['})
				continue
			}
			around = around[:len(around)-1]
		case string:
			key := len(around) > 0 && !around[len(around)-1].array && !around[len(around)-1].inside
			if strings.ContainsFunc(token, control) {
				if key {
					around = around[:len(around)-1]
				}
				return placeOf(around)
			}
			if key {
				around[len(around)-1].name, around[len(around)-1].inside = token, true
				continue
			}
		}
		// A value has ended.
		if n := len(around); n > 0 {
			around[n-1].inside = false
			around[n-1].index++
		}
	}
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
