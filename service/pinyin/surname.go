package pinyin

import "slices"

// surnameUnits reads the surname at the head of a name: one of two characters
// if the name starts with one that is known, else one of one character. The
// readings that a person may try who does not know better come last.
func surnameUnits(runes []rune) []unit {
	if len(runes) >= 2 {
		if compound, ok := compounds[string(runes[:2])]; ok {
			return []unit{naive(compound[0], runes[0]), naive(compound[1], runes[1])}
		}
	}
	if len(runes) == 0 {
		return nil
	}
	return []unit{naive(surnames[runes[0]], runes[0])}
}

// naive adds to the readings of a surname those that its character has
// elsewhere.
func naive(known unit, r rune) unit {
	readings := typeable(known)
	for _, reading := range plain(r) {
		if !slices.Contains(readings, reading) {
			readings = append(readings, reading)
		}
	}
	return readings
}

// surnames are those of one character that are read otherwise than the same
// character in other places, or in two ways.
var surnames = map[rune]unit{
	'秘': {"bi"}, '便': {"pian"}, '藏': {"zang"}, '查': {"zha"}, '禅': {"chan"}, '单': {"shan"}, '长': {"chang"},
	'朝': {"chao"}, '晟': {"cheng"}, '盛': {"sheng"}, '乘': {"cheng", "sheng"}, '种': {"chong"}, '重': {"chong"},
	'褚': {"chu", "zhu"}, '佴': {"nai"}, '钭': {"tou", "dou"}, '繁': {"po"}, '费': {"fei", "bi"}, '盖': {"ge"},
	'句': {"gou"}, '炅': {"gui"}, '还': {"huan"}, '黑': {"he"}, '会': {"hui"}, '祭': {"zhai"},
	'菅': {"jian", "guan"}, '角': {"jue"}, '颉': {"xie"}, '解': {"xie"}, '隽': {"juan"}, '阚': {"kan"},
	'隗': {"wei", "kui"}, '乐': {"yue"}, '缪': {"miao"}, '乜': {"nie"}, '宓': {"mi"}, '么': {"yao"},
	'难': {"nan", "ning"}, '能': {"nai"}, '粘': {"nian"}, '区': {"ou"}, '朴': {"piao"}, '契': {"xie"},
	'乾': {"qian"}, '强': {"qiang"}, '覃': {"qin", "tan"}, '仇': {"qiu"}, '召': {"shao"}, '折': {"she"},
	'省': {"xing"}, '什': {"shi"}, '适': {"kuo"}, '宿': {"su"}, '拓': {"tuo"}, '尉': {"wei"}, '蔚': {"yu", "wei"},
	'郗': {"xi", "chi"}, '洗': {"xian"}, '校': {"xiao"}, '行': {"xing"}, '荤': {"xun"}, '员': {"yun"},
	'曾': {"zeng"}, '稽': {"ji"}, '阿': {"a"}, '大': {"da"}, '逢': {"pang", "feng"}, '贠': {"yun"},
}

