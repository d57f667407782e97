package conversation_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/service/conversation"
)

const (
	profile = "https://lx.example.gov.cn/h5/#/pages/representative/profile?id=rep-1"
	home    = "https://lx.example.gov.cn/h5/#/pages/index/index"
)

func TestTypingACommunityGivesItsRepresentatives(t *testing.T) {
	d := newDesk(t)
	text := d.typed(" 和平社区\n")
	wantWords(t, text, "和平社区", "张三1", "社区医生", profile, "rep-2")
	if strings.Contains(text, "还有") {
		t.Errorf("two people were too many: %s", text)
	}
}

func TestOfManyRepresentativesFiveAreNamed(t *testing.T) {
	d := newDesk(t)
	d.town.places["张"] = conversation.Found{People: people(8)}
	text := d.typed("张")
	wantWords(t, text, "rep-1", home)
	named := strings.Count(text, "profile?id=")
	if named > 5 || named < 3 || !strings.Contains(text, "还有 "+string(rune('0'+8-named))+" 位") {
		t.Errorf("%d named: %s", named, text)
	}
	if strings.HasSuffix(text, "…") {
		t.Errorf("cut in the middle: %s", text)
	}
}

func TestAnAnswerIsNeverLongerThanWeChatTakes(t *testing.T) {
	d := newDesk(t)
	found := conversation.Found{Place: strings.Repeat("很长", 60)}
	for range 5 {
		found.People = append(found.People, conversation.Person{
			ID: strings.Repeat("i", 36), Name: strings.Repeat("名", 60), Post: strings.Repeat("\U00020000", 120), Where: strings.Repeat("处\n", 120),
		})
	}
	d.town.places["张"], d.town.scenes["s1"] = found, found
	d.town.latest = nil
	for range 9 {
		d.town.latest = append(d.town.latest, conversation.Headline{ID: strings.Repeat("a", 36), Title: strings.Repeat("题", 120)})
	}
	wantWords(t, d.typed("张"), "profile?id="+strings.Repeat("i", 36), "还有")
	wantWords(t, d.typed("最新"), "article/detail?id="+strings.Repeat("a", 36))
	wantWords(t, d.answer(conversation.Push{Event: "subscribe", Scene: "s1"}), "欢迎关注", "profile?id=")
}

func TestFixedWordsAreUnderstood(t *testing.T) {
	d := newDesk(t)
	for typed, want := range map[string]string{
		"帮助": "社区（村）名称", "？": "社区（村）名称", "?": "社区（村）名称", "你好": "您好", "您好！": "您好", "Hello": "您好", "😀": "您好",
		"最新": "路灯修好了", "动态": "pages/article/detail?id=a2", "12345": "12345", "110": "110（报警）", "找代表": "例如",
		"进度": "pages/message/list", "我的留言。": "pages/message/list", "我家着火了快来": "119（火警）",
	} {
		wantWords(t, d.typed(typed), want)
	}
	if len(d.town.typed) != 0 {
		t.Errorf("the directory was asked for %q", d.town.typed)
	}
}

func TestWhatFitsNothingGetsAKindAnswer(t *testing.T) {
	d := newDesk(t)
	for _, typed := range []string{
		"", " \n\t ", "\u0000\u0007\u200b\u202e", "阿巴阿巴", "'; DROP TABLE people; --", "%_%", "<a href=\"x\">x</a>", "\U0010ffff\ufffd",
		strings.Repeat("路灯坏了。", 400), strings.Repeat("a", 2000), strings.Repeat("\u200b", 2000),
	} {
		text := d.typed(typed)
		wantWords(t, text, "例如", "12345", "110", "119", "120", "不会转交", home)
		for _, echoed := range []string{"阿巴", "DROP", `"x"`, "坏了", "aaa"} {
			if strings.Contains(text, echoed) {
				t.Errorf("the answer repeats what was typed: %s", text)
			}
		}
	}
	for _, asked := range d.town.typed {
		if len([]rune(asked)) > 40 || strings.ContainsAny(asked, "\u0000\n\u200b") {
			t.Errorf("the directory was asked for %q", asked)
		}
	}
}

func TestAPlaceWithoutARepresentativeIsSaidToBeOne(t *testing.T) {
	d := newDesk(t)
	d.town.places["新村"] = conversation.Found{Place: "新村社区"}
	wantWords(t, d.typed("新村"), "新村社区", "没有公布", "12345")
}

