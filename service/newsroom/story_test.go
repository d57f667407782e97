package newsroom_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/newsroom"
	"lianxin/service/store"
)

// village is a newsroom with a solved message: 王秀英 wrote, 张三 answered.
type village struct {
	*desk
	bai, jiang, wang, zhang model.Actor
}

func newVillage(t *testing.T) *village {
	t.Helper()
	d := newDesk(t)
	v := &village{desk: d, bai: d.officer("bai", "/d/"), jiang: d.officer("jiang", "/d/")}
	v.wang, v.zhang = model.Actor{PersonID: "wang", Name: "王秀英"}, model.Actor{PersonID: "zhangp", Name: "张三"}
	add(d, model.Person{ID: "wang", Name: "王秀英", CreatedAt: d.clock.Now()})
	add(d, model.Person{ID: "zhangp", Name: "张三", CreatedAt: d.clock.Now()})
	add(d, model.Topic{ID: "light", Name: "路灯照明"})
	add(d, model.Representative{ID: "zhang3", Name: "张三", PersonID: "zhangp"})
	v.letter("m", "wang", "wang")
	return v
}

// letter is a message that was solved after a week.
func (v *village) letter(id, resident, writer string) {
	v.t.Helper()
	at := v.clock.Now()
	then := at.Add(-7 * 24 * time.Hour)
	add(v.desk, model.Message{
		ID: id, Number: "N" + id, ResidentID: resident, WriterID: writer, ResidentName: "王秀英", RepresentativeID: "zhang3", AreaID: "s", AreaPath: "/d/s/", TopicID: "light",
		State: model.MessageConfirmed, Word: model.WordSolved, SubmittedAt: then, UpdatedAt: at, RatingComment: "王秀英谢谢代表，电话13800138000",
	})
	add(v.desk, model.Turn{ID: id + "1", MessageID: id, Side: model.SideResident, AuthorID: writer, Author: "王秀英", Body: "我叫王秀英，住幸福里小区3号楼2单元501室，路灯不亮。\n电话13800138000", Screening: model.ScreeningShown, CreatedAt: then})
	add(v.desk, model.Turn{ID: id + "2", MessageID: id, Side: model.SideRepresentative, AuthorID: "zhangp", Author: "张三", Body: "王秀英您好，已请供电所修好。张三", Screening: model.ScreeningShown, CreatedAt: at})
	for i, deed := range []model.MessageDeed{model.DeedSubmit, model.DeedAcknowledge, model.DeedRemind, model.DeedAnswer, model.DeedConfirm} {
		add(v.desk, model.Fact{ID: id + string(deed), MessageID: id, Deed: deed, Side: model.SideSystem, At: then.Add(time.Duration(i) * 42 * time.Hour)})
	}
}

const wordingVersion = "2026-11"

var both = []model.StoryChannel{model.ChannelMiniProgram, model.ChannelOfficialAccount}

func (v *village) begin(channels ...model.StoryChannel) string {
	v.t.Helper()
	id, err := v.BeginStory(v.t.Context(), v.bai, "m", channels)
	return must(v.desk, err, id)
}

func (v *village) decide(by model.Actor, id string, given bool, channels ...model.StoryChannel) {
	v.t.Helper()
	var answers []newsroom.StoryAnswer
	for _, c := range channels {
		answers = append(answers, newsroom.StoryAnswer{Channel: c, Given: given, Version: wordingVersion})
	}
	if err := v.DecideStory(v.t.Context(), by, id, answers); err != nil {
		v.t.Fatal(err)
	}
}

func (v *village) story(id string) newsroom.Story {
	v.t.Helper()
	s, err := v.Story(v.t.Context(), v.bai, id)
	return must(v.desk, err, s)
}

func (v *village) wantState(id string, want model.CaseStoryState) {
	v.t.Helper()
	if got := v.story(id).State; got != want {
		v.t.Errorf("the story is %s, want %s", got, want)
	}
}

// written is a story that everybody agreed to, drafted.
func (v *village) written(channels ...model.StoryChannel) string {
	v.t.Helper()
	id := v.begin(channels...)
	v.decide(v.wang, id, true, channels...)
	v.decide(v.zhang, id, true, channels...)
	if err := v.WriteStory(v.t.Context(), v.bai, id); err != nil {
		v.t.Fatal(err)
	}
	return id
}

