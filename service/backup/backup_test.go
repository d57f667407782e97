package backup_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/backup"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

// town is a deployment with a database and a folder of pictures.
type town struct {
	tb    testing.TB
	db    *store.DB
	clock *storetest.Clock
	files shelf
}

func newTown(tb testing.TB) *town {
	tb.Helper()
	return &town{tb: tb, db: storetest.Open(tb), clock: storetest.NewClock(tb, "2026-11-23 10:00"), files: shelf{dir: tb.TempDir()}}
}

// shelf keeps files in a folder.
type shelf struct{ dir string }

func (s shelf) Open(_ context.Context, name string) (io.ReadCloser, error) {
	return os.Open(filepath.Join(s.dir, name))
}

func (s shelf) Put(_ context.Context, name string, content []byte) error {
	return os.WriteFile(filepath.Join(s.dir, name), content, 0o600)
}

func (s shelf) remove(id string) error {
	return errors.Join(os.Remove(filepath.Join(s.dir, id+"-full")), os.Remove(filepath.Join(s.dir, id+"-thumb")))
}

func names(id string) []string { return []string{id + "-full", id + "-thumb"} }

// write adds a message with all that belongs to it and a picture, as the product
// does: files first, then everything in one transaction.
func (o *town) write(ctx context.Context, words string) (messageID, pictureID string, err error) {
	messageID, pictureID = model.NewID(), model.NewID()
	now, content := o.clock.Now(), []byte("picture of "+words)
	sum := sha256.Sum256(content)
	if err := errors.Join(o.files.Put(ctx, pictureID+"-full", content), o.files.Put(ctx, pictureID+"-thumb", content[:5])); err != nil {
		return "", "", err
	}
	turn := model.NewID()
	return messageID, pictureID, store.InTx(ctx, o.db, func(ctx context.Context, tx *gorm.DB) error {
		return errors.Join(
			store.From[model.Person](tx).Create(ctx, &model.Person{ID: "p" + messageID[1:], Name: "居民", CreatedAt: now}),
			store.From[model.Message](tx).Create(ctx, &model.Message{ID: messageID, Number: messageID[:20], ResidentID: "p" + messageID[1:], State: model.MessageSubmitted, Round: 1, SubmittedAt: now, UpdatedAt: now}),
			store.From[model.Turn](tx).Create(ctx, &model.Turn{ID: turn, MessageID: messageID, Round: 1, Body: words, CreatedAt: now}),
			store.From[model.Fact](tx).Create(ctx, &model.Fact{ID: model.NewID(), MessageID: messageID, Round: 1, At: now}),
			store.From[model.AuditLine](tx).Create(ctx, &model.AuditLine{ID: model.NewID(), At: now, TargetID: messageID}),
			store.From[model.Picture](tx).Create(ctx, &model.Picture{ID: pictureID, TurnID: turn, MessageID: messageID, SHA256: hex.EncodeToString(sum[:]), CreatedAt: now}),
		)
	})
}

func (o *town) mustWrite(words string) (messageID, pictureID string) {
	o.tb.Helper()
	messageID, pictureID, err := o.write(o.tb.Context(), words)
	if err != nil {
		o.tb.Fatal(err)
	}
	return messageID, pictureID
}

// discard removes a picture as the product does: the row, then the files.
func (o *town) discard(ctx context.Context, pictureID string) error {
	err := store.InTx(ctx, o.db, func(ctx context.Context, tx *gorm.DB) error {
		_, err := store.From[model.Picture](tx).Where("id = ?", pictureID).Delete(ctx)
		return err
	})
	return errors.Join(err, o.files.remove(pictureID))
}

func quietly(string, int64) {}

// backup writes a backup into a file and opens it.
func (o *town) backup() (*backup.Archive, string) {
	o.tb.Helper()
	path := filepath.Join(o.tb.TempDir(), "backup.zip")
	file, err := os.Create(path)
	if err != nil {
		o.tb.Fatal(err)
	}
	_, err = backup.Write(o.tb.Context(), o.db, file, backup.Pictures{Keeper: o.files, Names: names}, o.clock.Now(), quietly)
	if err := errors.Join(err, file.Close()); err != nil {
		o.tb.Fatal(err)
	}
	return open(o.tb, path), path
}

func open(tb testing.TB, path string) *backup.Archive {
	tb.Helper()
	a, err := backup.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = a.Close() })
	return a
}

// scratch is an empty SQLite file with the schema of the backup.
func scratch(tb testing.TB, schema int64) *store.DB {
	tb.Helper()
	db, err := store.OpenScratch(tb.Context(), filepath.Join(tb.TempDir(), "scratch.db"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = db.Close() })
	if err := store.MigrateTo(tb.Context(), db, schema); err != nil {
		tb.Fatal(err)
	}
	return db
}

