package pinyin_test

import (
	"testing"

	"lianxin/service/pinyin"
)

func TestWhatIsTypedIsBroughtToOneForm(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"zhangsan":    "zhangsan",
		" Zhang San ": "zhangsan",
		"ＺｈａｎｇＳａｎ":    "zhangsan",
		"zhāng sān":   "zhangsan",
		"ZHĀNG-SĀN":   "zhangsan",
		"Xi'an":       "xian",
		"lü":          "lv",
		"LÜ":          "lv",
		"lǚ":          "lv",
		"lu\u0308":    "lv",
		"lu:":         "lv",
		"lu：":         "lv",
		"nu: bu":      "nvbu",
		"lyu bu":      "lvbu",
		"nǚ":          "nv",
		"jü":          "ju",
		"xv":          "xu",
		"lu bu":       "lubu",
		"hanyu":       "hanyu",
		"买买提·阿布都拉":    "买买提阿布都拉",
		"张　三":         "张三",
		"３号楼":         "3号楼",
		"100%_'\"\\*": "100",
		"":            "",
		"··":          "",
	} {
		if got := pinyin.Fold(typed); got != want {
			t.Errorf("%q is folded to %q, want %q", typed, got, want)
		}
	}
}

// FuzzFold promises that folding twice changes nothing and that nothing is
// left that has a meaning to a database.
func FuzzFold(f *testing.F) {
	for _, seed := range []string{"zhāng sān", "lu:", "LYÜ", "jv", "ＡＢ　·", "l:yu", "张三%", "\xff\xfe", "İ", "ŗ̈u̇̈", "0\xf6ț", "0\u0730 \u05b1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		once := pinyin.Fold(typed)
		if twice := pinyin.Fold(once); twice != once {
			t.Fatalf("%q is folded to %q and then to %q", typed, once, twice)
		}
		for _, r := range once {
			if r < 0x80 && (r < '0' || r > '9') && (r < 'a' || r > 'z') {
				t.Fatalf("%q is folded to %q, with %q in it", typed, once, r)
			}
		}
	})
}

// FuzzKeys promises that any name has few keys, none empty, none twice.
func FuzzKeys(f *testing.F) {
	for _, seed := range []string{"张三", "尉迟恭", "买买提·阿布都拉", "曾", "单于", "吕", "A3区", "\U000323AF", "\xff", "·"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		keys := pinyin.Keys(name)
		if len(keys) > 16 {
			t.Fatalf("%q has %d keys", name, len(keys))
		}
		seen := map[string]bool{}
		for _, key := range keys {
			if key == "" || seen[key] || pinyin.Fold(key) != key {
				t.Fatalf("%q has the key %q", name, key)
			}
			seen[key] = true
		}
		full, initials := pinyin.Name(name)
		if (full == "") != (len(keys) == 0) || full != "" && (!seen[full] || !seen[initials]) {
			t.Fatalf("%q is spelled %q, %q, but its keys are %q", name, full, initials, keys)
		}
		pinyin.Text(name)
	})
}
