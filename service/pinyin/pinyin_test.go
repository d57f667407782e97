package pinyin_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"lianxin/service/pinyin"
)

func TestANameIsSpelledInFullAndByInitials(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"张三": "zhangsan zs", "李小龙": "lixiaolong lxl", "王芳": "wangfang wf", "欧阳修": "ouyangxiu oyx",
		"安宁": "anning an", "吕布": "lvbu lb", "张 三": "zhangsan zs", "　王　芳": "wangfang wf", "劉德華": "liudehua ldh",
		"范徐丽泰": "fanxulitai fxlt", "": " ", "王": "wang w", "李长春": "lichangchun lcc", "曾曾": "zengzeng zz",
	} {
		full, initials := pinyin.Name(name)
		if got := full + " " + initials; got != want {
			t.Errorf("%q is spelled %q, want %q", name, got, want)
		}
	}
}

// irregular lists surnames that a dictionary of characters reads wrongly, or
// that people do.
const irregular = `
曾 zeng 仇 qiu 任 ren 区 ou 单 shan 解 xie 查 zha 朴 piao 盖 ge 缪 miao 翟 zhai 折 she 乐 yue 员 yun 洗 xian 冼 xian
种 chong 秘 bi 黑 he 覃 qin 宓 mi 吕 lv 卜 bu 薄 bo 褚 chu 隗 wei 召 shao 谌 chen 晟 cheng 都 du 句 gou 佴 nai 能 nai 粘 nian
幺 yao 乜 nie 炅 gui 阚 kan 尉 wei 祭 zhai 於 yu 繁 po 适 kuo 契 xie 颉 xie 省 xing 角 jue 宿 su 盛 sheng 柏 bai 车 che
纪 ji 宁 ning 燕 yan 应 ying 相 xiang 石 shi 沈 shen 俞 yu 贾 jia 冯 feng 邓 deng 葛 ge 华 hua 那 na 哈 ha 过 guo 逄 pang
郇 xun 费 fei 牟 mou 郗 xi 莘 shen 藏 zang 强 qiang 尹 yin 殷 yin 阮 ruan 叶 ye 臧 zang 仉 zhang 訾 zi 钭 tou 荤 xun 校 xiao
贲 ben 逯 lu 瞿 qu 曲 qu 长 chang 朝 chao 便 pian 重 chong 大 da 么 yao 召 shao 万 wan 佘 she 厍 she 褟 ta 仝 tong 佟 tong
逢 pang 贠 yun 仝 tong 郄 qie 禚 zhuo 亓 qi 昝 zan 笪 da 璩 qu 缑 gou 綦 qi 谯 qiao 妫 gui 爨 cuan 呙 guo 眭 sui 殳 shu 遆 ti 訚 yin
單 shan 區 ou 繆 miao 蓋 ge 樂 yue 員 yun 呂 lv 諶 chen 闞 kan 費 fei 紀 ji 寧 ning 應 ying 葉 ye 馮 feng 賈 jia 華 hua`

func TestASurnameIsReadAsASurname(t *testing.T) {
	t.Parallel()
	fields := strings.Fields(irregular)
	for i := 0; i < len(fields); i += 2 {
		surname, want := fields[i], fields[i+1]
		if full, initials := pinyin.Name(surname + "明"); full != want+"ming" || initials != want[:1]+"m" {
			t.Errorf("%s明 is spelled %q, %q; the surname is %q", surname, full, initials, want)
		}
	}
}

func TestASurnameOfTwoCharactersIsReadAsOne(t *testing.T) {
	t.Parallel()
	for surname, want := range map[string]string{
		"尉迟": "yuchi", "长孙": "zhangsun", "万俟": "moqi", "令狐": "linghu", "澹台": "tantai", "欧阳": "ouyang", "司马": "sima",
		"诸葛": "zhuge", "夏侯": "xiahou", "上官": "shangguan", "皇甫": "huangfu", "东方": "dongfang", "慕容": "murong",
		"宇文": "yuwen", "公孙": "gongsun", "独孤": "dugu", "南宫": "nangong", "端木": "duanmu", "百里": "baili", "呼延": "huyan",
		"闻人": "wenren", "赫连": "helian", "钟离": "zhongli", "鲜于": "xianyu", "闾丘": "lvqiu", "太史": "taishi", "申屠": "shentu",
		"轩辕": "xuanyuan", "淳于": "chunyu", "濮阳": "puyang", "公冶": "gongye", "宗政": "zongzheng", "太叔": "taishu",
		"亓官": "qiguan", "司寇": "sikou", "颛孙": "zhuansun", "子车": "ziju", "宰父": "zaifu", "谷梁": "guliang", "夹谷": "jiagu",
		"拓跋": "tuoba", "乐正": "yuezheng", "段干": "duangan", "巫马": "wuma", "漆雕": "qidiao",
		"尉遲": "yuchi", "長孫": "zhangsun", "萬俟": "moqi", "澹臺": "tantai", "歐陽": "ouyang", "諸葛": "zhuge",
	} {
		if full, _ := pinyin.Name(surname + "明"); full != want+"ming" {
			t.Errorf("%s明 is spelled %q, want %q", surname, full, want+"ming")
		}
	}
	// Nobody is a Chanyu today; whoever is called 单于… is a Shan.
	if full, _ := pinyin.Name("单于飞"); full != "shanyufei" {
		t.Errorf("单于飞 is spelled %q, want shanyufei", full)
	}
}

