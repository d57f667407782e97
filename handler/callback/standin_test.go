package callback_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"lianxin/handler/callback"
	"lianxin/model"
	"lianxin/service/conversation"
	"lianxin/service/linking"
	"lianxin/service/outbox"
	"lianxin/service/sealed/sealedtest"
	"lianxin/service/store/storetest"
	wire "lianxin/service/wechat/callback"
	"lianxin/simulator"
)

// voice hands an answer to the stand-in's customer interface in the place of
// the gateway.
type voice struct{ said chan string }

func (v voice) Say(_ context.Context, _, text string) error {
	v.said <- text
	return nil
}

func (v voice) Show(_ context.Context, _ string, card conversation.Card) error {
	v.said <- card.Title
	return nil
}

func (voice) Follower(context.Context, string) (string, error) { return "", nil }

type town struct{}

func (town) Find(_ context.Context, typed string) (conversation.Found, error) {
	return conversation.Found{Place: typed, People: []conversation.Person{{ID: "rep-1", Name: "张三"}}}, nil
}

func (town) Scene(context.Context, string) (conversation.Found, error) {
	return conversation.Found{}, nil
}

func (town) Near(context.Context, model.Place) (conversation.Found, error) {
	return conversation.Found{}, nil
}

func (town) Latest(context.Context, int) ([]conversation.Headline, error) { return nil, nil }

// whole is everything between WeChat's push and the answer, with a real database.
type whole struct {
	t      *testing.T
	sim    *simulator.Simulator
	said   chan string
	outbox *outbox.Dispatcher
}

func newWhole(t *testing.T, mode wire.Mode, format wire.Format) *whole {
	t.Helper()
	options := simulator.Defaults()
	options.Mini.Mode, options.Official.Mode, options.Mini.Format = string(mode), string(mode), string(format)
	options.RetryPause = time.Millisecond
	sim, err := simulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	w := &whole{t: t, sim: sim, said: make(chan string, 10)}
	db, log := storetest.Open(t), slog.New(slog.DiscardHandler)
	linker, err := linking.New(sealedtest.Keys(t), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	service := conversation.New(conversation.Options{
		DB: db, Now: time.Now, Log: log, Speaker: voice{w.said}, Directory: town{}, Linker: linker,
		Link: func(page string) string { return "https://lx.example.gov.cn/" + page },
	})
	w.outbox = outbox.NewDispatcher(db, time.Now, log, map[string]outbox.Handler{conversation.TaskKind: service.Handle})
	router := gin.New()
	callback.Register(router, callback.Options{
		Mini: w.receiver(simulator.MiniAccount, options.Mini), Official: w.receiver(simulator.OfficialAccount, options.Official),
		Receive: service.Receive, Wake: w.outbox.Wake, Log: log,
	})
	server := httptest.NewServer(router)
	t.Cleanup(server.Close)
	for _, account := range []model.WeChatAccount{model.AccountMini, model.AccountOfficial} {
		sim.SetCallback(string(account), server.URL+"/wechat/"+string(account))
	}
	return w
}

func (w *whole) receiver(name string, account simulator.Account) *wire.Receiver {
	w.t.Helper()
	known := w.control(http.MethodGet, "accounts/"+name, nil)
	r, err := wire.New(wire.Options{
		AppID: account.AppID, OriginalID: known["original_id"].(string), Token: account.Token, EncodingAESKey: account.EncodingAESKey,
		Mode: wire.Mode(account.Mode), Format: wire.Format(known["format"].(string)), Now: time.Now,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w *whole) control(method, path string, body map[string]any) map[string]any {
	w.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	var content io.Reader = bytes.NewReader(text)
	if body == nil {
		content = http.NoBody
	}
	recorder := httptest.NewRecorder()
	w.sim.ServeHTTP(recorder, httptest.NewRequestWithContext(w.t.Context(), method, "/simulator/"+path, content))
	var answer map[string]any
	if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil || recorder.Code != http.StatusOK {
		w.t.Fatalf("%s: %d %s", path, recorder.Code, recorder.Body)
	}
	return answer
}

func (w *whole) act(what string, body map[string]any) {
	w.t.Helper()
	w.control(http.MethodPost, "users/"+url.PathEscape("王秀英")+"/"+what, body)
}

// awaitPushes waits until so many pushes of an account are over, and lets what
// they ask for happen. It returns how each of them ended.
func (w *whole) awaitPushes(account string, count int) []string {
	w.t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		var states []string
		for _, push := range w.control(http.MethodGet, "pushes?account="+account, nil)["pushes"].([]any) {
			states = append(states, push.(map[string]any)["state"].(string))
		}
		if len(states) >= count && !slices.Contains(states, "waiting") {
			for more := 1; more > 0; {
				var err error
				if more, err = w.outbox.Tick(w.t.Context()); err != nil {
					w.t.Fatal(err)
				}
			}
			return states
		}
		select {
		case <-deadline:
			w.t.Fatalf("pushes of %s: %v", account, states)
		case <-tick.C:
		}
	}
}

func TestWhatTheStandInPushesIsTakenAndAnsweredInEveryMode(t *testing.T) {
	for _, mode := range []wire.Mode{wire.Plain, wire.Compatible, wire.Safe} {
		for _, format := range []wire.Format{wire.XML, wire.JSON} {
			t.Run(string(mode)+" "+string(format), func(t *testing.T) { journey(t, newWhole(t, mode, format)) })
		}
	}
}

func journey(t *testing.T, w *whole) {
	t.Helper()
	for _, account := range []string{simulator.MiniAccount, simulator.OfficialAccount} {
		if verified := w.control(http.MethodPost, "accounts/"+account+"/verify", nil); verified["ok"] != true {
			t.Fatalf("verify %s: %v", account, verified)
		}
	}
	w.act("follow", map[string]any{})
	w.act("messages", map[string]any{"type": "text", "text": "和平社区"})
	w.act("messages", map[string]any{"type": "image"})
	w.act("grants", map[string]any{"account": "mini", "template_ids": []string{"mini-progress", "mini-answer"}})
	official, mini := w.awaitPushes(simulator.OfficialAccount, 3), w.awaitPushes(simulator.MiniAccount, 1)
	for _, state := range append(official, mini...) {
		if state != "delivered" {
			t.Errorf("official %v, mini %v", official, mini)
		}
	}
	if len(w.said) != 3 {
		t.Errorf("%d answers", len(w.said))
	}
	for _, push := range w.control(http.MethodGet, "pushes?account=official", nil)["pushes"].([]any) {
		id, err := json.Marshal(push.(map[string]any)["id"])
		if err != nil {
			t.Fatal(err)
		}
		w.control(http.MethodPost, "pushes/"+string(id)+"/resend", map[string]any{})
		w.control(http.MethodPost, "pushes/"+string(id)+"/resend", map[string]any{"fresh": true})
	}
	if again := w.awaitPushes(simulator.OfficialAccount, 9); slices.Contains(again, "failed") {
		t.Errorf("repeated %v", again)
	}
	if len(w.said) != 3 {
		t.Errorf("%d answers after repetitions", len(w.said))
	}
}
