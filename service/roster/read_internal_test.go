package roster

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lianxin/model"
	"lianxin/service/roster/workbook"
)

// FuzzReadRoster promises that whatever stands in the cells gives a report of
// bounded length, and the same one each time. It goes without files and a
// database: what a file may be is FuzzReadWorkbook's, and neither would let
// through enough rows in a second to find anything.
func FuzzReadRoster(f *testing.F) {
	for _, seed := range []string{
		"代表\n姓名\t选举单位\n张三\t和平街道党员大会",
		"代表\n代表编号\t姓名\t性别\t出生年份\t届次\t选举单位\t代表团\t所在区域\t联系区域\t擅长事项\t资格状态\n" +
			"13-001\t曾念慈\t女\t1979\t第十三届\t和平街道党员大会\t和平代表团\t建设社区\t和平街道/建设社区；新华街道\t加装电梯\t履职\n\t买买提·吐尔逊\t男\t１９８４年\t\t和平街道党员大会",
		"区域\n级别\t名称\t上级区域\t排序\n社区\t文苑社区\t文教街道\t1\n街道\t文教街道\t东湖区\t3",
		"届次\n名称\t开始日期\t结束日期\n第十四届\t2031-07-08\t2036/7/7\f代表团\n届次\t名称\n第十四届\t文教代表团",
		"党组织\n名称\t类别\t所属区域\t上级党组织\n第一支部\t党支部\t建设社区\t建设党委\n第二支部\t党支部\t建设社区\t\n建设党委\t党委\t建设社区\t第一支部",
		"选举单位\n名称\t所属区域\t党组织\n新华街道党员大会\t新华街道\t东湖区委\f承办单位\n名称\t所属区域\t职责\t办公电话\t状态\n区城管局\t东湖区\t市容\t0571-83000101\t启用",
		"事项\n名称\t排序\n物业管理\t3\n物业管理\t-\f工作室\n名称\t所属区域\t地址\t办公电话\n文教工作室\t和平街道\t文苑路1号\t0571-82000201",
	} {
		f.Add(seed)
	}
	by := model.Actor{PersonID: "officer", Grants: []model.Grant{{Role: model.RoleOrganisationOfficer, AreaPath: "d/heping/"}}}
	f.Fuzz(func(t *testing.T, text string) {
		var reports [2]Report
		for i := range reports {
			reports[i] = match(by, "2026-11-23", readPaper(written(text)), district()).report("")
		}
		if r := reports[0]; len(r.Problems) > 500 || len(r.Notes) > 200 {
			t.Fatalf("%d problems and %d notes are told", len(r.Problems), len(r.Notes))
		}
		if diff := cmp.Diff(reports[0], reports[1]); diff != "" {
			t.Fatalf("read again it says something else:\n%s", diff)
		}
	})
}

// written is a book of a text: form feeds part the sheets, whose first line is
// their name, tabs the cells.
func written(text string) *workbook.Book {
	book := &workbook.Book{}
	for part := range strings.SplitSeq(text, "\f") {
		name, rest, _ := strings.Cut(part, "\n")
		sheet := workbook.Sheet{Name: name}
		number := 0
		for line := range strings.SplitSeq(rest, "\n") {
			number++
			row := workbook.Row{Number: number}
			for cell := range strings.SplitSeq(line, "\t") {
				row.Cells = append(row.Cells, workbook.Cell{Text: cell})
			}
			if line != "" {
				sheet.Rows = append(sheet.Rows, row)
			}
		}
		book.Sheets = append(book.Sheets, sheet)
	}
	return book
}

// district is a small roster as it stands: two streets, one of which has a
// meeting that elected somebody.
func district() *standing {
	s := newStanding()
	for _, a := range []*model.Area{
		{ID: "d", Level: model.LevelDistrict, Name: "东湖区", Path: "d/"},
		{ID: "heping", ParentID: "d", Level: model.LevelStreet, Name: "和平街道", Path: "d/heping/"},
		{ID: "xinhua", ParentID: "d", Level: model.LevelStreet, Name: "新华街道", Path: "d/xinhua/"},
		{ID: "jianshe", ParentID: "heping", Level: model.LevelCommunity, Name: "建设社区", Path: "d/heping/jianshe/"},
		{ID: "jianshe2", ParentID: "xinhua", Level: model.LevelCommunity, Name: "建设社区", Path: "d/xinhua/jianshe2/"},
	} {
		s.addArea(a)
	}
	s.addTerm(&model.Term{ID: "term", Name: "第十三届", StartsOn: "2026-07-08", EndsOn: "2031-07-07"})
	s.addDelegation(&model.Delegation{ID: "del", TermID: "term", Name: "和平代表团"})
	committee := &model.Organisation{ID: "org", AreaID: "d", Kind: model.OrganisationCommittee, Name: "东湖区委"}
	s.organisation[committee.ID] = committee
	s.addOrganisation(committee)
	s.addElecting(&model.ElectingUnit{ID: "eu", AreaID: "heping", OrganisationID: "org", Name: "和平街道党员大会"})
	s.addTopic(&model.Topic{ID: "lift", Name: "加装电梯", Sort: 1})
	s.seats = append(s.seats, &seat{Representative: model.Representative{
		ID: "zhang", Name: "张三", TermID: "term", ElectingUnitID: "eu", AreaID: "heping", AreaPath: "d/heping/", State: model.RepresentativeServing,
	}, topics: []string{"lift"}})
	return s
}
