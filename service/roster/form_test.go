package roster_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/roster"
	"lianxin/service/store"
)

// somebody is a form that is right.
func somebody(name string) roster.RepresentativeForm {
	return roster.RepresentativeForm{
		Name: name, Sex: "female", BirthYear: 1980, TermID: "term", ElectingUnitID: "eu1", DelegationID: "del", AreaID: "xingfu",
		Serves: []string{"xingfu", "jianshe"}, StudioID: "studio", Composition: model.CompositionModel, Post: "班组长", Employer: "公交公司",
		Topics: []string{"lift"}, OfficeLine: "0571-82000202",
	}
}

func (d *district) saved(known roster.Known, f roster.RepresentativeForm) string {
	d.t.Helper()
	id, err := d.SaveRepresentative(d.t.Context(), officer, known, f)
	if err != nil {
		d.t.Fatalf("save %s: %v", f.Name, err)
	}
	return id
}

// found lists the names that a search finds.
func (d *district) found(by model.Actor, sought roster.Sought) string {
	d.t.Helper()
	list, err := d.Seats(d.t.Context(), by, sought, store.Page{})
	if err != nil {
		d.t.Fatal(err)
	}
	var names []string
	for _, l := range list.Lines {
		names = append(names, l.Name)
	}
	if list.Total != len(names) {
		d.t.Errorf("%d found and %d told", len(names), list.Total)
	}
	return strings.Join(names, " ")
}

func TestSomebodyIsAddedByAFormAndFound(t *testing.T) {
	d := newDistrict(t)
	id := d.saved(roster.Known{}, somebody("乐正阳"))
	one, err := d.Seat(t.Context(), liaison, id)
	if err != nil {
		t.Fatal(err)
	}
	if one.State != model.RepresentativeServing || one.AreaPath != "d/heping/xingfu/" || len(one.Serves) != 2 || one.Spelled != "yue zheng yang" || one.Binding != roster.BindingNone {
		t.Errorf("got %+v", one)
	}
	f := somebody("乐正阳")
	f.Reading = "le zheng yang"
	d.saved(roster.Known{ID: id, Revision: one.Revision}, f)
	for _, text := range []string{"乐正", "lezheng", "lzy", "yuezhengyang", "班组长", "公交"} {
		if got := d.found(liaison, roster.Sought{Text: text}); got != "乐正阳" {
			t.Errorf("%s finds %q", text, got)
		}
	}
	for _, sought := range []roster.Sought{{Text: "%"}, {State: model.RepresentativeEnded}, {AreaID: "xinhua"}, {ElectingUnitID: "eu2"}, {Binding: roster.BindingBound}} {
		if got := d.found(liaison, sought); got != "" {
			t.Errorf("%+v finds %q", sought, got)
		}
	}
	// An import that speaks of the same person keeps what was corrected.
	d.imported(people(t, []any{"姓名", "选举单位", "职务"}, []any{"乐正阳", meeting, "队长"}))
	if seat := d.seated("乐正阳"); seat.Reading != "le zheng yang" || seat.Post != "队长" || seat.Pinyin != "lezhengyang" {
		t.Errorf("after the import %+v", seat)
	}
}

func TestTwoWhoEditTheSameNoticeEachOther(t *testing.T) {
	d := newDistrict(t)
	id := d.saved(roster.Known{}, somebody("张三"))
	known := roster.Known{ID: id, Revision: 1}
	d.saved(known, somebody("张三丰"))
	_, err := d.SaveRepresentative(t.Context(), officer, known, somebody("张三"))
	wantFault(t, err, fault.KindConflict)
	wantFault(t, d.MoveRepresentative(t.Context(), officer, known, model.DeedSuspend, "借调"), fault.KindConflict)

	topic, err := d.SaveTopic(t.Context(), officer, roster.Known{ID: "lift"}, roster.TopicForm{Name: "电梯"})
	if err != nil || topic.Revision != 1 {
		t.Fatalf("got %+v, %v", topic, err)
	}
	_, err = d.SaveTopic(t.Context(), officer, roster.Known{ID: "lift"}, roster.TopicForm{Name: "加装电梯"})
	wantFault(t, err, fault.KindConflict)
	_, err = d.SaveTopic(t.Context(), officer, roster.Known{ID: "none"}, roster.TopicForm{Name: "加装电梯"})
	wantFault(t, err, fault.KindNotFound)
}

