package account

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/limit"
	"lianxin/service/linking"
	"lianxin/service/store"
)

// A link code has eight digits and is good for ten minutes.
const (
	linkCodeSize = 8
	linkCodeLife = 10 * time.Minute
)

// linkCodes is under what link codes are hashed.
const linkCodes = "link code"

// linkGuesses is how often a person may type a wrong code.
var linkGuesses = limit.Rate{Times: 10, Per: time.Hour}

func errNoLinkCode() error {
	return fault.InvalidField("code", "关联码不对或已过期，请在另一边重新生成。")
}

// LinkOffer is a code to be typed on the other side of WeChat until EndsAt.
type LinkOffer struct {
	Code   string
	EndsAt time.Time
}

// OfferLink gives the actor a code that joins them with whoever types it, once,
// within ten minutes; an older one of theirs ends. Faults: unauthenticated;
// forbidden outside WeChat.
func (s *Service) OfferLink(ctx context.Context, by model.Actor) (LinkOffer, error) {
	if err := s.byWeChat(ctx, by); err != nil {
		return LinkOffer{}, err
	}
	now := s.now()
	offer := LinkOffer{EndsAt: now.Add(linkCodeLife)}
	for try := 1; ; try++ {
		offer.Code = newDigits(linkCodeSize)
		err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
			if _, err := store.From[model.LinkCode](tx).Where("person_id = ? AND used_at IS NULL", by.PersonID).Delete(ctx); err != nil {
				return fmt.Errorf("account: end older link code: %w", err)
			}
			row := model.LinkCode{ID: model.NewID(), PersonID: by.PersonID, CodeHash: s.keys.Hash(linkCodes, offer.Code), CreatedAt: now, ExpiresAt: offer.EndsAt}
			if err := store.From[model.LinkCode](tx).Create(ctx, &row); err != nil {
				return fmt.Errorf("account: keep link code: %w", err)
			}
			return audit.Record(ctx, tx, by, "link.offer", audit.Target{Kind: "person", ID: by.PersonID}, now)
		})
		if store.IsDuplicate(err) && try < firstVisitTries {
			continue
		}
		return offer, err
	}
}

// byWeChat refuses whoever does not ask from WeChat. Faults: unauthenticated,
// forbidden.
func (s *Service) byWeChat(ctx context.Context, by model.Actor) error {
	if err := signedIn(by); err != nil {
		return err
	}
	session, err := s.present(ctx, s.db.Read(), by)
	if err != nil {
		return err
	}
	if session.Kind == model.SessionStaff {
		return fault.Forbidden("请在微信的小程序或公众号里操作。")
	}
	return nil
}

// newDigits makes a code of digits.
func newDigits(size int) string {
	ten := big.NewInt(10)
	var code strings.Builder
	for range size {
		n, _ := rand.Int(rand.Reader, ten) // crypto/rand never fails: it ends the program instead
		code.WriteString(n.String())
	}
	return code.String()
}

// LinkPreview shows what joining would put together: Mine is the actor, Other
// who gave the code. Names and phones are masked. Name and Phone are what the
// one person will have. Where each has a number, PhoneOf says whose stays when
// nothing else is chosen, and MayChoose whether the actor may choose.
type LinkPreview struct {
	Mine, Other LinkSide
	Name, Phone string
	PhoneOf     LinkPhone
	MayChoose   bool
}

// LinkPhone says whose number stays when two who have one each are joined.
type LinkPhone string

// The number of who types the code, or of who gave it; nothing chosen leaves it
// to who is kept.
const (
	PhoneOfMine  LinkPhone = "mine"
	PhoneOfOther LinkPhone = "other"
)

// LinkSide is one of two who may be joined.
type LinkSide struct {
	Name     string
	Phone    string
	Accounts []model.WeChatAccount
	Messages int64
	Notices  int64
	Seats    int64
	Units    int64
}

