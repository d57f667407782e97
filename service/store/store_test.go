package store_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

// records lists one of every record the schema must hold.
func records() []any {
	return []any{
		model.Person{},
		model.WeChatIdentity{},
		model.Session{},
		model.StaffAccount{},
		model.RecoveryCode{},
		model.StaffDevice{},
		model.SignInChallenge{},
		model.Grant{},
		model.Invitation{},
		model.Consent{},
		model.Reading{},
		model.Copy{},
		model.Correction{},
		model.Erasure{},
		model.PersonLink{},
		model.LinkedRow{},
		model.LinkCode{},
		model.PhoneCode{},
		model.Member{},
		model.IdempotencyKey{},
		model.AuditLine{},
		model.Area{},
		model.AreaAddress{},
		model.Referral{},
		model.Organisation{},
		model.ElectingUnit{},
		model.Term{},
		model.Delegation{},
		model.Topic{},
		model.Unit{},
		model.Studio{},
		model.StudioHour{},
		model.StudioDuty{},
		model.Representative{},
		model.RepresentativeArea{},
		model.RepresentativeTopic{},
		model.RepresentativeHour{},
		model.RosterRevision{},
		model.RosterImport{},
		model.Follow{},
		model.AppSuggestion{},
		model.Introduction{},
		model.ArticleRead{},
		model.ReadMark{},
		model.ReplyTemplate{},
		model.Scene{},
		model.Article{},
		model.ArticleRepresentative{},
		model.ArticleWriter{},
		model.ArticleVersion{},
		model.ArticleComment{},
		model.ArticlePicture{},
		model.ArticleDoor{},
		model.ArticleColumn{},
		model.WeChatPicture{},
		model.MassSend{},
		model.LibraryPicture{},
		model.ArticleFigures{},
		model.CaseStory{},
		model.StoryConsent{},
		model.Message{},
		model.Turn{},
		model.Fact{},
		model.Note{},
		model.AnsweredCard{},
		model.AnsweredGram{},
		model.SavedFilter{},
		model.Export{},
		model.ExportPart{},
		model.Picture{},
		model.Deadline{},
		model.DeadlinePolicy{},
		model.CalendarDay{},
		model.Notice{},
		model.NoticeGrant{},
		model.Task{},
		model.Lease{},
		model.Queue{},
		model.Inbound{},
		model.WeChatToken{},
		model.OfficialMenu{},
		model.OfficialReply{},
		model.LimitMark{},
		model.LimitShare{},
		model.TurnMark{},
		model.TurnFinding{},
	}
}

func TestRecordsAndSchemaAgree(t *testing.T) {
	db := storetest.Open(t)
	known := []string{"goose_db_version", "goose_lock", "sqlite_sequence"}
	for _, record := range records() {
		statement := &gorm.Statement{DB: db.Read()}
		if err := statement.Parse(record); err != nil {
			t.Fatal(err)
		}
		known = append(known, statement.Table)
		columns, err := db.Read().Migrator().ColumnTypes(statement.Table)
		if err != nil {
			t.Errorf("table of %s: %v", reflect.TypeOf(record).Name(), err)
			continue
		}
		var inSchema []string
		for _, c := range columns {
			inSchema = append(inSchema, c.Name())
		}
		inRecord := slices.Clone(statement.Schema.DBNames)
		slices.Sort(inSchema)
		slices.Sort(inRecord)
		if !slices.Equal(inSchema, inRecord) {
			t.Errorf("%s: schema has %v, record has %v", statement.Table, inSchema, inRecord)
		}
	}
	tables, err := db.Read().Migrator().GetTables()
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		if !slices.Contains(known, table) {
			t.Errorf("table %s has no record", table)
		}
	}
}

func TestATransactionInsideATransactionIsRefused(t *testing.T) {
	db := storetest.Open(t)
	err := store.InTx(t.Context(), db, func(ctx context.Context, _ *gorm.DB) error {
		return store.InTx(ctx, db, func(context.Context, *gorm.DB) error { return nil })
	})
	if !errors.Is(err, store.ErrNested) {
		t.Errorf("got %v, want ErrNested", err)
	}
}

