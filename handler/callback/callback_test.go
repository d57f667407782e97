package callback_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"lianxin/handler/callback"
	"lianxin/model"
	"lianxin/service/conversation"
	wire "lianxin/service/wechat/callback"
)

func TestTheConsoleIsAnsweredWithItsEcho(t *testing.T) {
	o := newOffice(t, nil)
	query := signed()
	query.Set("echostr", "5838479218127813673")
	for _, path := range []string{"/wechat/mini", "/wechat/official"} {
		wantAnswer(t, o.ask(http.MethodGet, path, query, ""), http.StatusOK, "5838479218127813673")
	}
	query.Set("signature", strings.Repeat("0", 40))
	wantAnswer(t, o.ask(http.MethodGet, "/wechat/mini", query, ""), http.StatusForbidden, "")
	if len(o.book.kept) != 0 {
		t.Error("a verification was written down")
	}
}

func TestAPushIsWrittenDownAndTaken(t *testing.T) {
	o := newOffice(t, nil)
	query, body := sealed(t, textMessage)
	wantAnswer(t, o.ask(http.MethodPost, "/wechat/official", query, body), http.StatusOK, "success")
	query, body = sealed(t, checkEvent)
	wantAnswer(t, o.ask(http.MethodPost, "/wechat/mini", query, body), http.StatusOK, "success")
	if len(o.book.kept) != 2 || o.book.woken != 2 {
		t.Fatalf("kept %+v, woken %d times", o.book.kept, o.book.woken)
	}
	text, check := o.book.kept[0], o.book.kept[1]
	if text.account != model.AccountOfficial || text.key != appID+":message:23456" || check.account != model.AccountMini {
		t.Errorf("kept %+v", o.book.kept)
	}
	for _, bound := range o.book.bounds {
		if bound > 4*time.Second || bound < 3*time.Second {
			t.Errorf("writing down may take %s", bound)
		}
	}
	if len(o.book.bounds) != 2 || o.log.Len() != 0 {
		t.Errorf("bounds %v, log %s", o.book.bounds, o.log)
	}
}

func TestWhatIsWrittenDownIsWhatTheConversationReads(t *testing.T) {
	o := newOffice(t, nil)
	query, body := sealed(t, textMessage)
	o.ask(http.MethodPost, "/wechat/official", query, body)
	query, body = sealed(t, checkEvent)
	o.ask(http.MethodPost, "/wechat/mini", query, body)
	var text, check conversation.Push
	if err := errors.Join(json.Unmarshal([]byte(o.book.kept[0].payload), &text), json.Unmarshal([]byte(o.book.kept[1].payload), &check)); err != nil {
		t.Fatal(err)
	}
	if text.Account != appID || text.FromUser != "oABC" || text.MsgType != "text" || text.Content != "不可说" || !text.CreateTime.Equal(noon) {
		t.Errorf("read %+v", text)
	}
	if check.Event != "wxa_media_check" || check.TraceID != "t1" || check.Suggest != model.SuggestRisky || check.Label != 20002 {
		t.Errorf("read %+v", check)
	}
}

// TestEveryFieldOfTheConversationHasItsTwinInAPush keeps the two structs, which
// may not know of one another, from drifting apart.
func TestEveryFieldOfTheConversationHasItsTwinInAPush(t *testing.T) {
	full := wire.Push{
		Account: "a", FromUser: "b", CreateTime: noon.UTC(), MsgType: "c", Event: "d", MsgID: "e", EventKey: "f", Scene: "g", Content: "h",
		Recognition: "i", Status: "j", TraceID: "k", Suggest: model.SuggestPass, Label: 1, ErrCode: 2, OpenID: "l", RevokeInfo: "m",
		Subscriptions: []wire.Subscription{{TemplateID: "n", Status: "o"}}, Mass: &wire.Mass{Sent: 2}, Location: &wire.Location{Latitude: 30.26, Longitude: 120.16}, Publish: &wire.Publish{ID: "p"},
	}
	payload, err := json.Marshal(full)
	if err != nil {
		t.Fatal(err)
	}
	var read conversation.Push
	if err := json.Unmarshal(payload, &read); err != nil {
		t.Fatal(err)
	}
	read.Answered = true
	again, err := json.Marshal(read)
	if err != nil {
		t.Fatal(err)
	}
	for _, empty := range []string{`:""`, `:0`, `:null`, `:false`, `:[]`} {
		if strings.Contains(string(again), empty) {
			t.Errorf("a field was not filled: %s", again)
		}
	}
}

