package account

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/linking"
	"lianxin/service/sealed"
	"lianxin/service/store"
)

// OfficeLink is a link as the liaison office sees it: who the two are, and their
// numbers, masked. Nothing that they wrote stands here.
type OfficeLink struct {
	model.PersonLink

	Kept, Absorbed           string
	KeptPhone, AbsorbedPhone string
}

// CanUndo reports whether it can still be undone at a moment.
func (l OfficeLink) CanUndo(now time.Time) bool {
	return l.State == model.LinkStands && now.Before(l.UndoUntil)
}

// OfficeLinks narrows the links: by state, and to those of the resident and the
// writer of a message with this number.
type OfficeLinks struct {
	State  model.LinkState
	Number string
}

// LinksForOffice lists the links of the last thirty days, of people who wrote or
// serve in the actor's areas, the latest first; the look is written down. Faults:
// forbidden for who is not of the office; invalid (message).
func (s *Service) LinksForOffice(ctx context.Context, by model.Actor, wanted OfficeLinks, page store.Page) (links []OfficeLink, next string, err error) {
	if !by.Permits(model.PermitMessageOversee) {
		return nil, "", fault.Forbidden("只有联络办可以查看账号合并。")
	}
	err = store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		q, err := s.officeLinks(ctx, tx, by, wanted)
		if err != nil {
			return err
		}
		if page.After != "" {
			at, id, err := page.SplitTime()
			if err != nil {
				return err
			}
			q = q.Where("(undo_until < ? OR (undo_until = ? AND id < ?))", at, at, id)
		}
		rows, err := q.Order("undo_until DESC, id DESC").Limit(page.Rows() + 1).Find(ctx)
		if err != nil {
			return fmt.Errorf("account: list links for the office: %w", err)
		}
		rows, next = store.Cut(rows, page, func(l model.PersonLink) string { return store.TimeCursor(l.UndoUntil, l.ID) })
		if links, err = s.nameLinks(ctx, tx, rows); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, "link.list", audit.Target{Kind: "person_link", Detail: fmt.Sprintf("%d shown", len(links))}, s.now())
	})
	return links, next, err
}

// officeLinks finds the links that are young enough, and within the actor's areas.
func (s *Service) officeLinks(ctx context.Context, tx *gorm.DB, by model.Actor, wanted OfficeLinks) (store.Query[model.PersonLink], error) {
	q := store.From[model.PersonLink](tx).Where("undo_until > ?", s.now())
	if wanted.State != "" {
		q = q.Where("state = ?", wanted.State)
	}
	areas := by.AreaPaths(model.PermitMessageOversee)
	if number := strings.TrimSpace(wanted.Number); number != "" {
		found, err := store.From[model.Message](tx).Where("number = ? AND restricted_at IS NULL", number).Where(store.WithinAny("area_path", areas)).Limit(1).Find(ctx)
		if err != nil {
			return q, fmt.Errorf("account: find message: %w", err)
		}
		if len(found) == 0 {
			return q, fault.InvalidField("message", "没有这个编号的来信，或不在您负责的区域。")
		}
		two := []string{found[0].ResidentID, found[0].WriterID}
		q = q.Where("(kept_id IN ? OR absorbed_id IN ?)", two, two)
	}
	whole, err := overseesAll(ctx, tx, by)
	if err != nil || whole {
		return q, err
	}
	return q.Where("(EXISTS (?) OR EXISTS (?))",
		tx.Model(&model.Message{}).Select("1").Where("(messages.resident_id IN (person_links.kept_id, person_links.absorbed_id) OR messages.writer_id IN (person_links.kept_id, person_links.absorbed_id))").Where(store.WithinAny("area_path", areas)),
		tx.Model(&model.Representative{}).Select("1").Where("representatives.person_id IN (person_links.kept_id, person_links.absorbed_id)").Where(store.WithinAny("area_path", areas)),
	), nil
}

// overseesAll reports whether every area is the actor's: then people are too who
// never wrote anywhere.
func overseesAll(ctx context.Context, tx *gorm.DB, by model.Actor) (bool, error) {
	roots, err := store.From[model.Area](tx).Where("parent_id = ?", "").Find(ctx)
	if err != nil {
		return false, fmt.Errorf("account: find the whole: %w", err)
	}
	for _, root := range roots {
		if !by.PermitsIn(model.PermitMessageOversee, root.Path) {
			return false, nil
		}
	}
	return len(roots) > 0, nil
}