func TestAFailedTransactionLeavesNothing(t *testing.T) {
	db := storetest.Open(t)
	broken := errors.New("broken")
	err := store.InTx(t.Context(), db, func(ctx context.Context, tx *gorm.DB) error {
		if err := store.From[model.Topic](tx).Create(ctx, &model.Topic{ID: "t1", Name: "环境"}); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Fatalf("got %v", err)
	}
	if n := count[model.Topic](t, db); n != 0 {
		t.Errorf("%d rows stayed", n)
	}
}

func TestManyWritersCountRight(t *testing.T) {
	db := storetest.Open(t)
	if err := store.InTx(t.Context(), db, func(ctx context.Context, tx *gorm.DB) error {
		return store.From[model.Scene](tx).Create(ctx, &model.Scene{Code: "c", Kind: model.ScenePlace, CreatedAt: time.UnixMilli(0).UTC()})
	}); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				err := store.InTx(t.Context(), db, func(ctx context.Context, tx *gorm.DB) error {
					_, err := store.From[model.Scene](tx).Where("code = ?", "c").Update(ctx, "scans", gorm.Expr("scans + 1"))
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	scene, err := store.From[model.Scene](db.Read()).Where("code = ?", "c").Take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if scene.Scans != 160 {
		t.Errorf("got %d scans, want 160", scene.Scans)
	}
}

func TestTheSameKeyIsTakenOnce(t *testing.T) {
	db := storetest.Open(t)
	try := func() error {
		ctx := store.WithKey(t.Context(), &store.Key{PersonID: "p", Value: "k", Fingerprint: "f", At: time.UnixMilli(0).UTC()})
		return store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
			return store.From[model.Topic](tx).Create(ctx, &model.Topic{ID: model.NewID(), Name: "环境"})
		})
	}
	if err := try(); err != nil {
		t.Fatal(err)
	}
	if err := try(); !errors.Is(err, store.ErrKeyTaken) {
		t.Errorf("second time: got %v, want ErrKeyTaken", err)
	}
	if n := count[model.Topic](t, db); n != 1 {
		t.Errorf("%d rows, want 1", n)
	}
}

func TestAKeyOfARefusedDeedStaysFree(t *testing.T) {
	db := storetest.Open(t)
	ctx := store.WithKey(t.Context(), &store.Key{PersonID: "p", Value: "k", At: time.UnixMilli(0).UTC()})
	_ = store.InTx(ctx, db, func(context.Context, *gorm.DB) error { return errors.New("refused") })
	if _, found, err := store.FindKey(t.Context(), db, "p", "k"); err != nil || found {
		t.Errorf("found %v, err %v; want the key free", found, err)
	}
}

func TestAMigratedSchemaHasNothingPending(t *testing.T) {
	db := storetest.Open(t)
	pending, err := store.Pending(t.Context(), db)
	if err != nil || len(pending) != 0 {
		t.Errorf("pending %v, err %v", pending, err)
	}
	if again, err := store.Migrate(t.Context(), db); err != nil || len(again) != 0 {
		t.Errorf("migrating again applied %v, err %v", again, err)
	}
}

func TestAnEmptyDatabaseHasEverythingPendingAndIsNotTouched(t *testing.T) {
	db, err := store.Open(t.Context(), store.SQLite, t.TempDir()+"/empty.db")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	pending, err := store.Pending(t.Context(), db)
	if err != nil || len(pending) < 4 || !strings.HasPrefix(pending[0], "0001_") {
		t.Errorf("pending %v, err %v", pending, err)
	}
	if tables, err := db.Read().Migrator().GetTables(); err != nil || len(tables) != 0 {
		t.Errorf("tables %v, err %v; want none", tables, err)
	}
}

func TestSeveralProcessesMigrateOnce(t *testing.T) {
	path := t.TempDir() + "/shared.db"
	var applied [4]int
	var wg sync.WaitGroup
	for i := range applied {
		wg.Go(func() {
			db, err := store.Open(t.Context(), store.SQLite, path)
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = db.Close() }()
			names, err := store.Migrate(t.Context(), db)
			if err != nil {
				t.Error(err)
			}
			applied[i] = len(names)
		})
	}
	wg.Wait()
	slices.Sort(applied[:])
	if applied[2] != 0 || applied[3] == 0 {
		t.Errorf("applied %v, want exactly one to apply", applied)
	}
}

