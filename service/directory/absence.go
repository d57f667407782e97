package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// The limits of what a representative sets.
const (
	absenceMax  = 366 * 24 * time.Hour
	awayNoteMax = 100
	capMax      = 500
)

// Preferences are how a representative wants to be reached. MessageCap is the
// number of open messages from which new ones go to the studio; 0 takes the
// deployment's default. With DailyDigest notices come gathered, once a day.
type Preferences struct {
	MessageCap  int
	DailyDigest bool
}

// SetAbsence says that a representative is away through a day, given as
// "2006-01-02", with a note for the public; new messages go to the studio. The
// representative may, and the liaison office of the area. Faults: not found,
// invalid (until, note), conflict when the seat has ended.
func (s *Service) SetAbsence(ctx context.Context, by model.Actor, representativeID, until, note string) error {
	note = strings.TrimSpace(note)
	if err := s.checkAbsence(until, note); err != nil {
		return err
	}
	return s.changeSeat(ctx, by, representativeID, "absence.set", until, map[string]any{"away_until": until, "away_note": note})
}

// EndAbsence says that a representative is back. Faults: not found, conflict
// when the seat has ended.
func (s *Service) EndAbsence(ctx context.Context, by model.Actor, representativeID string) error {
	return s.changeSeat(ctx, by, representativeID, "absence.end", "", map[string]any{"away_until": "", "away_note": ""})
}

func (s *Service) checkAbsence(until, note string) error {
	var wrong []fault.Field
	day, err := time.ParseInLocation(time.DateOnly, until, model.Shanghai)
	switch {
	case err != nil:
		wrong = append(wrong, fault.Field{Name: "until", Reason: "日期应写成 2027-01-01 的样子。"})
	case until < model.Day(s.now()):
		wrong = append(wrong, fault.Field{Name: "until", Reason: "外出的最后一天不能早于今天。"})
	case day.After(s.now().Add(absenceMax)):
		wrong = append(wrong, fault.Field{Name: "until", Reason: "外出时间不能超过一年。"})
	}
	if utf8.RuneCountInString(note) > awayNoteMax || !utf8.ValidString(note) {
		wrong = append(wrong, fault.Field{Name: "note", Reason: "外出说明不能超过 100 字。"})
	}
	if len(wrong) > 0 {
		return fault.Invalid(wrong...)
	}
	return nil
}

// SetPreferences sets how a representative wants to be reached. Faults: not
// found, invalid (message_cap), conflict when the seat has ended.
func (s *Service) SetPreferences(ctx context.Context, by model.Actor, representativeID string, p Preferences) error {
	if p.MessageCap < 0 || p.MessageCap > capMax {
		return fault.InvalidField("message_cap", "同时办理的来信上限应在 0 到 500 之间，0 表示使用默认值。")
	}
	detail := fmt.Sprintf("cap %d, digest %t", p.MessageCap, p.DailyDigest)
	return s.changeSeat(ctx, by, representativeID, "preference.set", detail, map[string]any{
		"message_cap": p.MessageCap, "daily_digest": p.DailyDigest,
	})
}

// Preferences tells how a representative wants to be reached, to those who may
// set it. Fault: not found.
func (s *Service) Preferences(ctx context.Context, by model.Actor, representativeID string) (Preferences, error) {
	rep, err := settable(ctx, s.db.Read(), by, representativeID)
	if err != nil {
		return Preferences{}, err
	}
	return Preferences{MessageCap: rep.MessageCap, DailyDigest: rep.DailyDigest}, nil
}

// changeSeat sets columns of a representative's seat and audits it.
func (s *Service) changeSeat(ctx context.Context, by model.Actor, id, action, detail string, set map[string]any) error {
	set["updated_at"] = s.now()
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		rep, err := settable(ctx, tx, by, id)
		if err != nil {
			return err
		}
		open := model.RepresentativeFlow().Open()
		n, err := store.From[model.Representative](tx).Where("id = ? AND state IN ?", id, open).Set(clause.Assignments(set)).Update(ctx)
		if err != nil {
			return fmt.Errorf("directory: change seat: %w", err)
		}
		if n != 1 {
			return fault.Conflict("该代表的资格已终止，不能再修改。")
		}
		return audit.Record(ctx, tx, by, action, audit.Target{
			Kind: "representative", ID: id, AreaPath: rep.AreaPath, Detail: detail,
		}, s.now())
	})
}

// settable finds a seat whose absence and preferences the actor may set: their
// own, or one in an area they look after. Fault: not found.
func settable(ctx context.Context, db *gorm.DB, by model.Actor, id string) (model.Representative, error) {
	rep, err := seatOf(ctx, db, id)
	if err != nil {
		return model.Representative{}, err
	}
	own := slices.Contains(by.RepresentativeIDs(), id)
	if by.System == "" && !own && !by.PermitsIn(model.PermitAbsenceSet, rep.AreaPath) {
		return model.Representative{}, errNoRepresentative()
	}
	return rep, nil
}
