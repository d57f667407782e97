package privacy_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/privacy"
)

// fetch opens the copy of an actor and gives its files by name.
func (t *town) fetch(by model.Actor, id string) map[string]string {
	t.tb.Helper()
	ready, err := t.desk.OpenCopy(t.tb.Context(), by, id)
	if err != nil {
		t.tb.Fatal(err)
	}
	var b bytes.Buffer
	t.must(ready.Write(t.tb.Context(), &b))
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.tb.Fatal(err)
	}
	found := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.tb.Fatal(err)
		}
		content, err := io.ReadAll(r)
		t.must(err)
		t.must(r.Close())
		found[f.Name] = string(content)
	}
	return found
}

func TestACopyHoldsWhatIsThePersonsAndNobodyElses(t *testing.T) {
	town := newTown(t)
	town.life()
	asked, err := town.desk.AskCopy(t.Context(), town.wang)
	if err != nil {
		t.Fatal(err)
	}
	found := town.fetch(town.wang, asked.ID)
	for _, name := range []string{"index.html", "data.json", "messages.jsonl", "pictures/picture-m-open.jpg", "pictures/picture-m-kept.jpg"} {
		if found[name] == "" {
			t.Errorf("no %s in the copy", name)
		}
	}
	var me struct {
		Schema, Name, Phone string
		Consents            []struct{ Words string }
		Follows             []struct{ Name string }
		Suggestions         []struct{ Body string }
		Introductions       []struct{ Body, State string }
	}
	town.must(json.Unmarshal([]byte(found["data.json"]), &me))
	if me.Schema != privacy.Schema || me.Name != wangName || me.Phone != wangPhone || len(me.Consents) != 3 || me.Consents[0].Words == "" || len(me.Follows) != 1 || me.Follows[0].Name != "张三" || len(me.Suggestions) != 1 || len(me.Introductions) != 1 || me.Introductions[0].State != "lapsed" {
		t.Errorf("data.json says %+v", me)
	}
	if n := strings.Count(found["messages.jsonl"], "\n"); n != 4 {
		t.Errorf("%d messages", n)
	}
	for _, name := range []string{"index.html", "messages.jsonl"} {
		for _, word := range []string{openWords, keptWords, "张三代表"} {
			if !strings.Contains(found[name], word) {
				t.Errorf("%s misses %s", name, word)
			}
		}
	}
	for name, content := range found {
		for _, foreign := range []string{"赵联络", "已电话联系", "13900000009", "openid-neighbour"} {
			if strings.Contains(content, foreign) {
				t.Errorf("%s holds %s", name, foreign)
			}
		}
	}
	if strings.Contains(found["index.html"], "<script") {
		t.Error("the page runs a script")
	}
}

func TestTextInACopyCannotBecomeMarkup(t *testing.T) {
	town := newTown(t)
	town.message("m-evil", model.MessageDelivered, "wang", "wang", `<script>alert(1)</script>`)
	asked, err := town.desk.AskCopy(t.Context(), town.wang)
	if err != nil {
		t.Fatal(err)
	}
	if page := town.fetch(town.wang, asked.ID)["index.html"]; strings.Contains(page, "<script") || !strings.Contains(page, "&lt;script&gt;") {
		t.Errorf("the page is %s", page)
	}
}

func TestACopyIsAskedForOncePerDayAndFetchedByItsOwnerForADay(t *testing.T) {
	town := newTown(t)
	asked, err := town.desk.AskCopy(t.Context(), town.wang)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := town.desk.AskCopy(t.Context(), town.wang); !fault.Is(err, fault.KindTooMany) {
		t.Errorf("asked twice: %v", err)
	}
	if _, err := town.desk.OpenCopy(t.Context(), town.neighbour, asked.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("somebody else: %v", err)
	}
	for range 5 {
		town.fetch(town.wang, asked.ID)
	}
	if _, err := town.desk.OpenCopy(t.Context(), town.wang, asked.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("the sixth time: %v", err)
	}
	town.clock.Advance(privacy.CopyLife)
	again, err := town.desk.AskCopy(t.Context(), town.wang)
	if err != nil {
		t.Fatalf("the next day: %v", err)
	}
	town.clock.Advance(privacy.CopyLife + time.Minute)
	if _, err := town.desk.OpenCopy(t.Context(), town.wang, again.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("too late: %v", err)
	}
	var actions []string
	for _, l := range all[model.AuditLine](town, "actor_id = ?", "wang") {
		actions = append(actions, l.Action)
	}
	slices.Sort(actions)
	if want := []string{"copy.ask", "copy.ask", "copy.fetch", "copy.fetch", "copy.fetch", "copy.fetch", "copy.fetch"}; !slices.Equal(actions, want) {
		t.Errorf("the log says %v", actions)
	}
}

func TestTheOverviewCountsWhatIsThePersons(t *testing.T) {
	town := newTown(t)
	town.life()
	found, err := town.desk.Overview(t.Context(), town.wang)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int64{}
	for _, c := range found {
		counts[c.Name] = c.Count
		if c.What == "" || c.Why == "" || c.Keep == "" {
			t.Errorf("%s does not say what, why and how long", c.Name)
		}
	}
	for name, want := range map[string]int64{"account": 1, "wechat_identities": 1, "messages": 3, "written_for_others": 1, "turns": 8, "pictures": 4, "consents": 3, "sessions": 2} {
		if counts[name] != want {
			t.Errorf("%s: %d, want %d", name, counts[name], want)
		}
	}
}
