package simulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
)

// controlError is a refusal of the control API. It has nothing to do with WeChat's.
type controlError struct {
	status int
	text   string
}

// Error says what is wrong.
func (e controlError) Error() string { return e.text }

func wrong(text string) error    { return controlError{status: http.StatusBadRequest, text: text} }
func missing(text string) error  { return controlError{status: http.StatusNotFound, text: text} }
func conflict(text string) error { return controlError{status: http.StatusConflict, text: text} }

// control is one request to the control API.
type control struct {
	*http.Request
	body []byte
}

// controls answer with the lock held.
type controls func(*Simulator, control) (any, error)

func (s *Simulator) controlRoutes(mux *http.ServeMux) {
	for pattern, answer := range map[string]controls{
		"POST /simulator/login-codes":           mintLoginCode,
		"POST /simulator/phone-codes":           mintPhoneCode,
		"GET /simulator/users":                  listUsers,
		"POST /simulator/users":                 createUser,
		"GET /simulator/users/{name}":           readUser,
		"GET /simulator/users/{name}/notices":   readNotices,
		"GET /simulator/users/{name}/texts":     readTexts,
		"GET /simulator/users/{name}/chat":      readChat,
		"POST /simulator/users/{name}/visits":   visit,
		"GET /simulator/users/{name}/grants":    readGrants,
		"POST /simulator/users/{name}/grants":   giveGrants,
		"DELETE /simulator/users/{name}/grants": withdrawGrants,
		"POST /simulator/users/{name}/messages": sendMessage,
		"POST /simulator/users/{name}/follow":   follow,
		"POST /simulator/users/{name}/unfollow": unfollow,
		"POST /simulator/users/{name}/scan":     scan,
		"POST /simulator/users/{name}/click":    click,
		"POST /simulator/users/{name}/enter":    enter,
		"POST /simulator/users/{name}/shares":   share,
		"GET /simulator/codes":                  listSceneCodes,
		"GET /simulator/pushes":                 listPushes,
		"POST /simulator/pushes":                pushRaw,
		"POST /simulator/pushes/{id}/resend":    resend,
		"GET /simulator/calls":                  listCalls,
		"GET /simulator/faults":                 listFaults,
		"PUT /simulator/faults":                 putFault,
		"DELETE /simulator/faults":              deleteFaults,
		"GET /simulator/clock":                  readClock,
		"POST /simulator/clock":                 moveClock,
		"GET /simulator/accounts/{account}":     readAccount,
		"PUT /simulator/accounts/{account}":     changeAccount,
		"POST /simulator/tokens/revoke":         revokeTokens,
		"GET /simulator/media-verdicts":         listVerdicts,
		"POST /simulator/media-verdicts":        addVerdict,
		"DELETE /simulator/media-verdicts":      deleteVerdicts,
		"GET /simulator/text-rules":             listTextRules,
		"POST /simulator/text-rules":            addTextRule,
		"PUT /simulator/text-rules":             putTextRules,
		"GET /simulator/articles":               listArticles,
		"GET /simulator/publishing":             readPublishing,
		"PUT /simulator/publishing":             changePublishing,
		"POST /simulator/reset":                 resetWorld,
		"GET /simulator/phone":                  readPhone,
	} {
		mux.Handle(pattern, s.controlled(answer))
	}
	mux.HandleFunc("POST /simulator/accounts/{account}/verify", s.verifyAccount)
	mux.HandleFunc("GET /simulator/pictures/{id}", s.showPicture)
	mux.HandleFunc("/simulator/", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusNotFound, reply{"error": "the control API has no such path or method"})
	})
}

func (s *Simulator) controlled(answer controls) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestBody))
		if err != nil {
			writeJSON(w, http.StatusRequestEntityTooLarge, reply{"error": "the body is too large"})
			return
		}
		s.mu.Lock()
		out, err := answer(s, control{Request: r, body: body})
		var text []byte
		if err == nil {
			text, err = encodeJSON(out) // under the lock: the answer may point into the world
		}
		s.mu.Unlock()
		if err != nil {
			s.writeControlError(w, r, err)
			return
		}
		writeJSON(w, http.StatusOK, json.RawMessage(text))
	})
}

func (s *Simulator) writeControlError(w http.ResponseWriter, r *http.Request, err error) {
	refused, ok := errors.AsType[controlError](err)
	if !ok {
		s.log.ErrorContext(r.Context(), "the control API failed", "path", r.URL.Path, "error", err)
		refused = controlError{status: http.StatusInternalServerError, text: "the stand-in failed"}
	}
	writeJSON(w, refused.status, reply{"error": refused.text})
}

// read decodes a body strictly, so that a mistyped name is noticed. An empty body is {}.
func read[T any](c control) (T, error) {
	var in T
	if len(bytes.TrimSpace(c.body)) == 0 {
		return in, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(c.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		return in, wrong("the body is not what this path takes: " + err.Error())
	}
	return in, nil
}

// named finds or makes the person of a request that acts.
func (s *Simulator) named(name string) (*person, error) {
	if err := checkName(name); err != nil {
		return nil, wrong(err.Error())
	}
	return s.person(name), nil
}

// existing finds the person of a request that only reads.
func (s *Simulator) existing(c control) (*person, error) {
	p, ok := s.people[c.PathValue("name")]
	if !ok {
		return nil, missing("nobody has this name")
	}
	return p, nil
}

func (s *Simulator) accountNamed(name string) (*account, error) {
	a, ok := s.accounts[name]
	if !ok {
		return nil, missing("account is mini or official")
	}
	return a, nil
}

func resetWorld(s *Simulator, _ control) (any, error) {
	s.reset()
	return reply{"reset": true}, nil
}

func listSceneCodes(s *Simulator, _ control) (any, error) {
	return reply{"codes": append([]*sceneCode{}, s.sceneCodes...)}, nil
}

func listCalls(s *Simulator, _ control) (any, error) {
	return reply{"calls": append([]callRecord{}, s.calls...)}, nil
}

func listFaults(s *Simulator, _ control) (any, error) {
	return reply{"faults": append([]*fault{}, s.faults...)}, nil
}

// putFault switches a fault on, in the place of the one that the path had.
func putFault(s *Simulator, c control) (any, error) {
	in, err := read[fault](c)
	if err != nil {
		return nil, err
	}
	if in.Path == "" {
		return nil, wrong("path is needed; * means every path")
	}
	if in.Status != 0 && (in.Status < 100 || in.Status > 599) || in.DelayMS < 0 || in.Times < 0 {
		return nil, wrong("status is 100 to 599, delay_ms and times are not negative")
	}
	if in.Code == 0 && in.Status == 0 && in.DelayMS == 0 && !in.Drop && !in.DropAfter && !in.RevokeToken {
		return nil, wrong("say what goes wrong: errcode, status, delay_ms, drop, drop_after or revoke_token")
	}
	s.clearFaults(in.Path)
	s.faults = append(s.faults, &in)
	return listFaults(s, c)
}

// deleteFaults switches one path's fault off (?path=), or all of them.
func deleteFaults(s *Simulator, c control) (any, error) {
	if path := c.URL.Query().Get("path"); path != "" {
		s.clearFaults(path)
	} else {
		s.faults = nil
	}
	return listFaults(s, c)
}

func (s *Simulator) clearFaults(path string) {
	s.faults = slices.DeleteFunc(s.faults, func(f *fault) bool { return f.Path == path })
}