func TestAPreviewIsStaleOnceAFormWasSaved(t *testing.T) {
	d := newDistrict(t)
	content := people(t, []any{"姓名", "选举单位"}, []any{"张三", meeting})
	report, err := d.Preview(t.Context(), officer, content)
	if err != nil {
		t.Fatal(err)
	}
	d.saved(roster.Known{}, somebody("李四"))
	_, err = d.Import(t.Context(), officer, content, roster.Agreed{Basis: report.Basis})
	wantFault(t, err, fault.KindConflict)
}

func TestWhatIsWrongInAFormStandsByItsField(t *testing.T) {
	d := newDistrict(t)
	d.saved(roster.Known{}, somebody("张三"))
	f := somebody("张三")
	f.BirthYear, f.OfficeLine, f.Reading, f.ElectingUnitID, f.Serves, f.PictureID = 80, "13800000000", "zhang", "eu1", []string{"gone"}, "gone"
	_, err := d.SaveRepresentative(t.Context(), officer, roster.Known{}, f)
	wantFields(t, err, "birth_year", "code", "office_line", "picture_id", "reading", "serves")
	_, err = d.SaveTerm(t.Context(), officer, roster.Known{}, roster.TermForm{Name: "第十三届", StartsOn: "2026-7-8", EndsOn: "2031-07-07"})
	wantFields(t, err, "name", "starts_on")
	_, err = d.SaveOrganisation(t.Context(), officer, roster.Known{ID: "org"}, roster.OrganisationForm{Name: "", Kind: model.OrganisationCommittee, AreaID: "d", ParentID: "org"})
	wantFields(t, err, "name", "parent_id")
	_, err = d.SaveUnit(t.Context(), officer, roster.Known{}, roster.UnitForm{Name: "区城管局", OfficeLine: "打电话"})
	wantFields(t, err, "area_id", "office_line")
	_, err = d.SaveArea(t.Context(), officer, roster.Known{}, roster.AreaForm{Name: "幸福社区", ParentID: "heping", Addresses: []roster.AddressForm{{Road: "幸福路", From: 9, To: 1}}})
	wantFields(t, err, "addresses[0]", "name")
	_, err = d.SaveArea(t.Context(), officer, roster.Known{}, roster.AreaForm{Name: "新社区", ParentID: "heping", Centre: "幸福路口"})
	wantFields(t, err, "centre")
}

func wantFields(tb testing.TB, err error, fields ...string) {
	tb.Helper()
	wantFault(tb, err, fault.KindInvalid)
	f := fault.Of(err)
	if f == nil {
		return
	}
	said := map[string]bool{}
	for _, one := range f.Fields {
		said[one.Name] = true
	}
	for _, field := range fields {
		if !said[field] {
			tb.Errorf("nothing is said of %s: %+v", field, f.Fields)
		}
	}
	if len(said) != len(fields) {
		tb.Errorf("got %+v, want %v", f.Fields, fields)
	}
}

