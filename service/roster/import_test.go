package roster_test

import (
	"bytes"
	"strings"
	"testing"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/roster"
)

// whole is a file with every sheet, its rows in an unhelpful order.
func whole(tb testing.TB) []byte {
	tb.Helper()
	return file(tb, map[string]sheet{
		"区域": {
			{"级别", "名称", "上级区域", "排序"},
			{"社区", "文苑社区", "文教街道", 1},
			{"街道", "文教街道", "东湖区", 3},
		},
		"届次":  {{"名称", "开始日期", "结束日期"}, {"第十四届", "2031-07-08", "2036-07-07"}},
		"代表团": {{"届次", "名称"}, {"第十三届", "文教代表团"}},
		"党组织": {
			{"名称", "类别", "所属区域", "上级党组织"},
			{"文苑第一支部", "党支部", "文苑社区", "文苑社区党委"},
			{"文苑社区党委", "党委", "文苑社区", "文教街道党工委"},
			{"文教街道党工委", "党委", "文教街道", "东湖区委"},
		},
		"选举单位": {{"名称", "所属区域", "党组织"}, {"文教街道党员大会", "文教街道", "文教街道党工委"}},
		"承办单位": {{"名称", "所属区域", "职责", "办公电话", "状态"}, {"区城管局", "东湖区", "市容", "0571-83000101", "启用"}},
		"事项":   {{"名称", "排序"}, {"物业管理", 3}},
		"工作室":  {{"名称", "所属区域", "地址", "办公电话"}, {"文教工作室", "文教街道", "文苑路1号", "0571-82000201"}},
		"代表": {
			{"代表编号", "姓名", "性别", "出生年份", "届次", "选举单位", "代表团", "所在区域", "联系区域", "工作室", "构成类别", "从业领域", "职务", "工作单位", "擅长事项", "个人简介", "办公电话", "资格状态"},
			{"13-001", "曾念慈", "女", 1979, "第十三届", "文教街道党员大会", "文教代表团", "文苑社区", "文苑社区；和平街道/建设社区", "文教工作室", "专业技术人员", "医疗卫生", "全科医生", "文教卫生院", "物业管理；教育、入学", "管着三百多户。\n问她准没错。", "0571-86000101", "履职"},
			{"", "买买提·吐尔逊", "男", 1984, "", "文教街道党员大会", "", "", "", "", "", "", "", "", "", "", "", "当选"},
		},
	})
}

func TestAWholeRosterIsTakenIn(t *testing.T) {
	d := newDistrict(t)
	report := d.imported(whole(t))
	if got := counts(report); got != "13 0 0" {
		t.Errorf("counts %s", got)
	}
	zeng := d.seated("曾念慈")
	if zeng.Pinyin != "zengnianci" || zeng.Code != "13-001" || zeng.Sex != "female" || zeng.BirthYear != 1979 || zeng.State != model.RepresentativeServing ||
		zeng.Composition != model.CompositionProfessional || zeng.Introduction != "管着三百多户。\n问她准没错。" || zeng.Post != "全科医生" {
		t.Errorf("got %+v", zeng)
	}
	community := rows[model.Area](d, "name = ?", "文苑社区")[0]
	street := rows[model.Area](d, "name = ?", "文教街道")[0]
	if zeng.AreaPath != community.Path || community.Path != street.Path+community.ID+"/" || street.Path != "d/"+street.ID+"/" || community.Initials != "wysq" {
		t.Errorf("areas %+v %+v", community, street)
	}
	if got := d.serves("曾念慈"); got != community.ID+" jianshe" && got != "jianshe "+community.ID {
		t.Errorf("serves %s", got)
	}
	if n := len(rows[model.RepresentativeTopic](d, "representative_id = ?", zeng.ID)); n != 2 {
		t.Errorf("%d topics", n)
	}
	maimaiti := d.seated("买买提·吐尔逊")
	if maimaiti.State != model.RepresentativeElected || maimaiti.AreaID != street.ID || maimaiti.TermID != "term" || d.serves("买买提·吐尔逊") != street.ID {
		t.Errorf("got %+v, serves %s", maimaiti, d.serves("买买提·吐尔逊"))
	}
	branch := rows[model.Organisation](d, "name = ?", "文苑第一支部")[0]
	above := rows[model.Organisation](d, "id = ?", branch.ParentID)[0]
	if above.Name != "文苑社区党委" || branch.Kind != model.OrganisationBranch {
		t.Errorf("got %+v below %+v", branch, above)
	}
}

