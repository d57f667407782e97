package roster_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/outbox"
	"lianxin/service/roster"
	"lianxin/service/store"
)

// machine is WeChat's check: it says what a text begins with.
type machine struct{ err error }

func (m machine) CheckText(_ context.Context, _, text string) (model.Suggestion, error) {
	switch {
	case m.err != nil:
		return "", m.err
	case strings.HasPrefix(text, "违规"):
		return model.SuggestRisky, nil
	case strings.HasPrefix(text, "可疑"):
		return model.SuggestReview, nil
	}
	return model.SuggestPass, nil
}

const (
	publicWords = "当了十八年班主任。\n现在分管招生。"
	ownWords    = "当了二十年班主任。\n现在分管招生。\n周末在阅读角。"
)

// li sits on the seat 李华, and zhang on 张三.
var (
	li    = sitting("li", "seat-li")
	zhang = sitting("zhang", "seat-zhang")
)

func sitting(personID, seatID string) model.Actor {
	return model.Actor{PersonID: personID, Name: personID, Grants: []model.Grant{{Role: model.RoleRepresentative, RepresentativeID: seatID}}}
}

// bureau is a district with two representatives who write of themselves.
func bureau(tb testing.TB, check machine) *district {
	tb.Helper()
	d := newDistrict(tb)
	service, err := roster.New(roster.Options{DB: d.db, Now: d.clock.Now, Screener: check})
	if err != nil {
		tb.Fatal(err)
	}
	d.Service = service
	for i, who := range []model.Actor{li, zhang} {
		seat := who.Grants[0].RepresentativeID
		add(d, model.Representative{
			ID: seat, PersonID: who.PersonID, Name: []string{"李华", "张三"}[i], AreaID: "xingfu", AreaPath: "d/heping/xingfu/", TermID: "term", ElectingUnitID: "eu1",
			State: model.RepresentativeServing, Introduction: publicWords, Revision: 4,
		})
		add(d, model.WeChatIdentity{ID: seat, PersonID: who.PersonID, Account: model.AccountMini, OpenID: "open-" + who.PersonID})
	}
	for id, path := range map[string]string{"chief": "d/", "peace": "d/heping/", "far": "d/xinhua/"} {
		add(d, model.Grant{ID: id, PersonID: id, Role: model.RoleOrganisationOfficer, AreaPath: path})
	}
	return d
}

// checked lets the check of everything written happen.
func (d *district) checked() {
	d.t.Helper()
	for _, task := range rows[model.Task](d, "kind = ?", roster.IntroductionTask) {
		if err := d.HandleIntroduction(d.t.Context(), []byte(task.Payload)); err != nil {
			d.t.Fatal(err)
		}
	}
}

// wrote lets somebody write of themselves, after what they see, and the check pass.
func (d *district) wrote(by model.Actor, body string) model.Introduction {
	d.t.Helper()
	own, err := d.WriteIntroduction(d.t.Context(), by, roster.IntroductionWords{RepresentativeID: by.Grants[0].RepresentativeID, Body: body, After: d.last(by)})
	if err != nil {
		d.t.Fatal(err)
	}
	d.checked()
	d.clock.Advance(time.Minute)
	return d.introduction(own.Latest.ID)
}

// last is the id of what somebody wrote last.
func (d *district) last(by model.Actor) string {
	d.t.Helper()
	own, err := d.OwnIntroduction(d.t.Context(), by, by.Grants[0].RepresentativeID)
	if err != nil {
		d.t.Fatal(err)
	}
	if own.Latest == nil {
		return ""
	}
	return own.Latest.ID
}

func (d *district) introduction(id string) model.Introduction {
	d.t.Helper()
	return rows[model.Introduction](d, "id = ?", id)[0]
}

// told gives the titles of what somebody was told.
func (d *district) told(personID string) string {
	d.t.Helper()
	var titles []string
	for _, n := range rows[model.Notice](d, "person_id = ? ORDER BY created_at, id", personID) {
		titles = append(titles, n.Title)
	}
	return strings.Join(titles, " ")
}