func TestFormsReachNoFurtherThanTheActorsAreas(t *testing.T) {
	d := newDistrict(t)
	id := d.saved(roster.Known{}, somebody("近处"))
	far := somebody("远方")
	far.AreaID, far.Serves, far.ElectingUnitID = "xinhua", nil, "eu2"
	farID := d.saved(roster.Known{}, far)
	_, err := d.Seat(t.Context(), peaceful, farID)
	wantFault(t, err, fault.KindNotFound)
	if got := d.found(peaceful, roster.Sought{}); got != "近处" {
		t.Errorf("the street sees %q", got)
	}
	_, err = d.SaveRepresentative(t.Context(), peaceful, roster.Known{ID: farID, Revision: 1}, somebody("远方"))
	wantFault(t, err, fault.KindNotFound)
	drawn := somebody("近处")
	drawn.AreaID, drawn.Serves = "xinhua", nil
	_, err = d.SaveRepresentative(t.Context(), peaceful, roster.Known{ID: id, Revision: 1}, drawn)
	wantFields(t, err, "area_id")
	_, err = d.SaveUnit(t.Context(), peaceful, roster.Known{}, roster.UnitForm{Name: "区城管局", AreaID: "d"})
	wantFields(t, err, "area_id")
	_, err = d.SaveOrganisation(t.Context(), peaceful, roster.Known{ID: "org"}, roster.OrganisationForm{Name: "别的", AreaID: "heping", Kind: model.OrganisationBranch})
	wantFault(t, err, fault.KindNotFound)
	for _, by := range []model.Actor{peaceful, liaison, resident} {
		_, err := d.SaveTopic(t.Context(), by, roster.Known{}, roster.TopicForm{Name: "新事项"})
		wantFault(t, err, fault.KindForbidden)
	}
	for _, by := range []model.Actor{liaison, resident} {
		_, err := d.SaveUnit(t.Context(), by, roster.Known{}, roster.UnitForm{Name: "区城管局", AreaID: "d"})
		wantFault(t, err, fault.KindForbidden)
		_, err = d.SaveRepresentative(t.Context(), by, roster.Known{}, somebody("新人"))
		wantFault(t, err, fault.KindForbidden)
	}
	if _, err := d.SaveStudio(t.Context(), peaceful, roster.Known{ID: "studio"}, roster.StudioForm{Name: "和平工作室", AreaID: "heping", Address: "建设路1号"}); err != nil {
		t.Errorf("in their own street: %v", err)
	}
}

func TestACommunityMovesWithAllThatLiesInIt(t *testing.T) {
	d := newDistrict(t)
	d.saved(roster.Known{}, somebody("张三"))
	add(d, model.Unit{ID: "u", AreaID: "xingfu", AreaPath: "d/heping/xingfu/", Name: "幸福居委会", Active: true})
	add(d, model.Message{ID: "m", AreaID: "xingfu", AreaPath: "d/heping/xingfu/", State: model.MessageDelivered, SubmittedAt: d.clock.Now()})
	form := roster.AreaForm{Name: "新福社区", ParentID: "xinhua", Centre: "120.15515，30.27415", Addresses: []roster.AddressForm{{Road: "幸福路", From: 1, To: 99, Parity: 1}}}
	moved, err := d.SaveArea(t.Context(), officer, roster.Known{ID: "xingfu"}, form)
	if err != nil {
		t.Fatal(err)
	}
	const path = "d/xinhua/xingfu/"
	if moved.Path != path || moved.Initials != "xfsq" || d.seated("张三").AreaPath != path || rows[model.Unit](d, "id = ?", "u")[0].AreaPath != path || rows[model.Message](d, "id = ?", "m")[0].AreaPath != path {
		t.Errorf("moved to %+v", moved)
	}
	if got := rows[model.Area](d, "id = ?", "xingfu")[0].Centre; got != "30.27415,120.15515" {
		t.Errorf("its middle is %q", got)
	}
	if got := rows[model.AreaAddress](d, "area_id = ?", "xingfu"); len(got) != 1 || got[0].Road != "幸福路" || got[0].Parity != 1 {
		t.Errorf("addresses %+v", got)
	}
	_, err = d.SaveArea(t.Context(), officer, roster.Known{ID: "heping"}, roster.AreaForm{Name: "和平街道", ParentID: "xinhua"})
	wantFields(t, err, "parent_id")
	_, err = d.SaveArea(t.Context(), peaceful, roster.Known{ID: "jianshe"}, roster.AreaForm{Name: "建设社区", ParentID: "xinhua"})
	wantFault(t, err, fault.KindInvalid)
}

