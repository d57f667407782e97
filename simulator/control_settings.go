package simulator

import (
	"net/http"
	"slices"
	"time"
)

// accountView is an account's profile without its secrets.
type accountView struct {
	AppID      string `json:"appid"`
	OriginalID string `json:"original_id"`
	Kind       string `json:"kind,omitempty"`
	Verified   bool   `json:"verified"`
	Bound      bool   `json:"bound"`
	Publishes  bool   `json:"publishes"`
	Mode       string `json:"mode"`
	Format     string `json:"format"`
	Callback   string `json:"callback"`
	ExpiresIn  int    `json:"expires_in"`
}

func (a *account) view() accountView {
	v := accountView{
		AppID: a.AppID, OriginalID: a.originalID, Verified: a.Verified, Bound: !a.Unbound, Publishes: a.mayPublish(), Mode: a.Mode,
		Format: a.Format, Callback: a.CallbackURL, ExpiresIn: int(a.TokenLife.Seconds()),
	}
	if a.name == OfficialAccount {
		v.Kind = a.Kind
	}
	return v
}

func readAccount(s *Simulator, c control) (any, error) {
	a, err := s.accountNamed(c.PathValue("account"))
	if err != nil {
		return nil, err
	}
	return a.view(), nil
}

// accountChange leaves alone what it does not name.
type accountChange struct {
	Kind      *string `json:"kind"`
	Verified  *bool   `json:"verified"`
	Bound     *bool   `json:"bound"`
	Publishes *bool   `json:"publishes"`
	Mode      *string `json:"mode"`
	Format    *string `json:"format"`
	Callback  *string `json:"callback"`
	ExpiresIn *int    `json:"expires_in"`
}

func changeAccount(s *Simulator, c control) (any, error) {
	in, err := read[accountChange](c)
	if err != nil {
		return nil, err
	}
	a, err := s.accountNamed(c.PathValue("account"))
	if err != nil {
		return nil, err
	}
	changed := in.apply(a.Account)
	if a.name == OfficialAccount && changed.Format != FormatXML {
		return nil, wrong("an official account pushes xml only")
	}
	if err := changed.check(); err != nil {
		return nil, wrong(err.Error())
	}
	a.Account = changed
	return a.view(), nil
}

func (in accountChange) apply(to Account) Account {
	put(&to.Kind, in.Kind)
	put(&to.Verified, in.Verified)
	put(&to.Mode, in.Mode)
	put(&to.Format, in.Format)
	put(&to.CallbackURL, in.Callback)
	if in.Bound != nil {
		to.Unbound = !*in.Bound
	}
	if in.Publishes != nil {
		to.Barred = !*in.Publishes
	}
	if in.ExpiresIn != nil {
		to.TokenLife = time.Duration(*in.ExpiresIn) * time.Second
	}
	return to
}

func put[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// verifyAccount does what the console does on 提交: it asks the callback for echostr.
func (s *Simulator) verifyAccount(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	a, err := s.accountNamed(r.PathValue("account"))
	var address, secret string
	if err == nil {
		address, secret = a.CallbackURL, a.Token
	}
	now := s.now()
	s.mu.Unlock()
	if err == nil && address == "" {
		err = conflict("the account has no callback")
	}
	if err != nil {
		s.writeControlError(w, r, err)
		return
	}
	tried, problem := s.verifyCallback(r.Context(), address, secret, now)
	out := reply{"ok": problem == nil, "status": tried.Status, "answer": tried.Answer}
	if problem != nil {
		out["problem"] = problem.Error()
	}
	writeJSON(w, http.StatusOK, out)
}

func revokeTokens(s *Simulator, c control) (any, error) {
	in, err := read[struct {
		Account string `json:"account"`
	}](c)
	if err != nil {
		return nil, err
	}
	a, err := s.accountNamed(in.Account)
	if err != nil {
		return nil, err
	}
	a.tokens.revoke()
	return reply{"revoked": len(a.tokens.known)}, nil
}

func readClock(s *Simulator, _ control) (any, error) {
	return reply{"now": s.now()}, nil
}

// moveClock sets the clock, or moves it by a Go duration such as 49h.
func moveClock(s *Simulator, c control) (any, error) {
	in, err := read[struct {
		Advance string    `json:"advance"`
		Set     time.Time `json:"set"`
	}](c)
	if err != nil {
		return nil, err
	}
	switch {
	case in.Advance != "" && in.Set.IsZero():
		step, err := time.ParseDuration(in.Advance)
		if err != nil {
			return nil, wrong("advance is a duration such as 90m or 49h")
		}
		s.shift += step
	case in.Advance == "" && !in.Set.IsZero():
		s.shift = in.Set.Sub(s.base())
	default:
		return nil, wrong("give either advance or set")
	}
	return readClock(s, c)
}

func checkVerdict(suggest string, label int) error {
	if !slices.Contains([]string{suggestPass, suggestReview, suggestRisky}, suggest) {
		return wrong("suggest is pass, review or risky")
	}
	if (suggest == suggestPass) != (label == labelClean) {
		return wrong("label 100 goes with pass, and only with pass")
	}
	return nil
}

func listVerdicts(s *Simulator, _ control) (any, error) {
	return reply{"media_verdicts": append([]*mediaVerdict{}, s.mediaVerdicts...)}, nil
}

func addVerdict(s *Simulator, c control) (any, error) {
	in, err := read[mediaVerdict](c)
	if err != nil {
		return nil, err
	}
	if in.Label == 0 {
		in.Label = usualLabel(in.Suggest)
	}
	if err := checkVerdict(in.Suggest, in.Label); err != nil {
		return nil, err
	}
	if in.Times == 0 {
		in.Times = 1
	}
	if in.Times < untilSwitched {
		return nil, wrong("times is a number of media, or -1 for all to come")
	}
	s.mediaVerdicts = append(s.mediaVerdicts, &in)
	return listVerdicts(s, c)
}

func usualLabel(suggest string) int {
	switch suggest {
	case suggestRisky:
		return labelCrime
	case suggestReview:
		return labelOther
	default:
		return labelClean
	}
}

func deleteVerdicts(s *Simulator, c control) (any, error) {
	s.mediaVerdicts = nil
	return listVerdicts(s, c)
}

func listTextRules(s *Simulator, _ control) (any, error) {
	return reply{"text_rules": append([]textRule{}, s.textRules...)}, nil
}

// addTextRule puts a rule before the others, so that it decides.
func addTextRule(s *Simulator, c control) (any, error) {
	in, err := read[textRule](c)
	if err != nil {
		return nil, err
	}
	rules, err := completeRules([]textRule{in})
	if err != nil {
		return nil, err
	}
	s.textRules = append(rules, s.textRules...)
	return listTextRules(s, c)
}

// putTextRules takes the place of all rules.
func putTextRules(s *Simulator, c control) (any, error) {
	in, err := read[struct {
		Rules []textRule `json:"text_rules"`
	}](c)
	if err != nil {
		return nil, err
	}
	rules, err := completeRules(in.Rules)
	if err != nil {
		return nil, err
	}
	s.textRules = rules
	return listTextRules(s, c)
}

func completeRules(rules []textRule) ([]textRule, error) {
	out := slices.Clone(rules)
	for i := range out {
		if out[i].Contains == "" {
			return nil, wrong("contains is needed")
		}
		if out[i].Label == 0 {
			out[i].Label = usualLabel(out[i].Suggest)
		}
		if err := checkVerdict(out[i].Suggest, out[i].Label); err != nil {
			return nil, err
		}
	}
	return out, nil
}
