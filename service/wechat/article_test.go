package wechat_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/wechat"
)

const png = "\x89PNG\r\n\x1a\n"

// drafted puts a draft with a cover and a picture into the box.
func drafted(t *testing.T, g *wechat.Gateway) (string, wechat.Article) {
	t.Helper()
	cover, err := g.UploadCover(t.Context(), []byte(png))
	if err != nil {
		t.Fatal(err)
	}
	picture, err := g.UploadPicture(t.Context(), []byte(png))
	if err != nil {
		t.Fatal(err)
	}
	article := wechat.Article{
		Title: "路灯修好了", Author: "李编辑", Digest: "亮了", Content: `<p>好<img src="` + picture + `"/></p>`, Source: "https://example.org/?a=1&b=2", CoverID: cover,
	}
	draft, err := g.AddDraft(t.Context(), []wechat.Article{article})
	if err != nil {
		t.Fatal(err)
	}
	return draft, article
}

func codeIs(err error, code int) bool {
	var failed *wechat.Error
	return errors.As(err, &failed) && failed.Code == code
}

func TestADraftIsKeptChangedAndRemoved(t *testing.T) {
	w := newWorld(t, nil)
	g := w.gateway(nil)
	draft, article := drafted(t, g)
	got, err := g.Draft(t.Context(), draft)
	if err != nil || len(got) != 1 || got[0] != article {
		t.Errorf("kept %+v, %v", got, err)
	}
	article.Title = "路灯全修好了"
	if err := g.UpdateDraft(t.Context(), draft, 0, article); err != nil {
		t.Error(err)
	}
	if got, err = g.Draft(t.Context(), draft); err != nil || got[0].Title != article.Title {
		t.Errorf("changed %+v, %v", got, err)
	}
	if err := g.DeleteDraft(t.Context(), draft); err != nil {
		t.Error(err)
	}
	if _, err := g.Draft(t.Context(), draft); !codeIs(err, 40007) {
		t.Errorf("removed: %v", err)
	}
	if body := w.calls("/cgi-bin/media/uploadimg")[0].body; !strings.Contains(body, `filename="picture.png"`) {
		t.Error("the upload names something else")
	}
}

func TestWhatIsNoPictureIsNotUploaded(t *testing.T) {
	w := newWorld(t, nil)
	if _, err := w.gateway(nil).UploadPicture(t.Context(), []byte("<svg>")); !codeIs(err, 40005) || len(w.calls("/cgi-bin/media/uploadimg")) != 0 {
		t.Errorf("err = %v", err)
	}
}

func TestAPublicationIsFollowedToItsEnd(t *testing.T) {
	for _, text := range []bool{false, true} {
		w := newWorld(t, nil)
		g := w.gateway(nil)
		w.control(http.MethodPut, "publishing", body{"hold": true, "text_ids": text})
		draft, _ := drafted(t, g)
		submitted, err := g.Publish(t.Context(), draft)
		if err != nil || submitted.DataID == "" || submitted.DataID == submitted.ID {
			t.Fatalf("submitted %+v, %v", submitted, err)
		}
		id := submitted.ID
		if got, err := g.Publication(t.Context(), id); err != nil || got.State != wechat.PublishRunning {
			t.Errorf("running: %+v, %v", got, err)
		}
		w.control(http.MethodPut, "publishing", body{"hold": false})
		got, err := g.Publication(t.Context(), id)
		if err != nil || got.State != wechat.PublishDone || got.ArticleID == "" || len(got.Addresses) != 1 {
			t.Fatalf("done: %+v, %v", got, err)
		}
		if articles, err := g.PublishedArticles(t.Context(), got.ArticleID); err != nil || len(articles) != 1 {
			t.Errorf("articles %+v, %v", articles, err)
		}
		if err := g.Unpublish(t.Context(), got.ArticleID); err != nil {
			t.Error(err)
		}
		if err := g.Unpublish(t.Context(), got.ArticleID); !codeIs(err, 53600) {
			t.Errorf("again: %v", err)
		}
		if got, err := g.Publication(t.Context(), id); err != nil || got.State != wechat.PublishDeletedByOwner {
			t.Errorf("deleted: %+v, %v", got, err)
		}
	}
}

func TestAnAccountWithoutTheRightKeepsItsDraft(t *testing.T) {
	w := newWorld(t, nil)
	g := w.gateway(nil)
	w.control(http.MethodPut, "accounts/official", body{"publishes": false})
	draft, _ := drafted(t, g)
	_, err := g.Publish(t.Context(), draft)
	if f := fault.Of(err); !errors.Is(err, model.ErrChannelUnavailable) || f == nil || !strings.Contains(f.Words, "手动发布") {
		t.Errorf("err = %v", err)
	}
	if _, err := g.Draft(t.Context(), draft); err != nil {
		t.Error(err)
	}
}

func TestAnUncertainPublicationIsSaidToBe(t *testing.T) {
	w := newWorld(t, nil)
	g := w.gateway(nil)
	draft, _ := drafted(t, g)
	w.fault(body{"path": "/cgi-bin/freepublish/submit", "drop_after": true, "times": 1})
	if _, err := g.Publish(t.Context(), draft); !errors.Is(err, model.ErrOutcomeUnknown) {
		t.Errorf("err = %v", err)
	}
	if _, err := g.Draft(t.Context(), draft); !codeIs(err, 40007) {
		t.Errorf("the draft of what was published: %v", err)
	}
	list, err := g.LatestPublications(t.Context())
	if err != nil || len(list) != 1 || list[0].ArticleID == "" || len(list[0].Articles) != 1 || list[0].Articles[0].Title == "" || list[0].Articles[0].Address == "" {
		t.Errorf("it is not among the latest: %+v, %v", list, err)
	}
}