func TestTheMenuAnswers(t *testing.T) {
	d := newDesk(t)
	for key, want := range map[string]string{
		conversation.KeyFindRepresentative: "例如", conversation.KeyLatestArticles: "接待日安排", conversation.KeyHowTo: "12345",
		conversation.KeyMyMessages: "pages/message/list", "OLD_KEY": "例如",
	} {
		wantWords(t, d.answer(conversation.Push{Event: "CLICK", EventKey: key}), want)
	}
	d.town.latest = nil
	wantWords(t, d.answer(conversation.Push{Event: "CLICK", EventKey: conversation.KeyLatestArticles}), "还没有")
}

func TestWhatIsNotTextIsAnsweredToo(t *testing.T) {
	d := newDesk(t)
	for kind, want := range map[string]string{
		"image": "图片", "video": "视频", "shortvideo": "视频", "link": "链接", "voice": "没有听清", "file": "例如",
	} {
		wantWords(t, d.answer(conversation.Push{MsgType: kind}), want)
	}
	wantWords(t, d.answer(conversation.Push{MsgType: "voice", Recognition: "和平社区。"}), "例如")
	d.town.places["和平社区。"] = d.town.places["和平社区"]
	wantWords(t, d.answer(conversation.Push{MsgType: "voice", Recognition: "和平社区。"}), profile)
}

func TestOtherEventsAreWrittenDownAndIgnored(t *testing.T) {
	d := newDesk(t)
	for _, event := range []string{"VIEW", "view_miniprogram", "LOCATION", "MASSSENDJOBFINISH", "PUBLISHJOBFINISH", "subscribe_msg_popup_event", "something_new"} {
		d.hear(conversation.Push{Event: event, FromUser: "o-wang"})
	}
	d.hear(conversation.Push{Event: "subscribe"})
	d.hearMini(conversation.Push{MsgType: "text", FromUser: "m-wang", Content: "你好"})
	d.hearMini(conversation.Push{Event: "user_enter_tempsession", FromUser: "m-wang"})
	d.wantSilence()
	for _, task := range d.tasks() {
		if task.State != model.TaskDone {
			t.Errorf("task %s: %s", task.State, task.LastError)
		}
	}
	if n := len(all[model.Person](d, "1 = 1")); n != 0 {
		t.Errorf("%d people appeared", n)
	}
}

func TestWhereSomebodyIsTellsWhoRepresentsTheNearestCommunity(t *testing.T) {
	d := newDesk(t)
	here := model.Place{Latitude: 30.26512, Longitude: 120.17331}
	wantWords(t, d.answer(conversation.Push{MsgType: "location", Location: &here}), "发送社区名称")
	d.town.near = conversation.Found{Place: "和平社区", People: people(2)}
	wantWords(t, d.answer(conversation.Push{MsgType: "location", Location: &here}), "最近的社区")
	wantWords(t, d.answer(conversation.Push{MsgType: "location", Location: &here}), profile)
	wantWords(t, d.answer(conversation.Push{MsgType: "location", Location: &model.Place{Latitude: 51.5}}), "发送社区名称")
	wantWords(t, d.answer(conversation.Push{MsgType: "location"}), "发送社区名称")
	d.hear(conversation.Push{Event: "LOCATION", FromUser: "o-wang", Location: &here})
	for _, row := range all[model.Inbound](d, "1 = 1") {
		if strings.Contains(row.Payload, "30.265") {
			t.Errorf("kept %s", row.Payload)
		}
	}
}

func TestANameIsNeverReadAsALink(t *testing.T) {
	d := newDesk(t)
	odd := people(1)
	odd[0].Name, odd[0].Post = `<a href="https://evil.example">张三`, "</a>主任"
	d.town.places["和平社区"] = conversation.Found{Place: "和平社区", People: odd}
	text := d.typed("和平社区")
	if strings.Contains(text, "<a href=\"https://evil") || strings.Count(text, "<a ") != strings.Count(text, "</a>") {
		t.Error(text)
	}
}

func TestTheSameMessageTwiceIsAnsweredOnce(t *testing.T) {
	d := newDesk(t)
	push := encode(t, conversation.Push{MsgType: "text", FromUser: "o-wang", Content: "和平社区", CreateTime: d.clock.Now()})
	for range 2 {
		if _, err := d.service.Receive(t.Context(), model.AccountOfficial, "same", push); err != nil {
			t.Fatal(err)
		}
		d.settle()
	}
	task := []byte(d.tasks()[0].Payload)
	if err := d.service.Handle(t.Context(), task); err != nil {
		t.Fatal(err)
	}
	if len(d.voice.said) != 1 {
		t.Errorf("%d answers", len(d.voice.said))
	}
}