func (d *district) waiting(by model.Actor) []roster.IntroductionLine {
	d.t.Helper()
	list, err := d.Introductions(d.t.Context(), by, false, store.Page{})
	if err != nil {
		d.t.Fatal(err)
	}
	if list.Waiting != len(list.Lines) {
		d.t.Errorf("%d wait and %d are shown", list.Waiting, len(list.Lines))
	}
	return list.Lines
}

func TestWhatARepresentativeWroteIsReadByAPersonAndThenPublic(t *testing.T) {
	d := bureau(t, machine{})
	one := d.wrote(li, ownWords+"  \n")
	if one.State != model.IntroductionWaiting || one.Doubted || one.Body != ownWords || d.seated("李华").Introduction != publicWords {
		t.Fatalf("got %+v", one)
	}
	if d.told("chief") != "代表改写的简介待公开" || d.told("peace") != d.told("chief") || d.told("far") != "" {
		t.Errorf("told %q, %q and %q", d.told("chief"), d.told("peace"), d.told("far"))
	}
	line := d.waiting(peaceful)[0]
	if line.Name != "李华" || line.Area != "幸福社区" || line.Public != publicWords || line.Revision != 4 || line.Own {
		t.Errorf("the office sees %+v", line)
	}
	if got := fmt.Sprint(line.Difference); got != "[{[{same 当了} {added 二} {same 十} {removed 八} {same 年班主任。}]} {[{same 现在分管招生。}]} {[{added 周末在阅读角。}]}]" {
		t.Errorf("the difference is %s", got)
	}
	if err := d.ReleaseIntroduction(t.Context(), peaceful, one.ID, line.Revision); err != nil {
		t.Fatal(err)
	}
	seat := d.seated("李华")
	if seat.Introduction != ownWords || seat.Revision != 5 || !seat.UpdatedAt.After(one.CreatedAt) {
		t.Errorf("the roster has %+v", seat)
	}
	if d.told("li") != "您写的简介公开了" || rows[model.Notice](d, "person_id = ?", "li")[0].Link != "pages/inbox/profile" {
		t.Errorf("told %q", d.told("li"))
	}
	if one = d.introduction(one.ID); one.State != model.IntroductionReleased || one.OpenSeat != nil || one.EndedAt == nil || one.Decider != "工作人员" {
		t.Errorf("got %+v", one)
	}
	if n := len(rows[model.AuditLine](d, "action IN ?", []string{"introduction.write", "introduction.pass", "introduction.release"})); n != 3 {
		t.Errorf("%d lines in the log", n)
	}
	wantFault(t, d.ReleaseIntroduction(t.Context(), officer, one.ID, 5), fault.KindConflict)
	list, err := d.Introductions(t.Context(), officer, true, store.Page{})
	if err != nil || len(list.Lines) != 1 || list.Waiting != 0 || list.Lines[0].Body != ownWords {
		t.Errorf("what was decided: %+v, %v", list, err)
	}
}

func TestAReleaseMakesAPreviewOfTheRosterStale(t *testing.T) {
	d := bureau(t, machine{})
	one := d.wrote(li, ownWords)
	content := people(t, []any{"姓名", "选举单位", "职务"}, []any{"李华", meeting, "校长"})
	report, err := d.Preview(t.Context(), officer, content)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.ReleaseIntroduction(t.Context(), officer, one.ID, 4); err != nil {
		t.Fatal(err)
	}
	_, err = d.Import(t.Context(), officer, content, roster.Agreed{Basis: report.Basis})
	wantFault(t, err, fault.KindConflict)
}

func TestWordsAreNotReleasedOverARecordThatWasChangedSince(t *testing.T) {
	d := bureau(t, machine{})
	one := d.wrote(li, ownWords)
	wantFault(t, d.ReleaseIntroduction(t.Context(), officer, one.ID, 3), fault.KindConflict)
	if seat := d.seated("李华"); seat.Introduction != publicWords || d.introduction(one.ID).State != model.IntroductionWaiting {
		t.Errorf("something was written: %+v", seat)
	}
}

