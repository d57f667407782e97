package privacy

import (
	"slices"
	"strings"
	"unicode/utf8"

	"lianxin/model"
	"lianxin/service/masking"
)

// scrubber takes out of texts that must stay what names a person.
type scrubber struct{ names, phones []string }

// newScrubber knows a person by every name they went by. One character is too
// little to be told from any other text; it is not looked for.
func newScrubber(names, phones []string) scrubber {
	known := slices.DeleteFunc(slices.Clone(names), func(n string) bool {
		return utf8.RuneCountInString(n) < 2 || n == model.ErasedName || n == anybody
	})
	// The longest first, so that no rest of a longer name is left.
	slices.SortFunc(known, func(a, b string) int { return len(b) - len(a) })
	return scrubber{slices.Compact(known), slices.DeleteFunc(slices.Clone(phones), func(p string) bool { return p == "" })}
}

// anybody is what a message calls a resident who gave no name.
const anybody = "居民"

func (s scrubber) clean(text string) string {
	for _, name := range s.names {
		text = strings.ReplaceAll(text, name, model.ErasedName)
	}
	for _, phone := range s.phones {
		text = strings.ReplaceAll(text, phone, hiddenNumber)
	}
	// Numbers of people, whoever's they are.
	spans := masking.Proven(text)
	for i := range spans {
		spans[i].Instead = hiddenNumber
	}
	return masking.Apply(text, spans)
}

const hiddenNumber = "（号码已隐去）"

// removed stands where a text was.
const removed = "（内容已删除）"
