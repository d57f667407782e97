package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"lianxin/config"
	"lianxin/handler/staff"
	"lianxin/model"
	"lianxin/service/audit"
	"lianxin/service/outbox"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

func TestEveryTaskAndJobSaysInPlainWordsWhatItDoes(t *testing.T) {
	env := settings(t)
	cfg, err := config.LoadServing(func(name string) (string, bool) { value, ok := env[name]; return value, ok })
	if err != nil {
		t.Fatal(err)
	}
	a, err := build(cfg, storetest.Open(t), clock, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.gateway.Close)
	for _, kind := range a.dispatcher.Kinds() {
		if staff.TaskWords(kind) == kind {
			t.Errorf("tasks of kind %q have no words in handler/staff/operate.go", kind)
		}
	}
	for _, job := range a.jobs {
		if staff.RoutineWords(job.Name) == job.Name {
			t.Errorf("the job %q has no words in handler/staff/operate.go", job.Name)
		}
	}
}

func TestWhatWasDoneInTheSampleIsToldInPlainWords(t *testing.T) {
	p := demoCopy(t)
	auditor := p.officer(model.RoleAuditor)
	var list struct {
		Items []struct{ Action, Words, Target, TargetWords string }
	}
	auditor.must(http.StatusOK, auditor.get("/api/v1/staff/audit?limit=100")).json(t, &list)
	p.inside(func(ctx context.Context, tx *gorm.DB) error {
		var actions []string
		if err := store.From[model.AuditLine](tx).Distinct("action").Scan(ctx, &actions); err != nil {
			return err
		}
		for _, action := range actions {
			if audit.Words(action) == action {
				t.Errorf("%q has no words", action)
			}
		}
		return nil
	})
	if len(list.Items) != 100 {
		t.Fatalf("%d lines", len(list.Items))
	}
	filtered := auditor.must(http.StatusOK, auditor.get("/api/v1/staff/audit?action=message.submit&target_kind=message&from=2020-01-01")).body
	if strings.Contains(filtered, `"staff.add"`) || !strings.Contains(filtered, "写信") {
		t.Errorf("narrowed to letters: %s", filtered)
	}
	if a := auditor.get("/api/v1/staff/audit?from=yesterday"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "2026-11-01 的样子") {
		t.Errorf("a day that is none: %d %s", a.status, a.body)
	}
	file := auditor.must(http.StatusOK, auditor.get("/api/v1/staff/audit/export?action=message.submit"))
	if !strings.HasPrefix(file.header.Get("Content-Type"), "text/csv") || !strings.HasPrefix(file.body, "\ufeff时间,谁,做了什么") || !strings.Contains(file.body, "写信") {
		t.Errorf("the export: %v %.300s", file.header, file.body)
	}
}

func TestAnAdministratorSeesWhatWasRefusedAndHasItDoneAgain(t *testing.T) {
	p := demoCopy(t)
	admin := p.officer(model.RoleAdministrator)
	now := time.Now().UTC().Truncate(time.Millisecond)
	p.inside(func(ctx context.Context, tx *gorm.DB) error {
		if err := outbox.Enqueue(ctx, tx, outbox.Task{Kind: "notice", DedupeKey: "planted", Payload: map[string]string{"NoticeID": "secret-words"}, RunAt: now}); err != nil {
			return err
		}
		_, err := store.From[model.Task](tx).Where("dedupe_key = ?", "planted").Update(ctx, "state", model.TaskRefused)
		if err != nil {
			return err
		}
		if _, err := store.From[model.Task](tx).Where("dedupe_key = ?", "planted").Update(ctx, "ended_at", now); err != nil {
			return err
		}
		_, err = store.From[model.Task](tx).Where("dedupe_key = ?", "planted").Update(ctx, "last_error", "wechat cgi-bin/message: errcode 40037: invalid template_id")
		return err
	})
	seen := admin.must(http.StatusOK, admin.get("/api/v1/staff/tasks?state=refused"))
	if !strings.Contains(seen.body, "模板 ID 不存在（40037）") || !strings.Contains(seen.body, "推送通知") || strings.Contains(seen.body, "secret-words") {
		t.Errorf("seen: %s", seen.body)
	}
	var list struct{ Items []struct{ ID string } }
	seen.json(t, &list)
	if len(list.Items) != 1 {
		t.Fatalf("%d refused", len(list.Items))
	}
	overview := admin.must(http.StatusOK, admin.get("/api/v1/staff/tasks/overview")).body
	if !strings.Contains(overview, `"refused":1`) || !strings.Contains(overview, "期限：提醒和到期") {
		t.Errorf("overview: %s", overview)
	}
	path := "/api/v1/staff/tasks/" + list.Items[0].ID
	admin.must(http.StatusNoContent, admin.post(path+"/retry", nil))
	p.eventually("it is done", func() bool {
		return strings.Contains(admin.get("/api/v1/staff/tasks?state=done").body, list.Items[0].ID)
	})
	if a := admin.post(path+"/drop", map[string]any{"reason": "不必再做"}); a.status != http.StatusConflict {
		t.Errorf("what is done was given up: %d %s", a.status, a.body)
	}
	if a := p.officer(model.RoleLiaisonOfficer).get("/api/v1/staff/tasks?state=refused"); a.status != http.StatusForbidden {
		t.Errorf("the liaison office: %d", a.status)
	}
}