func TestANameWithAMiddleDotHasNoSurname(t *testing.T) {
	t.Parallel()
	for _, dot := range []string{"·", "•", "・", "‧", "．", "."} {
		full, initials := pinyin.Name("买买提" + dot + "阿布都拉")
		if full != "maimaitiabudula" || initials != "mmtabdl" {
			t.Errorf("with %q the name is spelled %q, %q", dot, full, initials)
		}
	}
	if full, _ := pinyin.Name("单增·卓玛"); full != "danzengzhuoma" {
		t.Errorf("单增·卓玛 is spelled %q, want danzengzhuoma", full)
	}
}

func TestCharactersThatNobodyCanReadAreKept(t *testing.T) {
	t.Parallel()
	unknown := "\U000323AF" // the newest part of the standard
	full, initials := pinyin.Name("王" + unknown)
	if full != "wang"+unknown || initials != "w"+unknown {
		t.Errorf("the unknown character became %q, %q", full, initials)
	}
	for name, want := range map[string]string{
		"陈䶮": "chenyan", "陈𬭎": "chenhong", "陈㙍": "chenduo", "陈𬀩": "chenwei", "陈𨱏": "chenda", "陈珩": "chenheng", "陈焯": "chenzhuo",
	} {
		if full, _ := pinyin.Name(name); full != want {
			t.Errorf("%s was spelled %q, want %q", name, full, want)
		}
	}
}

func TestKeysHoldWhatAPersonMayGuess(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"覃乐":  {"qinle", "ql", "tanle", "tl", "qinyue", "qy", "tanyue", "ty"},
		"曾明":  {"zengming", "zm", "cengming", "cm"},
		"吕布":  {"lvbu", "lb", "lubu"},
		"张三":  {"zhangsan", "zs"},
		"单行":  {"shanxing", "sx", "danxing", "dx", "shanhang", "sh", "danhang", "dh"},
		"尉迟恭": {"yuchigong", "ycg", "weichigong", "wcg"},
	} {
		if diff := cmp.Diff(want, pinyin.Keys(name)); diff != "" {
			t.Errorf("keys of %s (-want +got):\n%s", name, diff)
		}
	}
	if keys := pinyin.Keys(" · "); keys != nil {
		t.Errorf("a name without letters has keys %q", keys)
	}
}

func TestANameOfManyReadingsHasNoMoreThanSixteenKeys(t *testing.T) {
	t.Parallel()
	keys := pinyin.Keys(strings.Repeat("乐行长朝重", 20))
	if len(keys) != 16 {
		t.Errorf("there are %d keys, want 16", len(keys))
	}
	if full, initials := pinyin.Name(strings.Repeat("乐行长朝重", 20)); keys[0] != full || keys[1] != initials {
		t.Error("the likeliest spelling does not come first")
	}
}

func TestPlacesAndOrganisationsAreReadAsPlaces(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"长安街道":          "changanjiedao cajd",
		"花园社区（东区）":      "huayuanshequdongqu hysqdq",
		"区委组织部":         "quweizuzhibu qwzzb",
		"中国银行武汉分行":      "zhongguoyinhangwuhanfenxing zgyhwhfx",
		"重庆路第３社区":       "chongqingludi3shequ cqld3sq",
		"A区12号楼":        "aqu12haolou aq12hl",
		"黄陂区":           "huangpiqu hpq",
		"大栅栏":           "dashilan dsl",
		"单家村":           "shanjiacun sjc",
		"武汉市长江路":        "wuhanshichangjianglu whscjl",
		"快乐家园":          "kuailejiayuan kljy",
		"工商行政管理所":       "gongshangxingzhengguanlisuo gsxzgls",
		"社会计划处":         "shehuijihuachu shjhc",
		"江岸区家庭服务站":      "jianganqujiatingfuwuzhan jaqjtfwz",
		"便民服务中心":        "bianminfuwuzhongxin bmfwzx",
		"任城区":           "renchengqu rcq",
		"都市花园":          "dushihuayuan dshy",
		"绿地社区":          "lvdishequ ldsq",
		"解放路街道 · 朝阳里社区": "jiefanglujiedaochaoyanglishequ jfljdcylsq",
		"":              " ",
	} {
		full, initials := pinyin.Text(name)
		if got := full + " " + initials; got != want {
			t.Errorf("%q is spelled %q, want %q", name, got, want)
		}
	}
}

func TestEveryKeyIsWhatFoldingMakesOfItAndIsFoundByTyping(t *testing.T) {
	t.Parallel()
	letters := []rune("张曾单乐长朝吕闾绿余于鱼安奥欧尉迟万俟lLjJuU3·买ǚ")
	rapid.Check(t, func(t *rapid.T) {
		name := string(rapid.SliceOfN(rapid.SampledFrom(letters), 0, 8).Draw(t, "name"))
		keys := pinyin.Keys(name)
		full, initials := pinyin.Name(name)
		if full != "" && (!slices.Contains(keys, full) || !slices.Contains(keys, initials)) {
			t.Fatalf("keys %q of %q lack %q or %q", keys, name, full, initials)
		}
		for _, key := range keys {
			if folded := pinyin.Fold(strings.ToUpper(key)); folded != key {
				t.Fatalf("key %q of %q is typed as %q", key, name, folded)
			}
		}
		if again := pinyin.Keys(name); !slices.Equal(keys, again) {
			t.Fatalf("keys differ from one call to the next: %q, %q", keys, again)
		}
	})
}

func ExampleName() {
	fmt.Println(pinyin.Name("尉迟恭"))
	// Output: yuchigong ycg
}
