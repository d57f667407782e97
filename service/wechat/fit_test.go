package wechat_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"lianxin/service/wechat"
	"lianxin/simulator/keyword"
)

func TestValuesAreMadeToFit(t *testing.T) {
	twenty := strings.Repeat("字", 20)
	for _, test := range []struct{ key, value, want string }{
		{"thing1", "路灯不亮", "路灯不亮"},
		{"thing1", twenty, twenty},
		{"thing1", twenty + "字", strings.Repeat("字", 19) + "…"},
		{"thing12", "第一行\r\n第二行\t 完", "第一行 第二行 完"},
		{"thing1", "", "无"},
		{"thing1", " \u200b\u2028 ", "无"},
		{"thing1", "坏\xff字", "坏字"},
		{"thing1", "😀👍🏻", "😀👍🏻"},
		{"phrase1", "已办结，谢谢！", "已办结谢谢"},
		{"phrase1", "已转交有关部门", "已转交有关"},
		{"phrase1", "done", "无"},
		{"name1", "王秀英", "王秀英"},
		{"name1", "阿卜杜拉·买买提江·吐尔逊", "阿卜杜拉·买买提江·"},
		{"name1", "Jean-Baptiste Poquelin", "Jean-Baptiste Poquel"},
		{"name1", "李四2", "李四"},
		{"name1", "42", "未署名"},
		{"time1", "15:01", "15:01"},
		{"time1", "9:05", "09:05"},
		{"time1", "2026年11月20日 15：01", "2026年11月20日 15:01"},
		{"time1", "2026-11-20T09:30:00+08:00", "2026-11-20 09:30:00"},
		{"time1", "2026-11-20", "2026-11-20 00:00"},
		{"time1", "2026年11月20日 9:00 ～ 2026年11月21日 10:00", "2026年11月20日 09:00~2026年11月21日 10:00"},
		{"time1", "明天", "00:00"},
		{"date1", "2026/11/20 15:01", "2026/11/20 15:01"},
		{"date1", "2026年11月20日~2026年11月22日", "2026年11月20日~2026年11月22日"},
		{"date1", "办结于2026.11.20。", "2026.11.20"},
		{"date1", "15:01", "1970年1月1日"},
		{"number1", "约1,234.50元", "1234.50"},
		{"number1", "１２", "12"},
		{"number1", strings.Repeat("7", 40), strings.Repeat("7", 32)},
		{"number1", "无", "0"},
		{"amount1", "￥1,200.50元", "￥1200.50元"},
		{"amount1", "免费", "0元"},
		{"letter1", "Ａb1c", "Abc"},
		{"letter1", "1", "NA"},
		{"symbol1", "好!!??--", "!!??-"},
		{"symbol1", "好", "-"},
		{"character_string1", "LX-2026/0001 号", "LX-2026/0001"},
		{"character_string1", "号", "-"},
		{"phone_number1", "（0766）6688 转 12", "(0766)668812"},
		{"phone_number1", "无", "-"},
		{"car_number1", "粤A·8Z888挂", "粤A8Z888挂"},
		{"car_number1", "粤A12345678", "粤A123456"},
		{"car_number1", "粤", "粤"},
		{"car_number1", "", "无"},
		{"enum1", " 已完成\n", "已完成"},
		{"enum1", "", "无"},
		{"keyword1", twenty + "字", strings.Repeat("字", 19) + "…"},
		{"remark", "", "无"},
	} {
		if got := wechat.FitValue(test.key, test.value); got != test.want {
			t.Errorf("FitValue(%q, %q) = %q, want %q", test.key, test.value, got, test.want)
		}
	}
}

func TestWhateverIsFittedWeChatAccepts(t *testing.T) {
	kinds := []string{
		"thing", "number", "letter", "symbol", "character_string", "time", "date", "amount",
		"phone_number", "car_number", "name", "phrase",
	}
	pieces := rapid.OneOf(
		rapid.String(),
		rapid.StringOf(rapid.RuneFrom([]rune("0123456789:-/.~～年月日 ,，元¥粤AaBb路灯\n\t\u200b\u3000！…😀"))),
		rapid.SampledFrom([]string{"2026-11-20", "2026年2月30日", "15:01", "24:00", "3.14", "王秀英", "\xff", "~"}),
		rapid.Custom(func(t *rapid.T) string { return string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) }),
	)
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SampledFrom(kinds).Draw(t, "kind") + rapid.StringMatching(`[1-9][0-9]?`).Draw(t, "number")
		value := strings.Join(rapid.SliceOfN(pieces, 0, 4).Draw(t, "pieces"), "")
		fitted := wechat.FitValue(key, value)
		if !keyword.Valid(key, fitted, nil) {
			t.Fatalf("FitValue(%q, %q) = %q", key, value, fitted)
		}
		if again := wechat.FitValue(key, fitted); again != fitted {
			t.Fatalf("%q, fitted again, is %q", fitted, again)
		}
	})
}

func TestAnyKeyGetsALineOfText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fitted := wechat.FitValue(rapid.String().Draw(t, "key"), rapid.String().Draw(t, "value"))
		if fitted == "" || !utf8.ValidString(fitted) || strings.ContainsFunc(fitted, unicode.IsControl) {
			t.Fatalf("%q", fitted)
		}
	})
}