func TestWhatWasTypedIsErasedWhenItIsAnsweredAndNeverLogged(t *testing.T) {
	d := newDesk(t)
	d.typed("和平社区")
	d.answer(conversation.Push{MsgType: "voice", Recognition: "和平社区"})
	d.voice.fail = errors.New("WeChat is busy")
	d.hear(conversation.Push{MsgType: "text", FromUser: "o-wang", Content: "不可说"})
	d.voice.fail = nil
	d.clock.Advance(time.Minute)
	d.settle()
	for _, row := range all[model.Inbound](d, "1 = 1") {
		if strings.Contains(row.Payload, "和平") || strings.Contains(row.Payload, "不可说") {
			t.Errorf("kept %s", row.Payload)
		}
	}
	if strings.Contains(d.log.String(), "和平") || strings.Contains(d.log.String(), "不可说") {
		t.Errorf("logged %s", d.log)
	}
}

func TestAnAnswerThatFailsForAMomentComesLater(t *testing.T) {
	d := newDesk(t)
	d.voice.fail = errors.New("WeChat is busy")
	d.hear(conversation.Push{MsgType: "text", FromUser: "o-wang", Content: "和平社区"})
	if state := d.tasks()[0].State; state != model.TaskReady {
		t.Fatalf("task is %s", state)
	}
	d.voice.fail = nil
	d.clock.Advance(time.Minute)
	d.settle()
	if len(d.voice.said) != 1 || d.tasks()[0].State != model.TaskDone {
		t.Errorf("said %q, task %s", d.voice.said, d.tasks()[0].State)
	}
}

func TestADirectoryThatFailsForAMomentIsAskedAgain(t *testing.T) {
	d := newDesk(t)
	d.town.fail = errors.New("database is busy")
	d.hear(conversation.Push{MsgType: "text", FromUser: "o-wang", Content: "和平社区"})
	d.hear(conversation.Push{Event: "SCAN", FromUser: "o-wang", Scene: "s1"})
	d.hear(conversation.Push{Event: "CLICK", FromUser: "o-wang", EventKey: conversation.KeyLatestArticles})
	d.wantSilence()
	d.town.fail = nil
	d.clock.Advance(time.Minute)
	d.settle()
	if len(d.voice.said) != 3 {
		t.Errorf("said %q", d.voice.said)
	}
}

func TestAnAnswerThatWeChatWillNeverTakeIsGivenUp(t *testing.T) {
	for _, refusal := range []error{
		model.ErrWindowClosed, model.ErrNotFollowing, model.ErrChannelUnavailable, model.ErrUnknownPerson, model.ErrContentRefused,
	} {
		t.Run(refusal.Error(), func(t *testing.T) {
			d := newDesk(t)
			d.voice.fail = refusal
			d.hear(conversation.Push{MsgType: "text", FromUser: "o-wang", Content: "和平社区"})
			if task := d.tasks()[0]; task.State != model.TaskDone || task.Attempts != 1 {
				t.Errorf("task %s after %d attempts", task.State, task.Attempts)
			}
			if d.identity("o-wang").Following == errors.Is(refusal, model.ErrNotFollowing) {
				t.Errorf("following: %t", d.identity("o-wang").Following)
			}
		})
	}
}

func TestNobodyIsAnsweredHoursLater(t *testing.T) {
	d := newDesk(t)
	d.receive(model.AccountOfficial, conversation.Push{MsgType: "text", FromUser: "o-wang", Content: "和平社区"})
	d.clock.Advance(7 * time.Hour)
	d.settle()
	d.wantSilence()
	if !d.identity("o-wang").Following || strings.Contains(all[model.Inbound](d, "1 = 1")[0].Payload, "和平") {
		t.Error("the push was not dealt with")
	}
}

func TestATaskThatIsNotOursIsRefused(t *testing.T) {
	d := newDesk(t)
	err := d.service.Handle(t.Context(), []byte("["))
	if err == nil || !strings.Contains(err.Error(), "read task") {
		t.Errorf("%v", err)
	}
	if err := d.service.Handle(t.Context(), []byte(`{"InboundID":"nobody"}`)); err != nil {
		t.Error(err)
	}
}
