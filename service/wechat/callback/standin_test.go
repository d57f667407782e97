package callback_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"lianxin/service/wechat/callback"
	"lianxin/simulator"
)

// inbox answers like our own callback would and keeps what was said.
type inbox struct {
	t        *testing.T
	receiver *callback.Receiver

	mu      sync.Mutex
	pushes  []callback.Push
	refused []string
}

func (i *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		echo, err := i.receiver.Verify(r.URL.Query())
		if err != nil {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		_, _ = io.WriteString(w, echo)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, callback.MaxBody))
	if err != nil {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	push, err := i.receiver.Open(r.URL.Query(), r.Header.Get("Content-Type"), body)
	i.mu.Lock()
	defer i.mu.Unlock()
	if err != nil {
		i.refused = append(i.refused, callback.Reason(err))
		w.WriteHeader(http.StatusForbidden)
		return
	}
	i.pushes = append(i.pushes, push)
	_, _ = io.WriteString(w, "success")
}

// await returns what was said when it is so much.
func (i *inbox) await(count int) []callback.Push {
	i.t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		i.mu.Lock()
		pushes, refused := slices.Clone(i.pushes), slices.Clone(i.refused)
		i.mu.Unlock()
		if len(refused) > 0 {
			i.t.Fatalf("refused: %v", refused)
		}
		if len(pushes) >= count {
			return pushes
		}
		select {
		case <-deadline:
			i.t.Fatalf("%d of %d pushes came", len(pushes), count)
		case <-tick.C:
		}
	}
}

func control(t *testing.T, sim *simulator.Simulator, method, path string, body any) map[string]any {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	recorder := httptest.NewRecorder()
	sim.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), method, "/simulator/"+path, bytes.NewReader(text)))
	var answer map[string]any
	if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil || recorder.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", path, recorder.Code, recorder.Body)
	}
	return answer
}

type fields map[string]any

func TestWhatTheStandInPushesIsUnderstoodInEveryMode(t *testing.T) {
	for _, mode := range []callback.Mode{callback.Plain, callback.Compatible, callback.Safe} {
		for _, format := range []callback.Format{callback.XML, callback.JSON} {
			t.Run(string(mode)+" "+string(format), func(t *testing.T) {
				talk(t, mode, format)
			})
		}
	}
}

func talk(t *testing.T, mode callback.Mode, format callback.Format) {
	t.Helper()
	options := simulator.Defaults()
	options.Mini.Mode, options.Official.Mode = string(mode), string(mode)
	options.Mini.Format = string(format)
	options.RetryPause = time.Millisecond
	sim, err := simulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	inboxes := map[string]*inbox{}
	for name, account := range map[string]simulator.Account{simulator.MiniAccount: options.Mini, simulator.OfficialAccount: options.Official} {
		known := control(t, sim, http.MethodGet, "accounts/"+name, fields{})
		receiver, err := callback.New(callback.Options{
			AppID: account.AppID, OriginalID: known["original_id"].(string), Token: account.Token, EncodingAESKey: account.EncodingAESKey,
			Mode: mode, Format: callback.Format(known["format"].(string)), Now: time.Now,
		})
		if err != nil {
			t.Fatal(err)
		}
		inboxes[name] = &inbox{t: t, receiver: receiver}
		server := httptest.NewServer(inboxes[name])
		t.Cleanup(server.Close)
		sim.SetCallback(name, server.URL)
		if verified := control(t, sim, http.MethodPost, "accounts/"+name+"/verify", fields{}); verified["ok"] != true {
			t.Fatalf("verify %s: %v", name, verified)
		}
	}
	user := "users/" + url.PathEscape("王秀英") + "/"
	say := func(path string, body fields) { t.Helper(); control(t, sim, http.MethodPost, user+path, body) }

	official := inboxes[simulator.OfficialAccount]
	say("follow", fields{})
	say("messages", fields{"type": "text", "text": "路灯 <坏了> & \"]]>\"\n快来"})
	say("messages", fields{"type": "image"})
	say("messages", fields{"type": "location", "latitude": 23.13, "longitude": 113.35, "label": "村口"})
	say("unfollow", fields{})
	heard := official.await(5)
	find := func(pushes []callback.Push, is func(callback.Push) bool) callback.Push {
		t.Helper()
		at := slices.IndexFunc(pushes, is)
		if at < 0 {
			t.Fatalf("not among %+v", pushes)
		}
		return pushes[at]
	}
	text := find(heard, func(p callback.Push) bool { return p.MsgType == "text" })
	if text.Content != "路灯 <坏了> & \"]]>\"\n快来" || text.MsgID == "" {
		t.Errorf("text %+v", text)
	}
	if image := find(heard, func(p callback.Push) bool { return p.MsgType == "image" }); image.PicURL == "" || image.MediaID == "" {
		t.Errorf("image %+v", image)
	}
	if place := find(heard, func(p callback.Push) bool { return p.MsgType == "location" }); place.Location == nil || place.Location.Label != "村口" {
		t.Errorf("location %+v", place)
	}
	find(heard, func(p callback.Push) bool { return p.Event == "unsubscribe" })

	mini := inboxes[simulator.MiniAccount]
	say("grants", fields{"account": "mini", "template_ids": []string{"mini-progress", "mini-answer"}})
	popup := mini.await(1)[0]
	if len(popup.Subscriptions) != 2 || popup.Subscriptions[1].TemplateID != "mini-answer" || popup.Subscriptions[1].Status != "accept" {
		t.Errorf("popup %+v", popup)
	}
	say("grants", fields{"account": "mini", "template_ids": []string{"mini-task"}, "answer": "reject"})
	second := mini.await(2)[1]
	if len(second.Subscriptions) != 1 || second.Subscriptions[0].Status != "reject" {
		t.Errorf("popup %+v", second)
	}

	repeated := control(t, sim, http.MethodGet, "pushes?account=mini", fields{})["pushes"].([]any)[0].(map[string]any)["id"]
	id, err := json.Marshal(repeated)
	if err != nil {
		t.Fatal(err)
	}
	control(t, sim, http.MethodPost, "pushes/"+string(id)+"/resend", fields{})
	control(t, sim, http.MethodPost, "pushes/"+string(id)+"/resend", fields{"fresh": true})
	for _, again := range mini.await(4)[2:] {
		if again.DedupeKey() != popup.DedupeKey() {
			t.Errorf("%s and %s", again.DedupeKey(), popup.DedupeKey())
		}
	}
	distinct := map[string]bool{}
	for _, push := range heard {
		distinct[push.DedupeKey()] = true
	}
	if len(distinct) != len(heard) {
		t.Errorf("%d keys for %d pushes", len(distinct), len(heard))
	}
}
