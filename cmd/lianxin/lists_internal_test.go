package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"lianxin/model"
)

// rowsOf reads the one sheet of a list that was taken along.
func rowsOf(t *testing.T, a answer) [][]string {
	t.Helper()
	book, err := excelize.OpenReader(strings.NewReader(a.body))
	if err != nil {
		t.Fatalf("no Excel file: %v", err)
	}
	rows, err := book.GetRows(book.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	if err := book.Close(); err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestListsOfTheConsoleCanBeTakenAlongAsExcel(t *testing.T) {
	p := demoCopy(t)
	for _, list := range []struct {
		path, name string
		role       model.Role
		heading    []string
	}{
		{"/api/v1/staff/articles", "文章", model.RolePublicityOfficer, []string{"标题", "本平台阅读", "公众号阅读"}},
		{"/api/v1/staff/suggestions", "平台意见", model.RoleLiaisonOfficer, []string{"内容", "答复"}},
		{"/api/v1/staff/links", "账号合并", model.RoleLiaisonOfficer, []string{"保留的账号", "合并时间"}},
	} {
		desk := p.officer(list.role)
		var shown struct{ Items []struct{ ID string } }
		desk.must(http.StatusOK, desk.get(list.path+"?limit=100")).json(t, &shown)
		file := desk.must(http.StatusOK, desk.get(list.path+"/export"))
		rows := rowsOf(t, file)
		if len(shown.Items) == 0 || len(rows) != len(shown.Items)+1 {
			t.Errorf("%s: %d on the screen, %d rows under the heading", list.name, len(shown.Items), len(rows)-1)
		}
		for _, word := range list.heading {
			if !slices.Contains(rows[0], word) {
				t.Errorf("%s: no column %s in %q", list.name, word, rows[0])
			}
		}
		if got := file.header.Get("X-More"); got != "" {
			t.Errorf("%s: there is said to be more: %s", list.name, got)
		}
	}
}

func TestAFileHoldsWhatTheListWasNarrowedTo(t *testing.T) {
	p := demoCopy(t)
	desk := p.officer(model.RolePublicityOfficer)
	rows := rowsOf(t, desk.must(http.StatusOK, desk.get("/api/v1/staff/articles/export?state=draft")))
	at := slices.Index(rows[0], "状态")
	for _, row := range rows[1:] {
		if row[at] != "草稿" {
			t.Errorf("%q is among the drafts", row)
		}
	}
	if len(rows) < 2 {
		t.Error("the demo has no drafts")
	}
}