// A table that is given a path must move along, or say here why it stays.
func TestEveryTableWithAPathMovesAlongOrStaysOnPurpose(t *testing.T) {
	migrations, err := filepath.Glob("../store/migrations/*.sql")
	if err != nil || len(migrations) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	var tables []string
	for _, path := range migrations {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for part := range strings.SplitSeq(string(text), ";") {
			head := strings.Fields(part[max(0, strings.Index(part, "TABLE ")):])
			if strings.Contains(part, "area_path VARCHAR") {
				tables = append(tables, head[1])
			}
		}
	}
	moving := []string{
		"grants", "units", "studios", "representatives", "reply_templates", "articles", "messages", "answered_cards", "deadlines", "corrections", "library_pictures", "case_stories", "app_suggestions", "introductions",
	}
	staying := []string{"audit_lines", "roster_imports"} // they tell what was
	for _, table := range tables {
		if !slices.Contains(moving, table) && !slices.Contains(staying, table) {
			t.Errorf("%s has an area_path: let it move along in SaveArea, or say why not", table)
		}
	}
}

func TestAQualificationIsSuspendedAndTakenUpAgain(t *testing.T) {
	d := newDistrict(t)
	id := d.saved(roster.Known{}, somebody("张三"))
	for i, deed := range []model.RepresentativeDeed{model.DeedSuspend, model.DeedRestore} {
		if err := d.MoveRepresentative(t.Context(), officer, roster.Known{ID: id, Revision: i + 1}, deed, "借调期间"); err != nil {
			t.Fatal(err)
		}
	}
	if got := d.seated("张三"); got.State != model.RepresentativeServing || got.Revision != 3 {
		t.Errorf("got %+v", got)
	}
	wantFault(t, d.MoveRepresentative(t.Context(), officer, roster.Known{ID: id, Revision: 3}, model.DeedEndService, "调离"), fault.KindConflict)
	wantFault(t, d.MoveRepresentative(t.Context(), officer, roster.Known{ID: id, Revision: 3}, model.DeedSuspend, " "), fault.KindInvalid)
	if lines := rows[model.AuditLine](d, "action = ?", "representative.suspend"); len(lines) != 1 || !strings.Contains(lines[0].Detail, "借调期间") {
		t.Errorf("audit %+v", lines)
	}
}

func TestWhatWasImportedIsFoundAfterwards(t *testing.T) {
	d := newDistrict(t)
	_, err := d.Import(t.Context(), officer, people(t, []any{"姓名", "选举单位"}, []any{"张三", meeting}), roster.Agreed{FileName: "名册.xlsx"})
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := d.Imports(t.Context(), officer, store.Page{})
	if err != nil || len(list) != 1 || list[0].FileName != "名册.xlsx" || list[0].Added != 1 || list[0].Changed != 0 || list[0].Actor != "工作人员" {
		t.Errorf("got %+v, %v", list, err)
	}
	if list, _, err := d.Imports(t.Context(), peaceful, store.Page{}); err != nil || len(list) != 0 {
		t.Errorf("the street sees %+v, %v", list, err)
	}
	_, _, err = d.Imports(t.Context(), liaison, store.Page{})
	wantFault(t, err, fault.KindForbidden)
}

func TestThePlacesTellWhatMayBeChanged(t *testing.T) {
	d := newDistrict(t)
	places, err := d.Places(t.Context(), officer)
	if err != nil || len(places.Areas) != 6 || len(places.Topics) != 2 || !places.Everywhere {
		t.Errorf("got %+v, %v", places, err)
	}
	if places, err := d.Places(t.Context(), peaceful); err != nil || places.Everywhere {
		t.Errorf("the street may change the topics: %v", err)
	}
	_, err = d.Places(t.Context(), resident)
	wantFault(t, err, fault.KindForbidden)
}