// whole fails when a backup is damaged or does not hold together, and gives the
// database it was put into.
func whole(tb testing.TB, a *backup.Archive) *store.DB {
	tb.Helper()
	if damages, err := a.Verify(tb.Context(), quietly); err != nil || len(damages) > 0 {
		tb.Fatalf("damaged: %v, %v", damages, err)
	}
	db := scratch(tb, a.Schema)
	if err := a.Load(tb.Context(), db, quietly); err != nil {
		tb.Fatal(err)
	}
	gaps, err := backup.Sense(tb.Context(), db)
	if err != nil {
		tb.Fatal(err)
	}
	absent, err := a.SensePictures(tb.Context(), db, names)
	if err != nil {
		tb.Fatal(err)
	}
	if gaps = append(gaps, absent...); len(gaps) > 0 {
		tb.Fatalf("it does not hold together: %+v", gaps)
	}
	return db
}

// dump is everything in a database, to compare.
func dump(tb testing.TB, db *store.DB) map[string][]map[string]any {
	tb.Helper()
	tables, err := store.Tables(tb.Context(), db)
	if err != nil {
		tb.Fatal(err)
	}
	all := map[string][]map[string]any{}
	for _, table := range tables {
		var rows []map[string]any
		if err := db.Read().WithContext(tb.Context()).Table(table).Find(&rows).Error; err != nil {
			tb.Fatal(err)
		}
		for _, row := range rows {
			for name, value := range row {
				row[name] = alike(value)
			}
		}
		slices.SortFunc(rows, func(a, b map[string]any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		all[table] = rows
	}
	return all
}

// alike gives one value to what engines give in different types.
func alike(value any) any {
	switch v := value.(type) {
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case []byte:
		return string(v)
	case bool:
		if v {
			return "1"
		}
		return "0"
	}
	return fmt.Sprint(value)
}

func TestEverythingComesBackAsItWasOnEitherEngine(t *testing.T) {
	o := newTown(t)
	for _, words := range []string{"路灯坏了", "emoji 🏮 \u2028 <b>&", "第二行\n\t\"引号\" \\ 反斜线", strings.Repeat("长", 9000)} {
		o.mustWrite(words)
	}
	if err := store.InTx(t.Context(), o.db, func(ctx context.Context, tx *gorm.DB) error {
		day := o.clock.Now()
		return errors.Join(
			store.From[model.CalendarDay](tx).Create(ctx, &model.CalendarDay{Day: "2027-01-01", Name: "元旦", Provisional: true}),
			store.From[model.Deadline](tx).Create(ctx, &model.Deadline{ID: "d", Kind: model.DeadlineFinish, State: model.DeadlinePaused, StartedAt: day, DueAt: day.Add(72 * time.Hour), PausedAt: &day}),
		)
	}); err != nil {
		t.Fatal(err)
	}
	want := dump(t, o.db)
	a, _ := o.backup()
	there := whole(t, a)
	if diff := cmp.Diff(want, dump(t, there)); diff != "" {
		t.Errorf("in a SQLite file (-want +got):\n%s", diff)
	}
	// And back, into the engine that is tested, over what is there by now.
	o.mustWrite("written after the backup")
	if err := a.Load(t.Context(), o.db, quietly); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, dump(t, o.db)); diff != "" {
		t.Errorf("back again (-want +got):\n%s", diff)
	}
}

func TestABackupTakenWhileEverybodyWritesHoldsTogether(t *testing.T) {
	o := newTown(t)
	for i := range 50 {
		o.mustWrite(fmt.Sprint("before ", i))
	}
	for round := range 3 {
		// They write while the backup is taken, and rest while it is looked at.
		stop := o.everybodyWrites(round)
		a, _ := o.backup()
		stop()
		if messages := countIn(t, whole(t, a)); messages < int64(50+4*round) {
			t.Errorf("only %d messages", messages)
		}
	}
}

// everybodyWrites lets four write messages and remove pictures until they are
// stopped, and returns when each has written. What one has begun is finished.
func (o *town) everybodyWrites(round int) (stop func()) {
	enough := make(chan struct{})
	var begun, writers sync.WaitGroup
	for worker := range 4 {
		begun.Add(1)
		writers.Go(func() {
			once := sync.OnceFunc(begun.Done)
			defer once()
			for i := 0; ; i++ {
				_, picture, err := o.write(o.tb.Context(), fmt.Sprint("worker ", worker, " round ", round, " number ", i))
				if err == nil && i%3 == 0 {
					err = o.discard(o.tb.Context(), picture)
				}
				if err != nil {
					o.tb.Error(err)
					return
				}
				once()
				select {
				case <-enough:
					return
				default:
				}
			}
		})
	}
	begun.Wait()
	return func() { close(enough); writers.Wait() }
}

func countIn(tb testing.TB, db *store.DB) int64 {
	tb.Helper()
	n, err := store.From[model.Message](db.Read()).Count(tb.Context(), "*")
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

func TestWhatBelongsToTheMomentIsNotKept(t *testing.T) {
	o := newTown(t)
	if err := store.InTx(t.Context(), o.db, func(ctx context.Context, tx *gorm.DB) error {
		return errors.Join(
			store.From[model.WeChatToken](tx).Create(ctx, &model.WeChatToken{AppID: "wx", Value: "very-secret-token", ExpiresAt: o.clock.Now()}),
			store.From[model.Lease](tx).Create(ctx, &model.Lease{Name: "deadline", Owner: "me", Until: o.clock.Now()}),
		)
	}); err != nil {
		t.Fatal(err)
	}
	a, path := o.backup()
	kept := dump(t, whole(t, a))
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(kept["wechat_tokens"])+len(kept["leases"]) > 0 || bytes.Contains(content, []byte("very-secret-token")) {
		t.Errorf("kept %v %v", kept["wechat_tokens"], kept["leases"])
	}
}

func TestAPictureRemovedWhileItIsCopiedIsLeftOutAndALostOneIsTold(t *testing.T) {
	o := newTown(t)
	_, kept := o.mustWrite("kept")
	_, lost := o.mustWrite("lost")
	_, gone := o.mustWrite("gone")
	if err := o.files.remove(lost); err != nil {
		t.Fatal(err)
	}
	// It goes when the rows have been read and the first file is asked for.
	once := sync.OnceFunc(func() {
		if err := o.discard(t.Context(), gone); err != nil {
			t.Error(err)
		}
	})
	path := filepath.Join(t.TempDir(), "backup.zip")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	pictures := backup.Pictures{Keeper: o.files, Names: func(id string) []string { once(); return names(id) }}
	if _, err := backup.Write(t.Context(), o.db, file, pictures, o.clock.Now(), quietly); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	a := open(t, path)
	if !slices.Equal(a.Pictures.Gone, []string{gone}) || !slices.Equal(a.Pictures.Lost, []string{lost}) || a.Pictures.Files != 2 {
		t.Errorf("told %+v", a.Pictures)
	}
	db := scratch(t, a.Schema)
	if err := a.Load(t.Context(), db, quietly); err != nil {
		t.Fatal(err)
	}
	gaps, err := a.SensePictures(t.Context(), db, names)
	if err != nil || len(gaps) != 1 || gaps[0].Example != lost || gaps[0].Number != 1 {
		t.Errorf("found %+v, %v; only %s is lost, %s is kept", gaps, err, lost, kept)
	}
}

// rewrite copies a backup and lets change alter its parts.
func rewrite(t *testing.T, path string, change func(name string, content []byte) []byte) string {
	t.Helper()
	from, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = from.Close() }()
	var altered bytes.Buffer
	to := zip.NewWriter(&altered)
	for _, part := range from.File {
		reader, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		if content = change(part.Name, content); content == nil {
			continue
		}
		writer, err := to.Create(part.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := writer.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "altered.zip")
	if err := os.WriteFile(out, altered.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestDamageIsFoundWhereItIs(t *testing.T) {
	o := newTown(t)
	o.mustWrite("路灯坏了")
	_, path := o.backup()
	for what, change := range map[string]func(name string, content []byte) []byte{
		"tables/turns.jsonl": func(name string, content []byte) []byte {
			if name == "tables/turns.jsonl" {
				return bytes.Replace(content, []byte("路灯"), []byte("红灯"), 1)
			}
			return content
		},
		"tables/messages.jsonl": func(name string, content []byte) []byte {
			if name == "tables/messages.jsonl" {
				return nil
			}
			return content
		},
	} {
		damages, err := open(t, rewrite(t, path, change)).Verify(t.Context(), quietly)
		if err != nil || len(damages) != 1 || damages[0].Member != what {
			t.Errorf("%s: found %v, %v", what, damages, err)
		}
	}
}

func TestAFileThatWasCutShortIsNoBackup(t *testing.T) {
	o := newTown(t)
	o.mustWrite("路灯坏了")
	_, path := o.backup()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, length := range []int{0, 10, len(content) / 2, len(content) - 10} {
		cut := filepath.Join(t.TempDir(), "cut.zip")
		if err := os.WriteFile(cut, content[:length], 0o600); err != nil {
			t.Fatal(err)
		}
		if a, err := backup.Open(cut); !errors.Is(err, backup.ErrNotBackup) {
			t.Errorf("%d of %d bytes: %v, %v", length, len(content), a, err)
		}
	}
	without := rewrite(t, path, func(name string, content []byte) []byte {
		if name == "manifest.json" {
			return nil
		}
		return content
	})
	if _, err := backup.Open(without); !errors.Is(err, backup.ErrNotBackup) {
		t.Errorf("without its list of contents: %v", err)
	}
}

func TestAListThatNamesWhatIsNoTableIsRefused(t *testing.T) {
	o := newTown(t)
	_, path := o.backup()
	for _, name := range []string{"turns` WHERE 1=1; DROP TABLE people; --", "../../etc/passwd", "Turns"} {
		altered := rewrite(t, path, func(part string, content []byte) []byte {
			if part == "manifest.json" {
				return bytes.Replace(content, []byte(`"name": "turns"`), []byte(fmt.Sprintf(`"name": %q`, name)), 1)
			}
			return content
		})
		if _, err := backup.Open(altered); !errors.Is(err, backup.ErrNotBackup) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAMessageWithoutAPartOfItsStoryIsFound(t *testing.T) {
	for table, words := range map[string]string{
		"turns": "来信没有正文", "facts": "来信没有办理记录", "audit_lines": "来信没有审计记录", "people": "来信的写信人不存在", "messages": "正文不属于任何来信",
	} {
		o := newTown(t)
		o.mustWrite("路灯坏了")
		if err := store.InTx(t.Context(), o.db, func(ctx context.Context, tx *gorm.DB) error {
			return tx.WithContext(ctx).Exec("DELETE FROM " + table).Error
		}); err != nil {
			t.Fatal(err)
		}
		gaps, err := backup.Sense(t.Context(), o.db)
		if err != nil || !slices.ContainsFunc(gaps, func(g backup.Gap) bool { return g.Words == words && g.Number == 1 && g.Example != "" }) {
			t.Errorf("without %s: %+v, %v", table, gaps, err)
		}
	}
}

func TestAMessageThatIsOlderThanTheAuditLogNeedsNoLineInIt(t *testing.T) {
	o := newTown(t)
	old, _ := o.mustWrite("三年前的来信")
	o.clock.Advance(3 * 365 * 24 * time.Hour)
	fresh, _ := o.mustWrite("今天的来信")
	forget := func(id string) {
		t.Helper()
		if err := store.InTx(t.Context(), o.db, func(ctx context.Context, tx *gorm.DB) error {
			_, err := store.From[model.AuditLine](tx).Where("target_id = ?", id).Delete(ctx)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	forget(old)
	if gaps, err := backup.Sense(t.Context(), o.db); err != nil || len(gaps) > 0 {
		t.Errorf("after the log was shortened: %+v, %v", gaps, err)
	}
	o.mustWrite("又一封今天的来信")
	if err := store.InTx(t.Context(), o.db, func(ctx context.Context, tx *gorm.DB) error {
		return store.From[model.AuditLine](tx).Create(ctx, &model.AuditLine{ID: model.NewID(), At: o.clock.Now().Add(-time.Hour), TargetID: "other"})
	}); err != nil {
		t.Fatal(err)
	}
	forget(fresh)
	if gaps, err := backup.Sense(t.Context(), o.db); err != nil || len(gaps) != 1 || gaps[0].Example != fresh {
		t.Errorf("a line that is missing within it: %+v, %v", gaps, err)
	}
}

func TestABackupOfAnOlderSchemaIsPutBackAndBroughtUpToDate(t *testing.T) {
	old, err := store.OpenScratch(t.Context(), filepath.Join(t.TempDir(), "old.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = old.Close() }()
	if err := store.MigrateTo(t.Context(), old, 4); err != nil {
		t.Fatal(err)
	}
	if err := store.InTx(t.Context(), old, func(ctx context.Context, tx *gorm.DB) error {
		return tx.WithContext(ctx).Exec("INSERT INTO topics (id, name, sort) VALUES ('t', '环境', 1)").Error
	}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "backup.zip")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Write(t.Context(), old, file, backup.Pictures{}, time.UnixMilli(0), quietly); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	a := open(t, path)
	if a.Schema != 4 {
		t.Errorf("it says that its schema is %d", a.Schema)
	}
	db := scratch(t, a.Schema)
	if err := a.Load(t.Context(), db, quietly); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Migrate(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	if topics, err := store.From[model.Topic](db.Read()).Find(t.Context()); err != nil || len(topics) != 1 || topics[0].Name != "环境" {
		t.Errorf("topics %v, %v", topics, err)
	}
	if pending, err := store.Pending(t.Context(), db); err != nil || len(pending) > 0 {
		t.Errorf("pending %v, %v", pending, err)
	}
}
