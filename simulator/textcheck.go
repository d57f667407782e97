package simulator

import (
	"strings"
	"unicode/utf8"
)

// The verdicts of a content check.
const (
	suggestPass   = "pass"
	suggestReview = "review"
	suggestRisky  = "risky"
)

const (
	labelClean     = 100
	labelCrime     = 20006
	labelOther     = 21000
	longestText    = 2500
	largestMedia   = 10 << 20
	downloadFailed = -1008
	untilSwitched  = -1
)

// textRule is a word and the verdict on any text that contains it. The first match decides.
type textRule struct {
	Contains string `json:"contains"`
	Suggest  string `json:"suggest"`
	Label    int    `json:"label"`
}

func defaultTextRules() []textRule {
	return []textRule{
		{Contains: "违规", Suggest: suggestRisky, Label: labelCrime},
		{Contains: "可疑", Suggest: suggestReview, Label: labelOther},
	}
}

// mediaVerdict is a verdict on coming pictures and sounds.
type mediaVerdict struct {
	// User limits the verdict to one person's media; empty means everybody.
	User    string `json:"user,omitempty"`
	Suggest string `json:"suggest"`
	Label   int    `json:"label"`
	// Times is how many media it still judges; -1 means until a reset.
	Times int `json:"times"`
}

type checkedText struct {
	Version   int    `json:"version"`
	OpenID    string `json:"openid"`
	Scene     int    `json:"scene"`
	Content   string `json:"content"`
	Nickname  string `json:"nickname"`
	Title     string `json:"title"`
	Signature string `json:"signature"`
}

// checkText is msg_sec_check, version 2. WeChat does not document the codes for a wrong
// version and for a content that is empty or too long; 40035 and 45002 are our reading.
func checkText(s *Simulator, c *call) (any, error) {
	in, err := decode[checkedText](c)
	if err != nil {
		return nil, err
	}
	switch {
	case in.Version != 2:
		return nil, refuseBecause(40035, "invalid parameter, version must be 2")
	case in.Scene < 1 || in.Scene > 4:
		return nil, refuse(40129)
	case in.Content == "":
		return nil, refuseBecause(40035, "invalid parameter, content is empty")
	case utf8.RuneCountInString(in.Content) > longestText:
		return nil, refuse(45002)
	}
	if _, err := s.visitor(c, in.OpenID); err != nil {
		return nil, err
	}
	verdict := s.judge(strings.Join([]string{in.Content, in.Nickname, in.Title, in.Signature}, "\n"))
	detail := []reply{{"strategy": "content_model", "errcode": 0, "suggest": verdict.Suggest, "label": verdict.Label, "prob": 90}}
	if verdict.Contains != "" {
		detail = append(detail, reply{"strategy": "keyword", "errcode": 0, "suggest": verdict.Suggest, "label": verdict.Label, "keyword": verdict.Contains, "level": 20})
	}
	out := done()
	out["trace_id"] = traceID()
	out["result"] = reply{"suggest": verdict.Suggest, "label": verdict.Label}
	out["detail"] = detail
	return out, nil
}

func (s *Simulator) judge(text string) textRule {
	for _, rule := range s.textRules {
		if strings.Contains(text, rule.Contains) {
			return rule
		}
	}
	return textRule{Suggest: suggestPass, Label: labelClean}
}

func traceID() string {
	return randomHex(4) + "-" + randomHex(4) + "-" + randomHex(4)
}