func TestOnlyAScratchFileIsWrittenWithoutWaitingForTheDisk(t *testing.T) {
	for want, open := range map[int]func(ctx context.Context, path string) (*store.DB, error){
		0: store.OpenScratch,
		2: func(ctx context.Context, path string) (*store.DB, error) { return store.Open(ctx, store.SQLite, path) },
	} {
		db, err := open(t.Context(), t.TempDir()+"/file.db")
		if err != nil {
			t.Fatal(err)
		}
		level := -1
		err = store.InTx(t.Context(), db, func(ctx context.Context, tx *gorm.DB) error {
			return tx.WithContext(ctx).Raw("PRAGMA synchronous").Scan(&level).Error
		})
		if err != nil || level != want {
			t.Errorf("synchronous is %d, %v; want %d", level, err, want)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestTimesSurviveToTheMillisecondInUTC(t *testing.T) {
	db := storetest.Open(t)
	at := time.Date(2026, 11, 23, 1, 2, 3, 450_000_000, time.UTC)
	if err := store.InTx(t.Context(), db, func(ctx context.Context, tx *gorm.DB) error {
		return store.From[model.Scene](tx).Create(ctx, &model.Scene{Code: "c", CreatedAt: at})
	}); err != nil {
		t.Fatal(err)
	}
	scene, err := store.From[model.Scene](db.Read()).Where("created_at >= ? AND created_at <= ?", at, at).Take(t.Context())
	if err != nil || !scene.CreatedAt.Equal(at) {
		t.Errorf("got %v, err %v, want %v", scene.CreatedAt, err, at)
	}
}

func TestACursorThatWasNotOursIsAFault(t *testing.T) {
	for _, after := range []string{"%%%", "YWJj", store.Cursor("not a time", "id")} {
		if _, _, err := (store.Page{After: after}).SplitTime(); err == nil {
			t.Errorf("cursor %q was taken", after)
		}
	}
}

func TestAnAreaHoldsItselfAndWhatIsBelowAndNothingThatLooksAlike(t *testing.T) {
	db := storetest.Open(t)
	paths := []string{"d/", "d/s/", "D/", "a_c/", "abc/", "a%/", "d0/", "dd/", `a\/`}
	if err := store.InTx(t.Context(), db, func(ctx context.Context, tx *gorm.DB) error {
		for _, path := range paths {
			if err := store.From[model.Area](tx).Create(ctx, &model.Area{ID: model.NewID(), Path: path}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for within, want := range map[string]int{"d/": 2, "d/s/": 1, "a_c/": 1, "a%/": 1, `a\/`: 1, "x/": 0} {
		found, err := store.From[model.Area](db.Read()).Where(store.WithinAny("path", []string{within})).Find(t.Context())
		if err != nil || len(found) != want {
			t.Errorf("within %s: %d areas, %v; want %d", within, len(found), err, want)
		}
	}
	if both, err := store.From[model.Area](db.Read()).Where(store.WithinAny("path", []string{"d/", "D/"})).Where("path <> ?", "d/s/").Find(t.Context()); err != nil || len(both) != 2 {
		t.Errorf("within two: %d areas, %v", len(both), err)
	}
	if none, err := store.From[model.Area](db.Read()).Where(store.WithinAny("path", nil)).Find(t.Context()); err != nil || len(none) != 0 {
		t.Errorf("within nothing: %d areas, %v", len(none), err)
	}
}

func count[T any](tb testing.TB, db *store.DB) int64 {
	tb.Helper()
	n, err := store.From[T](db.Read()).Count(tb.Context(), "*")
	if err != nil {
		tb.Fatal(err)
	}
	return n
}