// shown is one that was checked and is before the resident's eyes.
func (v *village) shown(channels ...model.StoryChannel) string {
	v.t.Helper()
	id := v.written(channels...)
	v.check(id)
	if err := v.ShowStory(v.t.Context(), v.bai, id, ""); err != nil {
		v.t.Fatal(err)
	}
	return id
}

func (v *village) check(id string) {
	v.t.Helper()
	if err := v.CheckStory(v.t.Context(), v.bai, id, v.story(id).Article.Revision, nil); err != nil {
		v.t.Fatal(err)
	}
}

func (v *village) agreed(channels ...model.StoryChannel) string {
	v.t.Helper()
	id := v.shown(channels...)
	if err := v.JudgeStory(v.t.Context(), v.wang, id, v.story(id).Shown, true, ""); err != nil {
		v.t.Fatal(err)
	}
	return id
}

func TestACandidateTellsNothingOfWhatWasWritten(t *testing.T) {
	v := newVillage(t)
	found, _, err := v.Candidates(t.Context(), v.bai, store.Page{})
	if err != nil || len(found) != 1 || found[0].Topic != "路灯照明" || found[0].Representative != "张三" {
		t.Fatalf("got %+v, %v", found, err)
	}
	if found, _, err := v.Candidates(t.Context(), v.officer("other", "/d/x/"), store.Page{}); err != nil || len(found) != 0 {
		t.Errorf("another street's officer finds %+v, %v", found, err)
	}
	v.begin(both...)
	if found, _, err := v.Candidates(t.Context(), v.bai, store.Page{}); err != nil || len(found) != 0 {
		t.Errorf("a message with a story is still a candidate: %+v, %v", found, err)
	}
	_, err = v.BeginStory(t.Context(), v.bai, "m", both)
	wantFault(t, err, fault.KindNotFound)
	_, err = v.BeginStory(t.Context(), v.bai, "m", []model.StoryChannel{model.ChannelPress})
	wantFault(t, err, fault.KindInvalid)
}

func TestNothingIsWrittenBeforeEverybodyAgreed(t *testing.T) {
	v := newVillage(t)
	id := v.begin(both...)
	wantFault(t, v.WriteStory(t.Context(), v.bai, id), fault.KindConflict)
	v.decide(v.wang, id, true, both...)
	v.wantState(id, model.StoryAsking)
	v.decide(v.zhang, id, true, model.ChannelMiniProgram)
	v.wantState(id, model.StoryWriting)
	if open := v.story(id).Open; len(open) != 1 || open[0] != model.ChannelMiniProgram {
		t.Errorf("open %v", open)
	}
	wantFault(t, v.DecideStory(t.Context(), v.jiang, id, nil), fault.KindNotFound)
}

func TestARefusalEndsTheAsking(t *testing.T) {
	v := newVillage(t)
	id := v.begin(both...)
	v.decide(v.wang, id, false, both...)
	v.decide(v.zhang, id, true, both...)
	v.wantState(id, model.StoryDeclined)
}

