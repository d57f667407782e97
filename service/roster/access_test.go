package roster_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/roster"
	"lianxin/service/roster/workbook"
)

func TestOnlyWhoMayWritesTheRoster(t *testing.T) {
	d := newDistrict(t)
	content := people(t, []any{"姓名", "选举单位"}, []any{"张三", meeting})
	for _, by := range []model.Actor{resident, liaison, {}} {
		_, err := d.Preview(t.Context(), by, content)
		wantFault(t, err, fault.KindForbidden)
		_, err = d.Import(t.Context(), by, content, roster.Agreed{})
		wantFault(t, err, fault.KindForbidden)
	}
	for _, by := range []model.Actor{resident, {}} {
		wantFault(t, d.Export(t.Context(), by, io.Discard), fault.KindForbidden)
	}
	if err := d.Export(t.Context(), liaison, io.Discard); err != nil {
		t.Errorf("the liaison office reads the roster: %v", err)
	}
	if _, err := d.Import(t.Context(), peaceful, content, roster.Agreed{}); err != nil {
		t.Errorf("in their own street: %v", err)
	}
}

func TestNobodyWritesBeyondTheirAreas(t *testing.T) {
	d := newDistrict(t)
	add(d, model.Representative{
		ID: "far", AreaID: "xinhua", AreaPath: "d/xinhua/", TermID: "term", ElectingUnitID: "eu2", Name: "远方", State: model.RepresentativeServing, Post: "秘密职务",
	})
	for what, sheets := range map[string]map[string]sheet{
		"somebody of another street":           {"代表": {{"姓名", "选举单位"}, {"张三", "新华街道党员大会"}}},
		"a home in another street":             {"代表": {{"姓名", "选举单位", "所在区域"}, {"张三", meeting, "新华街道"}}},
		"an area served in another street":     {"代表": {{"姓名", "选举单位", "联系区域"}, {"张三", meeting, "幸福社区；新华街道"}}},
		"drawing somebody over":                {"代表": {{"姓名", "选举单位", "所在区域"}, {"远方", "新华街道党员大会", "幸福社区"}}},
		"somebody of another street unchanged": {"代表": {{"姓名", "选举单位"}, {"远方", "新华街道党员大会"}}},
		"an area of another street":            {"区域": {{"级别", "名称", "上级区域"}, {"社区", "新社区", "新华街道"}}},
		"a second district":                    {"区域": {{"级别", "名称"}, {"区县", "西湖区"}}},
		"a unit of the district":               {"承办单位": {{"名称", "所属区域"}, {"区城管局", "东湖区"}}},
		"an organisation of the district":      {"党组织": {{"名称", "类别", "所属区域"}, {"新党委", "党委", "东湖区"}}},
		"an electing unit of another street":   {"选举单位": {{"名称", "所属区域"}, {"某大会", "新华街道"}}},
	} {
		said := d.refused(peaceful, file(t, sheets))
		if wantSaid(t, said, "不在您负责的区域内"); strings.Contains(said, "秘密") {
			t.Errorf("%s: it tells too much: %s", what, said)
		}
	}
	for _, sheets := range []map[string]sheet{
		{"届次": {{"名称", "开始日期", "结束日期"}, {"第十四届", "2031-07-08", "2036-07-07"}}},
		{"代表团": {{"名称"}, {"新代表团"}}},
		{"事项": {{"名称"}, {"新事项"}}},
	} {
		wantSaid(t, d.refused(peaceful, file(t, sheets)), "由区县一级的组织部门导入")
	}
	wantSaid(t, d.refused(officer, file(t, map[string]sheet{"区域": {{"级别", "名称"}, {"区县", "西湖区"}}})), "不在您负责的区域内")
	if _, err := d.Import(t.Context(), system, file(t, map[string]sheet{"区域": {{"级别", "名称"}, {"区县", "西湖区"}}}), roster.Agreed{}); err != nil {
		t.Errorf("the command line founds a district: %v", err)
	}
}

func TestAnExportHoldsWhatLiesInTheActorsAreas(t *testing.T) {
	d := newDistrict(t)
	d.imported(people(t, []any{"姓名", "选举单位"}, []any{"近处", meeting}, []any{"远方", "新华街道党员大会"}))
	var out bytes.Buffer
	if err := d.Export(t.Context(), peaceful, &out); err != nil {
		t.Fatal(err)
	}
	book, err := workbook.Read(bytes.NewReader(out.Bytes()), int64(out.Len()), workbook.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, s := range book.Sheets {
		for _, r := range s.Rows {
			for _, c := range r.Cells {
				all.WriteString(c.Text + "|")
			}
		}
	}
	if text := all.String(); !strings.Contains(text, "近处") || strings.Contains(text, "远方") || strings.Contains(text, "新华街道|") {
		t.Errorf("exported %s", text)
	}
	if lines := rows[model.AuditLine](d, "action = ?", "roster.export"); len(lines) != 1 || lines[0].AreaPath != "d/heping/" {
		t.Errorf("audit %+v", lines)
	}
	report, err := d.Preview(t.Context(), peaceful, out.Bytes())
	if err != nil || report.ProblemCount != 0 || report.Changes() != 0 {
		t.Errorf("their own export does not come back: %v %+v", err, report.Problems)
	}
}
