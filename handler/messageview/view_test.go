package messageview_test

import (
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lianxin/handler/messageview"
	"lianxin/model"
	"lianxin/service/message"
)

var update = flag.Bool("update", false, "write the golden files anew")

func at(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }

func when(day, hour int) *time.Time {
	t := at(day, hour)
	return &t
}

func link(id string) (full, thumb string) {
	return "https://lianxin.example/media/" + id, "https://lianxin.example/media/" + id + "?size=thumb"
}

// thread is a message with something in every field, as the service shows it to
// one who may know everything.
func thread() message.Thread {
	code := "ABCD2345"
	return message.Thread{
		Message: model.Message{
			ID: "m1", Number: "LX-20261123-0001", ResidentID: "secret-resident", WriterID: "secret-writer", ResidentName: "王先生",
			RepresentativeID: "secret-seat", HolderID: "secret-seat", StudioID: "secret-studio", UnitID: "secret-unit", AreaPath: "/secret/", TopicID: "secret-topic",
			Place: "和平路3号", HandOverConsented: true, State: model.MessageUnitAnswered, Round: 1, SubmittedAt: at(23, 2), DeliveredAt: when(23, 3),
			AcknowledgedAt: when(23, 4), AnsweredAt: when(24, 2), ResultAt: when(24, 3), ClosedAt: when(25, 1), Word: model.WordPartly, Rating: 4,
			RatingComment: "还可以", DueAt: when(30, 16), Overdue: true, Escalated: 1, OutOfScopeWhere: model.ElsewhereHotline, UpdatedAt: at(25, 1),
		},
		Topic: "道路出行", Representative: "张三", Holder: "李四", Unit: "城管局", Studio: "和平工作室",
		Contact: message.Contact{Name: "王先生", Phone: "13800000001"},
		Turns: []message.ShownTurn{
			{
				Turn: model.Turn{
					ID: "t1", MessageID: "m1", Round: 1, Side: model.SideResident, AuthorID: "secret-writer", Author: "王先生", Body: strings.Repeat("路灯坏了🏮。", 20),
					Effect: model.EffectOpen, Screening: model.ScreeningShown, CreatedAt: at(23, 2), ShownAt: when(23, 3),
				},
				Mine: true,
				Pictures: []model.Picture{
					{ID: "p1", OwnerID: "secret-writer", Width: 800, Height: 600, SHA256: "secret-sum", TraceID: "secret-trace", Screening: model.ScreeningShown},
					{ID: "p2", Width: 80, Height: 60, Screening: model.ScreeningRefused},
				},
			},
			{
				Turn: model.Turn{ID: "t2", Round: 1, Side: model.SideResident, Author: "王先生", Body: "补充", Effect: model.EffectNone, Screening: model.ScreeningRefused, Reason: "含有辱骂他人的内容", CreatedAt: at(23, 5)},
				Mine: true,
			},
			{Turn: model.Turn{ID: "t3", Round: 1, Side: model.SideUnit, Author: "城管局", Body: "已修复。", Effect: model.EffectUnitAnswer, Screening: model.ScreeningShown, CheckCode: &code, CreatedAt: at(24, 2)}},
			{Turn: model.Turn{ID: "t4", Round: 1, Side: model.SideUnit, Author: "城管局", Body: "待审。", Effect: model.EffectUnitAnswer, Screening: model.ScreeningChecking, CheckCode: &code, CreatedAt: at(24, 3)}},
		},
		Facts: []model.Fact{
			{ID: "secret-fact", Round: 1, Deed: model.DeedSubmit, ActorID: "secret-writer", Actor: "王先生", Side: model.SideResident, At: at(23, 2)},
			{Round: 1, Deed: model.DeedHandOver, Actor: "张三", Note: "请尽快维修", Side: model.SideRepresentative, At: at(23, 6)},
		},
		Notes: []model.Note{{ID: "secret-note", AuthorID: "secret-officer", Author: "联络员赵", Body: "内部备注", CreatedAt: at(24, 1)}},
		Findings: []model.TurnFinding{
			{ID: "secret-finding", TurnID: "t2", MessageID: "m1", Rule: model.AbuseSameText, Outcome: model.AbuseSuggest, Evidence: "24 小时内向 12 位代表发送了相同内容", CreatedAt: at(23, 5)},
		},
		Clock:       &model.Deadline{ID: "secret-clock", Kind: model.DeadlineAskSolved, AreaPath: "/secret/", State: model.DeadlinePaused, DueAt: at(30, 16), Extended: 3, Reason: "等待材料"},
		Deeds:       []model.MessageDeed{model.DeedConfirm, model.DeedReopen},
		Unreachable: true,
	}
}

