package audit

import (
	"regexp"
	"strings"

	"lianxin/model"
)

// DetailWords says the detail of an action's line in plain words. Names and
// figures stay as they were written; so does what nobody can name. What a kind of
// task does is said by taskWords.
func DetailWords(action, detail string, taskWords func(kind string) string) string {
	switch action {
	case "retention.run":
		return counted(detail, "; ", "；", ruleWords, " 条")
	case "task.retry", "task.drop", "task.retry_all":
		return taskInWords(detail, taskWords)
	case "audit.read", "audit.export":
		return filterInWords(detail)
	case "consent.give", "consent.take_back":
		purpose, wording, _ := strings.Cut(detail, " ")
		return strings.TrimSpace(wordOr(purposeWords, purpose) + " " + wording)
	case "staff.add":
		login, role, _ := strings.Cut(detail, ": ")
		return login + "：" + wordOr(roleWords, role)
	}
	if words, known := detailNames[action]; known {
		return wordOr(words, detail)
	}
	for _, p := range detailPhrases[action] {
		if p.form.MatchString(detail) {
			return p.form.ReplaceAllString(detail, p.words)
		}
	}
	return movesInWords(detail)
}

// detailNames are the actions whose detail is one name of ours.
var detailNames = map[string]map[string]string{
	"message.read": sideWords, "erasure.ask": causeWords, "policy.clear": clockWords, "role.grant": roleWords, "role.revoke": roleWords, "representative.add": stateWords,
	"correction.ask": correctedWords, "correction.open": correctedWords, "correction.done": correctedWords, "correction.declined": correctedWords,
}

// A phrase is a form of details with its words.
type phrase struct {
	form  *regexp.Regexp
	words string
}

func form(expression, words string) phrase { return phrase{regexp.MustCompile(expression), words} }

// detailPhrases are the actions whose details are told in a phrase of ours.
var detailPhrases = map[string][]phrase{
	"policy.set":          policyPhrases(),
	"calendar.set":        {form(`^working true ?(.*)$`, "上班 $1"), form(`^working false ?(.*)$`, "放假 $1")},
	"second_factor.wrong": {form(`^attempt (\d+), from (.*)$`, "第 $1 次，来自 $2"), form(`^step-up$`, "再次验证身份时")},
	"session.end_all":     {form(`^(\d+) sessions$`, "$1 处登录")},
	"session.end_others":  {form(`^(\d+) sessions$`, "$1 处登录")},
	"seat.sign_out":       {form(`^(\d+) sessions ended, seat freed: true$`, "$1 处登录退出，绑定解除"), form(`^(\d+) sessions ended, seat freed: false$`, "$1 处登录退出，绑定保留")},
	"seat.rebind":         {form(`^formerly (.*)$`, "原来绑定的人：$1")},
	"permission.revoke":   {form(`^WeChat permission (.*)$`, "微信权限 $1")},
}

// policyPhrases are one for each clock and way of counting days.
func policyPhrases() []phrase {
	var all []phrase
	for kind, words := range clockWords {
		for count, days := range map[model.DayCount]string{model.CountWorking: "个工作日", model.CountCalendar: "天"} {
			all = append(all, form("^"+kind+`: (\d+) `+string(count)+` days, at most (\d+) more$`, words+"：$1 "+days+"，最多延长 $2 "+days))
		}
	}
	return all
}

// counted says lists of "name figure".
func counted(detail, between, say string, words map[string]string, unit string) string {
	parts := strings.Split(detail, between)
	for i, part := range parts {
		if name, n, found := strings.Cut(part, " "); found {
			parts[i] = wordOr(words, name) + " " + n + unit
		}
	}
	return strings.Join(parts, say)
}

// aTask is a kind of task, the state it was in, and why it was given up or how
// many there were.
var aTask = regexp.MustCompile(`^([a-z_]+)(?: \(([a-z]+)\))?(?:: (.*))?$`)

func taskInWords(detail string, taskWords func(kind string) string) string {
	m := aTask.FindStringSubmatch(detail)
	if m == nil {
		return detail
	}
	said := taskWords(m[1])
	if m[2] != "" {
		said += "（" + wordOr(taskStates, m[2]) + "）"
	}
	if m[3] != "" {
		said += "：" + m[3]
	}
	return said
}

