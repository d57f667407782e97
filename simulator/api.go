package simulator

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const largestBody = 2 << 20

// endpoint is how one API path is called. Only the answer knows more than the path's table row.
type endpoint struct {
	method string
	// accounts whose access_token opens the path; none means that the path takes no such token.
	accounts []string
	// right is what an account must have beyond a token; nil means nothing.
	right func(*account) bool
	// most is how large a body may be, in bytes; 0 means largestBody.
	most   int64
	answer func(*Simulator, *call) (any, error)
}

// call is one request as the answers see it. They run with the lock held.
type call struct {
	accounts map[string]*account
	account  *account
	query    url.Values
	body     []byte
	kind     string // the Content-Type
	now      time.Time
	host     string
	// mute is set when nobody is told how the call ended.
	mute bool
	// code is the errcode of a refusal that answers with more than words.
	code int
}

// image is an answer that is no JSON.
type image []byte

func verified(a *account) bool { return a.Verified }

func verifiedUnlessMini(a *account) bool { return a.Verified || a.name == MiniAccount }

func verifiedService(a *account) bool { return a.verifiedService() }

func endpoints() map[string]endpoint {
	const get, post = http.MethodGet, http.MethodPost
	mini, official, both := []string{MiniAccount}, []string{OfficialAccount}, []string{MiniAccount, OfficialAccount}
	all := map[string]endpoint{
		"/cgi-bin/token":                   {method: get, answer: plainToken},
		"/cgi-bin/stable_token":            {method: post, answer: stableToken},
		"/cgi-bin/getcallbackip":           {method: get, accounts: both, answer: callbackAddresses},
		"/cgi-bin/clear_quota":             {method: post, accounts: both, answer: clearQuota},
		"/sns/jscode2session":              {method: get, answer: codeToSession},
		"/wxa/business/getuserphonenumber": {method: post, accounts: mini, right: verified, answer: phoneNumber},
		"/wxa/getwxacodeunlimit":           {method: post, accounts: mini, answer: miniCode},
		"/wxa/msg_sec_check":               {method: post, accounts: mini, answer: checkText},
		"/wxa/media_check_async":           {method: post, accounts: mini, answer: checkMedia},
		"/wxa/generate_urllink":            {method: post, accounts: mini, answer: urlLink},
		"/wxa/generatescheme":              {method: post, accounts: mini, answer: urlScheme},
		"/wxaapi/newtmpl/gettemplate":      {method: get, accounts: both, answer: listTemplates},

		"/cgi-bin/template/get_all_private_template": {method: get, accounts: official, right: verifiedService, answer: listFollowerTemplates},

		"/cgi-bin/message/subscribe/send":    {method: post, accounts: mini, answer: sendSubscribe},
		"/cgi-bin/message/subscribe/bizsend": {method: post, accounts: official, right: verified, answer: sendSubscribe},
		"/cgi-bin/message/template/send":     {method: post, accounts: official, right: verifiedService, answer: sendTemplate},
		"/cgi-bin/message/custom/send":       {method: post, accounts: both, right: verifiedUnlessMini, answer: sendCustom},
		"/cgi-bin/user/info":                 {method: get, accounts: official, right: verified, answer: follower},
		"/cgi-bin/menu/create":               {method: post, accounts: official, right: verified, answer: createMenu},
		"/cgi-bin/menu/get":                  {method: get, accounts: official, right: verified, answer: readMenu},
		"/cgi-bin/menu/delete":               {method: get, accounts: official, right: verified, answer: deleteMenu},
		"/cgi-bin/qrcode/create":             {method: post, accounts: official, right: verifiedService, answer: createSceneCode},
		"/sns/oauth2/access_token":           {method: get, answer: webAccessToken},
		"/sns/oauth2/refresh_token":          {method: get, answer: webRefreshToken},
		"/sns/userinfo":                      {method: get, answer: webUser},
		"/sns/auth":                          {method: get, answer: webCheck},
	}
	maps.Copy(all, articleEndpoints())
	return all
}

func unknownPath(*Simulator, *call) (any, error) {
	return nil, refuseBecause(40066, "invalid url, this path is not one that the stand-in knows")
}

