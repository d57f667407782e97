package directory_test

import (
	"strings"
	"testing"

	"lianxin/model/fault"
)

func TestAreasCountWhoServesWithinThem(t *testing.T) {
	d := newDistrict(t)
	for parent, want := range map[string]string{
		"": "东湖区4 ", "d": "和平街道2 新华街道1 ", "heping": "建设社区1 幸福社区0 ", building: "", "nowhere": "",
	} {
		areas, err := d.Areas(t.Context(), parent)
		wantNone(t, err)
		var got strings.Builder
		for _, a := range areas {
			got.WriteString(a.Name + string(rune('0'+a.Serving)) + " ")
		}
		if got.String() != want {
			t.Errorf("below %q: got %q, want %q", parent, got.String(), want)
		}
	}
}

func TestAnAreaStandsWithThoseAboveIt(t *testing.T) {
	d := newDistrict(t)
	area, err := d.Area(t.Context(), building)
	if err != nil || area.Serving != 1 || len(area.Above) != 2 || area.Above[0].Name != "东湖区" || area.Above[1].Name != "和平街道" {
		t.Errorf("got %+v, %v", area, err)
	}
	_, err = d.Area(t.Context(), "nowhere")
	wantFault(t, err, fault.KindNotFound)
}

func TestAreasAreFoundByWhatPeopleType(t *testing.T) {
	d := newDistrict(t)
	for text, want := range map[string]string{
		"建设社区":             "建设社区",
		"建设":               "建设社区",
		"建设居委会":            "建设社区",
		"jianshe":          "建设社区",
		"JSSQ":             "建设社区",
		"我住在幸福社区三号楼":       "幸福社区",
		"东湖区和平街道":          "和平街道",
		"建设路12号":           "文苑社区 幸福社区",
		"建设路１３号":           "建设社区 文苑社区",
		"建设路12号院3号楼":       "文苑社区 幸福社区",
		"建设路 甲 11 号":       "建设社区 文苑社区",
		"建设路十三弄":           "建设社区 文苑社区",
		"建设路13":            "建设社区 文苑社区",
		"和平街道建设路12号3单元201": "幸福社区 和平街道",
		"新华街道建设路12号":       "文苑社区 新华街道",
		"建设路文苑巷5号":         "文苑社区",
		"文苑巷":              "文苑社区",
		"建设路999号":          "",
		"建设路13800138000":   "建设社区 文苑社区 幸福社区",
		"社区":               "",
		"%":                "",
		"_____":            "",
		"":                 "",
	} {
		hits, err := d.SearchAreas(t.Context(), text)
		wantNone(t, err)
		var names []string
		for _, h := range hits {
			names = append(names, h.Area.Name)
		}
		if got := strings.Join(names, " "); !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	_, err := d.SearchAreas(t.Context(), strings.Repeat("长", 101))
	wantFault(t, err, fault.KindInvalid)
}