// filterInWords says what the log was narrowed to.
func filterInWords(detail string) string {
	parts := strings.Fields(detail)
	for i, part := range parts {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "action":
			value = Words(value)
		case "kind":
			value = TargetWords(value)
		}
		parts[i] = wordOr(filterNames, name) + value
	}
	return strings.Join(parts, "，")
}

// aMove is how a line tells that something went from one state to another.
var aMove = regexp.MustCompile(`([a-z_]+) → ([a-z_]+)`)

func movesInWords(detail string) string {
	return aMove.ReplaceAllStringFunc(detail, func(move string) string {
		states := aMove.FindStringSubmatch(move)
		return wordOr(stateWords, states[1]) + " → " + wordOr(stateWords, states[2])
	})
}

func wordOr(words map[string]string, key string) string {
	if w, known := words[key]; known {
		return w
	}
	return key
}

var filterNames = map[string]string{"actor": "谁：", "action": "做了什么：", "kind": "对什么：", "area": "区域：", "from": "从 ", "before": "早于 "}

var taskStates = map[string]string{
	string(model.TaskReady): "等着做", string(model.TaskRunning): "正在做", string(model.TaskRefused): "停下了", string(model.TaskDropped): "不再做的", string(model.TaskDone): "做完的",
}

var sideWords = map[string]string{
	string(model.SideResident): "以居民身份", string(model.SideRepresentative): "以代表身份", string(model.SideUnit): "以承办单位身份", string(model.SideStaff): "以联络办身份", string(model.SideSystem): "由系统",
}

var purposeWords = map[string]string{
	string(model.ConsentPrivacyPolicy): "隐私政策", string(model.ConsentHandOver): "转交承办单位", string(model.ConsentPublish): "公开来信",
	string(model.ConsentStoryMiniProgram): "典型案例：小程序", string(model.ConsentStoryOfficialAccount): "典型案例：公众号", string(model.ConsentStoryPress): "典型案例：报刊",
}

var correctedWords = map[string]string{string(model.CorrectName): "姓名", string(model.CorrectPlace): "地点", string(model.CorrectOther): "其他内容"}

var causeWords = map[string]string{string(model.ErasureAsked): "本人要求", string(model.ErasureUnseen): "长期没有登录"}

var clockWords = map[string]string{
	string(model.DeadlineHumanCheck): "人工审核", string(model.DeadlineAppeal): "复核", string(model.DeadlineFirstTouch): "首次回应", string(model.DeadlineHandOver): "转交",
	string(model.DeadlineUnitAccept): "承办单位接收", string(model.DeadlineFinish): "办结", string(model.DeadlineAskSolved): "请居民评价", string(model.DeadlineObjection): "居民异议",
	string(model.DeadlineScreenStall): "内容检查停滞", string(model.DeadlineStoryAnswer): "典型案例答复", string(model.DeadlineStoryTakeDown): "典型案例撤下",
}

var roleWords = map[string]string{
	string(model.RoleResident): "居民", string(model.RoleMember): "党员", string(model.RoleRepresentative): "代表", string(model.RoleUnitOfficer): "承办单位经办人", string(model.RoleLiaisonOfficer): "联络办",
	string(model.RolePublicityOfficer): "宣传", string(model.RoleOrganisationOfficer): "组织部门", string(model.RoleGuardian): "权利保障受理人", string(model.RoleAuditor): "审计", string(model.RoleAdministrator): "系统管理员",
}

// ruleWords are what the rules of retention end, for lines that were written when
// they had only names.
var ruleWords = map[string]string{
	"messages": "抹去内容的来信", "people": "通知要注销的账号", "idempotency_keys": "重复提交的回执", "inbounds": "微信推来的消息", "sign_in_challenges": "登录的验证步骤",
	"staff_devices": "已知设备", "sessions": "登录记录", "turn_marks": "防滥用的文字指纹", "invitations": "过期的邀请", "copies": "下载个人数据的申请",
	"exports": "导出来信的申请", "export_parts": "导出的来信文件", "tasks": "结束了的后台任务", "notices": "通知", "consents": "已注销者的授权记录",
	"corrections": "办完的更正请求", "erasures": "注销记录", "readings": "谁看过来信", "audit_lines": "审计日志",
}