func TestReturnedWordsSayWhyAndAreWrittenAnew(t *testing.T) {
	d := bureau(t, machine{})
	one := d.wrote(li, ownWords)
	for _, reason := range []string{"  ", strings.Repeat("字", model.ReasonMax+1)} {
		wantFault(t, d.ReturnIntroduction(t.Context(), officer, one.ID, reason), fault.KindInvalid)
	}
	if err := d.ReturnIntroduction(t.Context(), officer, one.ID, "请写明在哪个学校。"); err != nil {
		t.Fatal(err)
	}
	own, err := d.OwnIntroduction(t.Context(), li, "seat-li")
	if err != nil || own.Public != publicWords || own.Latest.State != model.IntroductionReturned || own.Latest.Reason != "请写明在哪个学校。" {
		t.Errorf("the writer sees %+v, %v", own.Latest, err)
	}
	if told := rows[model.Notice](d, "person_id = ?", "li"); len(told) != 1 || told[0].Body != "请写明在哪个学校。" {
		t.Errorf("told %+v", told)
	}
	if again := d.wrote(li, "在杏花路小学"+ownWords); again.State != model.IntroductionWaiting {
		t.Errorf("got %+v", again)
	}
	if d.introduction(one.ID).State != model.IntroductionReturned {
		t.Error("what was returned changed")
	}
}

func TestASeatHasOneIntroductionOnItsWay(t *testing.T) {
	d := bureau(t, machine{})
	first := d.wrote(li, ownWords)
	second := d.wrote(li, "新写的。")
	if d.introduction(first.ID).State != model.IntroductionReplaced || second.State != model.IntroductionWaiting {
		t.Errorf("the first is %s, the second %s", d.introduction(first.ID).State, second.State)
	}
	if lines := d.waiting(officer); len(lines) != 1 || lines[0].Body != "新写的。" {
		t.Errorf("%d wait", len(lines))
	}
	// The other phone of the same person saw the first.
	_, err := d.WriteIntroduction(t.Context(), li, roster.IntroductionWords{RepresentativeID: "seat-li", Body: "别的手机上写的。", After: first.ID})
	wantFault(t, err, fault.KindConflict)
	_, err = d.WithdrawIntroduction(t.Context(), li, "seat-li", first.ID)
	wantFault(t, err, fault.KindConflict)
	// The schema itself holds one at most.
	err = store.InTx(t.Context(), d.db, func(ctx context.Context, tx *gorm.DB) error {
		seat := "seat-li"
		return store.From[model.Introduction](tx).Create(ctx, &model.Introduction{ID: "twin", RepresentativeID: seat, OpenSeat: &seat, State: model.IntroductionChecking, CreatedAt: d.clock.Now()})
	})
	if !store.IsDuplicate(err) {
		t.Errorf("a twin gave %v", err)
	}
}

func TestWordsTakenBackAreNotDecidedOn(t *testing.T) {
	d := bureau(t, machine{})
	one := d.wrote(li, ownWords)
	own, err := d.WithdrawIntroduction(t.Context(), li, "seat-li", one.ID)
	if err != nil || own.Latest.State != model.IntroductionWithdrawn {
		t.Fatalf("got %+v, %v", own.Latest, err)
	}
	wantFault(t, d.ReleaseIntroduction(t.Context(), officer, one.ID, 4), fault.KindConflict)
	wantFault(t, d.ReturnIntroduction(t.Context(), officer, one.ID, "请改"), fault.KindConflict)
	_, err = d.WithdrawIntroduction(t.Context(), li, "seat-li", one.ID)
	wantFault(t, err, fault.KindConflict)
	// Taken back while the machine looked: its word comes too late.
	own, err = d.WriteIntroduction(t.Context(), li, roster.IntroductionWords{RepresentativeID: "seat-li", Body: "再写一份。", After: one.ID})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.WithdrawIntroduction(t.Context(), li, "seat-li", own.Latest.ID); err != nil {
		t.Fatal(err)
	}
	d.checked()
	if len(d.waiting(officer)) != 0 {
		t.Error("what was taken back waits")
	}
}

