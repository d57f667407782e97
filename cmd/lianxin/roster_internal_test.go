package main

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"lianxin/model"
)

// table writes an .xlsx of one sheet.
func table(tb testing.TB, sheet string, rows ...[]any) string {
	tb.Helper()
	f := excelize.NewFile()
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		tb.Fatal(err)
	}
	for i, row := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			tb.Fatal(err)
		}
		if err := f.SetSheetRow(sheet, cell, &row); err != nil {
			tb.Fatal(err)
		}
	}
	path := filepath.Join(tb.TempDir(), "roster.xlsx")
	if err := f.SaveAs(path); err != nil {
		tb.Fatal(err)
	}
	return path
}

func TestTheRosterGoesInAndOutAtTheCommandLine(t *testing.T) {
	env := settings(t)
	if code, _, stderr := command(t, env, "", "migrate"); code != 0 {
		t.Fatal(stderr)
	}
	areas := table(t, "区域", []any{"级别", "名称", "上级区域"}, []any{"街道", "和平街道", "东湖区"}, []any{"区县", "东湖区", ""})
	wrong := table(t, "区域", []any{"级别", "名称", "上级区域"}, []any{"街道", "新华街道", "西湖区"})
	out := filepath.Join(t.TempDir(), "out.xlsx")
	for _, step := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"import", "roster", areas, "--dry-run"}, 0, "区域\t2\t0\t0\t0"},
		{[]string{"import", "roster", areas, "--dry-run"}, 0, "这是预览"},
		{[]string{"import", "roster", areas}, 0, "已导入"},
		{[]string{"import", "roster", areas}, 0, "区域\t0\t0\t2\t0"},
		{[]string{"import", "roster", wrong}, 1, "区域!C2：没有名为“西湖区”的区县"},
		{[]string{"import", "roster", filepath.Join(t.TempDir(), "none.xlsx")}, 1, "打不开文件"},
		{[]string{"export", "roster", out}, 0, "已写入"},
		{[]string{"export", "roster", out}, 1, "已经存在"},
		{[]string{"import", "roster", out}, 0, "区域\t0\t0\t2\t0"},
		{[]string{"export", "roster", out, "--template", "--force"}, 0, "已写入"},
		{[]string{"import", "roster", "--help"}, 0, "代表编号"},
	} {
		code, stdout, stderr := command(t, env, "", step.args...)
		if code != step.code || !strings.Contains(stdout+stderr, step.says) {
			t.Errorf("%v: exit code %d, said %s %s", step.args, code, stdout, stderr)
		}
	}
}

// sendFile posts a file as a form does.
func (p phone) sendFile(path, key string, file []byte) answer {
	p.tb.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "名册.xlsx")
	if err != nil {
		p.tb.Fatal(err)
	}
	if _, err := part.Write(file); err != nil {
		p.tb.Fatal(err)
	}
	if err := form.Close(); err != nil {
		p.tb.Fatal(err)
	}
	request, err := http.NewRequestWithContext(p.tb.Context(), http.MethodPost, p.app+path, &body)
	if err != nil {
		p.tb.Fatal(err)
	}
	request.Header.Set("Content-Type", form.FormDataContentType())
	request.Header.Set("Authorization", "Bearer "+p.token)
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	return p.send(request)
}

func TestTheConsolePreviewsImportsAndExportsTheRoster(t *testing.T) {
	p := demoCopy(t)
	officer, liaison := p.officer(model.RoleOrganisationOfficer), p.officer(model.RoleLiaisonOfficer)
	const staff = "/api/v1/staff/roster"
	export := officer.must(http.StatusOK, officer.get(staff+"/export"))
	if kind := export.header.Get("Content-Disposition"); !strings.Contains(kind, "filename*=UTF-8''%E5%90%8D%E5%86%8C.xlsx") || export.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers %v", export.header)
	}
	preview := officer.must(http.StatusOK, officer.sendFile(staff+"/preview", "", []byte(export.body)))
	if preview.field(t, "row_count") != "0" || preview.field(t, "problem_count") != "0" || preview.field(t, "untouched") != "0" {
		t.Errorf("the demo's own export changes something: %s", preview.body)
	}
	content, err := os.ReadFile(table(t, "代表", []any{"姓名", "选举单位", "手机号", "职务"}, []any{"新来的", "和平街道党员代表会议", "13800138000", "教师"}))
	if err != nil {
		t.Fatal(err)
	}
	preview = officer.must(http.StatusOK, officer.sendFile(staff+"/preview", "", content))
	if !strings.Contains(preview.body, `"verdict":"new"`) || !strings.Contains(preview.body, "没有读取") || strings.Contains(preview.body, "13800138000") {
		t.Errorf("preview %s", preview.body)
	}
	basis, key := preview.field(t, "basis"), model.NewID()
	officer.must(http.StatusUnprocessableEntity, officer.sendFile(staff+"/import?basis="+basis, "", content))
	first := officer.must(http.StatusOK, officer.sendFile(staff+"/import?basis="+basis, key, content))
	again := officer.must(http.StatusOK, officer.sendFile(staff+"/import?basis="+basis, key, content))
	if first.body != again.body || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("first %s, again %s", first.body, again.body)
	}
	officer.must(http.StatusConflict, officer.sendFile(staff+"/import?basis="+basis, model.NewID(), content))
	found := p.anonymous().get("/api/v1/representatives?q=xinlaide")
	if !strings.Contains(found.body, "新来的") || strings.Contains(found.body, "13800138000") {
		t.Errorf("found %s", found.body)
	}
	refused := officer.must(http.StatusUnprocessableEntity, officer.sendFile(staff+"/import", model.NewID(), []byte("姓名,选举单位")))
	if !strings.Contains(refused.body, "另存为 .xlsx") {
		t.Errorf("refused with %s", refused.body)
	}
	liaison.must(http.StatusForbidden, liaison.sendFile(staff+"/preview", "", content))
	liaison.must(http.StatusForbidden, liaison.sendFile(staff+"/import", model.NewID(), content))
	liaison.must(http.StatusOK, liaison.get(staff+"/export"))
	liaison.must(http.StatusOK, liaison.get(staff+"/template"))
}