func TestTheSameFileTwiceChangesNothing(t *testing.T) {
	d := newDistrict(t)
	content := whole(t)
	d.imported(content)
	before := d.seated("曾念慈")
	report := d.imported(content)
	if got := counts(report); got != "0 0 13" {
		t.Errorf("counts %s: %+v", got, report.Entries)
	}
	if after := d.seated("曾念慈"); after.ID != before.ID || !after.UpdatedAt.Equal(before.UpdatedAt) {
		t.Errorf("touched: %+v", after)
	}
	if n := len(rows[model.AuditLine](d, "action = ?", "roster.import")); n != 2 {
		t.Errorf("%d imports are noted", n)
	}
}

func TestWhatWasExportedChangesNothing(t *testing.T) {
	d := newDistrict(t)
	d.imported(whole(t))
	// What stood there before this room may be written in ways of its own.
	add(d, model.Representative{
		ID: "odd", AreaID: "jianshe2", AreaPath: "d/xinhua/jianshe2/", TermID: "term", ElectingUnitID: "eu2", Name: "帕提古丽•买买提",
		Post: "=1+1", Employer: "'+单位（东）  一部", Introduction: " 前后有空格　３号 \r\n第二行", Field: "@微信", State: model.RepresentativeEnded,
	})
	add(d, model.RepresentativeArea{RepresentativeID: "odd", AreaID: "jianshe2"})
	add(d, model.RepresentativeArea{RepresentativeID: "odd", AreaID: "jianshe"})
	var out bytes.Buffer
	if err := d.Export(t.Context(), officer, &out); err != nil {
		t.Fatal(err)
	}
	report := d.imported(out.Bytes())
	if report.Changes() != 0 || report.ProblemCount != 0 || report.NoteCount != 0 || report.Untouched != 0 {
		t.Errorf("counts %s, notes %s, entries %+v", counts(report), notes(report), report.Entries)
	}
	fresh := newDistrict(t)
	if report := fresh.imported(out.Bytes()); report.ProblemCount != 0 {
		t.Errorf("another database does not take it: %v", report.Problems)
	}
	if odd := fresh.seated("帕提古丽·买买提"); odd.Post != "=1+1" || odd.State != model.RepresentativeEnded || odd.Introduction != "前后有空格 3号\n第二行" {
		t.Errorf("got %+v", odd)
	}
}

func TestTheBlankTemplateBringsNothing(t *testing.T) {
	d := newDistrict(t)
	var out bytes.Buffer
	if err := roster.Template(&out); err != nil {
		t.Fatal(err)
	}
	report, err := d.Preview(t.Context(), officer, out.Bytes())
	if err != nil || len(report.Entries) != 0 || report.NoteCount != 0 {
		t.Errorf("%v, entries %v, notes %s", err, report.Entries, notes(report))
	}
	wantSaid(t, d.refused(officer, out.Bytes()), "没有要导入的行")
}

func TestOneWrongCellStopsEverything(t *testing.T) {
	d := newDistrict(t)
	said := d.refused(officer, people(
		t, []any{"姓名", "性别", "选举单位", "出生年份", "联系区域", "办公电话"},
		[]any{"张三", "男", "和平街道党员大会", 1970, "幸福社区", ""},
		[]any{"李四", "雄", "和平街道党员大会", "昨天", "建设社区", "13800138000"},
		[]any{"", "女", "没有的单位", "", "", ""},
		[]any{"王?", "女", "和平街道党员大会", "", "火星社区", "打不通"},
	))
	wantSaid(
		t, said, "代表!B3：", "请写 男 或 女", "代表!D3：", "1984", "代表!E3：有 2 个名为“建设社区”的区域", "和平街道/建设社区", "代表!F3：", "手机",
		"代表!A4：请填写姓名", "代表!C4：没有名为“没有的单位”的选举单位", "代表!A5：", "生僻字",
	)
	if n := len(rows[model.Representative](d, "1 = 1")); n != 0 {
		t.Errorf("%d representatives were written", n)
	}
}

