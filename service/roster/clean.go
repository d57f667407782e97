package roster

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// breaks makes one kind of line break of all.
var breaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\u2028", "\n")

// tidy brings the text of a cell to one form: composed, with half-width letters
// and digits, ordinary spaces, and without what nobody can see. Line breaks and
// full-width punctuation stay, and so does every character that has a shape,
// however rare.
func tidy(s string) string {
	s = breaks.Replace(strings.ToValidUTF8(s, "\uFFFD"))
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t', unicode.Is(unicode.Zs, r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		case r >= '０' && r <= '９', r >= 'Ａ' && r <= 'Ｚ', r >= 'ａ' && r <= 'ｚ':
			return r - 'Ａ' + 'A'
		}
		return r
	}, norm.NFC.String(s))
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = strings.Join(strings.Fields(line), " ")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n ")
}

// label is the text of a cell that holds a name: one line, and no space beside
// a Chinese character, where Excel tables put them to make names equally long.
func label(s string) string {
	runes := []rune(strings.ReplaceAll(tidy(s), "\n", " "))
	kept := make([]rune, 0, len(runes))
	for i, r := range runes {
		if r == ' ' && (i == 0 || i == len(runes)-1 || isWide(runes[i-1]) || isWide(runes[i+1]) || runes[i-1] == ' ') {
			continue
		}
		kept = append(kept, r)
	}
	return string(kept)
}

// isWide tells characters that need no space around them: Chinese ones, their
// punctuation, and the middle dot.
func isWide(r rune) bool {
	return unicode.Is(unicode.Han, r) || isDot(r) || r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFFEF || isPrivate(r)
}

// dots are the many dots typed for the middle dot.
const dots = "·•‧・･⋅∙●˙。．.᛫ꞏ"

func isDot(r rune) bool { return r != '.' && r != '。' && r != '．' && strings.ContainsRune(dots, r) }

// personName is a person's name in its one form: the middle dot of names of
// other nationalities is ·, whatever was typed.
func personName(s string) string {
	runes := []rune(label(s))
	for i, r := range runes {
		between := i > 0 && i < len(runes)-1 && unicode.Is(unicode.Han, runes[i-1]) && unicode.Is(unicode.Han, runes[i+1])
		if isDot(r) || between && strings.ContainsRune(dots, r) {
			runes[i] = '·'
		}
	}
	return string(runes)
}

// isPrivate tells characters that somebody made up on their own computer:
// nobody else sees what they mean.
func isPrivate(r rune) bool {
	return r >= 0xE000 && r <= 0xF8FF || r >= 0xF0000
}

// key is what names are compared by: neither width nor case nor spaces nor the
// kind of dot nor of bracket tells two names apart.
func key(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return -1
		case isDot(r):
			return '·'
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(personName(s)))
}

// header is what the head of a column is recognised by: without remarks in
// brackets, stars and colons.
func header(s string) string {
	s = key(s)
	if at := strings.IndexAny(s, "(（[【"); at > 0 {
		s = s[:at]
	}
	return strings.Trim(s, "*:：★＊ .。、")
}

// nameFlaw says what is wrong with a person's name, "" for nothing.
func nameFlaw(name string) string {
	if utf8.RuneCountInString(name) > 60 {
		return "姓名不能超过 60 个字。"
	}
	letters := 0
	for _, r := range name {
		switch {
		case r == 0xE863:
			return "姓名中有自造字，这里多半是“䶮”（yǎn，U+4DAE）。请改成标准汉字，可从这里复制。"
		case isPrivate(r):
			return "姓名中有自造字，别的电脑显示不出来。请改成国家标准里的汉字，如 䶮、𬭎、㙍。"
		case strings.ContainsRune("?？□■*＊\uFFFD", r):
			return "姓名中有“" + string(r) + "”，可能是生僻字没有保存成功，请改正。"
		case unicode.IsDigit(r):
			return "姓名中不应有数字。"
		case strings.ContainsRune("()（）[]【】", r):
			return "姓名中不应有括号，请把括号里的内容移到相应的列。"
		case unicode.IsLetter(r):
			letters++
		case r == '·', r == ' ', r == '-', r == '\'', r == '’', unicode.IsMark(r):
		default:
			return "姓名中有不应出现的“" + string(r) + "”，请改正。"
		}
	}
	if letters == 0 {
		return "请填写姓名。"
	}
	return ""
}

// list splits a cell that holds several names. Names may hold 、 or a comma, so
// those part only what is not known as a whole.
func list(s string, known func(string) bool) []string {
	var all []string
	for part := range strings.FieldsFuncSeq(tidy(s), func(r rune) bool { return r == '；' || r == ';' || r == '\n' }) {
		if known(part) {
			all = append(all, label(part))
			continue
		}
		for one := range strings.FieldsFuncSeq(part, func(r rune) bool { return strings.ContainsRune("、,，|", r) }) {
			if one = label(one); one != "" {
				all = append(all, one)
			}
		}
	}
	return all
}

// guarded writes a text so that no spreadsheet takes it for a formula; unguarded
// takes it back.
func guarded(s string) string {
	if rest := strings.TrimLeft(s, "'"); rest != "" && strings.ContainsRune("=+-@\t\r", rune(rest[0])) {
		return "'" + s
	}
	return s
}

func unguarded(s string) string {
	if rest := strings.TrimLeft(s, "'"); len(rest) < len(s) && rest != "" && strings.ContainsRune("=+-@\t\r", rune(rest[0])) {
		return s[1:]
	}
	return s
}
