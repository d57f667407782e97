package pinyin

// phraseMax is the length of the longest phrase below, in characters.
const phraseMax = 3

// placeUnits reads the longest known phrase at each point, and else one
// character.
func placeUnits(chinese string) []unit {
	runes := []rune(modern(Fold(chinese)))
	units := make([]unit, 0, len(runes))
	for at := 0; at < len(runes); {
		read := phraseAt(runes[at:])
		if len(read) == 0 {
			read = plainUnits(runes[at : at+1])
		}
		units = append(units, read...)
		at += len(read)
	}
	return units
}

func phraseAt(runes []rune) []unit {
	for length := min(phraseMax, len(runes)); length > 1; length-- {
		syllables, ok := phrases[string(runes[:length])]
		if !ok {
			continue
		}
		units := make([]unit, 0, length)
		for _, syllable := range syllables {
			units = append(units, unit{syllable})
		}
		return units
	}
	return nil
}

// phrases are words in the names of places and organisations in which a
// character is read otherwise than by itself. There is none that could come
// about where two other words meet: 市长 would spoil 武汉市长江路. Where one
// could, a longer phrase or an earlier one puts it right: 社会 before 会计.
var phrases = map[string][]string{
	// organisations
	"银行": {"yin", "hang"}, "商行": {"shang", "hang"}, "商行政": {"shang", "xing", "zheng"}, "社会": {"she", "hui"},
	"行业": {"hang", "ye"}, "会计": {"kuai", "ji"}, "音乐": {"yin", "yue"}, "乐团": {"yue", "tuan"},
	"重点": {"zhong", "dian"}, "重工": {"zhong", "gong"}, "重型": {"zhong", "xing"}, "重要": {"zhong", "yao"},
	"重症": {"zhong", "zheng"}, "调度": {"diao", "du"}, "调查": {"diao", "cha"}, "调研": {"diao", "yan"},
	"校对": {"jiao", "dui"}, "效率": {"xiao", "lv"}, "家畜": {"jia", "chu"}, "成长": {"cheng", "zhang"},
	"藏族": {"zang", "zu"}, "朝霞": {"zhao", "xia"}, "里弄": {"li", "long"}, "弄堂": {"long", "tang"},
	// places
	"厦门": {"xia", "men"}, "西藏": {"xi", "zang"}, "番禺": {"pan", "yu"}, "六安": {"lu", "an"}, "六合": {"lu", "he"},
	"蚌埠": {"beng", "bu"}, "大埔": {"da", "bu"}, "东阿": {"dong", "e"}, "涡阳": {"guo", "yang"},
	"洪洞": {"hong", "tong"}, "蔚县": {"yu", "xian"}, "尉犁": {"yu", "li"}, "单县": {"shan", "xian"},
	"莘庄": {"xin", "zhuang"}, "浚县": {"xun", "xian"}, "解州": {"xie", "zhou"}, "铅山": {"yan", "shan"},
	"大城县": {"dai", "cheng", "xian"}, "乐清": {"yue", "qing"}, "乐亭": {"lao", "ting"}, "乐陵": {"lao", "ling"},
	"柞水": {"zha", "shui"}, "栎阳": {"yue", "yang"}, "会稽": {"kuai", "ji"}, "中牟": {"zhong", "mu"},
	"牟平": {"mu", "ping"}, "吴堡": {"wu", "bu"}, "里堡": {"li", "pu"}, "浒墅关": {"xu", "shu", "guan"},
	"浒湾": {"xu", "wan"}, "长子县": {"zhang", "zi", "xian"}, "秘鲁": {"bi", "lu"}, "黄陂": {"huang", "pi"},
	"大栅栏": {"da", "shi", "lan"}, "什刹海": {"shi", "cha", "hai"}, "龟兹": {"qiu", "ci"}, "穆棱": {"mu", "ling"},
	"仇家": {"qiu", "jia"}, "单家": {"shan", "jia"}, "查家": {"zha", "jia"}, "解家": {"xie", "jia"},
	"盖家": {"ge", "jia"}, "覃家": {"qin", "jia"},
}
