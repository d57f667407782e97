// Package linking joins two persons who turn out to be one: somebody who uses
// the mini-program and the official account is one resident (docs/adr/0036). It
// moves everything that belongs to the absorbed person to the kept one, writes
// down which rows went over, and takes them back for thirty days.
//
// It refuses to join who is not surely one: two WeChat users of the same
// account, staff. Of two phone numbers one stays and the other is put aside: a
// number never comes from anywhere else. It never rewrites the audit log.
package linking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/notice"
	"lianxin/service/sealed"
	"lianxin/service/store"
)

// UndoLife is how long two who were joined can be parted again.
const UndoLife = 30 * 24 * time.Hour

// ErrMoved says that one of the two became part of somebody else while one
// looked: whoever came with a transaction begins it again.
var ErrMoved = errors.New("linking: one of the two was joined with somebody meanwhile")

// line is where all who join or part persons stand: there are few.
const line = "linking"

// self is who joins persons on WeChat's word.
var self = model.SystemActor("linking")

// Linker joins persons, within the transactions of those who ask for it.
type Linker struct {
	keys  *sealed.Keys
	clock func() time.Time
}

// New makes a Linker. It fails when something is missing.
func New(keys *sealed.Keys, now func() time.Time) (*Linker, error) {
	if keys == nil || now == nil {
		return nil, errors.New("linking: keys and a clock are needed")
	}
	return &Linker{keys: keys, clock: now}, nil
}

func (l *Linker) now() time.Time { return l.clock().UTC().Truncate(time.Millisecond) }

// Unite joins a person with everybody whom WeChat gives the same unionid, and
// says who they are now. Who cannot be joined stays as they are, and so do two
// who were parted before. It fails with ErrMoved when the transaction must begin
// again.
func (l *Linker) Unite(ctx context.Context, tx *gorm.DB, personID, unionID string) (string, error) {
	if unionID == "" {
		return personID, nil
	}
	var others []string
	err := store.From[model.WeChatIdentity](tx).Select("DISTINCT person_id").Where("union_id = ? AND person_id <> ?", unionID, personID).Scan(ctx, &others)
	if err != nil {
		return "", fmt.Errorf("linking: find who has the same unionid: %w", err)
	}
	for _, other := range others {
		parted, err := l.parted(ctx, tx, personID, other)
		if err != nil {
			return "", err
		}
		if parted {
			continue
		}
		link, err := l.Join(ctx, tx, self, Pair{PersonID: personID, OtherID: other, Cause: model.LinkByUnion})
		if fault.Of(err) != nil {
			continue
		}
		if err != nil {
			return "", err
		}
		personID = link.KeptID
	}
	return personID, nil
}

// parted reports whether two were joined once and the person undid it.
func (*Linker) parted(ctx context.Context, tx *gorm.DB, a, b string) (bool, error) {
	n, err := store.From[model.PersonLink](tx).Where("state = ? AND ((kept_id = ? AND absorbed_id = ?) OR (kept_id = ? AND absorbed_id = ?))", model.LinkUndone, a, b, b, a).Count(ctx, "*")
	if err != nil {
		return false, fmt.Errorf("linking: look for a link undone: %w", err)
	}
	return n > 0, nil
}

// Pair is two persons who turn out to be one, the first of them who asks. PhoneOf
// is whose number stays where each has one; nobody's for the kept one's.
type Pair struct {
	PersonID, OtherID string
	Cause             model.LinkCause
	PhoneOf           string
}

// Join makes two persons one. Who is kept does not depend on who asks: who holds
// a function, has a bound phone, or was here first. Faults: conflict for two who
// cannot be one, or for a number that is not the actor's to choose. It fails with
// ErrMoved when the transaction must begin again.
func (l *Linker) Join(ctx context.Context, tx *gorm.DB, by model.Actor, two Pair) (model.PersonLink, error) {
	if err := store.StandInLine(ctx, tx, line); err != nil {
		return model.PersonLink{}, err
	}
	kept, absorbed, err := l.pair(ctx, tx, two)
	if err != nil {
		return model.PersonLink{}, err
	}
	now := l.now()
	link := model.PersonLink{
		ID: model.NewID(), KeptID: kept.ID, AbsorbedID: absorbed.ID, Cause: two.Cause, State: model.LinkStands,
		NameTaken: kept.Name == "" && absorbed.Name != "", LinkedAt: now, UndoUntil: now.Add(UndoLife),
	}
	if err := l.sortPhones(two, kept, absorbed, &link); err != nil {
		return link, err
	}
	if err := l.takeOver(ctx, tx, kept, absorbed, link); err != nil {
		return link, err
	}
	if err := store.From[model.PersonLink](tx).Create(ctx, &link); err != nil {
		return link, fmt.Errorf("linking: write link: %w", err)
	}
	moved, err := l.bring(ctx, tx, link)
	if err != nil {
		return link, err
	}
	if err := l.tellJoined(ctx, tx, link); err != nil {
		return link, err
	}
	detail := fmt.Sprintf("%s joined by %s; %d rows went over", link.AbsorbedID, two.Cause, moved)
	if link.PhoneAside != "" {
		detail += "; of two phones the one " + map[bool]string{true: "of the joined one", false: "of the kept one"}[link.PhoneTaken] + " stays"
	}
	return link, audit.Record(ctx, tx, by, "person.link", audit.Target{Kind: "person", ID: link.KeptID, Detail: detail}, now)
}

