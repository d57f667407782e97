package conversation

import (
	"strings"
	"unicode/utf8"

	"lianxin/model"
)

// The length of an answer: characters, as product.md has it, and bytes, as
// WeChat counts a customer message.
const (
	replyRunes = 600
	replyBytes = 2048
)

// reply is an answer in parts. When it is too long items are left out from the
// end, so that no address is cut in two, and more says so; always says that
// more is true even when every item fits.
type reply struct {
	head   string
	items  []string
	more   func(shown int) string
	always bool
	tail   string
}

func (r reply) text() string {
	for shown := len(r.items); shown > 0; shown-- {
		if text := r.with(shown); fits(text) {
			return text
		}
	}
	return cut(r.with(0))
}

func (r reply) with(shown int) string {
	parts := append([]string{r.head}, r.items[:shown]...)
	if r.more != nil && (r.always || shown < len(r.items)) {
		parts = append(parts, r.more(shown))
	}
	if r.tail != "" {
		parts = append(parts, r.tail)
	}
	return strings.Join(parts, "\n")
}

func fits(text string) bool {
	return len(text) <= replyBytes && utf8.RuneCountInString(text) <= replyRunes
}

// cut is the last resort, for parts that nobody expected to be so long.
func cut(text string) string {
	const mark = "…"
	if fits(text) {
		return text
	}
	kept := 0
	for at, r := range text {
		if kept == replyRunes-1 || at+utf8.RuneLen(r)+len(mark) > replyBytes {
			return text[:at] + mark
		}
		kept++
	}
	return text
}

// short is a name or a title on one line, in so many characters.
func short(text string, runes int) string {
	text = model.ChatWords(clean(text))
	if utf8.RuneCountInString(text) <= runes {
		return text
	}
	return string([]rune(text)[:runes-1]) + "…"
}