// ForeseeLink shows whom a code would join with the actor, and changes nothing;
// the code stays good. Faults: unauthenticated; forbidden outside WeChat;
// invalid (code); too many wrong codes; conflict for two who cannot be one.
func (s *Service) ForeseeLink(ctx context.Context, by model.Actor, code string) (LinkPreview, error) {
	if err := s.byWeChat(ctx, by); err != nil {
		return LinkPreview{}, err
	}
	var preview LinkPreview
	err := s.withLinkCode(ctx, by, code, func(ctx context.Context, tx *gorm.DB, row model.LinkCode) error {
		if row.UsedAt != nil {
			return errNoLinkCode()
		}
		prospect, err := s.linker.Foresee(ctx, tx, linking.Pair{PersonID: by.PersonID, OtherID: row.PersonID, Cause: model.LinkByCode})
		if err != nil {
			return err
		}
		preview = previewOf(by, prospect)
		return nil
	})
	return preview, err
}

func previewOf(by model.Actor, prospect linking.Prospect) LinkPreview {
	kept, absorbed := prospect.Kept, prospect.Absorbed
	p := LinkPreview{Name: kept.Name, Phone: maskPhone(kept.Phone)}
	if p.Name == "" {
		p.Name = absorbed.Name
	}
	if p.Phone == "" {
		p.Phone = maskPhone(absorbed.Phone)
	}
	// The name of the other side is not the actor's to know before the two are one.
	p.Name = maskName(p.Name)
	p.Mine, p.Other = sideOf(kept), sideOf(absorbed)
	if prospect.TwoPhones {
		p.PhoneOf, p.MayChoose = PhoneOfMine, prospect.MayChoose
	}
	if absorbed.PersonID == by.PersonID {
		p.Mine, p.Other = p.Other, p.Mine
		if prospect.TwoPhones {
			p.PhoneOf = PhoneOfOther
		}
	}
	return p
}

func sideOf(side linking.Side) LinkSide {
	return LinkSide{
		Name: maskName(side.Name), Phone: maskPhone(side.Phone), Accounts: side.Accounts,
		Messages: side.Messages, Notices: side.Notices, Seats: side.Seats, Units: side.Units,
	}
}

// maskName leaves the family name: 王**.
func maskName(name string) string {
	runes := []rune(name)
	if len(runes) == 0 {
		return ""
	}
	return string(runes[:1]) + strings.Repeat("*", len(runes)-1)
}

// Link joins the actor with whoever was given the code: the two are one person
// from now on, for thirty days not for good. Where each has a phone number, phone
// says which of the two stays. The same code again, by the same person, says what
// came of it. Faults: unauthenticated; forbidden outside WeChat; invalid (code);
// too many wrong codes; conflict for two who cannot be one, or a number that is
// not the actor's to choose.
func (s *Service) Link(ctx context.Context, by model.Actor, code string, phone LinkPhone) (model.PersonLink, error) {
	if err := s.byWeChat(ctx, by); err != nil {
		return model.PersonLink{}, err
	}
	var link model.PersonLink
	err := s.withLinkCode(ctx, by, code, func(ctx context.Context, tx *gorm.DB, row model.LinkCode) error {
		var err error
		if row.UsedAt != nil {
			link, err = s.linkedBefore(ctx, tx, by, row)
			return err
		}
		two := linking.Pair{PersonID: by.PersonID, OtherID: row.PersonID, Cause: model.LinkByCode}
		two.PhoneOf = map[LinkPhone]string{PhoneOfMine: two.PersonID, PhoneOfOther: two.OtherID}[phone]
		if link, err = s.linker.Join(ctx, tx, by, two); err != nil {
			return err
		}
		n, err := store.From[model.LinkCode](tx).Where("id = ? AND used_at IS NULL", row.ID).
			Set(clause.Assignments(map[string]any{"used_at": s.now(), "link_id": link.ID})).Update(ctx)
		if err != nil {
			return fmt.Errorf("account: use link code: %w", err)
		}
		if n != 1 {
			return linking.ErrMoved
		}
		return nil
	})
	return link, err
}

