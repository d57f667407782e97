package roster

import (
	"context"
	"fmt"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/comparison"
	"lianxin/service/store"
)

// IntroductionLine is what a representative wrote, as who decides sees it: whose,
// what everybody reads now, and how the two differ while it waits. Revision is the
// one of the roster's record that Public was read from. Own says that who looks
// wrote it, and therefore does not decide.
type IntroductionLine struct {
	model.Introduction

	Name         string
	Post         string
	Area         string
	ElectingUnit string
	Public       string
	Revision     int
	Own          bool
	Difference   []comparison.Paragraph
}

// IntroductionList is a piece of a list, and how many wait in all.
type IntroductionList struct {
	Lines   []IntroductionLine
	Waiting int
	Next    string
}

// Introductions lists what representatives of the actor's areas wrote of
// themselves, the newest first: what waits, or what was decided. Faults:
// forbidden, invalid (after).
func (s *Service) Introductions(ctx context.Context, by model.Actor, decided bool, page store.Page) (IntroductionList, error) {
	if !by.Permits(model.PermitRosterWrite) {
		return IntroductionList{}, fault.Forbidden("您没有修改名册的权限。")
	}
	mine := store.From[model.Introduction](s.db.Read()).Where(store.WithinAny("area_path", by.AreaPaths(model.PermitRosterWrite)))
	waiting, err := mine.Where("state = ?", model.IntroductionWaiting).Count(ctx, "*")
	if err != nil {
		return IntroductionList{}, fmt.Errorf("roster: count introductions: %w", err)
	}
	wanted := []model.IntroductionState{model.IntroductionWaiting}
	if decided {
		wanted = []model.IntroductionState{model.IntroductionReleased, model.IntroductionReturned}
	}
	q := mine.Where("state IN ?", wanted)
	if page.After != "" {
		at, id, err := page.SplitTime()
		if err != nil {
			return IntroductionList{}, err
		}
		q = q.Where("(created_at < ? OR (created_at = ? AND id < ?))", at, at, id)
	}
	rows, err := q.Order("created_at DESC, id DESC").Limit(page.Rows() + 1).Find(ctx)
	if err != nil {
		return IntroductionList{}, fmt.Errorf("roster: list introductions: %w", err)
	}
	rows, after := store.Cut(rows, page, func(one model.Introduction) string { return store.TimeCursor(one.CreatedAt, one.ID) })
	lines, err := s.introductionLines(ctx, by, rows)
	return IntroductionList{Lines: lines, Waiting: int(waiting), Next: after}, err
}

// introductionLines says whose each introduction is, and what is public now.
func (s *Service) introductionLines(ctx context.Context, by model.Actor, rows []model.Introduction) ([]IntroductionLine, error) {
	ids := make([]string, 0, len(rows))
	for _, row := range rows {
		ids = append(ids, row.RepresentativeID)
	}
	reps, err := store.From[model.Representative](s.db.Read()).Where("id IN ?", ids).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("roster: find whose introductions: %w", err)
	}
	seats, err := s.lines(ctx, reps)
	if err != nil {
		return nil, err
	}
	bySeat := make(map[string]Line, len(seats))
	for _, one := range seats {
		bySeat[one.ID] = one
	}
	lines := make([]IntroductionLine, 0, len(rows))
	for _, row := range rows {
		seat := bySeat[row.RepresentativeID]
		line := IntroductionLine{
			Introduction: row, Name: seat.Name, Post: seat.Post, Area: seat.Area, ElectingUnit: seat.ElectingUnit, Public: seat.Introduction,
			Revision: seat.Revision, Own: row.PersonID == by.PersonID,
		}
		if row.State == model.IntroductionWaiting {
			line.Difference = comparison.Of(paragraphs(line.Public), paragraphs(row.Body))
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// ReleaseIntroduction puts a representative's words into the roster, where
// everybody reads them, and tells who wrote them. Revision is the one of the
// roster's record that the words were compared with. Faults: not found outside the
// actor's areas; forbidden for one's own words; conflict when they do not wait any
// more, or the record was changed since.
func (s *Service) ReleaseIntroduction(ctx context.Context, by model.Actor, id string, revision int) error {
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		row, err := introductionIn(ctx, tx, by, id)
		if err != nil {
			return err
		}
		now := s.now()
		set := map[string]any{"decider_id": by.PersonID, "decider": by.Name}
		detail := fmt.Sprintf("%d 字", utf8.RuneCountInString(row.Body))
		if err := s.turnIntroduction(ctx, tx, by, &row, turning{deed: model.IntroductionRelease, set: set, detail: detail}); err != nil {
			return err
		}
		n, err := store.From[model.Representative](tx).Where("id = ? AND state IN ? AND revision = ?", row.RepresentativeID, model.RepresentativeFlow().Open(), revision).
			Set(clause.Assignments(map[string]any{"introduction": row.Body, "revision": next, "updated_at": now})).Update(ctx)
		if err != nil {
			return fmt.Errorf("roster: release introduction: %w", err)
		}
		if n != 1 {
			return fault.Conflict("您打开之后，名册里这位代表的资料有了变化。请刷新，对照现在的内容再定。")
		}
		if err := touch(ctx, tx, now); err != nil {
			return err
		}
		return s.tellWriter(ctx, tx, row, telling{title: "您写的简介公开了", body: "组织部门看过了您写的简介，现在居民都能看到。", hint: "居民现在能看到", phrase: "已公开"})
	})
}

// ReturnIntroduction gives words back to who wrote them, with a reason. Faults:
// invalid (reason); not found outside the actor's areas; forbidden for one's own
// words; conflict when they do not wait any more.
func (s *Service) ReturnIntroduction(ctx context.Context, by model.Actor, id, reason string) error {
	reason = tidy(reason)
	if n := utf8.RuneCountInString(reason); n == 0 || n > model.ReasonMax {
		return fault.InvalidField("reason", "请写明怎么改，不超过 500 字。代表会收到这段话。")
	}
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		row, err := introductionIn(ctx, tx, by, id)
		if err != nil {
			return err
		}
		set := map[string]any{"decider_id": by.PersonID, "decider": by.Name, "reason": reason}
		if err := s.turnIntroduction(ctx, tx, by, &row, turning{deed: model.IntroductionReturn, set: set, detail: reason}); err != nil {
			return err
		}
		return s.tellWriter(ctx, tx, row, telling{title: "您写的简介请改一改", body: reason, hint: "请按说明改后再送", phrase: "已退回"})
	})
}

// introductionIn finds words to decide on.
func introductionIn(ctx context.Context, tx *gorm.DB, by model.Actor, id string) (model.Introduction, error) {
	row, err := store.From[model.Introduction](tx).Where("id = ?", id).Take(ctx)
	if store.IsAbsent(err) || err == nil && !by.PermitsIn(model.PermitRosterWrite, row.AreaPath) {
		return row, fault.NotFound("这份简介")
	}
	if err != nil {
		return row, fmt.Errorf("roster: find introduction: %w", err)
	}
	if row.PersonID == by.PersonID {
		return row, fault.Forbidden("这是您自己写的简介，请由另一位同事来定。")
	}
	return row, nil
}
