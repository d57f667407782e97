package account_test

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/account"
	"lianxin/service/sealed/sealedtest"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

// wechat says of a code what the test wrote down for it, once.
type wechat struct {
	mu     sync.Mutex
	people map[string][2]string
	phones map[string]string
	many   bool
}

func (w *wechat) identity(code string) (string, string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	who, ok := w.people[code]
	if !ok {
		return "", "", fmt.Errorf("wechat: 40029: %w", model.ErrCodeSpent)
	}
	if !w.many {
		delete(w.people, code)
	}
	return who[0], who[1], nil
}

func (w *wechat) MiniIdentity(_ context.Context, code string) (string, string, error) {
	return w.identity("mini/" + code)
}

func (w *wechat) OfficialIdentity(_ context.Context, code string) (string, string, error) {
	return w.identity("official/" + code)
}

func (w *wechat) PhoneNumber(_ context.Context, code string) (string, error) {
	phone, ok := w.phones[code]
	if !ok {
		return "", fmt.Errorf("wechat: 40029: %w", model.ErrCodeSpent)
	}
	return phone, nil
}

// town is a district with a street and two communities, a representative's
// seat, a unit, and an administrator and a liaison officer of the street.
type town struct {
	*account.Service
	db     *store.DB
	clock  *storetest.Clock
	wechat *wechat
	t      *testing.T
}

const (
	adminPassword = "correct horse battery"
	district      = "district"
	street        = "street"
	seat          = "seat-zhang"
	unit          = "unit-roads"
)

func newTown(t *testing.T) *town {
	t.Helper()
	town := &town{
		db: storetest.Open(t), clock: storetest.NewClock(t, "2026-11-23 09:00"), t: t,
		wechat: &wechat{people: map[string][2]string{}, phones: map[string]string{}},
	}
	service, err := account.New(account.Options{DB: town.db, Now: town.clock.Now, WeChat: town.wechat, Keys: sealedtest.Keys(t), SecondFactor: account.FactorOptional})
	if err != nil {
		t.Fatal(err)
	}
	town.Service = service
	add(town, model.Area{ID: district, Level: model.LevelDistrict, Name: "东湖区", Path: "/district/"})
	add(town, model.Area{ID: street, ParentID: district, Level: model.LevelStreet, Name: "和平街道", Path: "/district/street/"})
	add(town, model.Area{ID: "other", ParentID: district, Level: model.LevelStreet, Name: "新华街道", Path: "/district/other/"})
	add(town, model.ElectingUnit{ID: "eu", AreaID: street, Name: "和平街道选举单位"})
	add(town, model.Term{ID: "term", Name: "第十二届"})
	add(town, model.Representative{
		ID: seat, AreaID: street, AreaPath: "/district/street/", Name: "张三", ElectingUnitID: "eu", TermID: "term",
		State: model.RepresentativeServing,
	})
	add(town, model.Unit{ID: unit, AreaID: street, AreaPath: "/district/street/", Name: "城管办", Active: true})
	return town
}

// add writes a record into the town's database.
func add[T any](town *town, row T) {
	town.t.Helper()
	err := store.InTx(town.t.Context(), town.db, func(ctx context.Context, tx *gorm.DB) error {
		return store.From[T](tx).Create(ctx, &row)
	})
	if err != nil {
		town.t.Fatal(err)
	}
}

// rows reads the records that a condition names.
func rows[T any](town *town, where string, args ...any) []T {
	town.t.Helper()
	found, err := store.From[T](town.db.Read()).Where(where, args...).Find(town.t.Context())
	if err != nil {
		town.t.Fatal(err)
	}
	return found
}

// resident is somebody who has just opened the mini-program.
func (town *town) resident(openID string) model.Actor {
	town.t.Helper()
	return town.signed(openID).Actor
}

func (town *town) signed(openID string) account.Signed {
	town.t.Helper()
	code := model.NewID()
	town.wechat.people["mini/"+code] = [2]string{openID, ""}
	signed, err := town.SignInMini(town.t.Context(), code, account.From{})
	if err != nil {
		town.t.Fatal(err)
	}
	return signed
}

// staff opens a staff account and gives who it is once signed in.
func (town *town) staff(login string, role model.Role, areaID string) model.Actor {
	town.t.Helper()
	_, err := town.AddStaff(town.t.Context(), model.SystemActor("test"), account.NewStaff{
		Login: login, Name: login, Password: adminPassword, Role: role, AreaID: areaID,
	})
	if err != nil {
		town.t.Fatal(err)
	}
	signed, err := town.console(login, adminPassword)
	if err != nil {
		town.t.Fatal(err)
	}
	return signed.Actor
}

// console signs in with a password from a computer of the office.
func (town *town) console(login, password string) (account.Signed, error) {
	entry, err := town.SignInStaff(town.t.Context(), account.StaffSignIn{Login: login, Password: password, From: office})
	return entry.Signed, err
}

// office is a computer of the office.
var office = account.From{
	UserAgent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
	Address:   netip.MustParseAddr("203.0.113.10"),
}

// invited gives a fresh code for the seat of 张三.
func (town *town) invited() string {
	town.t.Helper()
	code, _, err := town.Invite(town.t.Context(), model.SystemActor("test"), model.InvitationRepresentative, seat)
	if err != nil {
		town.t.Fatal(err)
	}
	return code
}

// again identifies somebody anew, with what is granted to them now.
func (town *town) again(token string) model.Actor {
	town.t.Helper()
	actor, err := town.Identify(town.t.Context(), token)
	if err != nil {
		town.t.Fatal(err)
	}
	return actor
}

func wantFault(t *testing.T, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Errorf("got %v, want a fault %q", err, kind)
	}
}

func wantNone(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("got %v, want no error", err)
	}
}

const hour = time.Hour