// nameLinks says who the two of each link are.
func (s *Service) nameLinks(ctx context.Context, tx *gorm.DB, rows []model.PersonLink) ([]OfficeLink, error) {
	ids := make([]string, 0, 2*len(rows))
	for _, l := range rows {
		ids = append(ids, l.KeptID, l.AbsorbedID)
	}
	people, err := store.From[model.Person](tx).Where("id IN ?", ids).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("account: find who was joined: %w", err)
	}
	known := make(map[string][2]string, len(people))
	for _, p := range people {
		phone, err := s.keys.Open(sealed.PhoneOf(p.ID), p.Phone)
		if err != nil {
			return nil, fmt.Errorf("account: read phone: %w", err)
		}
		known[p.ID] = [2]string{p.Name, maskPhone(phone)}
	}
	links := make([]OfficeLink, len(rows))
	for i, l := range rows {
		kept, absorbed := known[l.KeptID], known[l.AbsorbedID]
		links[i] = OfficeLink{PersonLink: l, Kept: kept[0], Absorbed: absorbed[0], KeptPhone: kept[1], AbsorbedPhone: absorbed[1]}
	}
	return links, nil
}

// officesOwn says of a link whether it is the office's to undo.
func (s *Service) officesOwn(by model.Actor) func(context.Context, *gorm.DB, model.PersonLink) (bool, error) {
	return func(ctx context.Context, tx *gorm.DB, link model.PersonLink) (bool, error) {
		if !by.Permits(model.PermitMessageOversee) {
			return false, nil
		}
		q, err := s.officeLinks(ctx, tx, by, OfficeLinks{})
		if err != nil {
			return false, err
		}
		n, err := q.Where("id = ?", link.ID).Count(ctx, "*")
		if err != nil {
			return false, fmt.Errorf("account: look for link: %w", err)
		}
		return n > 0, nil
	}
}

// ForeseeUnlink shows the office a link and what undoing it would give back,
// phones masked; the look is written down. Fault: not found.
func (s *Service) ForeseeUnlink(ctx context.Context, by model.Actor, id string) (link OfficeLink, back linking.Return, err error) {
	err = store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		found, err := s.linker.Find(ctx, tx, linking.Parting{LinkID: id, May: s.officesOwn(by)})
		if err != nil {
			return err
		}
		named, err := s.nameLinks(ctx, tx, []model.PersonLink{found})
		if err != nil {
			return err
		}
		link = named[0]
		if back, err = s.linker.ForeseeUndo(ctx, tx, found); err != nil {
			return err
		}
		back.Phone, back.KeptPhone = maskPhone(back.Phone), maskPhone(back.KeptPhone)
		return audit.Record(ctx, tx, by, "link.look", audit.Target{Kind: "person", ID: found.KeptID, Detail: found.AbsorbedID}, s.now())
	})
	return link, back, err
}

// UnlinkForOffice parts two again whom somebody joined by mistake, or by a code
// that was talked out of them; both are told. Faults: invalid (reason); not found
// outside the actor's areas, and after thirty days; conflict for a link that is
// undone, or followed by another one.
func (s *Service) UnlinkForOffice(ctx context.Context, by model.Actor, id, reason string) (OfficeLink, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || utf8.RuneCountInString(reason) > unlinkReasonMax {
		return OfficeLink{}, fault.InvalidField("reason", fmt.Sprintf("请写明撤销的原因，不超过 %d 个字。", unlinkReasonMax))
	}
	var link OfficeLink
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		undone, err := s.linker.Undo(ctx, tx, by, linking.Parting{LinkID: id, May: s.officesOwn(by), Office: true, Reason: reason})
		if err != nil {
			return err
		}
		named, err := s.nameLinks(ctx, tx, []model.PersonLink{undone})
		if err != nil {
			return err
		}
		link = named[0]
		return nil
	})
	return link, movedOn(err)
}

// unlinkReasonMax is how long the reason may be: it stands in one audit line.
const unlinkReasonMax = 100
