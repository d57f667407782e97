package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lianxin/handler/staff"
	"lianxin/model"
	"lianxin/service/notice"
	"lianxin/service/wechat"
)

// meanings are what service/notice fills in, field by field, and how WeChat's
// kinds of fields that can hold it begin.
var meanings = map[model.NoticeTemplate][]struct{ words, fits string }{
	model.TemplateProgress: {{"事项", "thing"}, {"状态", "phrase thing"}, {"时间", "time date"}, {"说明", "thing"}},
	model.TemplateAnswer:   {{"事项", "thing"}, {"答复人", "name thing"}, {"时间", "time date"}, {"说明", "thing"}},
	model.TemplateTask:     {{"事项", "thing"}, {"期限", "time date"}, {"状态", "phrase thing"}, {"说明", "thing"}},
	model.TemplateSurvey:   {{"事项", "thing"}, {"时间", "time date"}, {"说明", "thing"}},
	model.TemplateNews:     {{"标题", "thing"}, {"关注的谁", "name thing"}, {"时间", "time date"}, {"说明", "thing"}},
}

var noticeWords = map[model.NoticeTemplate]string{
	model.TemplateProgress: "办理进度", model.TemplateAnswer: "收到答复", model.TemplateTask: "待办提醒（代表和承办单位）", model.TemplateSurvey: "请评价", model.TemplateNews: "关注的动态",
}

// templates notes what is wrong of an account's templates, and each of them.
func (c *connection) templates(one accountCheck, there []wechat.Template) {
	found := compareTemplates(one, there)
	c.found.Templates = append(c.found.Templates, found...)
	wrong := 0
	for _, t := range found {
		if t.Verdict == string(verdictFail) {
			wrong++
		}
	}
	check, configured := "通知模板（"+one.name+"）", len(one.ids)
	switch {
	case configured == 0:
		c.note(verdictWarn, check, "一个也没有配置，通知不会经"+one.name+"推送", "在微信后台选好模板，填 LIANXIN_TEMPLATE_"+one.setting+"_…。")
	case wrong == 0:
		c.note(verdictOK, check, fmt.Sprintf("配置的 %d 个都在微信后台，字段一致", configured), "")
	default:
		c.note(verdictFail, check, fmt.Sprintf("%d 个不对", wrong), "下面逐个列出哪一项不对。")
	}
}

// compareTemplates compares each template of the settings with an account's own
// list.
func compareTemplates(one accountCheck, there []wechat.Template) []staff.TemplateCheck {
	free := unused(one, there)
	return eachTemplate(one, func(kind model.NoticeTemplate, t notice.Template, setting string) staff.TemplateCheck {
		v := checkTemplate(kind, t, setting, there)
		if v.Title == "" {
			v.Do += fitting(kind, setting, free)
		}
		return v
	})
}

func eachTemplate(one accountCheck, look func(kind model.NoticeTemplate, t notice.Template, setting string) staff.TemplateCheck) []staff.TemplateCheck {
	configured := one.ids
	var all []staff.TemplateCheck
	for _, kind := range model.NoticeTemplates() {
		if kind == model.TemplateNews && one.kind == wechat.OfficialAccount {
			continue // news is the mini-program's alone
		}
		setting := "LIANXIN_TEMPLATE_" + one.setting + "_" + strings.ToUpper(string(kind))
		t := look(kind, configured[kind], setting)
		t.Account, t.Setting, t.Notice, t.ID = one.name, setting, noticeWords[kind], configured[kind].ID
		all = append(all, t)
	}
	return all
}

// unasked is a template as the settings have it, before WeChat was asked.
func unasked(kind model.NoticeTemplate, t notice.Template, _ string) staff.TemplateCheck {
	v := staff.TemplateCheck{Verdict: staff.VerdictUnasked, Found: "还没有核对", Fields: []staff.TemplateField{}}
	if t.ID == "" {
		v.Verdict, v.Found = string(verdictSkip), "没有配置，这种通知不经这里推送"
	}
	for i, m := range meanings[kind] {
		f := staff.TemplateField{Means: m.words}
		if i < len(t.Keys) {
			f.Key = t.Keys[i]
		}
		v.Fields = append(v.Fields, f)
	}
	return v
}

// noticeTemplates are the templates of the settings, and, when WeChat is asked,
// whether its own list has them as we fill them in.
func (a *app) noticeTemplates(ctx context.Context, ask bool) staff.NoticeTemplates {
	found := staff.NoticeTemplates{Accounts: []staff.TemplateAccount{}, Templates: []staff.TemplateCheck{}}
	for _, one := range accountsOf(a.cfg) {
		account := staff.TemplateAccount{Account: one.name, Verdict: staff.VerdictUnasked, Found: "还没有核对", Others: []staff.OtherTemplate{}}
		list := eachTemplate(one, unasked)
		switch {
		case !one.account.Configured():
			account.Verdict, account.Found = string(verdictSkip), "没有接入"+one.name
			account.Do = "需要时填 LIANXIN_WECHAT_" + one.setting + "_APP_ID 和 …_SECRET，重启服务。"
		case ask:
			there, err := a.gateway.Templates(ctx, one.kind)
			if err != nil {
				account.Verdict = string(verdictFail)
				account.Found, account.Do = weChatTrouble(err)
				break
			}
			list = compareTemplates(one, there.Templates)
			account.Verdict, account.Found, account.Do = summed(list, len(there.Templates))
			for _, t := range unused(one, there.Templates) {
				account.Others = append(account.Others, staff.OtherTemplate{ID: t.ID, Title: t.Title, Fields: fieldsInWords(t)})
			}
		}
		found.Accounts = append(found.Accounts, account)
		found.Templates = append(found.Templates, list...)
	}
	if ask {
		at := a.now().In(model.Shanghai)
		found.CheckedAt = &at
	}
	return found
}