// takeOver closes the absorbed person and gives the kept one what they lack. The
// writes count what they change, so that of two who do this at once one fails.
func (l *Linker) takeOver(ctx context.Context, tx *gorm.DB, kept, absorbed standing, link model.PersonLink) error {
	closed := map[string]any{"merged_into": kept.ID, "phone_hash": "", "unreachable_since": nil}
	gained := map[string]any{"last_visit_at": latest(kept.LastVisitAt, absorbed.LastVisitAt)}
	if kept.UnreachableSince == nil || absorbed.UnreachableSince == nil {
		gained["unreachable_since"] = nil
	}
	if link.NameTaken {
		gained["name"] = absorbed.Name
	}
	if link.PhoneTaken {
		if err := l.standForPhone(ctx, tx, absorbed.phone); err != nil {
			return err
		}
		gained["phone"] = string(l.keys.Seal(sealed.PhoneOf(kept.ID), absorbed.phone))
		gained["phone_hash"] = l.keys.Hash(sealed.Phone, absorbed.phone)
	}
	for _, change := range []struct {
		id  string
		set map[string]any
	}{{absorbed.ID, closed}, {kept.ID, gained}} {
		n, err := store.From[model.Person](tx).Where("id = ? AND merged_into = ? AND erased_at IS NULL", change.id, "").Set(clause.Assignments(change.set)).Update(ctx)
		if err != nil {
			return fmt.Errorf("linking: change person: %w", err)
		}
		if n != 1 {
			return ErrMoved
		}
	}
	return nil
}

// standForPhone waits for whoever binds the same number (service/account).
func (l *Linker) standForPhone(ctx context.Context, tx *gorm.DB, phone string) error {
	hash := l.keys.Hash(sealed.Phone, phone)
	return store.StandInLine(ctx, tx, "phone "+hash[len(hash)-2:])
}

func latest(a, b *time.Time) *time.Time {
	if a == nil || b != nil && b.After(*a) {
		return b
	}
	return a
}

// tellJoined tells the one person that they are one: on each of the two accounts
// of WeChat, for the one whom somebody else talked into it has only one of them.
func (l *Linker) tellJoined(ctx context.Context, tx *gorm.DB, link model.PersonLink) error {
	body := "两边的来信、通知和身份现在合在一起。"
	if link.PhoneAside != "" {
		body += "两边绑定的手机号不同，只留下一个，另一个先放在一边，撤销时还回。"
	}
	body += "如果不是您本人操作，请在 30 天内到“我的”里撤销，并联系联络办。"
	for account, title := range map[model.WeChatAccount]string{
		model.AccountMini: "小程序和公众号已合为一个账号", model.AccountOfficial: "公众号和小程序已合为一个账号",
	} {
		n := model.Notice{
			PersonID: link.KeptID, Happening: "person.linked/" + link.ID + "/" + string(account), OnlyOn: account,
			Title: title, Body: body, Thing: "两个入口合为一个账号", Phrase: "已合并",
		}
		if err := l.tell(ctx, tx, n); err != nil {
			return err
		}
	}
	return nil
}

// tellParted tells both that they are two again, and whether the office did it.
func (l *Linker) tellParted(ctx context.Context, tx *gorm.DB, link model.PersonLink, office bool) error {
	body := "小程序和公众号恢复为两个账号，原来各自的来信、通知、身份和手机号已经还回。"
	if office {
		body = "联络办撤销了这次合并。" + body
	}
	for _, id := range []string{link.KeptID, link.AbsorbedID} {
		n := model.Notice{
			PersonID: id, Happening: "person.parted/" + link.ID, Title: "账号合并已撤销",
			Body: body, Thing: "撤销账号合并", Phrase: "已撤销",
		}
		if err := l.tell(ctx, tx, n); err != nil {
			return err
		}
	}
	return nil
}

func (l *Linker) tell(ctx context.Context, tx *gorm.DB, n model.Notice) error {
	n.Template, n.Link, n.Hint = model.TemplateTask, "pages/me/index", "如有疑问请联系联络办"
	return notice.Send(ctx, tx, n, l.now())
}
