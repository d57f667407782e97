package message

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
)

// reopenWindow is how long after the end a resident may still say "not solved".
const reopenWindow = 90 * 24 * time.Hour

// own loads a message for the resident whose matter it is, or who wrote it.
func (s *Service) own(ctx context.Context, tx *gorm.DB, by model.Actor, id string) (model.Message, acting, error) {
	m, err := store.From[model.Message](tx).Where("id = ? AND restricted_at IS NULL AND (resident_id = ? OR writer_id = ?)", id, by.PersonID, by.PersonID).Take(ctx)
	if by.PersonID == "" || store.IsAbsent(err) {
		return m, acting{}, fault.NotFound("这封来信")
	}
	if err != nil {
		return m, acting{}, fmt.Errorf("message: find: %w", err)
	}
	return m, acting{side: model.SideResident, name: m.ResidentName}, nil
}

// Outcome is a resident's own word on what became of a message. Rating counts
// 1 to 5, 0 for none; Comment may be empty.
type Outcome struct {
	Word    model.Word
	Rating  int
	Comment string
}

func (o *Outcome) check() error {
	var wrong []fault.Field
	switch o.Word {
	case model.WordSolved, model.WordPartly, model.WordNoAnswerNeeded:
	case model.WordNotSolved:
		wrong = append(wrong, fault.Field{Name: "word", Reason: "没有解决请使用“继续反映”，并说明还差什么。"})
	case model.WordNone:
		wrong = append(wrong, fault.Field{Name: "word", Reason: "请选择问题是否解决。"})
	default:
		wrong = append(wrong, fault.Field{Name: "word", Reason: "没有这个选项。"})
	}
	if o.Rating < 0 || o.Rating > 5 {
		wrong = append(wrong, fault.Field{Name: "rating", Reason: "评分应为 1 到 5。"})
	}
	if o.Comment = strings.TrimSpace(o.Comment); utf8.RuneCountInString(o.Comment) > model.ReasonMax {
		wrong = append(wrong, fault.Field{Name: "comment", Reason: "评价不能超过 500 字。"})
	}
	if len(wrong) > 0 {
		return fault.Invalid(wrong...)
	}
	return nil
}

// Confirm takes the resident's word that the matter is solved, partly solved,
// or needs no answer any more, with a rating. Said again, the newer word
// counts. Faults: invalid, not found, conflict.
func (s *Service) Confirm(ctx context.Context, by model.Actor, id string, o Outcome) (Thread, error) {
	if err := o.check(); err != nil {
		return Thread{}, err
	}
	return s.through(ctx, s.own, by, id, func(ctx context.Context, tx *gorm.DB, m *model.Message, as acting) error {
		set := map[string]any{"word": o.Word, "rating": o.Rating, "rating_comment": o.Comment}
		told := change{deed: model.DeedConfirm, by: by, side: as.side, name: as.name, note: wordWords[o.Word], set: set}
		if m.State == model.MessageConfirmed {
			told.deed = model.DeedRate
			m.Word, m.Rating, m.RatingComment = o.Word, o.Rating, o.Comment
			return s.note(ctx, tx, *m, told)
		}
		set["closed_at"] = s.now()
		if err := s.move(ctx, tx, m, told); err != nil {
			return err
		}
		said := telling{happening: fmt.Sprintf("confirmed/%d", m.Round), title: "居民确认了办理结果", phrase: "已确认", hint: "居民已确认办理结果", body: "居民已对办理结果作出确认，感谢您的履职。"}
		if err := s.tellHolder(ctx, tx, *m, said); err != nil {
			return err
		}
		return s.tellUnit(ctx, tx, *m, said)
	})
}

// Reopen says "not solved": a new round begins with what is still missing, at
// the representative again. What was answered stays on record. Faults: invalid,
// not found, conflict.
func (s *Service) Reopen(ctx context.Context, by model.Actor, id string, words Words) (Thread, error) {
	if err := words.check(); err != nil {
		return Thread{}, err
	}
	return s.through(ctx, s.own, by, id, func(ctx context.Context, tx *gorm.DB, m *model.Message, _ acting) error {
		if m.ClosedAt != nil && s.now().Sub(*m.ClosedAt) > reopenWindow {
			return fault.Conflict("这封来信办结已超过 90 天，请重新写一封。")
		}
		return s.newRound(ctx, tx, m, by, model.DeedReopen, words, map[string]any{"word": model.WordNotSolved, "closed_at": nil})
	})
}

