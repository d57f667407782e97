package richtext

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"

	"lianxin/model/fault"
)

// WeChat's limits for an article of an official account. The content is counted
// with its tags, in characters and in bytes, and must stay below both.
const (
	MostTitle             = 32
	MostAuthor            = 16
	MostDigest            = 128
	MostContentCharacters = 20_000
	MostContentBytes      = 1 << 20
	MostSourceBytes       = 1 << 10

	// usualDigest is how much WeChat itself takes when no digest is given.
	usualDigest = 54
)

// blocks are elements that begin a line.
var blocks = map[string]bool{
	"blockquote": true, "h1": true, "h2": true, "h3": true, "h4": true, "hr": true, "li": true, "ol": true, "p": true, "pre": true,
	"section": true, "table": true, "tr": true, "ul": true,
}

// Text gives the words of cleaned HTML as a reader sees them: a line for each
// paragraph, no empty lines, a space between two cells.
func Text(cleaned string) string {
	root, err := parse(cleaned)
	if err != nil {
		return ""
	}
	var words strings.Builder
	gather(&words, root)
	var lines []string
	for line := range strings.SplitSeq(words.String(), "\n") {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func gather(out *strings.Builder, n *html.Node) {
	for child := range n.ChildNodes() {
		switch {
		case child.Type == html.TextNode:
			out.WriteString(strings.NewReplacer("\n", " ", "\r", " ").Replace(child.Data))
			continue
		case child.Type != html.ElementNode || child.Namespace != "" || dropped[child.Data]:
			continue
		}
		begins := blocks[child.Data] || child.Data == "br"
		if begins {
			out.WriteByte('\n')
		}
		gather(out, child)
		switch {
		case begins:
			out.WriteByte('\n')
		case child.Data == "td" || child.Data == "th":
			out.WriteByte(' ')
		}
	}
}

// Size is how much an article's content is.
type Size struct {
	// Words are the characters that a reader sees, without spaces.
	Words int
	// Characters and Bytes count the HTML, as WeChat does.
	Characters int
	Bytes      int
}

// Measure counts cleaned HTML.
func Measure(cleaned string) Size {
	size := Size{Characters: utf8.RuneCountInString(cleaned), Bytes: len(cleaned)}
	for _, r := range Text(cleaned) {
		if !unicode.IsSpace(r) {
			size.Words++
		}
	}
	return size
}

// Digest makes a digest of cleaned HTML: its first sentences as far as WeChat
// shows them, or the beginning of a first sentence that is longer than that.
func Digest(cleaned string) string {
	text := []rune(strings.ReplaceAll(Text(cleaned), "\n", " "))
	if len(text) <= usualDigest {
		return string(text)
	}
	head := text[:usualDigest]
	for end := len(head) - 1; end >= usualDigest/3; end-- {
		if strings.ContainsRune("。！？；!?;", head[end]) {
			return string(head[:end+1])
		}
	}
	end := usualDigest - 1
	for end > usualDigest/2 && joins(text[end-1], text[end]) {
		end--
	}
	return strings.TrimRightFunc(string(text[:end]), unicode.IsSpace) + "…"
}

// joins says whether a cut between two characters would break what is read as
// one: an accent, a picture made of several, a surrogate of a skin.
func joins(before, after rune) bool {
	const zeroWidthJoiner, firstSkin, lastSkin = '\u200d', '\U0001f3fb', '\U0001f3ff'
	return before == zeroWidthJoiner || after == zeroWidthJoiner || unicode.Is(unicode.M, after) || after >= firstSkin && after <= lastSkin
}

// Article is what an official account is sent of an article.
type Article struct {
	Title   string
	Author  string
	Digest  string
	Content string
	// Source is the address behind 阅读原文.
	Source string
}

// Check says what of an article is more than WeChat takes. Invalid, with every
// field that is: title, author, digest, body, source_url.
func Check(a Article) error {
	var wrong []fault.Field
	tooLong := func(name, what string, have, most int, unit string) {
		if have > most {
			wrong = append(wrong, fault.Field{Name: name, Reason: what + "最多" + strconv.Itoa(most) + unit + "，现有" + strconv.Itoa(have) + unit + "。"})
		}
	}
	size := Measure(a.Content)
	if strings.TrimSpace(a.Title) == "" {
		wrong = append(wrong, fault.Field{Name: "title", Reason: "请填写标题。"})
	}
	tooLong("title", "微信文章标题", utf8.RuneCountInString(a.Title), MostTitle, "个字")
	tooLong("author", "微信文章作者", utf8.RuneCountInString(a.Author), MostAuthor, "个字")
	tooLong("digest", "微信文章摘要", utf8.RuneCountInString(a.Digest), MostDigest, "个字")
	if size.Words == 0 && len(Pictures(a.Content)) == 0 {
		wrong = append(wrong, fault.Field{Name: "body", Reason: "请填写正文。"})
	}
	tooLong("body", "微信文章正文（连同格式）", size.Characters, MostContentCharacters-1, "个字符")
	tooLong("body", "微信文章正文（连同格式）", size.Bytes, MostContentBytes-1, "字节")
	tooLong("source_url", "原文链接", len(a.Source), MostSourceBytes, "字节")
	if a.Source != "" && cleanLink(a.Source) == "" {
		wrong = append(wrong, fault.Field{Name: "source_url", Reason: "原文链接应以 http:// 或 https:// 开头。"})
	}
	if len(wrong) > 0 {
		return fault.Invalid(wrong...)
	}
	return nil
}
