package linking

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/sealed"
	"lianxin/service/store"
)

// standing is a person with what decides whether and how they can be joined.
type standing struct {
	model.Person

	accounts []model.WeChatAccount
	phone    string
	function bool
}

// pair says who of two is kept and who is absorbed. Fault: conflict.
func (l *Linker) pair(ctx context.Context, db *gorm.DB, two Pair) (kept, absorbed standing, err error) {
	var both [2]standing
	for i, id := range []string{two.PersonID, two.OtherID} {
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
	}
	if keepsFirst(a, b) {
		return a, b, nil
	}
	return b, a, nil
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

// twoPhones says that each of the two has a number of their own.
func twoPhones(kept, absorbed standing) bool {
	return kept.phone != "" && absorbed.phone != "" && kept.phone != absorbed.phone
}

// mayChoose reports whether who asks may say which of two numbers stays. The
// number of who holds a function is theirs alone to put aside: whoever talks a
// representative out of a code must not put another number in its place.
func (two Pair) mayChoose(kept, absorbed standing) bool {
	return two.Cause == model.LinkByCode && twoPhones(kept, absorbed) && (!kept.function || kept.ID == two.PersonID)
}

// sortPhones says which number the one person has, and puts the other aside with
// the link. Fault: conflict for a number that is not the actor's to choose.
func (l *Linker) sortPhones(two Pair, kept, absorbed standing, link *model.PersonLink) error {
	link.PhoneTaken = kept.phone == "" && absorbed.phone != ""
	if !twoPhones(kept, absorbed) {
		return nil
	}
	if link.PhoneTaken = two.PhoneOf == absorbed.ID; link.PhoneTaken && !two.mayChoose(kept, absorbed) {
		return fault.Conflict("另一边是代表或承办单位经办人，合并后保留那一边的手机号。如要更换，请合并后重新绑定。")
	}
	aside := absorbed.phone
	if link.PhoneTaken {
		aside = kept.phone
	}
	link.PhoneAside = l.keys.Seal(sealed.PhoneAsideOf(link.ID), aside)
	link.PhoneAsideHash = l.keys.Hash(sealed.PhoneAside, aside)
	return nil
}
