package masking_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"lianxin/service/masking"
)

// marked shows the finds of a text: 〔what stands instead〕 in the place of each.
func marked(text string, names ...string) string {
	spans := masking.Find(text, names...)
	for i := range spans {
		spans[i].Instead = "〔" + string(spans[i].Kind) + ":" + spans[i].Instead + "〕"
	}
	return masking.Apply(text, spans)
}

func TestWhatNamesAPersonIsFound(t *testing.T) {
	for text, want := range map[string]string{
		"请打13800138000找我":           "请打〔phone:13*******00〕找我",
		"电话138 0013-8000。":          "电话〔phone:13*********00〕。",
		"电话１３８００１３８０００":             "电话〔phone:１３*******００〕",
		"座机010-62345678转2":          "座机〔phone:01********78〕转2",
		"座机(0571)8765 4321":         "座机(〔phone:05**********21〕",
		"身份证11010519491231002X":     "身份证〔identity_card:11**************2X〕",
		"身份证110105 19491231 0021":   "身份证〔identity_card:11****************21〕",
		"卡号6222 0212 3456 7890 128": "卡号〔bank_card:62*******************28〕",
		"我的车京A·12345停在门口":           "我的车〔plate:京A****45〕停在门口",
		"新能源粤BD12345":               "新能源〔plate:粤B****45〕",
		"写信到wang.xiu@example.com":   "写信到〔mail:wa****************om〕",
		"加微信：wangxiuying88":         "加微信：〔account:wa*********88〕",
		"住在幸福里小区3号楼2单元501室，三年了":     "〔address:住在幸福里小区某号楼某单元某室〕，三年了",
		"和平路12号门口的灯":                "〔address:和平路某号〕门口的灯",
		"三号楼二单元五楼":                  "〔address:某号楼某单元某楼〕",
		"我叫王秀英，今年七十岁":               "我叫〔name:王某〕，今年七十岁",
		"隔壁李桂兰阿姨说":                  "隔壁〔name:李某〕阿姨说",
		"王某阿姨、3月12日、2026年、共120盏灯":   "王某阿姨、3月12日、2026年、共120盏灯",
		"12345热线和110":               "12345热线和110",
		"和平街道办事处已安排修好":              "和平街道办事处已安排修好",
	} {
		if got := marked(text); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestANameThatIsKnownIsFoundWhereverItStands(t *testing.T) {
	if got := marked("欧阳春燕说，春燕和欧阳春燕来过", "欧阳春燕", "燕"); got != "〔name:欧某〕说，春燕和〔name:欧某〕来过" {
		t.Error(got)
	}
}

func TestWhatIsMaskedIsNotFoundAgain(t *testing.T) {
	for _, text := range []string{
		"我叫王秀英，住幸福里小区3号楼2单元501室，电话13800138000，车京A12345，微信wangxiuying88，卡6222021234567890123",
		"身份证11010519491231002X，座机0571-87654321，邮箱a.bcd@example.com",
	} {
		once := masking.Apply(text, masking.Find(text))
		if again := masking.Find(once); len(again) != 0 {
			t.Errorf("%s: still %+v", once, again)
		}
	}
}

func TestOnlyNumbersAreBlottedOutUnasked(t *testing.T) {
	if got := masking.Numbers("王秀英阿姨住3号楼2单元，电话13800138000"); got != "王秀英阿姨住3号楼2单元，电话13*******00" {
		t.Error(got)
	}
}

func FuzzFindsAreInOrderAndWhole(f *testing.F) {
	f.Add("我叫王秀英，住幸福里小区3号楼2单元501室，电话138-0013 8000", "王秀英")
	f.Add("京A·12345 010-62345678 6222 0212 3456 7890 123", "")
	f.Fuzz(func(t *testing.T, text, name string) {
		from := 0
		spans := masking.Find(text, name)
		for _, s := range spans {
			if s.Start < from || s.End <= s.Start || s.End > len(text) {
				t.Fatalf("%q: %+v after %d", text, s, from)
			}
			from = s.End
		}
		if out := masking.Apply(text, spans); utf8.ValidString(text) && !utf8.ValidString(out) {
			t.Fatalf("%q: a character was cut: %q", text, out)
		}
		if strings.Contains(masking.Numbers(text+" 13800138000 "), " 13800138000 ") {
			t.Fatalf("%q hides a phone", text)
		}
	})
}
