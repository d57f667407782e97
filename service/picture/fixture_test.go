package picture_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"net/url"
	"path"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/outbox"
	"lianxin/service/picture"
	"lianxin/service/picture/raster"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

var linkKey = bytes.Repeat([]byte("k"), 32)

// desk is a picture desk with its database, folder and outbox.
type desk struct {
	tb      testing.TB
	db      *store.DB
	clock   *storetest.Clock
	keeper  picture.Keeper
	machine *machine
	svc     *picture.Service
	keeping *picture.Custodian
	outbox  *outbox.Dispatcher
}

// machine stands for WeChat's picture check.
type machine struct {
	sync.Mutex
	err   error
	asked []string
	// during is called while WeChat answers.
	during func()
}

func (m *machine) CheckPicture(_ context.Context, openID, mediaURL string) (string, error) {
	m.Lock()
	defer m.Unlock()
	m.asked = append(m.asked, openID+" "+mediaURL)
	if m.during != nil {
		m.during()
	}
	if m.err != nil {
		return "", m.err
	}
	return "trace-" + strconv.Itoa(len(m.asked)), nil
}

// newDesk keeps its pictures in a folder.
func newDesk(tb testing.TB) *desk {
	tb.Helper()
	clock := storetest.NewClock(tb, "2026-11-23 10:00")
	return newDeskWith(tb, clock, newFolder(tb, clock.Now))
}

// onEachDesk runs a test with every kind of keeper.
func onEachDesk(t *testing.T, test func(t *testing.T, d *desk)) {
	t.Helper()
	t.Run("folder", func(t *testing.T) { test(t, newDesk(t)) })
	t.Run("bucket", func(t *testing.T) {
		clock := storetest.NewClock(t, "2026-11-23 10:00")
		_, b := standIn(t, clock.Now)
		test(t, newDeskWith(t, clock, b))
	})
}

func newDeskWith(tb testing.TB, clock *storetest.Clock, keeper picture.Keeper) *desk {
	tb.Helper()
	d := &desk{tb: tb, db: storetest.Open(tb), clock: clock, keeper: keeper, machine: &machine{}}
	var err error
	if d.svc, err = picture.New(d.options()); err != nil {
		tb.Fatal(err)
	}
	if d.keeping, err = picture.NewCustodian(d.db, d.clock.Now, slog.New(slog.DiscardHandler), keeper); err != nil {
		tb.Fatal(err)
	}
	d.outbox = outbox.NewDispatcher(d.db, d.clock.Now, slog.New(slog.DiscardHandler), map[string]outbox.Handler{picture.CheckTask: d.svc.HandleCheck})
	return d
}

func (d *desk) options() picture.Options {
	return picture.Options{
		DB: d.db, Now: d.clock.Now, Log: slog.New(slog.DiscardHandler), Normalizer: raster.New(raster.Limits{Bytes: 1 << 20, Pixels: 100_000, Side: 64, ThumbSide: 16}, 2),
		Keeper: d.keeper, Checker: d.machine, LinkKey: linkKey, PublicURL: "https://lianxin.example",
	}
}

// photo paints a picture of a size, each kind with its own content.
func photo(tb testing.TB, width, height int) []byte {
	tb.Helper()
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		m.Set(x, x%height, color.RGBA{R: 200, A: 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// resident is a person whom the mini-program knows.
func (d *desk) resident(id string) model.Actor {
	d.tb.Helper()
	insert(d, &model.WeChatIdentity{ID: "mini-" + id, PersonID: id, Account: model.AccountMini, OpenID: "open-" + id, CreatedAt: d.clock.Now()})
	return d.stranger(id)
}

// stranger is a person whom the mini-program does not know.
func (d *desk) stranger(id string, roles ...model.Role) model.Actor {
	d.tb.Helper()
	insert(d, &model.Person{ID: id, Name: id, CreatedAt: d.clock.Now()})
	for _, role := range roles {
		insert(d, &model.Grant{ID: model.NewID(), PersonID: id, Role: role})
	}
	return model.Actor{PersonID: id, Name: id}
}

func (d *desk) upload(by model.Actor) model.Picture {
	d.tb.Helper()
	p, err := d.svc.Upload(d.tb.Context(), by, bytes.NewReader(photo(d.tb, 40, 30)))
	if err != nil {
		d.tb.Fatal(err)
	}
	return p
}

// settle lets what is due in the outbox happen.
func (d *desk) settle() {
	d.tb.Helper()
	for {
		n, err := d.outbox.Tick(d.tb.Context())
		if err != nil {
			d.tb.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func (d *desk) row(id string) model.Picture {
	d.tb.Helper()
	p, err := store.From[model.Picture](d.db.Read()).Where("id = ?", id).Take(d.tb.Context())
	if err != nil {
		d.tb.Fatal(err)
	}
	return p
}

func (d *desk) screening(id string, want model.Screening) {
	d.tb.Helper()
	if got := d.row(id).Screening; got != want {
		d.tb.Errorf("screening is %s, want %s", got, want)
	}
}

// files lists what is kept.
func (d *desk) files() []string {
	d.tb.Helper()
	var names []string
	err := d.keeper.List(d.tb.Context(), func(name string, _ int64, _ time.Time) error {
		names = append(names, name)
		return nil
	})
	if err != nil {
		d.tb.Fatal(err)
	}
	return names
}

// follow opens what a link points to.
func (d *desk) follow(link string) ([]byte, error) {
	d.tb.Helper()
	u, err := url.Parse(link)
	if err != nil {
		d.tb.Fatal(err)
	}
	until, err := strconv.ParseInt(u.Query().Get("until"), 10, 64)
	if err != nil {
		d.tb.Fatal(err)
	}
	content, err := d.svc.Open(d.tb.Context(), path.Base(u.Path), picture.Size(u.Query().Get("size")), until, u.Query().Get("sig"))
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(content.Body)
	return data, errors.Join(err, content.Body.Close())
}

func insert[T any](d *desk, row *T) {
	d.tb.Helper()
	err := store.InTx(d.tb.Context(), d.db, func(ctx context.Context, tx *gorm.DB) error { return store.From[T](tx).Create(ctx, row) })
	if err != nil {
		d.tb.Fatal(err)
	}
}

// set changes a column of a picture behind the desk's back.
func (d *desk) set(id, column string, value any) {
	d.tb.Helper()
	err := store.InTx(d.tb.Context(), d.db, func(ctx context.Context, tx *gorm.DB) error {
		_, err := store.From[model.Picture](tx).Where("id = ?", id).Update(ctx, column, value)
		return err
	})
	if err != nil {
		d.tb.Fatal(err)
	}
}

// deeds lists the audit log's actions on a picture.
func (d *desk) deeds(id string) string {
	d.tb.Helper()
	lines, err := store.From[model.AuditLine](d.db.Read()).Where("target_id = ?", id).Order("at, id").Find(d.tb.Context())
	if err != nil {
		d.tb.Fatal(err)
	}
	var actions []string
	for _, line := range lines {
		actions = append(actions, line.Actor+" "+line.Action)
	}
	return strings.Join(actions, ", ")
}