func TestADuplicateGetsTheSameAnswer(t *testing.T) {
	o := newOffice(t, nil)
	query, body := sealed(t, textMessage)
	first := o.ask(http.MethodPost, "/wechat/official", query, body)
	second := o.ask(http.MethodPost, "/wechat/official", query, body)
	wantAnswer(t, second, first.Code, first.Body.String())
	if got, want := second.Header().Get("Content-Type"), first.Header().Get("Content-Type"); got != want {
		t.Errorf("answered as %q, first as %q", got, want)
	}
	if len(o.book.kept) != 1 || o.book.woken != 1 {
		t.Errorf("kept %d, woken %d times", len(o.book.kept), o.book.woken)
	}
}

func TestWhatIsNotWeChatsIsRefusedWithoutAWord(t *testing.T) {
	goodQuery, goodBody := sealed(t, textMessage)
	for name, spoil := range map[string]func() (string, string){
		"plain text in safe mode": func() (string, string) { return signed().Encode(), textMessage },
		"wrong msg_signature": func() (string, string) {
			query, body := sealed(t, textMessage)
			query.Set("msg_signature", strings.Repeat("a", 40))
			return query.Encode(), body
		},
		"too old": func() (string, string) {
			query, body := sealed(t, textMessage)
			query.Set("timestamp", "1600000000")
			return query.Encode(), body
		},
		"no query at all": func() (string, string) { return "", goodBody },
		"a broken query":  func() (string, string) { return "%zz&;", goodBody },
		"an empty body":   func() (string, string) { return goodQuery.Encode(), "" },
		"half a body":     func() (string, string) { return goodQuery.Encode(), goodBody[:40] },
		"another account": func() (string, string) {
			q, b := sealed(t, strings.ReplaceAll(textMessage, originalID, "gh_other"))
			return q.Encode(), b
		},
		"a document type": func() (string, string) {
			q, b := sealed(t, `<!DOCTYPE x [<!ENTITY a "b">]>`+textMessage)
			return q.Encode(), b
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, nil)
			query, body := spoil()
			request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/wechat/official", strings.NewReader(body))
			request.URL.RawQuery = query
			recorder := httptest.NewRecorder()
			o.router.ServeHTTP(recorder, request)
			wantAnswer(t, recorder, http.StatusForbidden, "")
			if strings.Count(o.log.String(), "\n") != 1 || !strings.Contains(o.log.String(), "reason=") || strings.Contains(o.log.String(), "不可说") {
				t.Errorf("logged %s", o.log)
			}
			if len(o.book.kept) != 0 || o.book.woken != 0 {
				t.Errorf("kept %+v", o.book.kept)
			}
		})
	}
}

func TestABodyThatIsTooLargeIsNotReadToItsEnd(t *testing.T) {
	o := newOffice(t, nil)
	body := &endless{}
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/wechat/official?"+signed().Encode(), body)
	recorder := httptest.NewRecorder()
	o.router.ServeHTTP(recorder, request)
	wantAnswer(t, recorder, http.StatusRequestEntityTooLarge, "")
	if body.read > 2*wire.MaxBody {
		t.Errorf("%d bytes were read", body.read)
	}
}

type endless struct{ read int }

func (e *endless) Read(into []byte) (int, error) {
	e.read += len(into)
	return len(into), nil
}

func TestABodyThatBreaksOffIsNotOurFault(t *testing.T) {
	o := newOffice(t, nil)
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/wechat/official?"+signed().Encode(), iotest.ErrReader(errors.New("line is dead")))
	recorder := httptest.NewRecorder()
	o.router.ServeHTTP(recorder, request)
	wantAnswer(t, recorder, http.StatusBadRequest, "")
}

func TestADatabaseInTroubleMakesWeChatComeAgain(t *testing.T) {
	o := newOffice(t, nil)
	o.book.fail = errors.New("database is away")
	query, body := sealed(t, textMessage)
	wantAnswer(t, o.ask(http.MethodPost, "/wechat/official", query, body), http.StatusInternalServerError, "")
	if !strings.Contains(o.log.String(), "database is away") || strings.Contains(o.log.String(), "不可说") || o.book.woken != 0 {
		t.Errorf("logged %s", o.log)
	}
	o.book.fail = nil
	wantAnswer(t, o.ask(http.MethodPost, "/wechat/official", query, body), http.StatusOK, "success")
}

func TestAnAccountThatIsNotConfiguredIsNotThere(t *testing.T) {
	o := newOffice(t, func(options *callback.Options) { options.Official, options.Wake = nil, nil })
	query, body := sealed(t, checkEvent)
	wantAnswer(t, o.ask(http.MethodPost, "/wechat/official", query, body), http.StatusNotFound, "")
	wantAnswer(t, o.ask(http.MethodGet, "/wechat/official", signed(), ""), http.StatusNotFound, "")
	wantAnswer(t, o.ask(http.MethodPost, "/wechat/mini", query, body), http.StatusOK, "success")
}
