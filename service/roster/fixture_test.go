package roster_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/pinyin"
	"lianxin/service/roster"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

// district is 东湖区 with 和平街道 (建设社区, 幸福社区) and 新华街道 (建设社区 too), one
// term, one electing unit per street, and nobody on the roster.
type district struct {
	*roster.Service

	db    *store.DB
	clock *storetest.Clock
	t     testing.TB
}

var (
	system   = model.SystemActor("test")
	officer  = staff(model.RoleOrganisationOfficer, "d/")
	peaceful = staff(model.RoleOrganisationOfficer, "d/heping/")
	liaison  = staff(model.RoleLiaisonOfficer, "d/")
	resident = model.Actor{PersonID: "resident", Grants: []model.Grant{{Role: model.RoleResident}}}
)

func staff(role model.Role, path string) model.Actor {
	return model.Actor{PersonID: "staff", Name: "工作人员", Grants: []model.Grant{{Role: role, AreaPath: path}}}
}

func newDistrict(tb testing.TB) *district {
	tb.Helper()
	d := &district{db: storetest.Open(tb), clock: storetest.NewClock(tb, "2026-11-23 09:00"), t: tb}
	service, err := roster.New(roster.Options{DB: d.db, Now: d.clock.Now})
	if err != nil {
		tb.Fatal(err)
	}
	d.Service = service
	for _, a := range []model.Area{
		{ID: "d", Level: model.LevelDistrict, Name: "东湖区", Path: "d/"},
		{ID: "heping", ParentID: "d", Level: model.LevelStreet, Name: "和平街道", Path: "d/heping/", Sort: 1},
		{ID: "xinhua", ParentID: "d", Level: model.LevelStreet, Name: "新华街道", Path: "d/xinhua/", Sort: 2},
		{ID: "jianshe", ParentID: "heping", Level: model.LevelCommunity, Name: "建设社区", Path: "d/heping/jianshe/"},
		{ID: "xingfu", ParentID: "heping", Level: model.LevelCommunity, Name: "幸福社区", Path: "d/heping/xingfu/"},
		{ID: "jianshe2", ParentID: "xinhua", Level: model.LevelCommunity, Name: "建设社区", Path: "d/xinhua/jianshe2/"},
	} {
		keys := pinyin.PlaceKeysFor(a.Name)
		a.Pinyin, a.Initials = keys.Pinyin, keys.Initials
		add(d, a)
	}
	add(d, model.Term{ID: "term", Name: "第十三届", StartsOn: "2026-07-08", EndsOn: "2031-07-07"})
	add(d, model.Delegation{ID: "del", TermID: "term", Name: "和平代表团"})
	add(d, model.Organisation{ID: "org", AreaID: "d", Kind: model.OrganisationCommittee, Name: "东湖区委"})
	add(d, model.ElectingUnit{ID: "eu1", AreaID: "heping", OrganisationID: "org", Name: "和平街道党员大会"})
	add(d, model.ElectingUnit{ID: "eu2", AreaID: "xinhua", Name: "新华街道党员大会"})
	add(d, model.Topic{ID: "lift", Name: "加装电梯", Sort: 1})
	add(d, model.Topic{ID: "school", Name: "教育、入学", Sort: 2})
	add(d, model.Studio{ID: "studio", AreaID: "heping", AreaPath: "d/heping/", Name: "和平工作室"})
	return d
}

func add[T any](d *district, row T) {
	d.t.Helper()
	err := store.InTx(d.t.Context(), d.db, func(ctx context.Context, tx *gorm.DB) error {
		return store.From[T](tx).Create(ctx, &row)
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

func rows[T any](d *district, where string, args ...any) []T {
	d.t.Helper()
	found, err := store.From[T](d.db.Read()).Where(where, args...).Find(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	return found
}

// seated finds the one representative of a name.
func (d *district) seated(name string) model.Representative {
	d.t.Helper()
	found := rows[model.Representative](d, "name = ?", name)
	if len(found) != 1 {
		d.t.Fatalf("%d representatives are called %q", len(found), name)
	}
	return found[0]
}

// serves lists the areas a representative serves, by id.
func (d *district) serves(name string) string {
	d.t.Helper()
	var ids []string
	for _, x := range rows[model.RepresentativeArea](d, "representative_id = ?", d.seated(name).ID) {
		ids = append(ids, x.AreaID)
	}
	return strings.Join(ids, " ")
}

// sheet is a sheet of a file: rows of cells.
type sheet [][]any

// file makes an .xlsx of sheets by name.
func file(tb testing.TB, sheets map[string]sheet) []byte {
	tb.Helper()
	return shaped(tb, sheets, nil)
}

// shaped is file with something done to it before it is saved.
func shaped(tb testing.TB, sheets map[string]sheet, shape func(f *excelize.File) error) []byte {
	tb.Helper()
	f := excelize.NewFile()
	for name, rows := range sheets {
		if _, err := f.NewSheet(name); err != nil {
			tb.Fatal(err)
		}
		for i, row := range rows {
			if err := f.SetSheetRow(name, fmt.Sprintf("A%d", i+1), &row); err != nil {
				tb.Fatal(err)
			}
		}
	}
	if err := f.DeleteSheet("Sheet1"); err != nil {
		tb.Fatal(err)
	}
	if shape != nil {
		if err := shape(f); err != nil {
			tb.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// people is a file with the sheet 代表 alone.
func people(tb testing.TB, rows ...[]any) []byte {
	tb.Helper()
	return file(tb, map[string]sheet{"代表": rows})
}

// imported imports a file that must be right.
func (d *district) imported(content []byte) roster.Report {
	d.t.Helper()
	report, err := d.Import(d.t.Context(), officer, content, roster.Agreed{})
	if err != nil {
		d.t.Fatalf("import: %v: %v", err, report.Problems)
	}
	return report
}

// refused imports a file that must be wrong, and gives what was said of it.
func (d *district) refused(by model.Actor, content []byte) string {
	d.t.Helper()
	before := len(rows[model.AuditLine](d, "1 = 1"))
	report, err := d.Import(d.t.Context(), by, content, roster.Agreed{})
	if !fault.Is(err, fault.KindInvalid) {
		d.t.Fatalf("got %v, want it refused: %+v", err, report)
	}
	if after := len(rows[model.AuditLine](d, "1 = 1")); after != before {
		d.t.Errorf("something was written: %d audit lines more", after-before)
	}
	var said strings.Builder
	for _, f := range fault.Of(err).Fields {
		fmt.Fprintf(&said, "%s：%s\n", f.Name, f.Reason)
	}
	return said.String()
}

// counts sums up a report as "new changed unchanged".
func counts(r roster.Report) string {
	var n [3]int
	for _, t := range r.Tallies {
		n[0], n[1], n[2] = n[0]+t.New, n[1]+t.Changed, n[2]+t.Unchanged
	}
	return fmt.Sprint(n[0], n[1], n[2])
}

// notes are all notes of a report.
func notes(r roster.Report) string {
	var said strings.Builder
	for _, n := range r.Notes {
		fmt.Fprintf(&said, "%s：%s\n", n.Spot, n.Words)
	}
	return said.String()
}

func wantSaid(tb testing.TB, said string, words ...string) {
	tb.Helper()
	for _, w := range words {
		if !strings.Contains(said, w) {
			tb.Errorf("it does not say %q: %s", w, said)
		}
	}
}

func wantFault(tb testing.TB, err error, kind fault.Kind) {
	tb.Helper()
	if !fault.Is(err, kind) {
		tb.Errorf("got %v, want a fault %q", err, kind)
	}
}
