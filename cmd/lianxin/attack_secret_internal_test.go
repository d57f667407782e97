package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lianxin/cmd/lianxin/sample"
	"lianxin/model"
	"lianxin/simulator"
)

// keeper collects what nobody may read in a log, a figure or a refusal.
type keeper struct {
	*program

	secrets map[string]string
	// refusals are the bodies of all refusals so far.
	refusals strings.Builder
}

func (k *keeper) secret(what, value string) string {
	k.tb.Helper()
	if len(value) < 4 {
		k.tb.Fatalf("%s is %q", what, value)
	}
	k.secrets[what] = value
	return value
}

// tried notes a refusal.
func (k *keeper) tried(a answer) {
	if a.status >= 400 {
		k.refusals.WriteString(a.body)
	}
}

// watched runs `lianxin serve` on a copy of the sample, telling all it can.
func watched(t *testing.T) *keeper {
	t.Helper()
	demo := demoCopy(t)
	if code := demo.end(); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	env := settings(t)
	env["LIANXIN_DATABASE"], env["LIANXIN_DATA"] = "sqlite:"+filepath.Join(demo.data, "lianxin.db"), demo.data
	for name, file := range map[string]string{"LIANXIN_FIELD_KEYS": "field.key", "LIANXIN_LINK_KEY": "link.key"} {
		key, err := os.ReadFile(filepath.Join(demo.data, file))
		if err != nil {
			t.Fatal(err)
		}
		env[name] = strings.TrimSpace(string(key))
	}
	k := &keeper{program: serveSimulated(t, env), secrets: map[string]string{}}
	standIn := simulator.Defaults()
	for what, value := range map[string]string{
		"mini secret": standIn.Mini.Secret, "mini token": standIn.Mini.Token, "mini AES key": standIn.Mini.EncodingAESKey,
		"official secret": standIn.Official.Secret, "official AES key": standIn.Official.EncodingAESKey,
		"field key": env["LIANXIN_FIELD_KEYS"][len(env["LIANXIN_FIELD_KEYS"])-40:], "link key": env["LIANXIN_LINK_KEY"], "staff password": sample.Logins()[0].Password,
	} {
		k.secret(what, value)
	}
	return k
}

// enter signs a person in by hand, keeping every word that passes.
func (k *keeper) enter(name string) phone {
	k.tb.Helper()
	code := k.secret("login code of "+name, k.ask(http.MethodPost, k.simulator+"/simulator/login-codes", "", map[string]any{"account": "mini", "user": name}).field(k.tb, "code"))
	nobody := k.anonymous()
	in := nobody.must(http.StatusCreated, nobody.post("/api/v1/sessions/wechat", map[string]any{"code": code}))
	k.tried(nobody.post("/api/v1/sessions/wechat", map[string]any{"code": code}))
	refresh := k.secret("first refresh token of "+name, in.field(k.tb, "refresh_token"))
	k.secret("first token of "+name, in.field(k.tb, "token"))
	again := nobody.must(http.StatusOK, nobody.post("/api/v1/sessions/refresh", map[string]any{"refresh_token": refresh}))
	k.secret("refresh token of "+name, again.field(k.tb, "refresh_token"))
	return phone{program: k.program, name: name, token: k.secret("token of "+name, again.field(k.tb, "token"))}
}

