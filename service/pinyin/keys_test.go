package pinyin_test

import (
	"slices"
	"strings"
	"testing"

	"lianxin/model"
	"lianxin/service/pinyin"
)

func TestKeysFitTheirColumns(t *testing.T) {
	keys := pinyin.KeysFor("张三")
	if keys.Pinyin != "zhangsan" || keys.Initials != "zs" || keys.Search == "" {
		t.Errorf("got %+v", keys)
	}
	long := pinyin.KeysFor("阿卜杜热西提·买买提吐尔逊阿卜杜热西提买买提吐尔逊阿卜杜热西提买买提吐尔逊")
	if len(long.Pinyin) > 120 || len(long.Initials) > 60 || len(long.Search) > 1000 {
		t.Errorf("keys are too long: %d %d %d", len(long.Pinyin), len(long.Initials), len(long.Search))
	}
	place := pinyin.PlaceKeysFor(strings.Repeat("双庄", 30))
	if len(place.Pinyin) != 120 || len(place.Initials) != 60 {
		t.Errorf("keys of a place are too long: %d %d", len(place.Pinyin), len(place.Initials))
	}
}

func TestARenamedRepresentativeIsFoundByTheNewName(t *testing.T) {
	rep := model.Representative{Name: "张三"}
	pinyin.RefreshKeys(&rep)
	rep.Name = "仇三"
	pinyin.RefreshKeys(&rep)
	if rep.Pinyin != "qiusan" || rep.Initials != "qs" || !strings.Contains(rep.SearchKeys, "chousan") || strings.Contains(rep.SearchKeys, "zhang") {
		t.Errorf("got %q %q %q", rep.Pinyin, rep.Initials, rep.SearchKeys)
	}
}

func TestANameIsFoundByTheReadingThatSomebodyGave(t *testing.T) {
	rep := model.Representative{Name: "乐正阳", Reading: " Lè-Zhèng  yang"}
	pinyin.RefreshKeys(&rep)
	if rep.Reading != "le zheng yang" || rep.Pinyin != "lezhengyang" || rep.Initials != "lzy" {
		t.Errorf("read as %q, kept as %q and %q", rep.Reading, rep.Pinyin, rep.Initials)
	}
	keys := strings.Fields(rep.SearchKeys)
	if keys[0] != "lezhengyang" || keys[1] != "lzy" || !slices.Contains(keys, "yuezhengyang") {
		t.Errorf("found by %v", keys)
	}
	rep.Name = "张三"
	pinyin.RefreshKeys(&rep)
	if rep.Reading != "" || rep.Pinyin != "zhangsan" {
		t.Errorf("after another name: %q, %q", rep.Reading, rep.Pinyin)
	}
}

func TestAReadingHasASyllableForEachCharacter(t *testing.T) {
	for reading, fits := range map[string]bool{
		"zeng nian ci": true, "zeng nian": false, "zengnianci": false, "zeng nian ci de": false, "zeng 念 ci": false, "": false, "zeng nian ci1": false,
	} {
		if _, ok := pinyin.Reading("曾念慈", reading); ok != fits {
			t.Errorf("%q fits: %t", reading, ok)
		}
	}
	if got := pinyin.Spelled("尉迟远"); got != "yu chi yuan" {
		t.Errorf("spelled %q", got)
	}
}
