// Package sample fills an empty database with a district that does not exist:
// areas, party organisations, representatives, studios, units and staff, and
// fifty days of messages. The standing of the district is written as it is; its
// history is made by the services themselves, by people who sign in and act, on
// a clock that walks up to now. So a demo shows nothing the product cannot do.
//
// It refuses to touch a database that holds another district, and to mend one
// that it filled only half way.
package sample

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/account"
	"lianxin/service/audit"
	"lianxin/service/deadline"
	"lianxin/service/directory"
	"lianxin/service/follow"
	"lianxin/service/message"
	"lianxin/service/newsroom"
	people "lianxin/service/roster"
	"lianxin/service/sealed"
	"lianxin/service/store"
	"lianxin/service/suggestion"
)

var (
	// ErrUnfinished says that an earlier filling was interrupted.
	ErrUnfinished = errors.New("演示数据上次没有写完，请删除演示数据库后重新启动")
	// ErrOccupied says that the database holds another district.
	ErrOccupied = errors.New("数据库里已有其他区域的数据，不能写入演示数据")
)

// filled is the action of the audit line that ends a filling.
const filled = "sample.fill"

// storyDays is how far before now the story begins.
const storyDays = 50

// Options wires Fill. LoginCode asks the WeChat stand-in for a mini-program
// login code of a person by name. Upload, which may be nil, keeps the pictures of
// the articles; without it none has one, and none goes to WeChat. Cap is the number of open messages of one
// representative from which new ones go to the studio.
type Options struct {
	DB        *store.DB
	Now       func() time.Time
	WeChat    account.WeChat
	Keys      *sealed.Keys
	LoginCode func(ctx context.Context, person string) (string, error)
	Upload    Upload
	Log       *slog.Logger
	Cap       int
}

// town is the district while it is being filled.
type town struct {
	Options
	start, end time.Time
	clock      *clock
	roster     *roster
	visitors   map[string]visitor
	people     map[string]model.Actor
	letters    map[string]string
	quiet      []string
	carried    map[string]bool
	hiring     func() error

	accounts  *account.Service
	directory *directory.Service
	messages  *message.Service
	newsroom  *newsroom.Service
	follows   *follow.Service
	box       *suggestion.Service
	said      map[string]string
	desk      *people.Service
}

// bySample is who writes what no person of the district does.
var bySample = model.SystemActor("sample")

// Fill writes the district with its history. It does nothing when the district
// is there already. Errors: ErrUnfinished, ErrOccupied.
func Fill(ctx context.Context, o Options) error {
	there, err := standing(ctx, o.DB)
	if err != nil || there {
		return err
	}
	began := o.Now()
	t, err := newTown(o)
	if err != nil {
		return err
	}
	if err := t.live(ctx); err != nil {
		return err
	}
	if err := t.markFilled(ctx); err != nil {
		return err
	}
	t.Log.InfoContext(ctx, "sample district is ready", "took", o.Now().Sub(began))
	return nil
}

// live settles the district and lets it live up to now.
func (t *town) live(ctx context.Context) error {
	defer t.waitForStaff(ctx)
	for _, part := range []func(context.Context) error{t.settle, t.hireLiaison, t.sayElsewhere, t.listMembers, t.bindAll, t.prepareAnswers, t.tell, t.writeArticles, t.readArticles, t.keepDesks} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// standing reports whether the district is there, whole.
func standing(ctx context.Context, db *store.DB) (bool, error) {
	districts, err := store.From[model.Area](db.Read()).Where("level = ?", model.LevelDistrict).Find(ctx)
	if err != nil {
		return false, fmt.Errorf("sample: look for the district: %w", err)
	}
	if len(districts) == 0 {
		return false, nil
	}
	if districts[0].Name != district {
		return false, ErrOccupied
	}
	n, err := store.From[model.AuditLine](db.Read()).Where("target_id = ? AND action = ?", districts[0].ID, filled).Count(ctx, "*")
	if err != nil {
		return false, fmt.Errorf("sample: look for the mark: %w", err)
	}
	if n == 0 {
		return false, ErrUnfinished
	}
	return true, nil
}

func newTown(o Options) (*town, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	end := o.Now().UTC().Truncate(time.Millisecond)
	start := dayAt(end, -storyDays, 8*time.Hour)
	t := &town{
		Options: o, start: start, end: end, clock: &clock{at: start},
		people: map[string]model.Actor{}, letters: map[string]string{}, carried: map[string]bool{},
	}
	var accounts, roster, others error
	var wg sync.WaitGroup
	wg.Go(func() {
		t.accounts, accounts = account.New(account.Options{DB: o.DB, Now: t.clock.now, WeChat: o.WeChat, Keys: o.Keys})
	})
	wg.Go(func() { t.roster, roster = newRoster(start) })
	others = t.openServices()
	wg.Wait()
	return t, errors.Join(accounts, roster, others)
}

func (t *town) openServices() error {
	var err error
	if t.visitors, err = readVisitors(); err != nil {
		return err
	}
	if t.directory, err = directory.New(directory.Options{DB: t.DB, Now: t.clock.now, Log: t.Log}); err != nil {
		return fmt.Errorf("sample: open directory: %w", err)
	}
	if t.newsroom, err = newsroom.New(t.newsroomOptions()); err != nil {
		return fmt.Errorf("sample: open newsroom: %w", err)
	}
	t.box, t.said = suggestion.New(suggestion.Options{DB: t.DB, Now: t.clock.now}), map[string]string{}
	if t.desk, err = people.New(people.Options{DB: t.DB, Now: t.clock.now, Screener: screener{}}); err != nil {
		return fmt.Errorf("sample: open roster: %w", err)
	}
	t.follows = follow.New(follow.Options{DB: t.DB, Now: t.clock.now})
	t.messages = message.New(message.Options{DB: t.DB, Now: t.clock.now, Screener: screener{}, Keys: t.Keys, Cap: t.Cap})
	return nil
}

// settle writes the standing of the district, all of it or nothing.
func (t *town) settle(ctx context.Context) error {
	if err := deadline.InstallCalendar(ctx, t.DB, t.clock.now()); err != nil {
		return fmt.Errorf("sample: install calendar: %w", err)
	}
	if err := store.InTx(ctx, t.DB, t.roster.insert); err != nil {
		return fmt.Errorf("sample: settle: %w", err)
	}
	return nil
}

// waitForStaff lets what was begun in the background end before Fill does.
func (t *town) waitForStaff(ctx context.Context) {
	if t.hiring == nil {
		return
	}
	if err := t.hiring(); err != nil {
		t.Log.ErrorContext(ctx, "staff of the sample district", "error", err)
	}
}

func (t *town) markFilled(ctx context.Context) error {
	err := store.InTx(ctx, t.DB, func(ctx context.Context, tx *gorm.DB) error {
		return audit.Record(ctx, tx, bySample, filled, audit.Target{
			Kind: "area", ID: t.roster.find(anArea, district), AreaPath: t.roster.paths[district], Detail: district,
		}, t.clock.now())
	})
	if err != nil {
		return fmt.Errorf("sample: mark: %w", err)
	}
	return nil
}
