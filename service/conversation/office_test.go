package conversation_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/conversation"
)

var keeper = model.Actor{PersonID: "bai", Name: "白露", Grants: []model.Grant{{Role: model.RolePublicityOfficer, AreaPath: "d/"}}}

// writes keeps an answer to words.
func (d *desk) writes(r model.OfficialReply) string {
	d.tb.Helper()
	if r.Kind == "" {
		r.Kind = model.ReplyKeyword
	}
	if r.Form == "" {
		r.Form = model.FormText
	}
	r.Enabled = true
	id, err := d.service.SaveReply(d.tb.Context(), keeper, r)
	if err != nil {
		d.tb.Fatal(err)
	}
	return id
}

func (d *desk) try(text string) conversation.Answer {
	d.tb.Helper()
	a, err := d.service.Try(d.tb.Context(), keeper, conversation.Trial{Text: text})
	if err != nil {
		d.tb.Fatal(err)
	}
	return a
}

func TestTheOfficesOwnWordsAreAnsweredAndTryingSaysTheSame(t *testing.T) {
	desk := newDesk(t)
	desk.writes(model.OfficialReply{Words: "医保\n医疗保险", Matching: model.MatchContains, Body: "医保事项请拨 12393，或给代表写信：{写信}"})
	desk.writes(model.OfficialReply{Words: "接待日", Matching: model.MatchExact, Form: model.FormLink, Title: "接待日安排", Body: "每月 15 日", Target: "https://lx.example.gov.cn/days"})
	for typed, want := range map[string]string{
		"我想问医保怎么办": `医保事项请拨 12393，或给代表写信：<a href="https://lx.example.gov.cn/h5/#/pages/index/index">写信</a>`,
		"接待日。":     "接待日安排|每月 15 日|https://lx.example.gov.cn/days",
		"接待日是哪天":   "没有找到",
		"和平社区":     "张三1",
	} {
		tried := desk.try(typed)
		said := desk.typed(typed)
		if !strings.Contains(said, want) {
			t.Errorf("%q is answered %q", typed, said)
		}
		if shown := tried.Text; tried.Card == nil && shown != said || tried.Card != nil && said != tried.Card.Title+"|"+tried.Card.Words+"|"+tried.Card.URL {
			t.Errorf("%q: tried %+v, said %q", typed, tried, said)
		}
	}
	if by := desk.try("医疗保险").By; by != "关键词回复：医保" {
		t.Errorf("by %q", by)
	}
}

func TestWhatIsUrgentIsNeverAnsweredByAKeyword(t *testing.T) {
	desk := newDesk(t)
	desk.writes(model.OfficialReply{Words: "救命", Matching: model.MatchContains, Body: "请联系社区。"})
	wantWords(t, desk.typed("救命啊"), "110")
}

func TestWordsOfALetterAreNotPickedOut(t *testing.T) {
	desk := newDesk(t)
	desk.writes(model.OfficialReply{Words: "路灯", Matching: model.MatchContains, Body: "路灯请拨 12345。"})
	wantWords(t, desk.typed(strings.Repeat("我们这里的路灯坏了很久了，", 5)), "您写的内容较多")
}

func TestAnExactWordComesBeforeOurOwnWordsAndOneInBetweenAfter(t *testing.T) {
	desk := newDesk(t)
	desk.writes(model.OfficialReply{Words: "最新", Matching: model.MatchContains, Body: "含“最新”的话。"})
	wantWords(t, desk.typed("最新"), "路灯修好了")
	wantWords(t, desk.typed("最新的通知"), "含“最新”的话。")
	desk.writes(model.OfficialReply{Words: "最新", Matching: model.MatchExact, Body: "只答最新。"})
	wantWords(t, desk.typed("最新"), "只答最新。")
}

func TestCollisionsAreSaid(t *testing.T) {
	desk := newDesk(t)
	desk.writes(model.OfficialReply{Words: "和平社区", Matching: model.MatchContains, Body: "一"})
	desk.writes(model.OfficialReply{Words: "客服", Matching: model.MatchExact, Body: "二"})
	desk.writes(model.OfficialReply{Words: "报警", Matching: model.MatchExact, Body: "三"})
	desk.writes(model.OfficialReply{Words: "和平社区医院", Matching: model.MatchContains, Body: "四"})
	desk.writes(model.OfficialReply{Words: "停车", Matching: model.MatchContains, Body: "五"})
	_, all, err := desk.service.Replies(t.Context(), keeper)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"“和平社区”的代表", "内置的“使用说明”", "紧急的话", "排在前面的“和平社区”", ""} {
		said := strings.Join(all[i].Collisions, " ")
		if want == "" && said != "" || !strings.Contains(said, want) {
			t.Errorf("%s: %q", all[i].Words, said)
		}
	}
}