func TestEveryAudienceSeesAMessageLikeThis(t *testing.T) {
	for name, view := range map[string]any{
		"resident": messageview.OfThread(thread(), link),
		"officer":  messageview.OfOfficer(thread(), link),
		"staff":    messageview.OfStaff(thread(), link),
		"empty":    messageview.OfStaff(message.Thread{Message: model.Message{ID: "m2", State: model.MessageSubmitted, SubmittedAt: at(23, 2)}}, link),
		"list": messageview.OfRows([]message.Row{
			{Message: thread().Message, Excerpt: "路灯坏了", Topic: "道路出行", Representative: "张三", Holder: "李四", Unit: "城管局", Studio: "和平工作室"},
		}, "next"),
		"no-rows": messageview.OfRows(nil, ""),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := json.MarshalIndent(view, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(got), "secret") {
				t.Errorf("an inner id is shown: %s", got)
			}
			wantGolden(t, name+".json", string(got)+"\n")
		})
	}
}

func wantGolden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got); -update writes it anew:\n%s", name, diff)
	}
}

func TestOnlyTheOfficeSeesNotesAndOnlyOfficersSeeTheContact(t *testing.T) {
	resident, err := json.Marshal(messageview.OfThread(thread(), link))
	if err != nil {
		t.Fatal(err)
	}
	officer, err := json.Marshal(messageview.OfOfficer(thread(), link))
	if err != nil {
		t.Fatal(err)
	}
	for _, hidden := range []string{"内部备注", "unreachable", "escalated", "相同内容", "13800000001"} {
		if strings.Contains(string(resident), hidden) {
			t.Errorf("the resident sees %s", hidden)
		}
		if hidden != "13800000001" && strings.Contains(string(officer), hidden) {
			t.Errorf("the officer sees %s", hidden)
		}
	}
}

func TestOnlyARefusedPictureHasNoLink(t *testing.T) {
	for _, state := range []model.Screening{model.ScreeningChecking, model.ScreeningShown, model.ScreeningHeld, model.ScreeningRefused} {
		one := message.Thread{Turns: []message.ShownTurn{{Pictures: []model.Picture{{ID: "p", Screening: state}}}}}
		asked := false
		view := messageview.OfThread(one, func(id string) (full, thumb string) {
			asked = true
			return link(id)
		})
		p, want := view.Turns[0].Pictures[0], state != model.ScreeningRefused
		if (p.URL != "") != want || (p.ThumbURL != "") != want || asked != want {
			t.Errorf("a %s picture has the links %q %q", state, p.URL, p.ThumbURL)
		}
	}
}

func TestOnlyTheWriterMayAppealAndOnlyOnce(t *testing.T) {
	for _, c := range []struct {
		mine, appealed, can bool
		state               model.Screening
	}{
		{mine: true, state: model.ScreeningRefused, can: true},
		{mine: false, state: model.ScreeningRefused},
		{mine: true, appealed: true, state: model.ScreeningRefused},
		{mine: true, state: model.ScreeningHeld},
		{mine: true, state: model.ScreeningShown},
	} {
		one := message.Thread{Turns: []message.ShownTurn{{Turn: model.Turn{Screening: c.state, Appealed: c.appealed}, Mine: c.mine}}}
		if got := messageview.OfThread(one, link).Turns[0].CanAppeal; got != c.can {
			t.Errorf("%+v: can appeal %v", c, got)
		}
	}
}