// api serves one path: it reads the body, lets a fault strike, and answers under the lock.
func (s *Simulator) api(path string, e endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		shown := path
		if shown == "" {
			shown = r.URL.Path
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, cmp.Or(e.most, largestBody)))
		if err != nil {
			http.Error(w, "request entity too large", http.StatusRequestEntityTooLarge)
			return
		}
		c := &call{query: r.URL.Query(), body: body, kind: r.Header.Get("Content-Type"), host: "http://" + r.Host}
		if s.strike(w, r, shown, c) {
			return
		}
		answer, err := s.answer(shown, r.Method, e, c)
		if err != nil {
			answer = s.refused(r, shown, err)
		}
		if c.mute {
			panic(http.ErrAbortHandler)
		}
		s.write(w, r, answer)
	})
}

// answer finds the account, checks the token, the right and the method, and lets the path answer.
func (s *Simulator) answer(path, method string, e endpoint, c *call) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.accounts, c.now = s.accounts, s.now()
	answer, err := s.answerLocked(method, e, c)
	record := callRecord{Path: path, At: c.now, Code: c.code}
	if c.account != nil {
		record.Account = c.account.name
	}
	if refused, ok := errors.AsType[apiError](err); ok {
		record.Code = refused.code
	}
	s.record(record)
	return answer, err
}

func (s *Simulator) answerLocked(method string, e endpoint, c *call) (any, error) {
	if e.method == http.MethodPost && method != http.MethodPost {
		return nil, refuse(43002)
	}
	if e.method == http.MethodGet && method != http.MethodGet {
		return nil, refuse(43001)
	}
	if len(e.accounts) > 0 {
		if err := c.authenticate(e.accounts); err != nil {
			return nil, err
		}
	}
	if e.right != nil && !e.right(c.account) {
		return nil, refuse(48001)
	}
	return e.answer(s, c)
}

// authenticate accepts the token of one of the named accounts. Another account's token is as
// good as none.
func (c *call) authenticate(names []string) error {
	value := c.query.Get("access_token")
	if value == "" {
		return refuse(41001)
	}
	worst := error(nil)
	for _, name := range names {
		a := c.accounts[name]
		err := a.tokens.check(value, c.now)
		if err == nil {
			c.account = a
			return nil
		}
		if refused, ok := errors.AsType[apiError](err); worst == nil || ok && refused.code == 42001 {
			worst = err
		}
	}
	return worst
}

// credential checks grant type, appid and secret, which stand in the place of a token.
func (c *call) credential(grant, wanted, appID, secret string) (*account, error) {
	if grant != wanted {
		return nil, refuse(40002)
	}
	if appID == "" {
		return nil, refuse(41002)
	}
	for _, a := range c.accounts {
		if a.AppID == appID {
			c.account = a
		}
	}
	if c.account == nil {
		return nil, refuse(40013)
	}
	if secret == "" {
		return nil, refuse(41004)
	}
	if !c.account.secretIs(secret) {
		return nil, refuse(40125)
	}
	return c.account, nil
}

func decode[T any](c *call) (T, error) {
	var in T
	if len(bytes.TrimSpace(c.body)) == 0 {
		return in, refuse(44002)
	}
	if err := json.Unmarshal(c.body, &in); err != nil {
		return in, refuseBecause(47001, texts[47001]+" hint: ["+strings.TrimPrefix(err.Error(), "json: ")+"]")
	}
	return in, nil
}

func (s *Simulator) refused(r *http.Request, path string, err error) reply {
	s.mu.Lock()
	id := requestID(s.now())
	s.mu.Unlock()
	refused, ok := errors.AsType[apiError](err)
	if !ok {
		s.log.ErrorContext(r.Context(), "the stand-in failed", "path", path, "error", err)
		return refusal(-1, "system error", id)
	}
	s.log.InfoContext(r.Context(), "call refused", "path", path, "errcode", refused.code, "rid", id)
	return refusal(refused.code, refused.text, id)
}

func (s *Simulator) write(w http.ResponseWriter, r *http.Request, answer any) {
	if picture, ok := answer.(image); ok {
		w.Header().Set("Content-Type", "image/jpeg")
		if _, err := w.Write(picture); err != nil { //nolint:gosec // a JPEG that was drawn here
			s.log.InfoContext(r.Context(), "picture not delivered", "error", err)
		}
		return
	}
	writeJSON(w, http.StatusOK, answer)
}

// encodeJSON makes raw UTF-8 without escapes, as WeChat does.
func encodeJSON(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return bytes.TrimSpace(out.Bytes()), nil
}

func writeJSON(w http.ResponseWriter, status int, answer any) {
	text, err := encodeJSON(answer)
	if err != nil {
		http.Error(w, "answer not written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(text) // a caller that has gone needs no answer
}