// Object disagrees with "out of scope"; the message goes back to the
// representatives' side with the reason. Faults: invalid, not found, conflict.
func (s *Service) Object(ctx context.Context, by model.Actor, id string, words Words) (Thread, error) {
	if err := words.check(); err != nil {
		return Thread{}, err
	}
	return s.through(ctx, s.own, by, id, func(ctx context.Context, tx *gorm.DB, m *model.Message, _ acting) error {
		return s.newRound(ctx, tx, m, by, model.DeedObject, words, map[string]any{"out_of_scope_where": ""})
	})
}

// newRound sends a message round again. It goes through the routing anew: the
// representative may be away by now.
func (s *Service) newRound(ctx context.Context, tx *gorm.DB, m *model.Message, by model.Actor, deed model.MessageDeed, words Words, set map[string]any) error {
	rep, err := store.From[model.Representative](tx).Where("id = ?", m.RepresentativeID).Take(ctx)
	if err != nil {
		return fmt.Errorf("message: find addressee: %w", err)
	}
	to, err := s.route(ctx, tx, rep)
	if err != nil {
		return err
	}
	set["round"], set["unit_id"], set["holder_id"], set["studio_id"] = m.Round+1, "", to.holderID, to.studioID
	if err := s.move(ctx, tx, m, change{deed: deed, by: by, side: model.SideResident, name: m.ResidentName, note: to.why, set: set}); err != nil {
		return err
	}
	turn := model.Turn{Side: model.SideResident, AuthorID: by.PersonID, Author: m.ResidentName, Body: words.Body, Effect: model.EffectNone}
	if err := s.writeTurn(ctx, tx, *m, &turn, words.PictureIDs); err != nil {
		return err
	}
	if err := s.tellResident(ctx, tx, *m, telling{
		happening: fmt.Sprintf("delivered/%d", m.Round), title: "已重新送达", phrase: "已送达", hint: model.DayWords(*m.DueAt) + "前会有回应",
		body: fmt.Sprintf("您的补充已送达%s，%s前会有回应。", to.words(rep), model.DayWords(*m.DueAt)),
	}); err != nil {
		return err
	}
	return s.tellHolder(ctx, tx, *m, telling{
		happening: fmt.Sprintf("new/%d", m.Round), title: "居民表示问题没有解决", phrase: "待回应", hint: "请在" + model.DayWords(*m.DueAt) + "前回应",
		body: fmt.Sprintf("请查看居民的补充，在%s前回应。", model.DayWords(*m.DueAt)),
	})
}

// Withdraw takes a message back before it is answered. Faults: not found, conflict.
func (s *Service) Withdraw(ctx context.Context, by model.Actor, id string) (Thread, error) {
	return s.through(ctx, s.own, by, id, func(ctx context.Context, tx *gorm.DB, m *model.Message, as acting) error {
		delivered, unit := m.DeliveredAt != nil, m.UnitID
		if err := s.move(ctx, tx, m, change{deed: model.DeedWithdraw, by: by, side: as.side, name: as.name, set: map[string]any{"closed_at": s.now()}}); err != nil {
			return err
		}
		said := telling{happening: "withdrawn", title: "居民撤回了来信", phrase: "已撤回", body: "居民已撤回来信，无需再处理。"}
		if !delivered {
			return nil
		}
		if err := s.tellHolder(ctx, tx, *m, said); err != nil || unit == "" {
			return err
		}
		return s.tellUnit(ctx, tx, *m, said)
	})
}

