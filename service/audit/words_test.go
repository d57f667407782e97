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
		"people.name", "people.phone", "on_behalf.name", "on_behalf.phone", "turns.body", "staff_accounts.totp_secret", "staff_accounts.totp_pending",
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

func TestEveryActionOfTheProgramHasItsWords(t *testing.T) {
	actions := actionsInTheCode(t)
	for _, deed := range model.MessageFlow().Steps {
		actions["message."+string(deed.On)] = "the flow of a message"
	}
	for _, deed := range model.ArticleFlow().Steps {
		actions["article."+string(deed.On)] = "the flow of an article"
	}
	for _, deed := range model.CaseStoryFlow().Steps {
		actions["case_story."+string(deed.On)] = "the flow of a case story"
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

func TestWhereSomethingWentIsToldInWords(t *testing.T) {
	for detail, want := range map[string]string{
		"screened → delivered":      "审核通过 → 已送达代表",
		"checking → shown":          "检查中 → 已通过",
		"serving → suspended：借调":    "履职 → 暂停：借调",
		"导入 (elected → serving)":    "导入 (当选 → 履职)",
		"moon → sun":                "moon → sun",
		"改动 3 天，2027-01-01 至 01-03": "改动 3 天，2027-01-01 至 01-03",
	} {
		if got := audit.DetailWords(detail); got != want {
			t.Errorf("%q is told as %q, want %q", detail, got, want)
		}
	}
}
