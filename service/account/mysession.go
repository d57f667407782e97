package account

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/notice"
	"lianxin/service/store"
)

// OpenSession is a session as its owner sees it. LastUsedAt is true to a few
// minutes.
type OpenSession struct {
	ID         string
	Kind       model.SessionKind
	Device     string
	Address    string
	CreatedAt  time.Time
	LastUsedAt time.Time
	Current    bool
}

// sessionsShown is how many sessions a list has at most; more are a sign that
// something is wrong, and signing out everywhere ends them too.
const sessionsShown = 100

// Sessions lists the actor's sessions that can still be used or renewed, the
// last used first. Fault: unauthenticated.
func (s *Service) Sessions(ctx context.Context, by model.Actor) ([]OpenSession, error) {
	if err := signedIn(by); err != nil {
		return nil, err
	}
	rows, err := store.From[model.Session](s.db.Read()).
		Where("person_id = ? AND revoked_at IS NULL AND refresh_expires_at > ?", by.PersonID, s.now()).
		Order("created_at DESC, id DESC").Limit(sessionsShown).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("account: list sessions: %w", err)
	}
	open := make([]OpenSession, 0, len(rows))
	for _, r := range rows {
		used := r.CreatedAt
		if r.LastUsedAt != nil {
			used = *r.LastUsedAt
		}
		open = append(open, OpenSession{
			ID: r.ID, Kind: r.Kind, Device: r.Device, Address: r.Address, CreatedAt: r.CreatedAt, LastUsedAt: used, Current: r.ID == by.SessionID,
		})
	}
	slices.SortStableFunc(open, func(a, b OpenSession) int { return b.LastUsedAt.Compare(a.LastUsedAt) })
	return open, nil
}

// SignOut ends the session the actor asks with; doing it again changes nothing.
func (s *Service) SignOut(ctx context.Context, by model.Actor) error {
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		_, err := s.revoke(ctx, tx, "id = ? AND person_id = ?", by.SessionID, by.PersonID)
		return err
	})
}

// EndSession ends one of the actor's own sessions. Fault: not found for one that
// is not theirs or has ended.
func (s *Service) EndSession(ctx context.Context, by model.Actor, id string) error {
	if err := signedIn(by); err != nil {
		return err
	}
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		n, err := s.revoke(ctx, tx, "id = ? AND person_id = ?", id, by.PersonID)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.NotFound("这次登录")
		}
		return audit.Record(ctx, tx, by, "session.end", audit.Target{Kind: "session", ID: id}, s.now())
	})
}

// SignOutOthers ends every session of the actor but the one they ask with, and
// says how many those were.
func (s *Service) SignOutOthers(ctx context.Context, by model.Actor) (int, error) {
	return s.endMine(ctx, by, "session.end_others", by.SessionID)
}

// SignOutAll ends every session of the actor, on every device, and says how many
// those were.
func (s *Service) SignOutAll(ctx context.Context, by model.Actor) (int, error) {
	return s.endMine(ctx, by, "session.end_all", "")
}

func (s *Service) endMine(ctx context.Context, by model.Actor, action, spared string) (int, error) {
	if err := signedIn(by); err != nil {
		return 0, err
	}
	ended := 0
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		var err error
		if ended, err = s.revoke(ctx, tx, "person_id = ? AND id <> ?", by.PersonID, spared); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, action, audit.Target{Kind: "person", ID: by.PersonID, Detail: fmt.Sprintf("%d sessions", ended)}, s.now())
	})
	return ended, err
}

// revoke ends the sessions that a condition names and says how many those were.
func (s *Service) revoke(ctx context.Context, tx *gorm.DB, which string, args ...any) (int, error) {
	n, err := store.From[model.Session](tx).Where(which, args...).Where("revoked_at IS NULL").Update(ctx, "revoked_at", s.now())
	if err != nil {
		return 0, fmt.Errorf("account: revoke sessions: %w", err)
	}
	return n, nil
}

// SignOutSeat is for a phone that was lost: it ends every WeChat session of who
// sits on a seat. WeChat itself would let the finder in again at once, so the
// seat is taken from that person as well, unless keepSeat says that the phone is
// back in the right hands; a new invitation then binds the new phone. The person
// is told. Faults: not found outside the actor's area, conflict for a seat that
// nobody sits on.
func (s *Service) SignOutSeat(ctx context.Context, by model.Actor, seatID string, keepSeat SeatKept) (int, error) {
	ended := 0
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		seat, err := findTarget(ctx, tx, model.InvitationRepresentative, seatID)
		switch {
		case err != nil:
			return err
		case by.System == "" && !by.PermitsIn(model.PermitInvite, seat.areaPath):
			return errNoTarget()
		case seat.personID == "":
			return fault.Conflict("“%s”还没有绑定手机，不需要退出登录。", seat.name)
		}
		ended, err = s.emptySeat(ctx, tx, seat, keepSeat)
		if err != nil {
			return err
		}
		done := fmt.Sprintf("%d sessions ended, seat freed: %t", ended, !keepSeat)
		return audit.Record(ctx, tx, by, "seat.sign_out", seat.audited(done), s.now())
	})
	return ended, err
}

// emptySeat ends the WeChat sessions of who sits on a seat, takes the seat unless
// it is kept, and tells them.
func (s *Service) emptySeat(ctx context.Context, tx *gorm.DB, seat inviteTarget, keepSeat SeatKept) (int, error) {
	ended, err := s.revoke(ctx, tx, "person_id = ? AND kind IN ?", seat.personID, []model.SessionKind{model.SessionMini, model.SessionOfficial})
	if err != nil {
		return 0, err
	}
	if !keepSeat {
		if err := s.freeSeat(ctx, tx, seat); err != nil {
			return 0, err
		}
	}
	return ended, s.tellSignedOut(ctx, tx, seat, keepSeat)
}

// SeatKept says whether who is signed out keeps the seat.
type SeatKept bool

// freeSeat takes a seat, with its role, from who sits on it.
func (s *Service) freeSeat(ctx context.Context, tx *gorm.DB, seat inviteTarget) error {
	n, err := store.From[model.Representative](tx).Where("id = ? AND person_id = ?", seat.id, seat.personID).
		Set(clause.Assignments(map[string]any{"person_id": "", "updated_at": s.now()})).Update(ctx)
	if err != nil {
		return fmt.Errorf("account: free seat: %w", err)
	}
	if n != 1 {
		return fault.Conflict("该代表的绑定刚刚发生了变化，请再试一次。")
	}
	_, err = store.From[model.Grant](tx).Where("role = ? AND representative_id = ?", model.RoleRepresentative, seat.id).Delete(ctx)
	if err != nil {
		return fmt.Errorf("account: end grant of seat: %w", err)
	}
	return nil
}

func (s *Service) tellSignedOut(ctx context.Context, tx *gorm.DB, seat inviteTarget, keepSeat SeatKept) error {
	body := "联络办已让您的代表账号在所有手机上退出登录，并解除了绑定。需要继续履职时，请向联络办索取新的邀请码。"
	if keepSeat {
		body = "联络办已让您的代表账号在所有手机上退出登录，请重新进入小程序登录。"
	}
	return notice.Send(ctx, tx, model.Notice{
		PersonID: seat.personID, Happening: "seat.sign_out/" + seat.id + "/" + s.now().Format(time.RFC3339Nano), Template: model.TemplateTask,
		Title: "您的代表账号已退出登录", Body: body, Hint: "如有疑问请联系联络办", Link: "pages/me/index", Thing: "代表账号退出登录", Phrase: "已退出",
	}, s.now())
}