func TestAHolidayThatIsSetMovesTheDateThatIsShown(t *testing.T) {
	p := demoCopy(t)
	admin := p.officer(model.RoleAdministrator)
	path := "/api/v1/staff/areas/" + p.district() + "/deadline-policies"
	due := func() string {
		t.Helper()
		var list struct{ Items []struct{ Kind, Due string } }
		admin.must(http.StatusOK, admin.get(path)).json(t, &list)
		for _, one := range list.Items {
			if one.Kind == string(model.DeadlineFirstTouch) {
				return one.Due
			}
		}
		t.Fatal("no clock for the first touch")
		return ""
	}
	before := due()
	day := "/api/v1/staff/calendar/days/" + before
	admin.must(http.StatusNoContent, admin.put(day, map[string]any{"working": false, "name": "区里放假"}))
	if after := due(); after <= before {
		t.Errorf("before %s, with that day off %s", before, after)
	}
	year := admin.must(http.StatusOK, admin.get("/api/v1/staff/calendar/"+before[:4])).body
	if !strings.Contains(year, "区里放假") {
		t.Errorf("the year: %s", year)
	}
	admin.must(http.StatusNoContent, admin.put(path+"/first_touch", map[string]any{"days": 4, "count": "working", "max_extend": 0}))
	if body := admin.get(path).body; !strings.Contains(body, `"own":true`) {
		t.Errorf("set and not shown as own: %s", body)
	}
	seen := admin.must(http.StatusOK, admin.post("/api/v1/staff/calendar/2027/preview", map[string]any{"text": "一、元旦：1月1日（周五）至3日（周日）放假。"}))
	if !strings.Contains(seen.body, `"was":"new"`) || !strings.Contains(seen.body, `"was":"removed"`) {
		t.Errorf("the preview: %s", seen.body)
	}
	admin.must(http.StatusNoContent, admin.put("/api/v1/staff/calendar/2027", map[string]any{"text": "一、元旦：1月1日（周五）至3日（周日）放假。"}))
	if body := admin.get("/api/v1/staff/calendar/2027").body; strings.Contains(body, "provisional") {
		t.Errorf("provisional days are left: %s", body)
	}
}

// district is the id of the sample's topmost area.
func (p *program) district() string {
	p.tb.Helper()
	id := ""
	p.inside(func(ctx context.Context, tx *gorm.DB) error {
		top, err := store.From[model.Area](tx).Where("level = ?", model.LevelDistrict).Take(ctx)
		id = top.ID
		return err
	})
	return id
}

func TestWhatTheOfficeWritesIsAnsweredOnThePhone(t *testing.T) {
	p := demoCopy(t)
	office := p.officer(model.RolePublicityOfficer)
	body := map[string]any{"words": "接待日\n接访", "matching": "contains", "form": "text", "body": "每月 15 日在街道工作室接待。写信：{写信}", "enabled": true}
	made := office.must(http.StatusCreated, office.post("/api/v1/staff/official/replies", body))
	tried := office.must(http.StatusOK, office.post("/api/v1/staff/official/try", map[string]any{"text": "接待日是哪天？"}))
	if !strings.Contains(tried.body, "每月 15 日在街道工作室接待") || !strings.Contains(tried.body, "关键词回复：接待日") {
		t.Errorf("tried: %s", tried.body)
	}
	menu := map[string]any{"revision": 0, "buttons": []any{map[string]any{"name": "接待日", "kind": "click", "key": "REPLY:" + made.field(t, "id")}}}
	office.must(http.StatusOK, office.put("/api/v1/staff/official/menu", menu))
	office.must(http.StatusNoContent, office.post("/api/v1/staff/official/menu/publish", map[string]any{"revision": 1}))
	there := office.must(http.StatusOK, office.get("/api/v1/staff/official/menu/there")).body
	if !strings.Contains(there, `"same":true`) || !strings.Contains(there, "接待日") {
		t.Errorf("WeChat has %s", there)
	}
	checked := office.must(http.StatusOK, office.post("/api/v1/staff/official/check", nil)).body
	for _, want := range []string{`"check":"回调（公众号）","verdict":"ok"`, `"check":"公众号菜单","verdict":"ok"`, `"check":"从公开地址访问自己","verdict":"ok"`, `"check":"通知模板（小程序）","verdict":"ok"`, "LIANXIN_TEMPLATE_MINI_TASK"} {
		if !strings.Contains(checked, want) {
			t.Errorf("the check lacks %s: %s", want, checked)
		}
	}
	if a := p.officer(model.RoleLiaisonOfficer).get("/api/v1/staff/official/menu"); a.status != http.StatusForbidden {
		t.Errorf("the liaison office: %d", a.status)
	}
}