func TestNoSecretReachesALogAFigureOrARefusal(t *testing.T) {
	k := watched(t)
	resident := k.enter("守口如瓶")
	k.enter("重放者")
	replayed := map[string]any{"refresh_token": k.secrets["first refresh token of 重放者"]}
	k.tried(k.anonymous().must(http.StatusUnauthorized, k.anonymous().post("/api/v1/sessions/refresh", replayed)))
	phoneCode := k.secret("phone code", k.ask(http.MethodPost, k.simulator+"/simulator/phone-codes", "", map[string]any{"user": "守口如瓶"}).field(t, "code"))
	resident.must(http.StatusOK, resident.put("/api/v1/me/phone", map[string]any{"code": phoneCode}))
	k.tried(resident.put("/api/v1/me/phone", map[string]any{"code": phoneCode}))
	k.secret("phone number", k.ask(http.MethodGet, k.simulator+"/simulator/users/守口如瓶", "", nil).field(t, "phone"))

	seat, office := k.someone()
	liaison := k.officer(model.RoleLiaisonOfficer)
	k.secret("token of staff", liaison.token)
	k.tried(k.anonymous().post("/api/v1/sessions/staff", map[string]any{"login": "liaison", "password": k.secret("wrong password", "not-the-password-9")}))
	invitation := k.secret("invitation", liaison.must(http.StatusCreated, liaison.post("/api/v1/staff/invitations", map[string]any{"kind": "representative", "target_id": seat})).field(t, "code"))
	representative := k.enter("代表丙")
	representative.must(http.StatusOK, representative.post("/api/v1/invitations/accept", map[string]any{"code": invitation}))
	k.tried(resident.post("/api/v1/invitations/accept", map[string]any{"code": invitation}))

	uploaded := resident.must(http.StatusCreated, resident.uploadPicture())
	link, err := url.Parse(uploaded.field(t, "url"))
	if err != nil {
		t.Fatal(err)
	}
	k.secret("signature of a link", link.Query().Get("sig"))
	k.tried(k.ask(http.MethodGet, k.app+link.Path+"?size=full&until=1&sig="+link.Query().Get("sig"), "", nil))
	k.ask(http.MethodGet, k.app+link.RequestURI(), "", nil)
	draft := map[string]any{
		"representative_id": seat, "body": k.secret("words of a letter", "我家楼上半夜装修扰民"), "name": k.secret("name of a resident", "柳如烟"),
		"on_behalf": map[string]any{"name": k.secret("name of a neighbour", "赵太太"), "phone": k.secret("phone of a neighbour", "13912345678")},
	}
	id := resident.must(http.StatusCreated, resident.post("/api/v1/messages", draft)).field(t, "id")
	resident.waitFor("/api/v1/messages/"+id, "delivered")
	draft["picture_ids"] = []string{uploaded.field(t, "id")}
	resident.must(http.StatusCreated, resident.post("/api/v1/messages", draft))
	k.tried(resident.post("/api/v1/messages", draft)) // its picture is taken
	theirs := "/api/v1/representative/messages/" + id
	k.tried(k.enter("旁人乙").post(theirs+"/answer", map[string]any{"body": "不该我答"}))
	k.tried(representative.post(theirs+"/hand-over", map[string]any{"unit_id": office, "note": k.secret("note of a representative", "住户情绪激动")}))
	representative.must(http.StatusOK, representative.post(theirs+"/answer", map[string]any{"body": k.secret("words of an answer", "已约谈施工方并限定时间")}))

	// Trouble is when programs say too much.
	for _, fault := range []map[string]any{{"path": "*", "errcode": 40001, "times": 3}, {"path": "*", "status": 500, "times": 3}, {"path": "*", "drop": true, "times": 3}} {
		k.trouble(fault)
		code := k.secret("login code in trouble", k.ask(http.MethodPost, k.simulator+"/simulator/login-codes", "", map[string]any{"account": "mini", "user": "守口如瓶"}).field(t, "code"))
		k.tried(k.anonymous().post("/api/v1/sessions/wechat", map[string]any{"code": code}))
		k.tried(resident.put("/api/v1/me/phone", map[string]any{"code": "phone-code-in-trouble"}))
		k.noTrouble()
	}
	k.tried(phone{program: k.program, token: k.secret("made-up token", "made-up-token-77")}.get("/api/v1/me"))
	k.tried(k.anonymous().get("/api/v1/representatives/" + k.secret("nonsense in an address", "nonsense-31337") + "?q=x"))
	k.tried(k.ask(http.MethodPost, k.app+"/wechat/mini?signature="+k.secret("made-up signature", "f00dfeed99")+"&timestamp=1&nonce=1", "", nil))

	figures := k.scrape()
	if code := k.end(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	log := k.stderr.String()
	if !strings.Contains(log, "route=/api/v1/messages") {
		t.Fatalf("the log tells nothing: %.500s", log)
	}
	for what, secret := range k.secrets {
		for where, text := range map[string]string{"log": log, "figures": figures} {
			if strings.Contains(text, secret) {
				t.Errorf("the %s tell the %s", where, what)
			}
		}
		if strings.Contains(k.refusals.String(), secret) {
			t.Errorf("a refusal tells the %s", what)
		}
	}
	for _, word := range []string{"access_token=", "js_code=", "secret=", "openid="} {
		if strings.Contains(log, word) {
			t.Errorf("the log has an address with %s", word)
		}
	}
}

// ownScripts is what a page may run: the console its own files, the others nothing.
func ownScripts(path string) string {
	if strings.HasPrefix(path, consolePath) {
		return "script-src 'self';"
	}
	return "-"
}

func TestEveryAnswerTellsBrowsersWhatNotToDo(t *testing.T) {
	surface := wired(t).surface
	for _, r := range surface.Routes {
		path := strings.NewReplacer(":", "", "*", "").Replace(r.Path)
		// Also where nothing is, and with a method that is not there.
		for _, target := range []string{path, path + "/nowhere"} {
			for _, method := range []string{r.Method, http.MethodPatch} {
				request := httptest.NewRequestWithContext(t.Context(), method, target, http.NoBody)
				w := httptest.NewRecorder()
				surface.ServeHTTP(w, request)
				h := w.Result().Header
				csp := h.Get("Content-Security-Policy")
				if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("Strict-Transport-Security") == "" ||
					!strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors '") || strings.Contains(strings.ReplaceAll(csp, ownScripts(path), ""), "script-src") {
					t.Errorf("%s %s answered %d with %v", method, target, w.Code, h)
				}
			}
		}
	}
}