// linkedBefore gives what came of a code that was used, to who is that person.
func (*Service) linkedBefore(ctx context.Context, tx *gorm.DB, by model.Actor, row model.LinkCode) (model.PersonLink, error) {
	link, err := store.From[model.PersonLink](tx).Where("id = ? AND kept_id = ? AND state = ?", row.LinkID, by.PersonID, model.LinkStands).Take(ctx)
	if store.IsAbsent(err) {
		return link, errNoLinkCode()
	}
	if err != nil {
		return link, fmt.Errorf("account: find what came of the code: %w", err)
	}
	return link, nil
}

// withLinkCode finds the row of a code and does something with it, in one
// transaction. Wrong codes count, so a guess is taken first and given back when
// it was right. Two who join one another at the same time wait for one another;
// the later one looks again.
func (s *Service) withLinkCode(ctx context.Context, by model.Actor, code string, do func(context.Context, *gorm.DB, model.LinkCode) error) error {
	for try := 1; ; try++ {
		var refused error
		err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
			refused = nil
			found, err := s.guessLinkCode(ctx, tx, by, code)
			if err != nil {
				return err
			}
			if len(found) == 0 {
				refused = errNoLinkCode() // the guess is written down, so this transaction must commit
				return nil
			}
			return do(ctx, tx, found[0])
		})
		switch {
		case errors.Is(err, linking.ErrMoved) && try < firstVisitTries:
			continue
		case errors.Is(err, linking.ErrMoved):
			return fault.Conflict("账号刚刚在另一边合并过了，请返回后重新打开再看。")
		case err != nil:
			return err
		}
		return refused
	}
}

// guessLinkCode finds the row of a code; none for a wrong one, which is written
// down. Fault: too many.
func (s *Service) guessLinkCode(ctx context.Context, tx *gorm.DB, by model.Actor, code string) ([]model.LinkCode, error) {
	guess := limit.Try{Purpose: "link code", Subject: by.PersonID, Rate: linkGuesses}
	if err := s.limits.Spend(ctx, tx, guess); err != nil {
		return nil, err
	}
	hashes := s.keys.Hashes(linkCodes, plainCode(code))
	found, err := store.From[model.LinkCode](tx).Where("code_hash IN ? AND expires_at > ?", hashes, s.now()).Limit(1).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("account: find link code: %w", err)
	}
	if len(found) == 0 {
		return nil, audit.Record(ctx, tx, by, "link.guess", audit.Target{Kind: "person", ID: by.PersonID}, s.now())
	}
	return found, s.limits.Return(ctx, tx, guess)
}

// Links lists what was joined into the actor, the latest first. Fault:
// unauthenticated.
func (s *Service) Links(ctx context.Context, by model.Actor) ([]model.PersonLink, error) {
	if err := signedIn(by); err != nil {
		return nil, err
	}
	links, err := store.From[model.PersonLink](s.db.Read()).Where("kept_id = ?", by.PersonID).Order("linked_at DESC, id DESC").Limit(sessionsShown).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("account: list links: %w", err)
	}
	return links, nil
}

// Unlink parts the actor again from somebody they were joined with. Faults:
// unauthenticated; not found for a link that is not theirs; conflict for one
// that is undone or older than thirty days.
func (s *Service) Unlink(ctx context.Context, by model.Actor, id string) (model.PersonLink, error) {
	if err := signedIn(by); err != nil {
		return model.PersonLink{}, err
	}
	var link model.PersonLink
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) (err error) {
		link, err = s.linker.Undo(ctx, tx, by, linking.Parting{LinkID: id, May: own(by)})
		return err
	})
	return link, movedOn(err)
}

// own says of a link whether it is the actor's.
func own(by model.Actor) func(context.Context, *gorm.DB, model.PersonLink) (bool, error) {
	return func(_ context.Context, _ *gorm.DB, link model.PersonLink) (bool, error) {
		return link.KeptID == by.PersonID, nil
	}
}

// movedOn says in words that somebody was faster.
func movedOn(err error) error {
	if errors.Is(err, linking.ErrMoved) {
		return fault.Conflict("账号刚刚发生了变化，请刷新后再试。")
	}
	return err
}
