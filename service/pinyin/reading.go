package pinyin

import (
	"slices"

	"github.com/mozillazg/go-pinyin"
)

// plain returns the readings of a character inside a name. The dictionary
// lists readings nobody has used for a thousand years, so only its first one
// is taken; characters that are really read in several ways, or first in
// another way, stand in heteronyms.
func plain(r rune) unit {
	if known, ok := heteronyms[r]; ok {
		return typeable(known)
	}
	first := dictionary(r)
	if first == "" {
		return unit{string(r)}
	}
	return typeable(unit{first})
}

// dictionary returns the first reading of a character, or nothing.
func dictionary(r rune) string {
	for _, syllable := range pinyin.SinglePinyin(r, pinyin.Args{Style: pinyin.Normal}) {
		return Fold(syllable)
	}
	return ""
}

// typeable adds the spelling with u to syllables with ü, for those who have
// no v in mind: 吕 is typed lv, lyu and lu.
func typeable(u unit) unit {
	readings := slices.Clone(u)
	for _, syllable := range u {
		if syllable == "lv" || syllable == "nv" {
			readings = append(readings, syllable[:1]+"u")
		}
	}
	return readings
}

// heteronyms are characters that are read in several ways in given names and
// names of places, likeliest first, and characters whose first reading in the
// dictionary is not the one of names.
var heteronyms = map[rune]unit{
	'阿': {"a", "e"}, '柏': {"bai", "bo"}, '蚌': {"bang", "beng"}, '堡': {"bao", "pu", "bu"}, '秘': {"mi", "bi"},
	'薄': {"bo"}, '泊': {"bo", "po"}, '卜': {"bu"}, '埔': {"pu", "bu"}, '藏': {"cang", "zang"},
	'参': {"can", "shen"}, '曾': {"zeng", "ceng"}, '查': {"cha", "zha"}, '禅': {"chan", "shan"},
	'单': {"dan", "shan"}, '长': {"chang", "zhang"}, '朝': {"chao", "zhao"}, '澄': {"cheng", "deng"},
	'盛': {"sheng", "cheng"}, '晟': {"sheng", "cheng"}, '重': {"chong", "zhong"}, '畜': {"xu", "chu"},
	'俶': {"chu", "ti"}, '传': {"chuan", "zhuan"}, '枞': {"zong", "cong"}, '偲': {"si", "cai"}, '大': {"da", "dai"},
	'都': {"du"}, '的': {"de", "di"}, '侗': {"dong", "tong"}, '调': {"tiao", "diao"}, '番': {"fan", "pan"},
	'佛': {"fo"}, '盖': {"gai", "ge"}, '镐': {"hao", "gao"}, '蛤': {"ha", "ge"}, '嘏': {"gu", "jia"},
	'炅': {"jiong", "gui"}, '桧': {"gui", "hui"}, '还': {"huan", "hai"}, '浒': {"hu", "xu"}, '会': {"hui", "kuai"},
	'系': {"xi", "ji"}, '降': {"jiang", "xiang"}, '角': {"jiao", "jue"}, '觉': {"jue", "jiao"},
	'峤': {"qiao", "jiao"}, '校': {"xiao", "jiao"}, '解': {"jie", "xie"}, '颉': {"jie", "xie"},
	'隽': {"juan", "jun"}, '筠': {"yun", "jun"}, '浚': {"jun", "xun"}, '乐': {"le", "yue"}, '勒': {"le"},
	'棱': {"leng", "ling"}, '崚': {"ling", "leng"}, '栎': {"li", "yue"}, '六': {"liu", "lu"}, '率': {"shuai", "lv"},
	'蔓': {"man", "wan"}, '玟': {"wen", "min"}, '宓': {"mi", "fu"}, '泌': {"mi", "bi"}, '牟': {"mou", "mu"},
	'娜': {"na", "nuo"}, '弄': {"nong", "long"}, '缪': {"miao", "mou"}, '朴': {"pu", "piao"}, '乾': {"qian", "gan"},
	'茜': {"qian", "xi"}, '茄': {"qie"}, '箐': {"qing", "jing"}, '区': {"qu", "ou"}, '厦': {"sha", "xia"},
	'莎': {"sha", "suo"}, '杉': {"shan", "sha"}, '莘': {"shen", "xin"}, '什': {"shi", "shen"},
	'省': {"sheng", "xing"}, '说': {"shuo", "yue"}, '宿': {"su", "xiu"}, '媞': {"ti", "shi"}, '拓': {"tuo", "ta"},
	'圩': {"xu", "wei"}, '蔚': {"wei", "yu"}, '尉': {"wei", "yu"}, '菀': {"wan", "yu"}, '涡': {"wo", "guo"},
	'巷': {"xiang", "hang"}, '行': {"xing", "hang"}, '吁': {"yu", "xu"}, '员': {"yuan", "yun"}, '仔': {"zi", "zai"},
	'翟': {"zhai", "di"}, '辗': {"zhan"}, '徵': {"zheng", "zhi"}, '种': {"zhong", "chong"}, '柞': {"zuo", "zha"},
	'琢': {"zhuo", "zuo"}, '谌': {"chen", "shen"}, '郇': {"xun", "huan"}, '覃': {"tan", "qin"},
	'陂': {"bei", "po", "pi"}, '稽': {"ji", "qi"}, '祇': {"qi", "zhi"}, '强': {"qiang", "jiang"},
	'匙': {"chi", "shi"}, '着': {"zhuo", "zhe"}, '珩': {"heng", "hang"}, '焯': {"zhuo", "chao"}, '湫': {"qiu", "jiao"},
	'莞': {"guan", "wan"},
}