func TestTheOfficesWelcomeIsSaidToWhoFollows(t *testing.T) {
	desk := newDesk(t)
	follow := conversation.Push{Event: "subscribe"}
	wantWords(t, desk.answer(follow), "您好，欢迎关注连心")
	id := desk.writes(model.OfficialReply{Kind: model.ReplyWelcome, Body: "欢迎来到临江连心！写信：{写信}"})
	wantWords(t, desk.answer(follow), `欢迎来到临江连心！写信：<a href="https://lx.example.gov.cn/h5/#/pages/index/index">写信</a>`)
	// Who comes by a poster is still told who is responsible there.
	wantWords(t, desk.answer(conversation.Push{Event: "subscribe", Scene: "s1"}), "和平社区", "张三1")
	if err := desk.service.DropReply(t.Context(), keeper, id); err != nil {
		t.Fatal(err)
	}
	wantWords(t, desk.answer(follow), "您好，欢迎关注连心")
}

func TestAnArticleThatIsWithdrawnIsNotAnsweredWith(t *testing.T) {
	desk := newDesk(t)
	insert(desk, &model.Article{ID: "a1", Kind: model.ArticleNews, Title: "路灯修好了", Digest: "修了三盏", State: model.ArticleLive, CreatedAt: desk.clock.Now(), UpdatedAt: desk.clock.Now()})
	desk.writes(model.OfficialReply{Words: "路灯", Matching: model.MatchExact, Form: model.FormArticle, Target: "a1"})
	if said := desk.typed("路灯"); said != "路灯修好了|修了三盏|https://lx.example.gov.cn/h5/#/pages/article/detail?id=a1" {
		t.Errorf("said %q", said)
	}
	_, err := desk.service.SaveReply(t.Context(), keeper, model.OfficialReply{Kind: model.ReplyKeyword, Words: "x", Matching: model.MatchExact, Form: model.FormArticle, Target: "nowhere"})
	if !fault.Is(err, fault.KindInvalid) {
		t.Errorf("an article that is none: %v", err)
	}
}

func TestAReplyThatCannotBeSentIsRefusedFieldByField(t *testing.T) {
	desk := newDesk(t)
	base := model.OfficialReply{Kind: model.ReplyKeyword, Words: "词", Matching: model.MatchExact, Form: model.FormText, Body: "话"}
	for field, change := range map[string]func(*model.OfficialReply){
		"words":  func(r *model.OfficialReply) { r.Words = " \n " },
		"body":   func(r *model.OfficialReply) { r.Body = strings.Repeat("长", 601) },
		"title":  func(r *model.OfficialReply) { r.Form = model.FormLink; r.Target = "https://x.cn" },
		"target": func(r *model.OfficialReply) { r.Form, r.Title, r.Target = model.FormLink, "题", "javascript:alert(1)" },
		"form":   func(r *model.OfficialReply) { r.Form, r.Title = "poem", "题" },
		"name":   func(r *model.OfficialReply) { r.Name = strings.Repeat("名", 31) },
	} {
		r := base
		change(&r)
		_, err := desk.service.SaveReply(t.Context(), keeper, r)
		f := fault.Of(err)
		if f == nil || len(f.Fields) == 0 || f.Fields[0].Name != field {
			t.Errorf("%s: %v %+v", field, err, f)
		}
	}
}

func TestTwoWhoChangeOneReplyDoNotOverwriteEachOther(t *testing.T) {
	desk := newDesk(t)
	id := desk.writes(model.OfficialReply{Words: "词", Matching: model.MatchExact, Body: "一"})
	second := model.OfficialReply{ID: id, Revision: 1, Kind: model.ReplyKeyword, Words: "词", Matching: model.MatchExact, Form: model.FormText, Body: "二", Enabled: true}
	if _, err := desk.service.SaveReply(t.Context(), keeper, second); err != nil {
		t.Fatal(err)
	}
	if _, err := desk.service.SaveReply(t.Context(), keeper, second); !fault.Is(err, fault.KindConflict) {
		t.Errorf("the slower one: %v", err)
	}
}

func TestRepliesAreLookedAtInTheirOrder(t *testing.T) {
	desk := newDesk(t)
	a := desk.writes(model.OfficialReply{Words: "停车", Matching: model.MatchContains, Body: "甲"})
	b := desk.writes(model.OfficialReply{Words: "停车费", Matching: model.MatchContains, Body: "乙"})
	wantWords(t, desk.typed("停车费多少"), "甲")
	if err := desk.service.OrderReplies(t.Context(), keeper, []string{b, a}); err != nil {
		t.Fatal(err)
	}
	wantWords(t, desk.typed("停车费多少"), "乙")
	if err := desk.service.OrderReplies(t.Context(), keeper, []string{a}); !fault.Is(err, fault.KindConflict) {
		t.Errorf("half an order: %v", err)
	}
}

