// Package linking joins two persons who turn out to be one: somebody who uses
// the mini-program and the official account is one resident (docs/adr/0036). It
// moves everything that belongs to the absorbed person to the kept one, writes
// down which rows went over, and takes them back for thirty days.
//
// It refuses to join who is not surely one: two WeChat users of the same
// account, people with different phones, staff. It never rewrites the audit log.
package linking

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
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
		link, err := l.Join(ctx, tx, self, [2]string{personID, other}, model.LinkByUnion)
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

// Join makes two persons one. Who is kept does not depend on who asks: who holds
// a function, has a bound phone, or was here first. Faults: conflict for two who
// cannot be one. It fails with ErrMoved when the transaction must begin again.
func (l *Linker) Join(ctx context.Context, tx *gorm.DB, by model.Actor, two [2]string, cause model.LinkCause) (model.PersonLink, error) {
	if err := store.StandInLine(ctx, tx, line); err != nil {
		return model.PersonLink{}, err
	}
	kept, absorbed, err := l.pair(ctx, tx, two, cause)
	if err != nil {
		return model.PersonLink{}, err
	}
	now := l.now()
	link := model.PersonLink{
		ID: model.NewID(), KeptID: kept.ID, AbsorbedID: absorbed.ID, Cause: cause, State: model.LinkStands,
		NameTaken: kept.Name == "" && absorbed.Name != "", PhoneTaken: kept.Phone == "" && absorbed.Phone != "", LinkedAt: now, UndoUntil: now.Add(UndoLife),
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
	if err := l.tell(ctx, tx, link.KeptID, link, "linked"); err != nil {
		return link, err
	}
	return link, audit.Record(ctx, tx, by, "person.link", audit.Target{
		Kind: "person", ID: link.KeptID, Detail: fmt.Sprintf("%s joined by %s; %d rows went over", link.AbsorbedID, cause, moved),
	}, now)
}

// takeOver closes the absorbed person and gives the kept one what they lack. The
// writes count what they change, so that of two who do this at once one fails.
func (l *Linker) takeOver(ctx context.Context, tx *gorm.DB, kept, absorbed model.Person, link model.PersonLink) error {
	closed := map[string]any{"merged_into": kept.ID, "phone_hash": "", "unreachable_since": nil}
	gained := map[string]any{"last_visit_at": latest(kept.LastVisitAt, absorbed.LastVisitAt)}
	if kept.UnreachableSince == nil || absorbed.UnreachableSince == nil {
		gained["unreachable_since"] = nil
	}
	if link.NameTaken {
		gained["name"] = absorbed.Name
	}
	if link.PhoneTaken {
		phone, err := l.keys.Open(sealed.PhoneOf(absorbed.ID), absorbed.Phone)
		if err != nil {
			return fmt.Errorf("linking: read phone: %w", err)
		}
		if err := l.standForPhone(ctx, tx, phone); err != nil {
			return err
		}
		gained["phone"] = string(l.keys.Seal(sealed.PhoneOf(kept.ID), phone))
		gained["phone_hash"] = l.keys.Hash(sealed.Phone, phone)
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

// tell lets a person know in their inbox and by push.
func (l *Linker) tell(ctx context.Context, tx *gorm.DB, personID string, link model.PersonLink, what string) error {
	n := model.Notice{
		PersonID: personID, Happening: "person." + what + "/" + link.ID, Template: model.TemplateTask, Link: "pages/me/index", Hint: "如有疑问请联系联络办",
		Title: "小程序和公众号已合为一个账号", Body: "两边的来信、通知和身份现在合在一起。如果不是您本人操作，请在 30 天内到“我的”里撤销，并联系联络办。",
		Thing: "两个入口合为一个账号", Phrase: "已合并",
	}
	if what == "parted" {
		n.Title, n.Body = "账号合并已撤销", "小程序和公众号恢复为两个账号，原来各自的来信、通知和身份已经还回。"
		n.Thing, n.Phrase = "撤销账号合并", "已撤销"
	}
	return notice.Send(ctx, tx, n, l.now())
}

// standing is a person with what decides whether and how they can be joined.
type standing struct {
	model.Person

	accounts []model.WeChatAccount
	phone    string
	function bool
}

// pair says who of two is kept and who is absorbed. Fault: conflict.
func (l *Linker) pair(ctx context.Context, db *gorm.DB, two [2]string, cause model.LinkCause) (kept, absorbed model.Person, err error) {
	var both [2]standing
	for i, id := range two {
		if both[i], err = l.standing(ctx, db, id); err != nil {
			return kept, absorbed, err
		}
	}
	a, b := both[0], both[1]
	switch {
	case a.ID == b.ID:
		return kept, absorbed, fault.Conflict("这是您自己的关联码：请在小程序里生成、到公众号里输入，或者反过来。")
	case slices.ContainsFunc(a.accounts, func(x model.WeChatAccount) bool { return slices.Contains(b.accounts, x) }):
		return kept, absorbed, fault.Conflict("两边是同一个入口的两个不同微信号，不能合并。只有同一个人的小程序和公众号可以合并。")
	case cause == model.LinkByCode && a.phone != "" && b.phone != "" && a.phone != b.phone:
		return kept, absorbed, fault.Conflict("两边绑定的手机号不一样，不能确认是同一个人，没有合并。如有疑问请联系联络办。")
	}
	if keepsFirst(a, b) {
		return a.Person, b.Person, nil
	}
	return b.Person, a.Person, nil
}

// keepsFirst decides alike whichever of the two comes first.
func keepsFirst(a, b standing) bool {
	if a.function != b.function {
		return a.function
	}
	if (a.phone == "") != (b.phone == "") {
		return a.phone != ""
	}
	return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID)) < 0
}

// standing reads what is known of a person who may be joined. Fault: conflict
// for who cannot be.
func (l *Linker) standing(ctx context.Context, db *gorm.DB, id string) (standing, error) {
	person, err := store.From[model.Person](db).Where("id = ?", id).Take(ctx)
	if store.IsAbsent(err) || err == nil && (person.ErasedAt != nil || person.Shadow) {
		return standing{}, fault.Conflict("其中一边的账号已经注销，不能合并。")
	}
	if err != nil {
		return standing{}, fmt.Errorf("linking: find person: %w", err)
	}
	if person.MergedInto != "" {
		return standing{}, ErrMoved
	}
	s := standing{Person: person}
	if s.phone, err = l.keys.Open(sealed.PhoneOf(id), person.Phone); err != nil {
		return standing{}, fmt.Errorf("linking: read phone: %w", err)
	}
	if err := store.From[model.WeChatIdentity](db).Select("DISTINCT account").Where("person_id = ?", id).Scan(ctx, &s.accounts); err != nil {
		return standing{}, fmt.Errorf("linking: read identities: %w", err)
	}
	grants, err := store.From[model.Grant](db).Where("person_id = ?", id).Count(ctx, "*")
	if err != nil {
		return standing{}, fmt.Errorf("linking: read grants: %w", err)
	}
	s.function = grants > 0
	return s, refuseAtWork(ctx, db, id)
}

// refuseAtWork refuses staff, and who waits to be erased.
func refuseAtWork(ctx context.Context, db *gorm.DB, id string) error {
	n, err := store.From[model.StaffAccount](db).Where("person_id = ?", id).Count(ctx, "*")
	if err != nil {
		return fmt.Errorf("linking: look for staff account: %w", err)
	}
	if n > 0 {
		return fault.Conflict("工作人员账号不能与居民账号合并。")
	}
	n, err = store.From[model.Erasure](db).Where("person_id = ? AND state IN ?", id, []model.ErasureState{model.ErasureWaiting, model.ErasureRunning}).Count(ctx, "*")
	if err != nil {
		return fmt.Errorf("linking: look for erasure: %w", err)
	}
	if n > 0 {
		return fault.Conflict("其中一边的账号正在注销。请先撤回注销申请。")
	}
	return nil
}