func TestASubmissionThatIsAnsweredByNonsenseIsUncertain(t *testing.T) {
	w := newWorld(t, nil)
	g := w.gateway(nil)
	draft, _ := drafted(t, g)
	w.fault(body{"path": "/cgi-bin/freepublish/submit", "status": 502, "times": 1})
	if _, err := g.Publish(t.Context(), draft); !errors.Is(err, model.ErrOutcomeUnknown) {
		t.Errorf("a status: %v", err)
	}
	w.answerWith(func(rw http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/cgi-bin/freepublish/submit" {
			return false
		}
		_, err := rw.Write([]byte("<html>oops</html>"))
		return err == nil
	})
	if _, err := g.Publish(t.Context(), draft); !errors.Is(err, model.ErrOutcomeUnknown) {
		t.Errorf("a page: %v", err)
	}
	w.answerWith(nil)
	w.fault(body{"path": "/cgi-bin/freepublish/submit", "errcode": -1, "times": 1})
	if _, err := g.Publish(t.Context(), draft); errors.Is(err, model.ErrOutcomeUnknown) || !wechat.Retryable(err) {
		t.Errorf("a refusal: %v", err)
	}
}

func TestAMassSendCannotHappenTwice(t *testing.T) {
	w := newWorld(t, nil)
	g := w.gateway(nil)
	w.act("follow", body{})
	draft, _ := drafted(t, g)
	w.fault(body{"path": "/cgi-bin/message/mass/sendall", "drop_after": true, "times": 1})
	if _, err := g.MassSend(t.Context(), draft, "article-1"); !errors.Is(err, model.ErrOutcomeUnknown) {
		t.Fatalf("err = %v", err)
	}
	if _, err := g.MassSend(t.Context(), draft, "article-1"); !codeIs(err, 45066) || !wechat.Retryable(err) {
		t.Errorf("at once: %v", err)
	}
	w.clock.advance(2 * time.Minute)
	sent, err := g.MassSend(t.Context(), draft, "article-1")
	id := sent.ID
	if err != nil || id == "" {
		t.Fatalf("again: %q, %v", id, err)
	}
	if state, err := g.MassState(t.Context(), id); err != nil || state != wechat.MassSent {
		t.Errorf("state %q, %v", state, err)
	}
	if articles := w.control(http.MethodGet, "articles", nil)["articles"].([]any); len(articles) != 1 {
		t.Errorf("sent %d times", len(articles))
	}
	if err := g.DeleteMass(t.Context(), id); err != nil {
		t.Error(err)
	}
	if state, err := g.MassState(t.Context(), id); err != nil || state != wechat.MassDeleted {
		t.Errorf("state %q, %v", state, err)
	}
	if _, err := g.MassSend(t.Context(), draft, ""); !codeIs(err, 45067) {
		t.Errorf("without a client id: %v", err)
	}
}

func TestAPreviewIsForFollowers(t *testing.T) {
	w := newWorld(t, nil)
	g := w.gateway(nil)
	draft, _ := drafted(t, g)
	openID := w.openID("official")
	if err := g.Preview(t.Context(), draft, openID); !errors.Is(err, model.ErrNotFollowing) {
		t.Errorf("a stranger: %v", err)
	}
	w.act("follow", body{})
	if err := g.Preview(t.Context(), draft, openID); err != nil {
		t.Error(err)
	}
	if err := g.PreviewTo(t.Context(), draft, who); err != nil {
		t.Errorf("by name: %v", err)
	}
	if err := g.PreviewTo(t.Context(), draft, "nobody of this name"); err == nil {
		t.Error("a preview for nobody")
	}
	if len(w.calls("/cgi-bin/message/mass/sendall")) != 0 {
		t.Error("a preview was sent to everybody")
	}
}

func TestEveryRefusalOfAnArticleSaysWhatToDo(t *testing.T) {
	w := newWorld(t, nil)
	g := w.gateway(nil)
	for _, code := range []int{
		-1, 40004, 40005, 40007, 40008, 40009, 40059, 40114, 40130, 40164, 41005, 41039, 44004, 45002, 45003, 45004, 45005, 45008, 45009, 45011, 45028,
		45062, 45065, 45066, 45067, 45110, 45166, 48001, 48021, 50002, 53404, 53405, 53406, 53503, 53504, 53505, 53600, 61500, 61501, 61503, 88000, 89504, 89505,
	} {
		w.fault(body{"path": "/cgi-bin/draft/delete", "errcode": code, "errmsg": "some words"})
		err := g.DeleteDraft(t.Context(), "x")
		f := fault.Of(err)
		if !codeIs(err, code) || f == nil || f.Kind != fault.KindConflict || !strings.ContainsFunc(f.Words, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%d: %v, %+v", code, err, f)
		}
	}
	w.fault(body{"path": "/cgi-bin/menu/get", "errcode": 48001, "errmsg": "some words"})
	if _, err := g.Menu(t.Context()); fault.Of(err) != nil {
		t.Errorf("a menu is told about drafts: %v", err)
	}
}