func TestWhatTheMachineRefusesIsPutBeforeAPersonOnce(t *testing.T) {
	d := bureau(t, machine{})
	one := d.wrote(li, "违规的话")
	if one.State != model.IntroductionRefused || one.Reason == "" || len(d.waiting(officer)) != 0 || d.told("chief") != "" {
		t.Fatalf("got %+v", one)
	}
	if d.told("li") != "简介没有通过内容检查" {
		t.Errorf("told %q", d.told("li"))
	}
	if _, err := d.AppealIntroduction(t.Context(), li, "seat-li", one.ID); err != nil {
		t.Fatal(err)
	}
	lines := d.waiting(officer)
	if len(lines) != 1 || !lines[0].Appealed || lines[0].Reason != "" || d.told("chief") != "代表改写的简介待公开" {
		t.Fatalf("got %+v, the chief was told %q", lines, d.told("chief"))
	}
	if err := d.ReturnIntroduction(t.Context(), officer, one.ID, "确实不合适"); err != nil {
		t.Fatal(err)
	}
	_, err := d.AppealIntroduction(t.Context(), li, "seat-li", one.ID)
	wantFault(t, err, fault.KindConflict)
}

func TestNewWordsComeInThePlaceOfRefusedOnes(t *testing.T) {
	d := bureau(t, machine{})
	refused := d.wrote(li, "违规的话")
	d.wrote(li, "改好的话")
	_, err := d.AppealIntroduction(t.Context(), li, "seat-li", refused.ID)
	wantFault(t, err, fault.KindConflict)
}

func TestWhatCannotBeCheckedGoesToAPersonAllTheSame(t *testing.T) {
	for name, tc := range map[string]struct {
		check machine
		body  string
		lone  bool
	}{
		"in doubt":                           {body: "可疑的话"},
		"no visit of late":                   {check: machine{fmt.Errorf("wechat: %w", model.ErrNoRecentVisit)}, body: ownWords},
		"not known to the mini-program":      {body: ownWords, lone: true},
		"the account may not check anything": {check: machine{model.ErrChannelUnavailable}, body: ownWords},
	} {
		t.Run(name, func(t *testing.T) {
			d := bureau(t, tc.check)
			if tc.lone {
				removed(d, "wechat_identities")
			}
			if one := d.wrote(li, tc.body); one.State != model.IntroductionWaiting || !one.Doubted {
				t.Errorf("got %+v", one)
			}
		})
	}
}

