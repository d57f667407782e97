package conversation

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestQuery is how many characters a place, an address or a name has at
// most; more is somebody telling their matter.
const longestQuery = 40

// topic is what some fixed words ask for.
type topic int

const (
	topicNone topic = iota
	topicHelp
	topicFind
	topicLatest
	topicMine
	topicElsewhere
)

// topicNames says what is answered to each.
var topicNames = map[topic]string{
	topicHelp: "使用说明", topicFind: "怎么找代表", topicLatest: "最新动态", topicMine: "我的来信", topicElsewhere: "其他去处",
}

// fixedWords are understood as they stand, without case and punctuation.
var fixedWords = map[topic][]string{
	topicHelp: {
		"", "帮助", "使用帮助", "使用说明", "怎么用", "菜单", "你好", "您好", "你好啊", "在吗", "嗨", "hi", "hello", "help",
		"谢谢", "谢谢您", "人工", "客服", "人工客服",
	},
	topicFind:      {"代表", "党代表", "找代表", "我的代表", "谁是我的代表", "我的代表是谁", "联系代表", "写信", "我要写信", "留言", "我要留言"},
	topicLatest:    {"最新", "动态", "最新动态", "新闻", "文章", "最新文章"},
	topicMine:      {"我的来信", "我的留言", "进度", "办理进度", "查询进度", "查进度"},
	topicElsewhere: {"12345", "热线", "110", "119", "120", "投诉", "举报", "信访", "紧急", "电话", "法院"},
}

// urgentWords call for 110, 119 or 120 wherever they stand.
var urgentWords = []string{"救命", "着火", "起火", "火灾", "报警", "急救", "自杀", "不想活", "打人", "煤气泄漏", "燃气泄漏"}

// clean keeps what a person can see of a text, on one line.
func clean(words string) string {
	visible := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r):
			return -1
		}
		return r
	}, words)
	return strings.Join(strings.Fields(visible), " ")
}

func topicOf(words string) topic {
	said := bare(words)
	for t, fixed := range fixedWords {
		if slices.Contains(fixed, said) {
			return t
		}
	}
	return topicNone
}

func isUrgent(words string) bool {
	return slices.ContainsFunc(urgentWords, func(urgent string) bool { return strings.Contains(words, urgent) })
}

func isLong(words string) bool { return utf8.RuneCountInString(words) > longestQuery }
