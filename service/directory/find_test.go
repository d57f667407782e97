package directory_test

import (
	"testing"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/directory"
	"lianxin/service/store"
)

func TestRepresentativesAreFoundByEveryRoad(t *testing.T) {
	d := newDistrict(t)
	d.set("shan", "employer", "100%纯棉_厂")
	for want, finds := range map[string][]directory.Find{
		"吕梁 单雄 曾红 张三 ": {{}, {Text: "  "}, {ElectingUnit: "eu"}, {Text: "党员大会"}, {Composition: model.CompositionProfessional}},
		"吕梁 曾红 张三 ":    {{Employer: "第一小学"}, {Text: "第一小学"}},
		"张三 ": {
			{Text: "张三"},
			{Text: "张"},
			{Text: "zhangsan"},
			{Text: "zs"},
			{Text: " Zhang San "},
			{Text: "ｚｓ"},
			{Topic: "lift"},
			{Text: "电梯"},
			{Text: "建设社区"},
			{Text: "jianshe"},
		},
		"曾红 ":    {{Text: "zenghong"}, {Text: "教育"}, {Topic: "school", Employer: "小学"}},
		"曾红 张三 ": {{Text: "zh"}},
		"单雄 ":    {{Text: "shanxiong"}, {Text: "100%"}, {Text: "%"}, {Text: "_"}, {Employer: "%纯棉_"}},
		"单雄 吕梁 ": {{Address: "文苑巷3号"}},
		"":       {{Text: "李四"}, {Text: "lisi"}, {Text: "!"}, {Text: "'"}, {Topic: "nothing"}, {Address: "月亮路1号"}},
	} {
		for _, find := range finds {
			if got := d.found(find); got != want {
				t.Errorf("%+v: got %q, want %q", find, got, want)
			}
		}
	}
}

func TestWhoServesAPlaceComesNearestFirst(t *testing.T) {
	d := newDistrict(t)
	for area, want := range map[string]string{
		building: "张三 曾红 吕梁 ",
		"xingfu": "曾红 吕梁 ",
		"heping": "曾红 张三 吕梁 ",
		"d":      "吕梁 单雄 曾红 张三 ",
	} {
		if got := d.found(directory.Find{AreaID: area}); got != want {
			t.Errorf("%s: got %q, want %q", area, got, want)
		}
	}
	if got := d.found(directory.Find{Address: "和平街道建设路13号"}); got != "张三 曾红 吕梁 " {
		t.Errorf("by address: got %q", got)
	}
	if got := d.found(directory.Find{AreaID: building, Text: "吕"}); got != "吕梁 " {
		t.Errorf("by area and text: got %q", got)
	}
	_, _, err := d.Representatives(t.Context(), directory.Find{AreaID: "nowhere"}, store.Page{})
	wantFault(t, err, fault.KindNotFound)
}

func TestAPageStaysRightWhilePeopleArrive(t *testing.T) {
	d := newDistrict(t)
	for _, find := range []directory.Find{{}, {AreaID: "d"}} {
		first, next, err := d.Representatives(t.Context(), find, store.Page{Limit: 2})
		wantNone(t, err)
		d.elect("an"+find.AreaID, "安安", "d")
		second, _, err := d.Representatives(t.Context(), find, store.Page{Limit: 10, After: next})
		wantNone(t, err)
		seen := map[string]bool{}
		for _, c := range append(first, second...) {
			if seen[c.Representative.ID] {
				t.Errorf("%+v: %s comes twice", find, c.Representative.Name)
			}
			seen[c.Representative.ID] = true
		}
		for _, id := range []string{"zhang", "zeng", "lv", "shan"} {
			if !seen[id] {
				t.Errorf("%+v: %s is missing", find, id)
			}
		}
	}
	for _, find := range []directory.Find{{}, {AreaID: "d"}} {
		for _, after := range []string{"%%%", store.Cursor("x", "y")} {
			_, _, err := d.Representatives(t.Context(), find, store.Page{After: after})
			wantFault(t, err, fault.KindInvalid)
		}
	}
}

func TestACardTellsEverythingPublicAndNothingElse(t *testing.T) {
	d := newDistrict(t)
	cards, _, err := d.Representatives(t.Context(), directory.Find{Text: "张三"}, store.Page{})
	if err != nil || len(cards) != 1 {
		t.Fatalf("got %+v, %v", cards, err)
	}
	c := cards[0]
	if c.ElectingUnit != "和平街道党员大会" || c.Term != "第十二届" || c.Delegation != "第一代表团" ||
		len(c.Areas) != 1 || c.Areas[0].Name != "建设社区" || len(c.Topics) != 1 || c.Topics[0].Name != "加装电梯" {
		t.Errorf("got %+v", c)
	}
	if r := c.Representative; r.PersonID != "" || r.BirthYear != 0 || r.MessageCap != 0 || r.DailyDigest || r.SearchKeys != "" {
		t.Errorf("the card tells too much: %+v", r)
	}
}

func TestWhateverIsTypedFindsTheRightPeopleOrNobody(t *testing.T) {
	d := newDistrict(t)
	for typed, want := range map[string]string{
		"张三":          "name 张三",
		"zhangsan":    "name 张三",
		"zs":          "name 张三",
		"我想找张三代表":     "name 张三",
		"建设社区":        "area 张三 曾红 吕梁",
		"建设":          "area 张三 曾红 吕梁",
		"我是和平街道的":     "area 曾红 张三 吕梁",
		"和平街道建设路13号":  "address 张三 曾红 吕梁",
		"加装电梯":        "topic 张三",
		"孩子的教育怎么办":    "topic 曾红",
		"zhang":       "name 张三",
		"党员大会":        "name 吕梁 单雄 曾红",
		"李四":          "",
		"你好":          "",
		"谢谢":          "",
		"hi":          "",
		"社区":          "",
		"":            "",
		"%":           "",
		"😀":           "",
		"\xff\xfe":    "",
		"z":           "",
		"' OR 1=1 --": "",
	} {
		found, err := d.Find(t.Context(), typed)
		wantNone(t, err)
		got := string(found.Reason)
		for _, c := range found.Representatives {
			got += " " + c.Representative.Name
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", typed, got, want)
		}
	}
}

func FuzzFind(f *testing.F) {
	d := newDistrict(f)
	for _, seed := range []string{"张三", "和平街道建设路１２号院3单元201", "zs", "100%_!", "一二三四五六七八九号", "建设路000号", "\xff", "'\"\\", "百百百十号"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		found, err := d.Find(t.Context(), typed)
		if err != nil {
			t.Fatal(err)
		}
		if (found.Reason == directory.FoundNothing) != (len(found.Representatives) == 0) {
			t.Errorf("%q: reason %q with %d people", typed, found.Reason, len(found.Representatives))
		}
		_, _, err = d.Representatives(t.Context(), directory.Find{Text: typed, Address: typed, Employer: typed}, store.Page{After: typed})
		if err != nil && !fault.Is(err, fault.KindInvalid) {
			t.Fatal(err)
		}
	})
}