// summed says of one account what was found of all its templates.
func summed(list []staff.TemplateCheck, there int) (verdict, found, do string) {
	wrong, set := 0, 0
	for _, t := range list {
		if t.ID != "" {
			set++
		}
		if t.Verdict == string(verdictFail) {
			wrong++
		}
	}
	switch {
	case wrong > 0:
		return string(verdictFail), fmt.Sprintf("配置的 %d 个里有 %d 个不对，这些通知发不出去", set, wrong), "按下面每一项的“怎么办”改好配置，重启服务，再核对一次。"
	case set == 0:
		return string(verdictWarn), fmt.Sprintf("一个也没有配置；微信后台有 %d 个模板", there), "在微信后台选用合适的模板，把模板 ID 填到下面的配置项里，重启服务。"
	case set < len(list):
		return string(verdictWarn), fmt.Sprintf("配置的 %d 个都对得上，还有 %d 种通知没有配置", set, len(list)-set), "没有配置的通知不经这里推送，需要时再配。"
	}
	return string(verdictOK), fmt.Sprintf("配置的 %d 个都在微信后台，字段一致", set), ""
}

// unused are the templates of an account that no setting names.
func unused(one accountCheck, there []wechat.Template) []wechat.Template {
	used := map[string]bool{}
	for _, t := range one.ids {
		used[t.ID] = true
	}
	return slices.DeleteFunc(slices.Clone(there), func(t wechat.Template) bool { return used[t.ID] })
}

func fieldsInWords(t wechat.Template) string {
	var parts []string
	for i, key := range t.Keys {
		parts = append(parts, t.Labels[i]+"（"+key+"）")
	}
	return strings.Join(parts, "、")
}

// checkTemplate compares one template, field by field, with what WeChat has.
func checkTemplate(kind model.NoticeTemplate, t notice.Template, setting string, there []wechat.Template) staff.TemplateCheck {
	if t.ID == "" {
		v := unasked(kind, t, setting)
		v.Do = "需要时在微信后台选用模板，把模板 ID 填到这一项配置。"
		return v
	}
	v := staff.TemplateCheck{Verdict: string(verdictOK), Found: "字段一致", Fields: []staff.TemplateField{}}
	at := slices.IndexFunc(there, func(one wechat.Template) bool { return one.ID == t.ID })
	if at < 0 {
		v.Verdict, v.Found, v.Do = string(verdictFail), "这个模板 ID 在微信后台不存在", "可能选错了账号，或模板被删了：在微信后台重新选用，并更新配置。"
		return v
	}
	has := there[at]
	v.Title = has.Title
	bad := false
	for i, m := range meanings[kind] {
		f := staff.TemplateField{Means: m.words}
		if i < len(t.Keys) {
			f.Key = t.Keys[i]
		}
		f.Label, f.Wrong = compareField(f.Key, m.fits, has)
		bad = bad || f.Wrong != ""
		v.Fields = append(v.Fields, f)
	}
	for i, key := range has.Keys {
		if !slices.Contains(t.Keys, key) {
			bad = true
			v.Fields = append(v.Fields, staff.TemplateField{Means: "（我们没有填）", Key: key, Label: has.Labels[i], Wrong: "微信要求每个字段都填，少了它通知发不出去。"})
		}
	}
	if bad {
		v.Verdict, v.Found = string(verdictFail), "字段对不上，这种通知发不出去"
		v.Do = "换用字段相同的模板，或在模板 ID 后面按“我们填什么”的次序写明字段，如 " + t.ID + ":" + strings.Join(suggested(kind, has), ",") + "。"
	}
	return v
}

// fitting names a template that has a field for everything we fill in, and only
// that.
func fitting(kind model.NoticeTemplate, setting string, there []wechat.Template) string {
	for _, t := range there {
		keys := suggested(kind, t)
		if len(t.Keys) == len(meanings[kind]) && !slices.Contains(keys, noField) {
			return "后台的“" + t.Title + "”放得下：" + setting + "=" + t.ID + ":" + strings.Join(keys, ",")
		}
	}
	return ""
}

func compareField(key, fits string, has wechat.Template) (label, wrong string) {
	if key == "" {
		return "", "没有为它写字段。"
	}
	at := slices.Index(has.Keys, key)
	if at < 0 {
		return "", "微信的模板里没有这个字段。"
	}
	for begin := range strings.FieldsSeq(fits) {
		if strings.HasPrefix(key, begin) {
			return has.Labels[at], ""
		}
	}
	return has.Labels[at], "这种字段放不下我们填的内容，应是 " + strings.ReplaceAll(fits, " ", " 或 ") + " 开头的字段。"
}

// noField stands where a template has no field for what we fill in.
const noField = "…"

// suggested gives for each thing we fill in the first field of the template that
// can hold it.
func suggested(kind model.NoticeTemplate, has wechat.Template) []string {
	left := slices.Clone(has.Keys)
	var keys []string
	for _, m := range meanings[kind] {
		at := slices.IndexFunc(left, func(key string) bool {
			return slices.ContainsFunc(strings.Fields(m.fits), func(begin string) bool { return strings.HasPrefix(key, begin) })
		})
		if at < 0 {
			keys = append(keys, noField)
			continue
		}
		keys = append(keys, left[at])
		left = slices.Delete(left, at, at+1)
	}
	return keys
}