func TestTheCheckCodeIsShownOnlyWithWhatIsShown(t *testing.T) {
	for code, want := range map[string]string{"ABCD2345": "ABCD-2345", "ABC": "ABC", "": ""} {
		one := message.Thread{Turns: []message.ShownTurn{{Turn: model.Turn{Screening: model.ScreeningShown, CheckCode: &code}}, {Turn: model.Turn{Screening: model.ScreeningHeld, CheckCode: &code}}}}
		view := messageview.OfThread(one, link)
		if view.Turns[0].CheckCode != want || view.Turns[1].CheckCode != "" {
			t.Errorf("%q is shown as %q, held as %q", code, view.Turns[0].CheckCode, view.Turns[1].CheckCode)
		}
	}
}

func TestTimesAreToldAsOfShanghai(t *testing.T) {
	m := model.Message{State: model.MessageDelivered, SubmittedAt: at(23, 20), DueAt: when(25, 17)}
	row := messageview.OfRow(message.Row{Message: m})
	if _, offset := row.SubmittedAt.Zone(); offset != 8*3600 || row.DueWords != "11月26日前回应" {
		t.Errorf("got %s, %q", row.SubmittedAt, row.DueWords)
	}
}

// constants lists the values of a type's constants in the source of model, so
// that a new one is not forgotten here.
func constants(t *testing.T, typeName string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "..", "model", "message_flow.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if name, ok := spec.Type.(*ast.Ident); ok && name.Name == typeName {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, value)
		}
		return true
	})
	if len(values) < 10 {
		t.Fatalf("found %q", values)
	}
	return values
}

func TestEveryDeedHasWords(t *testing.T) {
	seen := map[string]string{}
	for _, deed := range constants(t, "MessageDeed") {
		one := message.Thread{Facts: []model.Fact{{Deed: model.MessageDeed(deed)}}}
		words := messageview.OfThread(one, link).Facts[0].Words
		if words == "" {
			t.Errorf("%s has no words", deed)
		}
		if other, taken := seen[words]; taken {
			t.Errorf("%s is called like %s: %s", deed, other, words)
		}
		seen[words] = deed
	}
}

func TestEveryStateSaysWhatIsDueOrNothingOnPurpose(t *testing.T) {
	want := map[model.MessageState]string{
		model.MessageSubmitted: "", model.MessageScreened: "", model.MessageConfirmed: "", model.MessageClosed: "", model.MessageWithdrawn: "",
		model.MessageHeld: "12月1日前完成审核", model.MessageRefused: "12月1日前可申请复核", model.MessageDelivered: "12月1日前回应",
		model.MessageAcknowledged: "12月1日前答复或转交", model.MessageHandedOver: "12月1日前决定是否接收", model.MessageAccepted: "12月1日前答复",
		model.MessageHandling: "12月1日前答复", model.MessageOutOfScope: "12月1日前可提出异议", model.MessageAnswered: "12月1日回访", model.MessageUnitAnswered: "12月1日回访",
	}
	for _, s := range constants(t, "MessageState") {
		state := model.MessageState(s)
		words, thought := want[state]
		if !thought {
			t.Errorf("%s was not thought of", state)
		}
		row := func(m model.Message) messageview.Summary {
			m.State = state
			return messageview.OfRow(message.Row{Message: m})
		}
		if got := row(model.Message{DueAt: when(30, 17)}); got.DueWords != words || got.StateWords == "" {
			t.Errorf("%s says %q, %q", state, got.DueWords, got.StateWords)
		}
		if got := row(model.Message{DueAt: when(30, 17), Paused: true}).DueWords; (got != "") != (words != "") || words != "" && got != "期限暂停计算" {
			t.Errorf("%s paused says %q", state, got)
		}
		if got := row(model.Message{}).DueWords; got != "" {
			t.Errorf("%s without a date says %q", state, got)
		}
	}
}
