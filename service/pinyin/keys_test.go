package pinyin_test

import (
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
