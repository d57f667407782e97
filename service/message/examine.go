package message

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/message/abuse"
	"lianxin/service/store"
)

// heldWords is what a writer reads while a person looks at the words.
const heldWords = "这段内容需要工作人员看过再送达，期限照常计算，不用重复提交。"

// examine lets the rules against abuse look at a fresh turn of a resident, and
// writes down what they, and the machine, found: for the officer who decides.
// False when the turn was examined before.
func (s *Service) examine(ctx context.Context, tx *gorm.DB, turn model.Turn, machine model.Suggestion) ([]abuse.Finding, bool, error) {
	var found []abuse.Finding
	if turn.Side == model.SideResident && s.rules != (abuse.Rules{}) {
		seen, fresh, err := s.seen(ctx, tx, turn)
		if err != nil || !fresh {
			return nil, false, err
		}
		found = s.rules.Look(seen)
	}
	noted := found
	if machine != model.SuggestPass {
		noted = append([]abuse.Finding{checked(machine)}, found...)
	}
	for _, f := range noted {
		row := model.TurnFinding{
			ID: model.NewID(), TurnID: turn.ID, MessageID: turn.MessageID, Rule: f.Rule, Outcome: f.Outcome, Evidence: f.Evidence, CreatedAt: s.now(),
		}
		if err := store.From[model.TurnFinding](tx).Create(ctx, &row); err != nil {
			return nil, false, fmt.Errorf("message: note finding: %w", err)
		}
	}
	return found, true, nil
}

// checked is the machine's word among the findings.
func checked(machine model.Suggestion) abuse.Finding {
	f := abuse.Finding{Rule: model.AbuseContentCheck, Outcome: model.AbuseHold, Evidence: "内容检查拿不准，或没能检查，需要人工判断"}
	if machine == model.SuggestRisky {
		f.Outcome, f.Evidence = model.AbuseSuggest, "内容检查认为有风险"
	}
	return f
}

// seen gathers what is known of a turn and the day before it, and remembers the
// turn for those that come after.
func (s *Service) seen(ctx context.Context, tx *gorm.DB, turn model.Turn) (abuse.Seen, bool, error) {
	m, err := store.From[model.Message](tx).Where("id = ?", turn.MessageID).Take(ctx)
	if err != nil {
		return abuse.Seen{}, false, fmt.Errorf("message: find message of turn: %w", err)
	}
	mark := model.TurnMark{
		TurnID: turn.ID, AuthorID: turn.AuthorID, RepresentativeID: m.RepresentativeID, Mark: abuse.Mark(turn.Body), CreatedAt: turn.CreatedAt,
	}
	err = store.From[model.TurnMark](tx).Create(ctx, &mark)
	if store.IsDuplicate(err) {
		return abuse.Seen{}, false, nil
	}
	if err != nil {
		return abuse.Seen{}, false, fmt.Errorf("message: mark turn: %w", err)
	}
	seen := abuse.Seen{Body: turn.Body}
	own, err := store.From[model.TurnMark](tx).Where("author_id = ? AND created_at > ?", turn.AuthorID, turn.CreatedAt.Add(-abuse.SpanOfSame)).Limit(marksMax).Find(ctx)
	if err != nil {
		return abuse.Seen{}, false, fmt.Errorf("message: read own marks: %w", err)
	}
	to := map[string]bool{}
	for _, one := range own {
		if one.CreatedAt.After(turn.CreatedAt.Add(-abuse.SpanOfMany)) {
			seen.Recent++
		}
		if mark.Mark != "" && one.Mark == mark.Mark {
			to[one.RepresentativeID] = true
		}
	}
	seen.SameTo = len(to)
	if mark.Mark == "" {
		return seen, true, nil
	}
	others, err := store.From[model.TurnMark](tx).Select("author_id").Distinct("author_id").
		Where("mark = ? AND created_at > ? AND author_id <> ?", mark.Mark, turn.CreatedAt.Add(-abuse.SpanOfSame), turn.AuthorID).Limit(marksMax).Find(ctx)
	if err != nil {
		return abuse.Seen{}, false, fmt.Errorf("message: read others' marks: %w", err)
	}
	seen.Others = len(others)
	return seen, true, nil
}

// marksMax is as many marks as are worth looking at.
const marksMax = 1000