func TestAPreviewTellsAndWritesNothing(t *testing.T) {
	d := newDistrict(t)
	head := []any{"姓名", "选举单位", "职务"}
	d.imported(people(t, head, []any{"张三", "和平街道党员大会", "教师"}, []any{"李四", "和平街道党员大会", "医生"}, []any{"王五", "和平街道党员大会", "工人"}))
	report, err := d.Preview(t.Context(), officer, people(t, head,
		[]any{"张三", "和平街道党员大会", "校长"}, []any{"李四", "和平街道党员大会", "医生"}, []any{"赵六", "和平街道党员大会", "农民"}, []any{"", "和平街道党员大会", ""}))
	if err != nil {
		t.Fatal(err)
	}
	var verdicts []string
	for _, e := range report.Entries {
		verdicts = append(verdicts, string(e.Verdict))
	}
	if got := strings.Join(verdicts, " "); got != "changed unchanged new wrong" || report.Untouched != 1 || report.ProblemCount != 1 {
		t.Errorf("got %s, %d untouched, %v", got, report.Untouched, report.Problems)
	}
	if c := report.Entries[0].Changes; len(c) != 1 || c[0] != (roster.Change{Column: "职务", Cell: "C2", Old: "教师", New: "校长"}) {
		t.Errorf("changes %+v", c)
	}
	if len(rows[model.Representative](d, "1 = 1")) != 3 || d.seated("张三").Post != "教师" {
		t.Error("the preview wrote something")
	}
}

func TestAnImportKeepsToThePreviewThatWasAgreedTo(t *testing.T) {
	d := newDistrict(t)
	first := people(t, []any{"姓名", "选举单位"}, []any{"张三", "和平街道党员大会"})
	report, err := d.Preview(t.Context(), officer, first)
	if err != nil {
		t.Fatal(err)
	}
	d.imported(people(t, []any{"姓名", "选举单位"}, []any{"李四", "和平街道党员大会"}))
	_, err = d.Import(t.Context(), officer, first, roster.Agreed{Basis: report.Basis})
	wantFault(t, err, fault.KindConflict)
	if report, err = d.Preview(t.Context(), officer, first); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Import(t.Context(), officer, first, roster.Agreed{Basis: report.Basis}); err != nil {
		t.Error(err)
	}
}

func TestAnEmptyCellLeavesAndAWordClears(t *testing.T) {
	d := newDistrict(t)
	head := []any{"姓名", "选举单位", "职务", "工作单位", "联系区域", "擅长事项"}
	d.imported(people(t, head, []any{"张三", "和平街道党员大会", "教师", "一小", "幸福社区；和平街道", "加装电梯"}))
	report := d.imported(people(t, head, []any{"张三", "和平街道党员大会", "", "清空", "", "清空"}))
	zhang := d.seated("张三")
	if counts(report) != "0 1 0" || zhang.Post != "教师" || zhang.Employer != "" || d.serves("张三") != "heping xingfu" {
		t.Errorf("counts %s, got %+v", counts(report), zhang)
	}
	if n := len(rows[model.RepresentativeTopic](d, "1 = 1")); n != 0 {
		t.Errorf("%d topics are left", n)
	}
	if line := rows[model.AuditLine](d, "action = ?", "representative.change"); len(line) != 1 || line[0].Detail != "employer, topics" {
		t.Errorf("audit %+v", line)
	}
}

func TestWhatRepresentativesSetThemselvesStays(t *testing.T) {
	d := newDistrict(t)
	add(d, model.Representative{
		ID: "zhang", PersonID: "p", AreaID: "jianshe", AreaPath: "d/heping/jianshe/", TermID: "term", ElectingUnitID: "eu1", Name: "张三",
		State: model.RepresentativeServing, AwayUntil: "2026-12-01", MessageCap: 7, DailyDigest: true, PictureID: "pic",
	})
	add(d, model.Grant{ID: "g", PersonID: "p", Role: model.RoleRepresentative, AreaID: "jianshe", AreaPath: "d/heping/jianshe/", RepresentativeID: "zhang"})
	d.imported(people(t, []any{"姓名", "选举单位", "所在区域"}, []any{"张三", "和平街道党员大会", "幸福社区"}))
	zhang := d.seated("张三")
	if zhang.AreaPath != "d/heping/xingfu/" || zhang.PersonID != "p" || zhang.AwayUntil != "2026-12-01" || zhang.MessageCap != 7 || !zhang.DailyDigest || zhang.PictureID != "pic" {
		t.Errorf("got %+v", zhang)
	}
	if g := rows[model.Grant](d, "id = ?", "g")[0]; g.AreaPath != "d/heping/xingfu/" {
		t.Errorf("the grant stayed behind: %+v", g)
	}
}