func TestTheAccountIsForWhoKeepsItForAll(t *testing.T) {
	desk := newDesk(t)
	street := model.Actor{PersonID: "p", Grants: []model.Grant{{Role: model.RolePublicityOfficer, AreaPath: "d/s/"}}}
	_, _, listed := desk.service.Replies(t.Context(), street)
	_, tried := desk.service.Try(t.Context(), street, conversation.Trial{Text: "x"})
	_, menu := desk.service.Menu(t.Context(), street)
	for what, err := range map[string]error{"list": listed, "try": tried, "menu": menu, "publish": desk.service.PublishMenu(t.Context(), street, 0)} {
		if !fault.Is(err, fault.KindForbidden) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// board plays WeChat's menu.
type board struct {
	there []conversation.Button
	fail  error
}

func (b *board) Menu(context.Context) ([]conversation.Button, error) { return b.there, b.fail }

func (b *board) SetMenu(_ context.Context, buttons []conversation.Button) error {
	if b.fail == nil {
		b.there = buttons
	}
	return b.fail
}

func TestAMenuIsDraftedPublishedAndTakenOver(t *testing.T) {
	desk := newDesk(t)
	m, err := desk.service.Menu(t.Context(), keeper)
	if err != nil || len(m.Draft) != 3 || m.Revision != 0 || len(m.Problems) != 0 {
		t.Fatalf("before anything: %+v, %v", m, err)
	}
	id := desk.writes(model.OfficialReply{Words: "接待日", Matching: model.MatchExact, Body: "每月 15 日。"})
	draft := []conversation.Button{
		{Kind: conversation.ButtonClick, Name: "接待日", Key: conversation.KeyReply + id},
		{Name: "更多", Children: []conversation.Button{{Kind: conversation.ButtonView, Name: "网站", URL: "https://www.linjiang.example.gov.cn"}}},
	}
	m, err = desk.service.SaveMenu(t.Context(), keeper, draft, 0)
	if err != nil || m.Revision != 1 {
		t.Fatalf("saved %+v, %v", m, err)
	}
	if _, err := desk.service.SaveMenu(t.Context(), keeper, draft, 0); !fault.Is(err, fault.KindConflict) {
		t.Errorf("saved over another's: %v", err)
	}
	desk.board.fail = errors.New("down")
	if err := desk.service.PublishMenu(t.Context(), keeper, 1); err == nil {
		t.Error("published while WeChat is down")
	}
	desk.board.fail = nil
	if err := desk.service.PublishMenu(t.Context(), keeper, 1); err != nil {
		t.Fatal(err)
	}
	if len(desk.board.there) != 2 || len(desk.audited("official_menu.publish")) != 1 {
		t.Errorf("WeChat has %+v", desk.board.there)
	}
	wantWords(t, desk.answer(conversation.Push{Event: "CLICK", EventKey: conversation.KeyReply + id}), "每月 15 日。")

	desk.board.there = []conversation.Button{{Kind: "pic_weixin", Name: "拍照", Key: "photo"}}
	m, err = desk.service.TakeOver(t.Context(), keeper, 1)
	if err != nil || m.Revision != 2 || m.Draft[0].Name != "拍照" || m.Published[0].Name != "接待日" {
		t.Errorf("took over %+v, %v", m, err)
	}
}

func TestAMenuThatWeChatWouldRefuseIsKeptButNotPublished(t *testing.T) {
	desk := newDesk(t)
	bad := []conversation.Button{
		{Kind: conversation.ButtonClick, Name: "一二三四五六", Key: "UNKNOWN"},
		{Name: "下面", Children: []conversation.Button{{Kind: conversation.ButtonView, Name: "", URL: "ftp://x"}, {Kind: conversation.ButtonMini, Name: "小程序", Page: "pages/index/index", AppID: "wx"}}},
		{Name: "没选"},
	}
	m, err := desk.service.SaveMenu(t.Context(), keeper, bad, 0)
	if err != nil {
		t.Fatal(err)
	}
	var fields []string
	for _, p := range m.Problems {
		fields = append(fields, p.Name)
	}
	want := "buttons.0.name buttons.0.key buttons.1.children.0.name buttons.1.children.0.url buttons.1.children.1.url buttons.2.kind"
	if got := strings.Join(fields, " "); got != want {
		t.Errorf("problems %s\nwant     %s", got, want)
	}
	if err := desk.service.PublishMenu(t.Context(), keeper, 1); !fault.Is(err, fault.KindInvalid) || desk.board.there != nil {
		t.Errorf("published: %v", err)
	}
	if _, err := desk.service.SaveMenu(t.Context(), keeper, append(bad, bad...), 1); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("six buttons: %v", err)
	}
}
