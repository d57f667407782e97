package audit_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lianxin/model"
	"lianxin/service/audit"
)

// An action is a subject, a dot and a deed. Names of files and columns look the
// same; they are told apart by their endings and by this list.
var (
	actionForm = regexp.MustCompile(`^[a-z][a-z_]*\.[a-z][a-z_]*$`)
	fileForm   = regexp.MustCompile(`\.(csv|db|html|ini|json|jsonl|key|md|sql|toml|txt|xlsx|yml|zip|jpg|png|io|html|arena)$`)
	noAction   = []string{
		"people.name", "people.phone", "members.phone", "on_behalf.name", "on_behalf.phone", "turns.body", "staff_accounts.totp_secret", "staff_accounts.totp_pending", "person_links.phone_aside",
		"tasks.payload", "tasks.dedupe_key", "liaison.heping", "a.path", "publicity.second",
	}
)

// actionsInTheCode reads the program for what looks like an action.
func actionsInTheCode(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, floor := range []string{"../../service", "../../cmd/lianxin", "../../handler"} {
		err := filepath.WalkDir(floor, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil || !writesAudit(file) {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				literal, ok := n.(*ast.BasicLit)
				if !ok || literal.Kind != token.STRING {
					return true
				}
				text, err := strconv.Unquote(literal.Value)
				if err == nil && actionForm.MatchString(text) && !fileForm.MatchString(text) && !slices.Contains(noAction, text) {
					found[text] = path
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// writesAudit reports whether a file belongs to a package that writes the log:
// the action may stand in another file than the line.
func writesAudit(file *ast.File) bool {
	switch file.Name.Name {
	case "store", "pinyin", "wechat", "storetest", "guard", "endpoint", "audit":
		return false
	}
	return true
}

// Permissions are written alike.
func isPermission(word string) bool {
	return slices.Contains(model.Permissions(), model.Permission(word))
}

// messageDeeds reads the deeds on messages, of which those that leave the state as
// it is stand in no flow.
func messageDeeds(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../model/message_flow.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var deeds []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if of, ok := spec.Type.(*ast.Ident); ok && of.Name == "MessageDeed" {
			deed, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			deeds = append(deeds, deed)
		}
		return true
	})
	if len(deeds) <= len(model.MessageFlow().Steps)/4 {
		t.Fatalf("only %d deeds were found", len(deeds))
	}
	return deeds
}

func TestEveryActionOfTheProgramHasItsWords(t *testing.T) {
	actions := actionsInTheCode(t)
	for _, deed := range messageDeeds(t) {
		actions["message."+deed] = "a deed on a message"
	}
	for _, deed := range model.ArticleFlow().Steps {
		actions["article."+string(deed.On)] = "the flow of an article"
	}
	for _, deed := range model.CaseStoryFlow().Steps {
		actions["case_story."+string(deed.On)] = "the flow of a case story"
	}
	for _, deed := range model.IntroductionFlow().Steps {
		actions["introduction."+string(deed.On)] = "the flow of an introduction"
	}
	for _, deed := range model.DoorFlow().Steps {
		actions["article.door."+string(deed.On)] = "the flow of a door"
	}
	for _, deed := range []string{"ask", "confirm", "cancel"} {
		actions["article.mass_send."+deed] = "a mass send"
	}
	for _, state := range []model.CorrectionState{model.CorrectionDone, model.CorrectionDeclined} {
		actions["correction."+string(state)] = "what becomes of a correction"
	}
	for action, where := range actions {
		if audit.Words(action) == action && !isPermission(action) {
			t.Errorf("%q (%s) has no words in service/audit/words.go", action, where)
		}
	}
}

func TestAnActionThatIsNotKnownIsShownAsItIs(t *testing.T) {
	if got := audit.Words("moon.landing"); got != "moon.landing" {
		t.Error(got)
	}
}

func taskWords(kind string) string {
	return map[string]string{"notice": "推送通知", "screen_turn": "检查来信文字"}[kind]
}

func TestADetailIsToldInWordsAndWhatNobodyCanNameAsItStands(t *testing.T) {
	for _, tc := range []struct{ action, detail, want string }{
		{"message.deliver", "screened → delivered", "审核通过 → 已送达代表"},
		{"picture.shown", "checking → shown", "检查中 → 已通过"},
		{"representative.change", "serving → suspended：借调", "履职 → 暂停：借调"},
		{"roster.import", "导入 (elected → serving)", "导入 (当选 → 履职)"},
		{"moon.landing", "moon → sun", "moon → sun"},
		{"calendar.import", "改动 3 天，2027-01-01 至 01-03", "改动 3 天，2027-01-01 至 01-03"},
		{"retention.run", "invitations 17; tasks 158", "过期的邀请 17 条；结束了的后台任务 158 条"},
		{"task.drop", "notice (refused): 号码停用", "推送通知（停下了）：号码停用"},
		{"task.retry", "screen_turn (ready)", "检查来信文字（等着做）"},
		{"task.retry_all", "notice: 3", "推送通知：3"},
		{"audit.read", "actor=李干事 action=role.grant kind=person area=d/ from=2026-11-01 before=2026-11-03", "谁：李干事，做了什么：授予角色，对什么：人员，区域：d/，从 2026-11-01，早于 2026-11-03"},
		{"consent.give", "hand_over v3", "转交承办单位 v3"},
		{"staff.add", "zhou.xiao: auditor", "zhou.xiao：审计"},
		{"role.grant", "liaison_officer", "联络办"},
		{"message.read", "staff", "以联络办身份"},
		{"erasure.ask", "unseen", "长期没有登录"},
		{"correction.done", "place", "地点"},
		{"policy.set", "first_touch: 4 working days, at most 0 more", "首次回应：4 个工作日，最多延长 0 个工作日"},
		{"policy.set", "finish: 30 calendar days, at most 15 more", "办结：30 天，最多延长 15 天"},
		{"policy.clear", "hand_over", "转交"},
		{"calendar.set", "working true 调休", "上班 调休"},
		{"calendar.set", "working false 春节", "放假 春节"},
		{"second_factor.wrong", "attempt 2, from 10.0.0.0/8", "第 2 次，来自 10.0.0.0/8"},
		{"second_factor.wrong", "step-up", "再次验证身份时"},
		{"session.end_others", "2 sessions", "2 处登录"},
		{"seat.sign_out", "2 sessions ended, seat freed: true", "2 处登录退出，绑定解除"},
		{"seat.rebind", "formerly p-1", "原来绑定的人：p-1"},
		{"permission.revoke", "WeChat permission 8", "微信权限 8"},
		{"representative.add", "serving", "履职"},
		{"article.publish", "题目：invitations 17; tasks 158", "题目：invitations 17; tasks 158"},
	} {
		if got := audit.DetailWords(tc.action, tc.detail, taskWords); got != tc.want {
			t.Errorf("%s %q is told as %q, want %q", tc.action, tc.detail, got, tc.want)
		}
	}
}
