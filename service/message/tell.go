package message

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/notice"
	"lianxin/service/store"
)

// telling is what people are told. happening, with the message, makes it once;
// hint says it in 20 characters where body needs more.
type telling struct {
	happening string
	template  model.NoticeTemplate
	title     string
	body      string
	hint      string
	phrase    string
	name      string
}

// tell sends one notice to each of the people; without a template of its own
// it is news of progress.
func (s *Service) tell(ctx context.Context, tx *gorm.DB, m model.Message, people []string, t telling) error {
	thing, err := s.thing(ctx, tx, m)
	if err != nil {
		return err
	}
	slices.Sort(people)
	for _, person := range slices.Compact(people) {
		err := notice.Send(ctx, tx, model.Notice{
			PersonID: person, Happening: m.ID + "/" + t.happening, Template: cmp.Or(t.template, model.TemplateProgress), Title: t.title, Body: t.body, Hint: t.hint, DueAt: m.DueAt,
			Link: "pages/message/detail?id=" + m.ID, MessageID: m.ID, Thing: thing, Phrase: t.phrase, Name: t.name,
		}, s.now())
		if err != nil {
			return err
		}
	}
	return nil
}

// thing names a message in a notice without giving away what it says: notices
// are seen on locked screens.
func (s *Service) thing(ctx context.Context, tx *gorm.DB, m model.Message) (string, error) {
	if m.TopicID == "" {
		return "来信 " + m.Number, nil
	}
	topic, err := store.From[model.Topic](tx).Where("id = ?", m.TopicID).Take(ctx)
	if err != nil {
		return "", fmt.Errorf("message: find topic: %w", err)
	}
	return topic.Name + " " + m.Number, nil
}

// tellResident tells the person whose matter it is and, when it was written by
// somebody else, the writer too.
func (s *Service) tellResident(ctx context.Context, tx *gorm.DB, m model.Message, t telling) error {
	return s.tell(ctx, tx, m, []string{m.ResidentID, m.WriterID}, t)
}

// tellHolder tells the representative who must act; the liaison office when
// nobody holds the message or the seat has no phone bound.
func (s *Service) tellHolder(ctx context.Context, tx *gorm.DB, m model.Message, t telling) error {
	if m.HolderID != "" {
		rep, err := store.From[model.Representative](tx).Where("id = ?", m.HolderID).Take(ctx)
		if err != nil {
			return fmt.Errorf("message: find holder: %w", err)
		}
		if rep.PersonID != "" {
			t.template = model.TemplateTask
			return s.tell(ctx, tx, m, []string{rep.PersonID}, t)
		}
	}
	return s.tellLiaison(ctx, tx, m, t)
}

func (s *Service) tellResidentAndHolder(ctx context.Context, tx *gorm.DB, m model.Message, t telling) error {
	if err := s.tellResident(ctx, tx, m, t); err != nil {
		return err
	}
	return s.tellHolder(ctx, tx, m, t)
}

// tellUnit tells the officers of the unit that has the message.
func (s *Service) tellUnit(ctx context.Context, tx *gorm.DB, m model.Message, t telling) error {
	if m.UnitID == "" {
		return nil
	}
	return s.tellGranted(ctx, tx, m, t, store.From[model.Grant](tx).Where("role = ? AND unit_id = ?", model.RoleUnitOfficer, m.UnitID))
}

// tellLiaison tells the liaison officers of the area.
func (s *Service) tellLiaison(ctx context.Context, tx *gorm.DB, m model.Message, t telling) error {
	return s.tellRole(ctx, tx, m, t, model.RoleLiaisonOfficer)
}

// tellRole tells everybody who has a role for the message's area or one above it.
func (s *Service) tellRole(ctx context.Context, tx *gorm.DB, m model.Message, t telling, role model.Role) error {
	return s.tellGranted(ctx, tx, m, t, store.From[model.Grant](tx).Where("role = ? AND area_path IN ?", role, model.AreaPathsDownTo(m.AreaPath)))
}

func (s *Service) tellGranted(ctx context.Context, tx *gorm.DB, m model.Message, t telling, granted store.Query[model.Grant]) error {
	grants, err := granted.Find(ctx)
	if err != nil {
		return fmt.Errorf("message: find officers: %w", err)
	}
	people := make([]string, len(grants))
	for i, g := range grants {
		people[i] = g.PersonID
	}
	t.template = model.TemplateTask
	return s.tell(ctx, tx, m, people, t)
}

// tellTurn tells the other sides that words were added.
func (s *Service) tellTurn(ctx context.Context, tx *gorm.DB, m model.Message, turn model.Turn) error {
	if m.DeliveredAt == nil {
		return nil
	}
	// Notices name no resident: who reads them may not know the name.
	author := turn.Author
	if turn.Side == model.SideResident {
		author = "居民"
	}
	added := telling{happening: "turn/" + turn.ID, title: "来信有新的补充", phrase: "有补充", body: author + "补充了新的内容，请查看。"}
	if turn.Side != model.SideResident {
		if err := s.tellResident(ctx, tx, m, added); err != nil {
			return err
		}
	}
	if turn.Side == model.SideResident || turn.Side == model.SideUnit {
		if err := s.tellHolder(ctx, tx, m, added); err != nil {
			return err
		}
	}
	if turn.Side != model.SideUnit {
		return s.tellUnit(ctx, tx, m, added)
	}
	return nil
}
