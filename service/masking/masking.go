// Package masking finds in a text what names a person or leads to one: phones,
// identity and bank cards, number plates, accounts, addresses and names. It says
// where each stands and what may stand there instead.
//
// It refuses to be the last word. Numbers it knows by their form and blots out by
// itself; addresses and names it only guesses at, so that what comes of them is
// for a person to check.
package masking

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Kind is what a span is.
type Kind string

// The kinds, those that a form proves first.
const (
	IdentityCard Kind = "identity_card"
	BankCard     Kind = "bank_card"
	Phone        Kind = "phone"
	Plate        Kind = "plate"
	Mail         Kind = "mail"
	Account      Kind = "account"
	Name         Kind = "name"
	Address      Kind = "address"
)

// Words names a kind for the screen.
func (k Kind) Words() string {
	return map[Kind]string{
		IdentityCard: "身份证号", BankCard: "银行卡号", Phone: "电话号码", Plate: "车牌号", Mail: "邮箱", Account: "微信或 QQ 号", Name: "姓名", Address: "住址",
	}[k]
}

// Span is a part of a text that names a person: from byte Start to before byte
// End. Instead may stand in its place.
type Span struct {
	Kind       Kind
	Start, End int
	Instead    string
}

const (
	// provinces begin number plates (GA 36).
	provinces = `京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼`
	// count is a number of a house as it is written or spoken.
	count = `[0-9０-９一二三四五六七八九十百零两〇]+`
)

// pattern finds one kind by its form. Where it has a group, that is the span.
type pattern struct {
	kind Kind
	form *regexp.Regexp
}

// codes are the other things that a form proves.
var codes = []pattern{
	{Plate, regexp.MustCompile(`[` + provinces + `][A-Za-z][ ·•.\-]?[A-HJ-NP-Za-hj-np-z0-9]{5,6}`)},
	{Mail, regexp.MustCompile(`[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+`)},
	{Account, regexp.MustCompile(`(?i)(?:微信号?|vx|weixin|wechat|qq号?)[ :：是为]{0,3}([A-Za-z0-9][-_A-Za-z0-9]{4,19})`)},
}

var guesses = []pattern{
	// A house number with the name before it: 幸福里小区3号楼2单元501室, 人民路12号.
	{Address, regexp.MustCompile(`\p{Han}{0,8}(?:小区|家园|花园|公寓|新村|大院|苑|里|园|村|路|街|巷|弄|胡同|大道|道)(?:` + count + `(?:期|区|组|队|路|街|巷|弄|号院|号楼|号|栋|幢|座|楼|单元|层|室|户|之)){1,6}(?:` + count + `(?:室|户|号)?)?`)},
	{Address, regexp.MustCompile(count + `(?:号楼|栋|幢|座)(?:` + count + `(?:单元|层|楼|室|户|号)){1,4}(?:` + count + `)?`)},
	{Name, regexp.MustCompile(`(?:我叫|姓名[:：是]?|名叫|联系人[:：是]?|户主[:：是]?)\s*([` + surnames + `]\p{Han}{1,2})`)},
	{Name, regexp.MustCompile(`([` + surnames + `]\p{Han}{1,2})(?:先生|女士|小姐|大爷|大妈|大娘|大叔|阿姨|奶奶|爷爷|师傅|同志|老人)`)},
}

// surnames are the hundred most common ones of the mainland, by the household
// register's counts, and some more; they only begin a guess.
const surnames = `王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤`

// Find lists what names a person in a text, in the order of the text and
// without overlaps. Names that are known to stand in it, and phones in whatever
// form, are looked for as well; a name of one character is not.
func Find(text string, names ...string) []Span {
	found := finds{}
	found.proven(text)
	known := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return utf8.RuneCountInString(n) < 2 || !utf8.ValidString(n) })
	slices.SortFunc(known, func(a, b string) int { return len(b) - len(a) })
	for _, name := range known {
		for from := 0; ; {
			at := strings.Index(text[from:], name)
			if at < 0 {
				break
			}
			found.add(Span{Kind: Name, Start: from + at, End: from + at + len(name), Instead: shortName(name)})
			from += at + len(name)
		}
	}
	for _, p := range guesses {
		p.each(text, found.add)
	}
	return found.inOrder()
}

// finds are spans without overlaps: what is found first stays.
type finds []Span

func (f *finds) add(s Span) {
	if !slices.ContainsFunc(*f, func(o Span) bool { return s.Start < o.End && o.Start < s.End }) {
		*f = append(*f, s)
	}
}

func (f *finds) proven(text string) {
	eachNumber(text, f.add)
	for _, p := range codes {
		p.each(text, f.add)
	}
}

func (f *finds) inOrder() []Span {
	slices.SortFunc(*f, func(a, b Span) int { return a.Start - b.Start })
	return *f
}

func (p pattern) each(text string, add func(Span)) {
	for _, at := range p.form.FindAllStringSubmatchIndex(text, -1) {
		start, end := at[0], at[1]
		if len(at) > 2 && at[2] >= 0 {
			start, end = at[2], at[3]
		}
		if word := text[start:end]; !p.masked(word) {
			add(Span{Kind: p.kind, Start: start, End: end, Instead: p.instead(word)})
		}
	}
}

// masked tells whether a find is what stands after masking already.
func (p pattern) masked(word string) bool {
	return p.kind == Name && strings.HasSuffix(word, "某")
}

var houseNumber = regexp.MustCompile(count)

func (p pattern) instead(word string) string {
	if p.kind == Name {
		return shortName(word)
	}
	if p.kind == Address {
		return houseNumber.ReplaceAllString(word, "某")
	}
	return blot(word)
}

// shortName keeps the surname alone: 王某.
func shortName(name string) string {
	first, _ := utf8.DecodeRuneInString(name)
	return string(first) + "某"
}

// blot leaves the first two and the last two characters of a number.
func blot(number string) string {
	runes := []rune(number)
	return string(runes[:2]) + strings.Repeat("*", len(runes)-4) + string(runes[len(runes)-2:])
}

// Apply puts in the place of each span what may stand there instead. The spans
// are in the order of the text and do not overlap, as Find gives them.
func Apply(text string, spans []Span) string {
	var out strings.Builder
	from := 0
	for _, s := range spans {
		out.WriteString(text[from:s.Start])
		out.WriteString(s.Instead)
		from = s.End
	}
	out.WriteString(text[from:])
	return out.String()
}

// Proven lists the numbers and accounts that their form proves, and nothing that
// is only guessed at.
func Proven(text string) []Span {
	found := finds{}
	found.proven(text)
	return found.inOrder()
}

// Numbers blots out what Proven finds.
func Numbers(text string) string { return Apply(text, Proven(text)) }
