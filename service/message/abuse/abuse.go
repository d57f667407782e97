// Package abuse holds the rules that look at what a resident writes: one text
// for many representatives, many texts in a short time, adverts, one text from
// many people. They only count and compare; what words may be said is WeChat's
// content check to tell.
//
// It refuses to decide. A rule lets pass, or asks for a person's word and may
// suggest what that word could be (docs/adr/0012). It reads and writes nothing.
package abuse

import (
	"fmt"
	"time"

	"lianxin/model"
)

// How far back the rules look: for texts that are the same, and for many.
const (
	SpanOfSame = 24 * time.Hour
	SpanOfMany = time.Hour
)

// Rules are the thresholds of a deployment; a rule whose threshold is 0 is off.
type Rules struct {
	// SameText is to how many representatives one text may go within a day before
	// a person looks; from SameTextRefuse on, refusal is suggested.
	SameText, SameTextRefuse int
	// Burst is how many texts one person may write within an hour before a person
	// looks.
	Burst int
	// Copied is from how many others one text may come within a day before a
	// person looks.
	Copied int
	// Advert says whether adverts are looked for.
	Advert bool
}

// Seen is a text with what is known of the days before, the text included.
type Seen struct {
	Body string
	// SameTo is to how many representatives the writer sent this text within a day.
	SameTo int
	// Recent is how many texts the writer wrote within an hour.
	Recent int
	// Others is how many other people sent this text within a day.
	Others int
}

// Finding is what one rule says of a text, and what it saw.
type Finding struct {
	Rule     model.AbuseRule
	Outcome  model.AbuseOutcome
	Evidence string
}

// Look asks every rule. A rule that lets pass is not among the findings.
func (r Rules) Look(s Seen) []Finding {
	var found []Finding
	for _, f := range []Finding{r.sameText(s), r.burst(s), r.copied(s), r.advert(s)} {
		if f.Outcome != model.AbusePass {
			found = append(found, f)
		}
	}
	return found
}

func (r Rules) sameText(s Seen) Finding {
	f := Finding{Rule: model.AbuseSameText, Outcome: model.AbusePass, Evidence: fmt.Sprintf("24 小时内向 %d 位代表发送了相同内容", s.SameTo)}
	switch {
	case r.SameTextRefuse > 0 && s.SameTo > r.SameTextRefuse:
		f.Outcome = model.AbuseSuggest
	case r.SameText > 0 && s.SameTo > r.SameText:
		f.Outcome = model.AbuseHold
	}
	return f
}

func (r Rules) burst(s Seen) Finding {
	f := Finding{Rule: model.AbuseBurst, Outcome: model.AbusePass, Evidence: fmt.Sprintf("1 小时内写了 %d 段内容", s.Recent)}
	if r.Burst > 0 && s.Recent > r.Burst {
		f.Outcome = model.AbuseHold
	}
	return f
}

func (r Rules) copied(s Seen) Finding {
	f := Finding{Rule: model.AbuseCopied, Outcome: model.AbusePass, Evidence: fmt.Sprintf("24 小时内另有 %d 人提交了相同内容，可能是转发，也可能是大家共同关心的事", s.Others)}
	if r.Copied > 0 && s.Others > r.Copied {
		f.Outcome = model.AbuseHold
	}
	return f
}

// Combine gives what becomes of a text: the machine's word, made no milder by
// the rules, and never a refusal by theirs.
func Combine(machine model.Suggestion, found []Finding) model.Suggestion {
	if machine == model.SuggestPass && len(found) > 0 {
		return model.SuggestReview
	}
	return machine
}

// Words name a rule for the officer.
func Words(rule model.AbuseRule) string {
	switch rule {
	case model.AbuseContentCheck:
		return "微信内容检查"
	case model.AbuseSameText:
		return "同一内容发给多位代表"
	case model.AbuseBurst:
		return "短时间内大量提交"
	case model.AbuseAdvert:
		return "疑似广告推广"
	case model.AbuseCopied:
		return "多人提交相同内容"
	}
	return ""
}

// Refusal is what an officer could tell the writer, as a beginning; empty where
// a rule gives no reason to refuse.
func Refusal(rule model.AbuseRule) string {
	switch rule {
	case model.AbuseSameText:
		return "同一件事不必分别写给多位代表，已有一封在办理中。"
	case model.AbuseAdvert:
		return "内容像是广告推广，不属于代表联系群众的范围。"
	case model.AbuseContentCheck, model.AbuseBurst, model.AbuseCopied:
	}
	return ""
}