func TestTheCheckSaysFieldByFieldWhatIsWrongWithATemplate(t *testing.T) {
	p := demoCopy(t)
	env := p.fullEnv()
	code, stdout, _ := command(t, env, "", "check", "--online")
	if code != 0 || !strings.Contains(stdout, "[正常] 回调（公众号）") {
		t.Errorf("all is well, and it says with %d: %s", code, stdout)
	}
	env["LIANXIN_TEMPLATE_MINI_TASK"], env["LIANXIN_TEMPLATE_OFFICIAL_TASK"] = "mini-nothing", "oa-task:thing1,thing9,phrase3,thing4"
	env["LIANXIN_PUBLIC_URL"] = "http://127.0.0.1:1"
	code, stdout, _ = command(t, env, "", "check", "--online")
	for _, want := range []string{"这个模板 ID 在微信后台不存在", "期限（thing9）：微信的模板里没有这个字段", "微信要求每个字段都填", "[故障] 从公开地址访问自己：连不上对方", "oa-task:thing1,time2,phrase3,thing4"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("it does not say %q: %s", want, stdout)
		}
	}
	if code != 1 {
		t.Errorf("exit code %d", code)
	}
}

func TestTheTemplatesOfTheSettingsAreComparedWithWeChatsListWhenAsked(t *testing.T) {
	p := demoCopy(t)
	admin := p.officer(model.RoleAdministrator)
	const path = "/api/v1/staff/notice-templates"
	before := admin.must(http.StatusOK, admin.get(path)).body
	if !strings.Contains(before, `"id":"mini-task","verdict":"unasked"`) || strings.Contains(before, "checked_at") {
		t.Errorf("before WeChat was asked: %s", before)
	}
	asked := admin.must(http.StatusOK, admin.post(path+"/check", nil)).body
	if !strings.Contains(asked, `"checked_at"`) || !strings.Contains(asked, `"found":"配置的 4 个都在微信后台，字段一致"`) || strings.Contains(asked, "unasked") {
		t.Errorf("all is well, and it says: %s", asked)
	}
	p.trouble(map[string]any{"path": "/wxaapi/newtmpl/gettemplate", "errcode": 40164})
	if failed := admin.must(http.StatusOK, admin.post(path+"/check", nil)).body; !strings.Contains(failed, "白名单") || !strings.Contains(failed, `"id":"mini-task","verdict":"unasked"`) {
		t.Errorf("WeChat refuses, and it says: %s", failed)
	}
	if a := p.officer(model.RoleLiaisonOfficer).post(path+"/check", nil); a.status != http.StatusForbidden {
		t.Errorf("the liaison office: %d", a.status)
	}
}

func TestWhatIsWrongWithATemplateOfTheSettingsIsSaidWithTheSettingThatWouldDo(t *testing.T) {
	env := demoCopy(t).fullEnv()
	env["LIANXIN_TEMPLATE_MINI_TASK"], env["LIANXIN_TEMPLATE_MINI_ANSWER"] = "mini-nothing", ""
	env["LIANXIN_TEMPLATE_OFFICIAL_TASK"] = "oa-task:thing1,thing9,phrase3,thing4"
	cfg, err := config.LoadServing(lookupIn(env))
	if err != nil {
		t.Fatal(err)
	}
	a, err := build(cfg, storetest.Open(t), clock, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.gateway.Close)
	found := a.noticeTemplates(t.Context(), true)
	said := fmt.Sprintf("%+v", found)
	for _, want := range []string{
		"这个模板 ID 在微信后台不存在", "放得下：LIANXIN_TEMPLATE_MINI_TASK=mini-task:thing1,time2,phrase3,thing4", "放得下：LIANXIN_TEMPLATE_MINI_ANSWER=mini-answer:",
		"微信的模板里没有这个字段", "微信要求每个字段都填", "oa-task:thing1,time2,phrase3,thing4", "配置的 3 个里有 1 个不对", "Others:[{ID:mini-",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %s: %s", want, said)
		}
	}
}