func TestSilenceIsNoConsent(t *testing.T) {
	v := newVillage(t)
	id := v.begin(both...)
	v.clock.Advance(40 * 24 * time.Hour)
	for range 2 {
		if err := v.StoryTick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	v.wantState(id, model.StoryDeclined)
}

func TestWhatIsAgreedToIsTheWordingThatWasRead(t *testing.T) {
	v := newVillage(t)
	id := v.begin(both...)
	err := v.DecideStory(t.Context(), v.wang, id, []newsroom.StoryAnswer{{Channel: model.ChannelMiniProgram, Given: true, Version: "2020-01"}})
	wantFault(t, err, fault.KindConflict)
	v.decide(v.wang, id, true, both...)
	v.decide(v.wang, id, true, both...)
	rows, err := store.From[model.Consent](v.db.Read()).Where("person_id = ?", "wang").Find(t.Context())
	if err != nil || len(rows) != 2 || rows[0].TargetID != "m" || rows[0].Wording != wordingVersion {
		t.Errorf("the log holds %+v, %v", rows, err)
	}
}

func TestTheSkeletonNamesNobodyButTheRepresentative(t *testing.T) {
	v := newVillage(t)
	id := v.written(both...)
	a := v.story(id).Article
	for _, want := range []string{"遇到的问题", "王某", "幸福里小区某号楼某单元某室", "张三代表收到并开始办理", "居民确认已经解决", "用了 8 天"} {
		if !strings.Contains(a.Body, want) {
			t.Errorf("%q is missing in %s", want, a.Body)
		}
	}
	for _, secret := range []string{"王秀英", "13800138000", "501"} {
		if strings.Contains(a.Title+a.Body, secret) {
			t.Errorf("%q is told", secret)
		}
	}
	if err := v.WriteStory(t.Context(), v.bai, id); err != nil || v.story(id).ArticleID != a.ID {
		t.Errorf("written again: %v", err)
	}
	readings, err := store.From[model.Reading](v.db.Read()).Where("message_id = ?", "m").Find(t.Context())
	if err != nil || len(readings) != 1 || !strings.Contains(readings[0].Reader, "宣传") {
		t.Errorf("who read it: %+v, %v", readings, err)
	}
}

func TestAStoryIsShownOnlyAfterAPersonCheckedThisText(t *testing.T) {
	v := newVillage(t)
	id := v.written(both...)
	wantFault(t, v.ShowStory(t.Context(), v.bai, id, ""), fault.KindConflict)
	a := v.saved(v.bai, *v.story(id).Article, "<p>李桂兰阿姨，电话 138 0013 8000。</p>")
	wantFault(t, v.CheckStory(t.Context(), v.bai, id, a.Revision, []string{"李桂兰", "138 0013 8000"}), fault.KindInvalid)
	a = v.saved(v.bai, a, "<p>李桂兰阿姨很高兴。</p>")
	wantFault(t, v.CheckStory(t.Context(), v.bai, id, a.Revision, nil), fault.KindInvalid)
	wantFault(t, v.CheckStory(t.Context(), v.bai, id, a.Revision-1, []string{"李桂兰"}), fault.KindConflict)
	if err := v.CheckStory(t.Context(), v.bai, id, a.Revision, []string{"李桂兰"}); err != nil {
		t.Fatal(err)
	}
	v.saved(v.bai, a, "<p>李桂兰阿姨非常高兴。</p>")
	if v.story(id).IsChecked() {
		t.Error("the check still stands after the text changed")
	}
	wantFault(t, v.ShowStory(t.Context(), v.bai, id, ""), fault.KindConflict)
}

func TestAStoryLeavesTheHouseForNobodysEyesBeforeAPersonCheckedThisText(t *testing.T) {
	v := newVillage(t)
	id := v.written(both...)
	refused := func(words string) {
		t.Helper()
		for _, to := range []string{"", "某个微信号"} {
			err := v.Preview(t.Context(), v.bai, v.story(id).Article.ID, to)
			if !fault.Is(err, fault.KindConflict) || !strings.Contains(err.Error(), words) {
				t.Errorf("to %q: %v, want %s", to, err, words)
			}
		}
	}
	refused("还没有人核对过遮盖")
	v.check(id)
	refused("还没有接入公众号") // and nothing else is in its way
	a := v.saved(v.bai, *v.story(id).Article, "<p>李桂兰阿姨非常高兴。</p>")
	refused("还没有人核对过遮盖")
	if err := v.CheckStory(t.Context(), v.bai, id, a.Revision, []string{"李桂兰"}); err != nil {
		t.Fatal(err)
	}
	refused("还没有接入公众号")
	v.decide(v.wang, id, false, both...)
	refused("已经收回")
}

func TestTheResidentSeesExactlyWhatWillBePublic(t *testing.T) {
	v := newVillage(t)
	id := v.shown(both...)
	mine, err := v.MyStory(t.Context(), v.wang, id)
	if err != nil || mine.Preview == nil || mine.Preview.Body != v.story(id).Article.Body || !mine.Judges {
		t.Fatalf("got %+v, %v", mine, err)
	}
	theirs, err := v.MyStory(t.Context(), v.zhang, id)
	if err != nil || theirs.Preview != nil || theirs.Judges {
		t.Errorf("the representative judges too: %+v, %v", theirs, err)
	}
	wantFault(t, v.JudgeStory(t.Context(), v.zhang, id, mine.Shown, true, ""), fault.KindNotFound)
	wantFault(t, v.JudgeStory(t.Context(), v.wang, id, mine.Shown, false, " "), fault.KindInvalid)
	if err := v.JudgeStory(t.Context(), v.wang, id, mine.Shown, false, "别写小区名"); err != nil {
		t.Fatal(err)
	}
	if s := v.story(id); s.State != model.StoryWriting || s.Wish != "别写小区名" {
		t.Errorf("after the wish %+v", s.CaseStory)
	}
	v.saved(v.bai, *v.story(id).Article, "<p>路灯修好了。</p>")
	v.check(id)
	if err := v.ShowStory(t.Context(), v.bai, id, ""); err != nil {
		t.Fatal(err)
	}
	wantFault(t, v.JudgeStory(t.Context(), v.wang, id, mine.Shown, true, ""), fault.KindConflict)
	for range 2 {
		if err := v.JudgeStory(t.Context(), v.wang, id, v.story(id).Shown, true, ""); err != nil {
			t.Fatal(err)
		}
	}
	v.wantState(id, model.StoryAgreed)
	if list, err := v.MyStories(t.Context(), v.wang); err != nil || len(list) != 1 || list[0].Preview != nil {
		t.Errorf("list %+v, %v", list, err)
	}
}

func TestAPersonInAPictureMustAgreeForEveryChannel(t *testing.T) {
	v := newVillage(t)
	id := v.written(both...)
	sheet := newsroom.StorySheet{Party: model.PartyPictured, Name: "穿红衣的老人", Channels: both[:1], Evidence: "宣传科档案柜 3 号"}
	if err := v.KeepSheet(t.Context(), v.bai, id, sheet); err != nil {
		t.Fatal(err)
	}
	if open := v.story(id).Open; len(open) != 1 || open[0] != model.ChannelMiniProgram {
		t.Errorf("open %v", open)
	}
	sheet.Party, sheet.Name = model.PartyResident, ""
	wantFault(t, v.KeepSheet(t.Context(), v.bai, id, sheet), fault.KindConflict)
	if err := v.TakeSheetBack(t.Context(), v.bai, id, model.PartyPictured, "穿红衣的老人", "本人来电"); err != nil {
		t.Fatal(err)
	}
	v.wantState(id, model.StoryWithdrawn)
}

func TestAnElderWithoutAnAccountAgreesOnPaper(t *testing.T) {
	v := newVillage(t)
	add(v.desk, model.Person{ID: "elder", Name: "赵淑芬", Shadow: true, CreatedAt: v.clock.Now()})
	v.letter("m2", "elder", "wang")
	id, err := v.BeginStory(t.Context(), v.bai, "m2", both[:1])
	must(v.desk, err, id)
	v.decide(v.wang, id, true, model.ChannelMiniProgram)
	v.decide(v.zhang, id, true, model.ChannelMiniProgram)
	v.wantState(id, model.StoryAsking)
	if err := v.KeepSheet(t.Context(), v.bai, id, newsroom.StorySheet{Party: model.PartyResident, Channels: both[:1], Evidence: "社区存"}); err != nil {
		t.Fatal(err)
	}
	v.wantState(id, model.StoryWriting)
}

func TestTakingAConsentBackWithdrawsTheStory(t *testing.T) {
	v := newVillage(t)
	id := v.agreed(both...)
	v.decide(v.zhang, id, false, model.ChannelOfficialAccount)
	s := v.story(id)
	if s.State != model.StoryWithdrawn || s.Article.State != model.ArticleWithdrawn || s.DueAt == nil {
		t.Errorf("after taking back %+v", s.CaseStory)
	}
	if err := v.StoryTick(t.Context()); err != nil || v.story(id).TakenDownAt == nil {
		t.Errorf("not down: %v", err)
	}
	wantFault(t, v.DecideStory(t.Context(), v.zhang, id, []newsroom.StoryAnswer{{Channel: model.ChannelOfficialAccount, Given: true, Version: wordingVersion}}), fault.KindConflict)
}

func TestAnErasedResidentIsTakenOutOfTheirStory(t *testing.T) {
	v := newVillage(t)
	id := v.agreed(both...)
	for range 2 {
		if err := v.HandleStoryEnd(t.Context(), []byte(`{"MessageID":"m"}`)); err != nil {
			t.Fatal(err)
		}
	}
	v.wantState(id, model.StoryWithdrawn)
}

func TestNothingIsWrittenOfAMessageThatWasSealedMeanwhile(t *testing.T) {
	v := newVillage(t)
	id := v.begin(both...)
	v.decide(v.wang, id, true, both...)
	v.decide(v.zhang, id, true, both...)
	err := store.InTx(t.Context(), v.db, func(ctx context.Context, tx *gorm.DB) error {
		_, err := store.From[model.Message](tx).Where("id = ?", "m").Update(ctx, "restricted_at", v.clock.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	wantFault(t, v.WriteStory(t.Context(), v.bai, id), fault.KindConflict)
}

func TestAGivenUpStoryIsWithdrawn(t *testing.T) {
	v := newVillage(t)
	id := v.agreed(both...)
	wantFault(t, v.DropStory(t.Context(), v.officer("other", "/d/x/"), id, "不合适"), fault.KindNotFound)
	if err := v.DropStory(t.Context(), v.bai, id, "不合适"); err != nil {
		t.Fatal(err)
	}
	v.wantState(id, model.StoryDropped)
	if got := v.story(id).Article.State; got != model.ArticleWithdrawn {
		t.Errorf("the article is %s", got)
	}
}

// reviewed submits a story's article and has it approved by a second officer.
func (v *village) reviewed(id string) model.Article {
	v.t.Helper()
	a := *v.story(id).Article
	_, err := v.Submit(v.t.Context(), v.bai, a.ID)
	must(v.desk, err, a)
	a, err = v.Approve(v.t.Context(), v.jiang, a.ID)
	return must(v.desk, err, a)
}

func TestAStoryComesOutOnlyAsItsResidentAgreedToIt(t *testing.T) {
	v := newVillage(t)
	id := v.shown(both...)
	a := v.reviewed(id)
	_, err := v.PublishNow(t.Context(), v.bai, a.ID)
	wantFault(t, err, fault.KindConflict)
	if err := v.JudgeStory(t.Context(), v.wang, id, v.story(id).Shown, true, ""); err != nil {
		t.Fatal(err)
	}
	if a, err = v.PublishNow(t.Context(), v.bai, a.ID); err != nil || a.State != model.ArticleLive {
		t.Fatalf("published %s, %v", a.State, err)
	}
	_, err = v.Correct(t.Context(), v.bai, a.ID, newsroom.Correction{Note: "错字", Text: newsroom.Text{Revision: a.Revision, Title: a.Title, Body: "<p>改</p>"}})
	wantFault(t, err, fault.KindConflict)
	if topic, representative, err := v.LikeThis(t.Context(), a.ID); err != nil || topic != "light" || representative != "zhang3" {
		t.Errorf("like this: %s %s %v", topic, representative, err)
	}
	v.decide(v.wang, id, false, both...)
	_, err = v.Article(t.Context(), a.ID)
	wantFault(t, err, fault.KindNotFound)
	if err := v.StoryTick(t.Context()); err != nil || v.story(id).TakenDownAt == nil {
		t.Errorf("not down: %v", err)
	}
}

func TestAStoryDoesNotGoThroughADoorThatSomebodyDidNotAgreeTo(t *testing.T) {
	v := newVillage(t)
	id := v.agreed(model.ChannelOfficialAccount)
	a := v.reviewed(id)
	_, err := v.PublishNow(t.Context(), v.bai, a.ID)
	wantFault(t, err, fault.KindInvalid)
}

func TestWhoLooksAtThePicturesOfAMessageIsShownToItsResident(t *testing.T) {
	v := newVillage(t)
	add(v.desk, model.Picture{ID: "photo", OwnerID: "wang", MessageID: "m", Screening: model.ScreeningShown, CreatedAt: v.clock.Now()})
	id := v.written(both...)
	pictures, err := v.StoryPictures(t.Context(), v.jiang, id)
	if err != nil || len(pictures) != 1 {
		t.Fatalf("pictures %+v, %v", pictures, err)
	}
	seen, err := store.From[model.Reading](v.db.Read()).Where("message_id = ? AND reader_id = ?", "m", "jiang").Count(t.Context(), "*")
	if err != nil || seen != 1 {
		t.Errorf("noted %d times, %v", seen, err)
	}
	_, err = v.StoryPicture(t.Context(), v.jiang, id, "another")
	wantFault(t, err, fault.KindNotFound)
}