func removed(d *district, table string) {
	d.t.Helper()
	err := store.InTx(d.t.Context(), d.db, func(ctx context.Context, tx *gorm.DB) error {
		return store.From[model.WeChatIdentity](tx).Exec(ctx, "DELETE FROM "+table)
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

func TestACheckThatFailsIsTriedAgain(t *testing.T) {
	d := bureau(t, machine{err: fmt.Errorf("no answer")})
	if _, err := d.WriteIntroduction(t.Context(), li, roster.IntroductionWords{RepresentativeID: "seat-li", Body: ownWords}); err != nil {
		t.Fatal(err)
	}
	task := rows[model.Task](d, "kind = ?", roster.IntroductionTask)[0]
	if err := d.HandleIntroduction(t.Context(), []byte(task.Payload)); err == nil || outbox.Refused(err) {
		t.Errorf("got %v", err)
	}
	if err := d.HandleIntroduction(t.Context(), []byte("{")); !outbox.Refused(err) {
		t.Errorf("got %v", err)
	}
}

func TestOnlyWhoSitsOnTheSeatWritesAndOnlyTheRosterOfTheAreaDecides(t *testing.T) {
	d := bureau(t, machine{})
	one := d.wrote(li, ownWords)
	for _, by := range []model.Actor{zhang, officer, liaison, resident, system} {
		_, err := d.OwnIntroduction(t.Context(), by, "seat-li")
		wantFault(t, err, fault.KindNotFound)
		_, err = d.WriteIntroduction(t.Context(), by, roster.IntroductionWords{RepresentativeID: "seat-li", Body: "别人写的", After: one.ID})
		wantFault(t, err, fault.KindNotFound)
		_, err = d.WithdrawIntroduction(t.Context(), by, "seat-li", one.ID)
		wantFault(t, err, fault.KindNotFound)
	}
	for _, by := range []model.Actor{li, liaison, resident, staff(model.RoleOrganisationOfficer, "d/xinhua/")} {
		wantFault(t, d.ReleaseIntroduction(t.Context(), by, one.ID, 4), fault.KindNotFound)
		wantFault(t, d.ReturnIntroduction(t.Context(), by, one.ID, "请改"), fault.KindNotFound)
	}
	for _, by := range []model.Actor{liaison, resident} {
		_, err := d.Introductions(t.Context(), by, false, store.Page{})
		wantFault(t, err, fault.KindForbidden)
	}
	if lines := d.waiting(staff(model.RoleOrganisationOfficer, "d/xinhua/")); len(lines) != 0 {
		t.Errorf("another street sees %+v", lines)
	}
	// Who is both decides on others only.
	both := model.Actor{PersonID: "li", Name: "李华", Grants: append(officer.Grants, li.Grants...)}
	if lines := d.waiting(both); len(lines) != 1 || !lines[0].Own {
		t.Errorf("got %+v", lines)
	}
	wantFault(t, d.ReleaseIntroduction(t.Context(), both, one.ID, 4), fault.KindForbidden)
	wantFault(t, d.ReturnIntroduction(t.Context(), both, one.ID, "请改"), fault.KindForbidden)
}

func TestIntroductionsThatCannotBeAreRefusedInPlainWords(t *testing.T) {
	d := bureau(t, machine{})
	for name, body := range map[string]string{
		"nothing":                " \n ",
		"too much":               strings.Repeat("字", model.IntroductionMax+1),
		"what is public":         publicWords + "\n",
		"somebody's own phone":   "请打 13800138000 找我。",
		"an identity card":       "身份证 11010519491231002X",
		"a WeChat of their own":  "加我微信号：lihua_1984",
		"what a spreadsheet has": "\u200b",
	} {
		_, err := d.WriteIntroduction(t.Context(), li, roster.IntroductionWords{RepresentativeID: "seat-li", Body: body})
		if !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	d.wrote(li, "办公室电话 0571-86000112，"+strings.Repeat("字", 1900))
	_, err := d.WriteIntroduction(t.Context(), li, roster.IntroductionWords{RepresentativeID: "seat-li", Body: "办公室电话 0571-86000112，" + strings.Repeat("字", 1900), After: d.last(li)})
	wantFault(t, err, fault.KindInvalid)
	for i := range 9 {
		d.wrote(li, fmt.Sprint("第几稿 ", i))
	}
	_, err = d.WriteIntroduction(t.Context(), li, roster.IntroductionWords{RepresentativeID: "seat-li", Body: "又一稿", After: d.last(li)})
	wantFault(t, err, fault.KindTooMany)
	d.clock.Advance(24 * time.Hour)
	d.wrote(li, "第二天的一稿")
}

func TestAnIntroductionMovesWithItsSeatAndItsCommunity(t *testing.T) {
	d := bureau(t, machine{})
	one := d.wrote(li, ownWords)
	if _, err := d.SaveArea(t.Context(), officer, roster.Known{ID: "xingfu"}, roster.AreaForm{Name: "幸福社区", ParentID: "xinhua"}); err != nil {
		t.Fatal(err)
	}
	if path := d.introduction(one.ID).AreaPath; path != "d/xinhua/xingfu/" {
		t.Errorf("with its community: %s", path)
	}
	f := somebody("李华")
	f.AreaID, f.Introduction = "jianshe", publicWords
	d.saved(roster.Known{ID: "seat-li", Revision: 4}, f)
	if path := d.introduction(one.ID).AreaPath; path != "d/heping/jianshe/" {
		t.Errorf("with its seat: %s", path)
	}
}
