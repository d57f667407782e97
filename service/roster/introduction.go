package roster

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/masking"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

// introductionsADay is how often the introduction of one seat may be written anew
// within a day: each is checked, and read by a person.
const introductionsADay = 10

// IntroductionWords are what a representative writes of themselves. After is the
// one that they saw last, empty for none: of two phones the second is told.
type IntroductionWords struct {
	RepresentativeID string
	Body             string
	After            string
}

// OwnIntroduction is what everybody reads of a seat, and the words of the one who
// sits on it that came last; none when there were none yet.
type OwnIntroduction struct {
	Public string
	Latest *model.Introduction
}

// OwnIntroduction shows who sits on a seat what became of their words. Fault: not
// found.
func (s *Service) OwnIntroduction(ctx context.Context, by model.Actor, representativeID string) (OwnIntroduction, error) {
	rep, err := ownSeat(ctx, s.db.Read(), by, representativeID)
	if err != nil {
		return OwnIntroduction{}, err
	}
	latest, err := latestIntroduction(ctx, s.db.Read(), rep.ID)
	return OwnIntroduction{Public: rep.Introduction, Latest: latest}, err
}

// WriteIntroduction takes what a representative wrote of themselves and puts it to
// the content check; what was on its way before is replaced. Only who sits on the
// seat may. Faults: not found; invalid (body); conflict when they wrote something
// else meanwhile, or the seat has ended; too many.
func (s *Service) WriteIntroduction(ctx context.Context, by model.Actor, w IntroductionWords) (OwnIntroduction, error) {
	body, err := introductionBody(w.Body)
	if err != nil {
		return OwnIntroduction{}, err
	}
	var own OwnIntroduction
	err = store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		rep, err := ownSeat(ctx, tx, by, w.RepresentativeID)
		if err != nil {
			return err
		}
		if err := s.makeRoom(ctx, tx, by, rep, body, w.After); err != nil {
			return err
		}
		row := model.Introduction{
			ID: model.NewID(), RepresentativeID: rep.ID, OpenSeat: &rep.ID, AreaPath: rep.AreaPath, PersonID: by.PersonID, Body: body,
			State: model.IntroductionFlow().Start, CreatedAt: s.now(),
		}
		if err := store.From[model.Introduction](tx).Create(ctx, &row); err != nil {
			return twice(err, "write introduction")
		}
		own = OwnIntroduction{Public: rep.Introduction, Latest: &row}
		if err := outbox.Enqueue(ctx, tx, outbox.Task{Kind: IntroductionTask, DedupeKey: row.ID, Payload: introductionTask{row.ID}, RunAt: row.CreatedAt, Fresh: true}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, "introduction.write", introductionTarget(row, ""), s.now())
	})
	return own, err
}

// introductionBody brings words to the form that the roster keeps. Fault: invalid.
func introductionBody(words string) (string, error) {
	body := tidy(words)
	if n := utf8.RuneCountInString(body); n == 0 || n > model.IntroductionMax {
		return "", fault.InvalidField("body", fmt.Sprintf("请写 1 到 %d 个字，现在有 %d 个字。", model.IntroductionMax, n))
	}
	for _, span := range masking.Proven(body) {
		if span.Kind == masking.Phone && !isMobile(body[span.Start:span.End]) {
			continue
		}
		return "", fault.InvalidField("body", fmt.Sprintf("“%s”像是%s。简介谁都看得到，请去掉；居民会在这里写信给您。", body[span.Start:span.End], span.Kind.Words()))
	}
	return body, nil
}

// makeRoom looks whether new words may come, and replaces what was on its way.
func (s *Service) makeRoom(ctx context.Context, tx *gorm.DB, by model.Actor, rep model.Representative, body, after string) error {
	latest, err := latestIntroduction(ctx, tx, rep.ID)
	if err != nil {
		return err
	}
	was, open := "", false
	if latest != nil {
		was, open = latest.ID, latest.OpenSeat != nil
	}
	switch {
	case was != after:
		return fault.Conflict("您在别处又写了一份简介。请先看看那一份，再决定送哪一份。")
	case body == rep.Introduction:
		return fault.InvalidField("body", "和现在公开的一样，不用再送。")
	case open && body == latest.Body:
		return fault.InvalidField("body", "和已经送去的一样，不用再送。")
	}
	today, err := store.From[model.Introduction](tx).Where("representative_id = ? AND created_at > ?", rep.ID, s.now().Add(-24*time.Hour)).Count(ctx, "*")
	if err != nil {
		return fmt.Errorf("roster: count introductions: %w", err)
	}
	if today >= introductionsADay {
		return fault.TooMany("今天已经改了很多次简介，请明天再改。", time.Hour)
	}
	if !open {
		return nil
	}
	return s.turnIntroduction(ctx, tx, by, latest, turning{deed: model.IntroductionReplace})
}

// WithdrawIntroduction takes words back that are on their way. Only who sits on
// the seat may. Faults: not found, conflict.
func (s *Service) WithdrawIntroduction(ctx context.Context, by model.Actor, representativeID, id string) (OwnIntroduction, error) {
	return s.onOwnIntroduction(ctx, by, representativeID, id, func(ctx context.Context, tx *gorm.DB, row *model.Introduction) error {
		return s.turnIntroduction(ctx, tx, by, row, turning{deed: model.IntroductionWithdraw})
	})
}