// Supplement adds words to the exchange while it is open, from the side the
// actor is on: resident, representative, liaison officer, or unit. Faults:
// invalid, not found, conflict.
func (s *Service) Supplement(ctx context.Context, by model.Actor, side model.Side, id string, words Words) (Thread, error) {
	if err := words.check(); err != nil {
		return Thread{}, err
	}
	through := s.own
	switch side {
	case model.SideUnit:
		through = s.withUnit
	case model.SideRepresentative, model.SideStaff:
		through = s.held
	case model.SideResident, model.SideSystem:
	}
	return s.through(ctx, through, by, id, func(ctx context.Context, tx *gorm.DB, m *model.Message, as acting) error {
		if clockOf(m.State) == "" || m.State == model.MessageRefused {
			return fault.Conflict("这封来信目前的状态是“%s”，不能再补充。", model.MessageStateWords(m.State))
		}
		turn := model.Turn{Side: as.side, AuthorID: by.PersonID, Author: as.name, Body: words.Body, Effect: model.EffectNone}
		if err := s.writeTurn(ctx, tx, *m, &turn, words.PictureIDs); err != nil {
			return err
		}
		return s.writeFact(ctx, tx, *m, m.State, change{deed: model.DeedSupplement, by: by, side: as.side, name: as.name})
	})
}

// Consent is a permission given or taken back for one purpose. Version names
// the words that were read; empty takes those in force.
type Consent struct {
	Purpose model.ConsentPurpose
	Version string
	Given   bool
}

// SetConsent takes a resident's permission for a message, or its withdrawal.
// A withdrawal hides the resident from the unit at once, and takes a public
// answer down. Faults: invalid; not found; conflict when the words have changed
// since they were shown.
func (s *Service) SetConsent(ctx context.Context, by model.Actor, id string, c Consent) (Thread, error) {
	column := map[model.ConsentPurpose]string{
		model.ConsentHandOver: "hand_over_consented", model.ConsentPublish: "publish_consented",
	}[c.Purpose]
	if column == "" {
		return Thread{}, fault.InvalidField("purpose", "没有这一项授权。")
	}
	deed := model.DeedTakeConsent
	if c.Given {
		deed = model.DeedGiveConsent
	}
	if c.Given && c.Version != "" {
		if err := model.CheckWording(c.Purpose, c.Version); err != nil {
			return Thread{}, err
		}
	}
	return s.through(ctx, s.own, by, id, func(ctx context.Context, tx *gorm.DB, m *model.Message, as acting) error {
		if err := s.note(ctx, tx, *m, change{deed: deed, by: by, side: as.side, name: as.name, note: string(c.Purpose), set: map[string]any{column: c.Given}}); err != nil {
			return err
		}
		if err := s.writeConsent(ctx, tx, by, m.ID, c); err != nil {
			return err
		}
		switch {
		case c.Purpose == model.ConsentHandOver:
			m.HandOverConsented = c.Given
		case !c.Given:
			m.PublishConsented = false
			return s.takeDown(ctx, tx, m.ID)
		default:
			m.PublishConsented = true
		}
		if c.Purpose == model.ConsentHandOver && c.Given {
			return s.tellHolder(ctx, tx, *m, telling{
				happening: fmt.Sprintf("consented/%d/%d", m.Round, s.now().Unix()), title: "居民同意转交", phrase: "可以转交", hint: "可以转交承办单位了", body: "居民已同意把来信转交承办单位。",
			})
		}
		return nil
	})
}

func (s *Service) writeConsent(ctx context.Context, tx *gorm.DB, by model.Actor, messageID string, c Consent) error {
	wording, known := model.CurrentWording(c.Purpose)
	if !known {
		return fmt.Errorf("message: no wording for consent %q", c.Purpose)
	}
	row := model.Consent{
		ID: model.NewID(), PersonID: by.PersonID, Purpose: c.Purpose, TargetID: messageID,
		Wording: wording.Version, Given: c.Given, At: s.now(),
	}
	if err := store.From[model.Consent](tx).Create(ctx, &row); err != nil {
		return fmt.Errorf("message: write consent: %w", err)
	}
	return nil
}

// takeDown withdraws the public card of a message, if it has one.
func (s *Service) takeDown(ctx context.Context, tx *gorm.DB, messageID string) error {
	_, err := store.From[model.AnsweredCard](tx).Where("message_id = ? AND withdrawn_at IS NULL", messageID).
		Set(clause.Assignments(map[string]any{"withdrawn_at": s.now()})).Update(ctx)
	if err != nil {
		return fmt.Errorf("message: take card down: %w", err)
	}
	return nil
}