// compounds are the surnames of two characters. 单于 is missing on purpose:
// whoever is called 单于… today is a Shan.
var compounds = map[string][2]unit{
	"百里": {{"bai"}, {"li"}}, "成公": {{"cheng"}, {"gong"}}, "淳于": {{"chun"}, {"yu"}}, "第五": {{"di"}, {"wu"}},
	"东方": {{"dong"}, {"fang"}}, "东郭": {{"dong"}, {"guo"}}, "东门": {{"dong"}, {"men"}}, "独孤": {{"du"}, {"gu"}},
	"端木": {{"duan"}, {"mu"}}, "段干": {{"duan"}, {"gan"}}, "公良": {{"gong"}, {"liang"}}, "公孙": {{"gong"}, {"sun"}},
	"公西": {{"gong"}, {"xi"}}, "公冶": {{"gong"}, {"ye"}}, "公羊": {{"gong"}, {"yang"}}, "谷梁": {{"gu"}, {"liang"}},
	"毂梁": {{"gu"}, {"liang"}}, "归海": {{"gui"}, {"hai"}}, "贺兰": {{"he"}, {"lan"}}, "赫连": {{"he"}, {"lian"}},
	"呼延": {{"hu"}, {"yan"}}, "皇甫": {{"huang"}, {"fu"}}, "夹谷": {{"jia"}, {"gu"}},
	"乐正": {{"yue"}, {"zheng"}}, "梁丘": {{"liang"}, {"qiu"}}, "令狐": {{"ling"}, {"hu"}}, "闾丘": {{"lv"}, {"qiu"}},
	"万俟": {{"mo"}, {"qi"}}, "慕容": {{"mu"}, {"rong"}}, "纳兰": {{"na"}, {"lan"}}, "南宫": {{"nan"}, {"gong"}},
	"南郭": {{"nan"}, {"guo"}}, "南门": {{"nan"}, {"men"}}, "南荣": {{"nan"}, {"rong"}}, "欧阳": {{"ou"}, {"yang"}},
	"濮阳": {{"pu"}, {"yang"}}, "漆雕": {{"qi"}, {"diao"}}, "亓官": {{"qi"}, {"guan"}}, "壤驷": {{"rang"}, {"si"}},
	"汝鄢": {{"ru"}, {"yan"}}, "上官": {{"shang"}, {"guan"}}, "申屠": {{"shen"}, {"tu"}}, "司空": {{"si"}, {"kong"}},
	"司寇": {{"si"}, {"kou"}}, "司马": {{"si"}, {"ma"}}, "司徒": {{"si"}, {"tu"}}, "太史": {{"tai"}, {"shi"}},
	"太叔": {{"tai"}, {"shu"}}, "澹台": {{"tan"}, {"tai"}}, "拓跋": {{"tuo"}, {"ba"}}, "完颜": {{"wan"}, {"yan"}},
	"微生": {{"wei"}, {"sheng"}}, "尉迟": {{"yu"}, {"chi"}}, "闻人": {{"wen"}, {"ren"}}, "巫马": {{"wu"}, {"ma"}},
	"西门": {{"xi"}, {"men"}}, "夏侯": {{"xia"}, {"hou"}}, "鲜于": {{"xian"}, {"yu"}}, "相里": {{"xiang"}, {"li"}},
	"轩辕": {{"xuan"}, {"yuan"}}, "延陵": {{"yan"}, {"ling"}}, "羊舌": {{"yang"}, {"she"}}, "耶律": {{"ye"}, {"lv"}},
	"宇文": {{"yu"}, {"wen"}}, "宰父": {{"zai"}, {"fu"}}, "长孙": {{"zhang"}, {"sun"}}, "仉督": {{"zhang"}, {"du"}},
	"钟离": {{"zhong"}, {"li"}}, "仲孙": {{"zhong"}, {"sun"}}, "颛孙": {{"zhuan"}, {"sun"}}, "诸葛": {{"zhu"}, {"ge"}},
	"子车": {{"zi"}, {"ju"}}, "宗政": {{"zong"}, {"zheng"}}, "左丘": {{"zuo"}, {"qiu"}}, "叱干": {{"chi"}, {"gan"}},
	"爱新": {{"ai"}, {"xin"}}, "叶赫": {{"ye"}, {"he"}}, "哥舒": {{"ge"}, {"shu"}}, "屈突": {{"qu"}, {"tu"}},
	"宿勤": {{"su"}, {"qin"}}, "独吉": {{"du"}, {"ji"}}, "厍狄": {{"she"}, {"di"}},
}

// traditional maps the characters that the tables above need.
var traditional = map[rune]rune{
	'單': '单', '區': '区', '繆': '缪', '蓋': '盖', '樂': '乐', '員': '员', '貟': '员', '長': '长', '孫': '孙', '遲': '迟',
	'萬': '万', '臺': '台', '諸': '诸', '東': '东', '歐': '欧', '陽': '阳', '馬': '马', '獨': '独', '宮': '宫', '聞': '闻',
	'連': '连', '鍾': '钟', '鐘': '钟', '離': '离', '鮮': '鲜', '閭': '闾', '軒': '轩', '轅': '辕', '顓': '颛', '車': '车',
	'過': '过', '應': '应', '紀': '纪', '寧': '宁', '甯': '宁', '雋': '隽', '繳': '缴', '呂': '吕', '賁': '贲',
	'諶': '谌', '頡': '颉', '闞': '阚', '費': '费', '難': '难', '賈': '贾', '葉': '叶', '馮': '冯', '華': '华',
	'種': '种', '強': '强', '適': '适', '夾': '夹', '參': '参', '傳': '传', '會': '会', '蘭': '兰', '顏': '颜', '納': '纳',
	'賀': '贺', '榮': '荣', '駟': '驷', '門': '门', '厙': '厍', '還': '还', '湯': '汤', '廈': '厦',
}
