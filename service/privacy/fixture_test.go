package privacy_test

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"strings"
	"testing"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/privacy"
	"lianxin/service/sealed"
	"lianxin/service/sealed/sealedtest"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

// town has a resident with a bound phone, a neighbour, a representative, a unit
// and a liaison officer.
type town struct {
	tb    testing.TB
	db    *store.DB
	clock *storetest.Clock
	desk  *privacy.Service
	files files

	wang, neighbour, zhang, clerk, liaison, auditor model.Actor
}

const (
	wangName  = "王秀英"
	wangPhone = "13812345678"
	path      = "d/s/"
)

func newTown(tb testing.TB) *town {
	tb.Helper()
	t := &town{tb: tb, db: storetest.Open(tb), clock: storetest.NewClock(tb, "2026-11-23 10:00"), files: files{}}
	t.open()
	t.wang = t.person("wang", wangName, wangPhone)
	t.neighbour = t.person("neighbour", "邻居甲", "13900000009")
	t.zhang = t.person("zhang", "张三", "", model.Grant{Role: model.RoleRepresentative, RepresentativeID: "rep-zhang"})
	t.clerk = t.person("clerk", "李经办", "", model.Grant{Role: model.RoleUnitOfficer, UnitID: "unit-1"})
	t.liaison = t.person("liaison", "赵联络", "", model.Grant{Role: model.RoleLiaisonOfficer, AreaID: "d", AreaPath: "d/"})
	t.auditor = t.person("auditor", "孙审计", "", model.Grant{Role: model.RoleAuditor, AreaID: "d", AreaPath: "d/"})
	insert(t, &model.Unit{ID: "unit-1", AreaPath: "d/", Name: "城管局", Active: true})
	insert(t, &model.Representative{ID: "rep-zhang", PersonID: "zhang", AreaPath: path, Name: "张三", State: model.RepresentativeServing, CreatedAt: t.clock.Now(), UpdatedAt: t.clock.Now()})
	return t
}

// open makes the desk, anew as after a restart.
func (t *town) open() {
	t.tb.Helper()
	desk, err := privacy.New(privacy.Options{DB: t.db, Now: t.clock.Now, Log: slog.New(slog.DiscardHandler), Keys: sealedtest.Keys(t.tb), Files: t.files})
	if err != nil {
		t.tb.Fatal(err)
	}
	t.desk = desk
}

// files are pictures in memory.
type files map[string]string

func (f files) Full(_ context.Context, id string) (io.ReadCloser, error) {
	content, there := f[id]
	if !there {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(strings.NewReader(content)), nil
}

func (f files) RemoveFiles(_ context.Context, id string) error {
	delete(f, id)
	return nil
}

func insert[T any](t *town, row *T) {
	t.tb.Helper()
	err := store.InTx(t.tb.Context(), t.db, func(ctx context.Context, tx *gorm.DB) error { return store.From[T](tx).Create(ctx, row) })
	if err != nil {
		t.tb.Fatal(err)
	}
}

func all[T any](t *town, query string, args ...any) []T {
	t.tb.Helper()
	rows, err := store.From[T](t.db.Read()).Where(query, args...).Find(t.tb.Context())
	if err != nil {
		t.tb.Fatal(err)
	}
	return rows
}

func (t *town) person(id, name, phone string, grants ...model.Grant) model.Actor {
	t.tb.Helper()
	at := t.clock.Now()
	keys := sealedtest.Keys(t.tb)
	insert(t, &model.Person{ID: id, Name: name, Phone: keys.Seal(sealed.PhoneOf(id), phone), PhoneHash: keys.Hash(sealed.Phone, phone), LastVisitAt: &at, CreatedAt: at})
	insert(t, &model.WeChatIdentity{ID: "mini-" + id, PersonID: id, Account: model.AccountMini, OpenID: "openid-" + id, UnionID: "unionid-" + id, CreatedAt: at})
	for i := range grants {
		grants[i].ID, grants[i].PersonID = model.NewID(), id
		insert(t, &grants[i])
	}
	return model.Actor{PersonID: id, Name: name, Grants: append(grants, model.Grant{Role: model.RoleResident})}
}

// must fails the test on an error.
func (t *town) must(err error) {
	t.tb.Helper()
	if err != nil {
		t.tb.Fatal(err)
	}
}

// visit notes that a person was here.
func (t *town) visit(id string) {
	t.tb.Helper()
	t.must(store.InTx(t.tb.Context(), t.db, func(ctx context.Context, tx *gorm.DB) error {
		_, err := store.From[model.Person](tx).Where("id = ?", id).Update(ctx, "last_visit_at", t.clock.Now())
		return err
	}))
}