// AppealIntroduction puts words before a person that the content check refused:
// a machine alone has not the last word. Faults: not found; conflict when they
// were not refused, or newer ones are on their way.
func (s *Service) AppealIntroduction(ctx context.Context, by model.Actor, representativeID, id string) (OwnIntroduction, error) {
	return s.onOwnIntroduction(ctx, by, representativeID, id, func(ctx context.Context, tx *gorm.DB, row *model.Introduction) error {
		seat := row.RepresentativeID
		set := map[string]any{"appealed": true, "reason": "", "open_seat": seat, "ended_at": nil}
		if err := s.turnIntroduction(ctx, tx, by, row, turning{deed: model.IntroductionAppeal, set: set}); err != nil {
			return err
		}
		row.Appealed, row.Reason, row.OpenSeat, row.EndedAt = true, "", &seat, nil
		return s.tellWaiting(ctx, tx, *row)
	})
}

// onOwnIntroduction does something with the newest words of a seat.
func (s *Service) onOwnIntroduction(ctx context.Context, by model.Actor, representativeID, id string, do func(context.Context, *gorm.DB, *model.Introduction) error) (OwnIntroduction, error) {
	var own OwnIntroduction
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		rep, err := ownSeat(ctx, tx, by, representativeID)
		if err != nil {
			return err
		}
		latest, err := latestIntroduction(ctx, tx, rep.ID)
		if err != nil {
			return err
		}
		if latest == nil || latest.ID != id {
			return fault.Conflict("这份简介已经换成新写的了，请刷新后再看。")
		}
		own = OwnIntroduction{Public: rep.Introduction, Latest: latest}
		return do(ctx, tx, latest)
	})
	return own, err
}

// ownSeat finds a seat that the actor sits on. Faults: not found; conflict when
// the qualification has ended.
func ownSeat(ctx context.Context, db *gorm.DB, by model.Actor, id string) (model.Representative, error) {
	if !slices.Contains(by.RepresentativeIDs(), id) {
		return model.Representative{}, fault.NotFound("该代表")
	}
	rep, err := store.From[model.Representative](db).Where("id = ?", id).Take(ctx)
	if store.IsAbsent(err) {
		return rep, fault.NotFound("该代表")
	}
	if err != nil {
		return rep, fmt.Errorf("roster: find own seat: %w", err)
	}
	if slices.Contains(model.RepresentativeFlow().Final, rep.State) {
		return rep, fault.Conflict("代表资格已经终止或届满，不能再改简介。")
	}
	return rep, nil
}

// latestIntroduction is what was written last for a seat; nil when nothing was.
func latestIntroduction(ctx context.Context, db *gorm.DB, representativeID string) (*model.Introduction, error) {
	rows, err := store.From[model.Introduction](db).Where("representative_id = ?", representativeID).Order("created_at DESC, id DESC").Limit(1).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("roster: find introduction: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil //nolint:nilnil // nobody wrote anything yet, which is no fault
	}
	return &rows[0], nil
}

// turning is one deed on an introduction: set are the columns that change beside
// the state, detail is for the audit log.
type turning struct {
	deed   model.IntroductionDeed
	set    map[string]any
	detail string
}

// turnIntroduction takes an introduction on to its next state. Fault: conflict.
func (s *Service) turnIntroduction(ctx context.Context, tx *gorm.DB, by model.Actor, row *model.Introduction, t turning) error {
	life := model.IntroductionFlow()
	to, err := life.Next(row.State, t.deed)
	if err != nil {
		return fault.Conflict("这份简介现在是“%s”，不能再这样办理。请刷新后再看。", model.IntroductionStateWords(row.State))
	}
	now := s.now()
	set := map[string]any{"state": to}
	ends := slices.Contains(life.Final, to)
	if ends {
		set["open_seat"], set["ended_at"] = nil, now
	}
	maps.Copy(set, t.set)
	n, err := store.From[model.Introduction](tx).Where("id = ? AND state = ?", row.ID, row.State).Set(clause.Assignments(set)).Update(ctx)
	if err != nil {
		return twice(err, "move introduction")
	}
	if n != 1 {
		return fault.Conflict("这份简介刚刚有了新的变化，请刷新后再试。")
	}
	if row.State = to; ends {
		row.OpenSeat, row.EndedAt = nil, &now
	}
	return audit.Record(ctx, tx, by, "introduction."+string(t.deed), introductionTarget(*row, t.detail), now)
}

// twice says that two of a seat were on their way at once. Fault: conflict.
func twice(err error, doing string) error {
	if store.IsDuplicate(err) {
		return fault.Conflict("已有另一份简介正在办理，请刷新后再看。")
	}
	return fmt.Errorf("roster: %s: %w", doing, err)
}

func introductionTarget(row model.Introduction, detail string) audit.Target {
	return audit.Target{Kind: "representative", ID: row.RepresentativeID, AreaPath: row.AreaPath, Detail: detail}
}

// paragraphs are the lines of a text; nothing has none.
func paragraphs(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}
