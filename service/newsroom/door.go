package newsroom

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/follow"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

// DoorTask is the kind of outbox task that brings an article through a door, or
// back; HandleDoor does it.
const DoorTask = "article_door"

// doorTask names an attempt. Heard says that an event came: then an attempt that
// was given up is looked at once more.
type doorTask struct {
	ArticleID string
	Door      model.Door
	Round     int
	Heard     bool `json:",omitempty"`
}

// Wishes say which doors publishing opens.
type Wishes struct{ Feed, Draft, Publication bool }

// chosen names the doors that somebody wants.
func chosen(wanted map[model.Door]bool) string {
	var names []string
	for _, name := range model.Doors() {
		if wanted[name] {
			names = append(names, model.DoorWords(name))
		}
	}
	return strings.Join(names, "、")
}

// ChooseDoors says what publishing will do. A publication has its own draft, so
// that a draft besides is not made. Faults: not found, forbidden, conflict while
// it is being published or after it was withdrawn; invalid when there is none, or
// one that cannot be.
func (s *Service) ChooseDoors(ctx context.Context, by model.Actor, id string, w Wishes) (model.Article, error) {
	if !w.Feed && !w.Draft && !w.Publication {
		return model.Article{}, fault.InvalidField("feed", "请至少选择一个发布渠道。")
	}
	if s.official == nil && (w.Draft || w.Publication) {
		return model.Article{}, fault.InvalidField("publication", "还没有接入公众号，只能发布到小程序动态。")
	}
	wanted := map[model.Door]bool{model.DoorFeed: w.Feed, model.DoorDraft: w.Draft && !w.Publication, model.DoorPublication: w.Publication}
	return s.change(ctx, by, model.PermitArticleWrite, id, func(ctx context.Context, tx *gorm.DB, a *model.Article) error {
		if slices.Contains(doorsFixed(), a.State) {
			return notNow(a.State)
		}
		for name, want := range wanted {
			if err := s.wish(ctx, tx, *a, name, want); err != nil {
				return err
			}
		}
		return s.note(ctx, tx, by, *a, "article.doors", chosen(wanted))
	})
}

func (s *Service) wish(ctx context.Context, tx *gorm.DB, a model.Article, name model.Door, want bool) error {
	d, err := s.door(ctx, tx, a, name)
	if err != nil {
		return err
	}
	if _, err := s.doorRow(tx, d).Update(ctx, "wanted", want); err != nil {
		return fmt.Errorf("newsroom: choose door: %w", err)
	}
	return nil
}

// door gives the row of a door, and makes it where there is none.
func (s *Service) door(ctx context.Context, tx *gorm.DB, a model.Article, name model.Door) (model.ArticleDoor, error) {
	found, err := store.From[model.ArticleDoor](tx).Where("article_id = ? AND door = ?", a.ID, name).Find(ctx)
	if err != nil {
		return model.ArticleDoor{}, fmt.Errorf("newsroom: read door: %w", err)
	}
	if len(found) == 1 {
		return found[0], nil
	}
	d := freshDoor(a, name)
	d.UpdatedAt = s.now()
	switch err := store.From[model.ArticleDoor](tx).Create(ctx, &d); {
	case store.IsDuplicate(err):
		return d, errChanged()
	case err != nil:
		return d, fmt.Errorf("newsroom: make door: %w", err)
	}
	return d, nil
}

// doorRow is a door as it was seen.
func (*Service) doorRow(tx *gorm.DB, d model.ArticleDoor) store.Query[model.ArticleDoor] {
	return store.From[model.ArticleDoor](tx).Where("article_id = ? AND door = ? AND state = ? AND step = ? AND round = ?", d.ArticleID, d.Door, d.State, d.Step, d.Round)
}

// errOvertaken says that somebody else moved a door meanwhile.
var errOvertaken = errors.New("newsroom: the door was moved meanwhile")

// moveDoor takes a door one step on, by compare-and-set, and sets columns besides.
func (s *Service) moveDoor(ctx context.Context, tx *gorm.DB, d *model.ArticleDoor, deed model.DoorDeed, set assign) error {
	next, err := s.doors.Next(d.State, deed)
	if err != nil {
		return fault.Conflict("%s现在是“%s”，不能这样操作，请刷新后再试。", model.DoorWords(d.Door), model.DoorStateWords(d.State))
	}
	all := assign{"state": next}
	maps.Copy(all, set)
	return s.setDoor(ctx, tx, d, all)
}

// setDoor changes a door that is as it was seen, and gives it as it is then.
func (s *Service) setDoor(ctx context.Context, tx *gorm.DB, d *model.ArticleDoor, set assign) error {
	set["updated_at"] = s.now()
	n, err := s.doorRow(tx, *d).Set(clause.Assignments(set)).Update(ctx)
	if err != nil {
		return fmt.Errorf("newsroom: move door: %w", err)
	}
	if n != 1 {
		return errOvertaken
	}
	*d, err = store.From[model.ArticleDoor](tx).Where("article_id = ? AND door = ?", d.ArticleID, d.Door).Take(ctx)
	if err != nil {
		return fmt.Errorf("newsroom: read moved door: %w", err)
	}
	return nil
}

// beginDoor sets an article on its way through a door at WeChat.
func (s *Service) beginDoor(ctx context.Context, tx *gorm.DB, a model.Article, d *model.ArticleDoor, deed model.DoorDeed, set assign) error {
	now := s.now()
	all := assign{
		"step": model.StepPictures, "round": d.Round + 1, "version": a.Version, "again": false, "draft_id": "", "job_id": "", "data_id": "",
		"remote_id": "", "link": "", "problem": "", "begun_at": now, "asked_at": now, "opened_at": nil,
	}
	maps.Copy(all, set)
	if err := s.moveDoor(ctx, tx, d, deed, all); err != nil {
		return err
	}
	return s.enqueue(ctx, tx, *d)
}

// enqueue has a door worked on from now.
func (s *Service) enqueue(ctx context.Context, tx *gorm.DB, d model.ArticleDoor) error {
	return outbox.Enqueue(ctx, tx, outbox.Task{
		Kind: DoorTask, DedupeKey: d.ArticleID + " " + string(d.Door) + " " + strconv.Itoa(d.Round),
		Payload: doorTask{ArticleID: d.ArticleID, Door: d.Door, Round: d.Round}, RunAt: s.now(),
	})
}

// openFeed shows an article in our own feed, dated now or when it first was.
func (s *Service) openFeed(ctx context.Context, tx *gorm.DB, a *model.Article) error {
	d, err := s.door(ctx, tx, *a, model.DoorFeed)
	if err != nil {
		return err
	}
	now := s.now()
	if err := s.moveDoor(ctx, tx, &d, model.DeedOpen, assign{"step": model.StepDone, "version": a.Version, "opened_at": now, "problem": ""}); err != nil {
		return err
	}
	if _, err := store.From[model.Article](tx).Where("id = ?", a.ID).Update(ctx, "published_at", now); err != nil {
		return fmt.Errorf("newsroom: date article: %w", err)
	}
	a.PublishedAt = &now
	return follow.News(ctx, tx, a.ID, now)
}

// settle says of an article that is being published how that ended, once no door
// is under way any more: it is live when one of them let it out, be it after it
// was given up.
func (s *Service) settle(ctx context.Context, tx *gorm.DB, by model.Actor, id string) error {
	a, err := s.mine(ctx, tx, model.SystemActor("newsroom"), id)
	if err != nil || a.State != model.ArticlePublishing && a.State != model.ArticleFailed {
		return err
	}
	doors, err := store.From[model.ArticleDoor](tx).Where("article_id = ? AND door IN ?", id, []model.Door{model.DoorFeed, model.DoorDraft, model.DoorPublication}).Find(ctx)
	if err != nil {
		return fmt.Errorf("newsroom: read doors: %w", err)
	}
	out := false
	for _, d := range doors {
		switch d.State {
		case model.DoorWorking, model.DoorSubmitted, model.DoorClosing:
			return nil
		case model.DoorOpen, model.DoorByHand:
			out = true
		case model.DoorIdle, model.DoorFailed, model.DoorStuck, model.DoorClosed:
		}
	}
	switch {
	case out:
		return s.move(ctx, tx, by, &a, model.DeedGoLive)
	case a.State == model.ArticleFailed:
		return nil
	}
	return s.move(ctx, tx, by, &a, model.DeedFail)
}

// Retry tries a door again that failed, was left to be published by hand, could
// not be closed, or shows what was corrected since: WeChat cannot change a
// publication, so that the old one is deleted and a new one made. Faults: not
// found, forbidden, conflict.
func (s *Service) Retry(ctx context.Context, by model.Actor, id string, name model.Door) (model.Article, error) {
	if s.official == nil || !slices.Contains([]model.Door{model.DoorDraft, model.DoorPublication, model.DoorMassSend}, name) {
		return model.Article{}, fault.NotFound("这个渠道")
	}
	return s.change(ctx, by, model.PermitArticleWrite, id, func(ctx context.Context, tx *gorm.DB, a *model.Article) error {
		d, err := s.door(ctx, tx, *a, name)
		if err != nil {
			return err
		}
		if err := s.retry(ctx, tx, a, &d); err != nil {
			return err
		}
		return s.note(ctx, tx, by, *a, "article.retry", model.DoorWords(name))
	})
}

func (s *Service) retry(ctx context.Context, tx *gorm.DB, a *model.Article, d *model.ArticleDoor) error {
	switch {
	case d.State == model.DoorStuck:
		return s.closeDoor(ctx, tx, d, assign{})
	case a.State == model.ArticleWithdrawn:
		return notNow(a.State)
	case d.Door == model.DoorMassSend:
		return fault.Conflict("群发不能直接重试，请重新申请群发，由另一位同事确认。")
	case Outdated(*a, *d) && d.State == model.DoorOpen && d.Door == model.DoorPublication:
		return s.closeDoor(ctx, tx, d, assign{"again": true})
	case Outdated(*a, *d) && d.Door == model.DoorDraft:
		return s.renewDraft(ctx, tx, *a, d)
	case d.State == model.DoorFailed || d.State == model.DoorByHand || d.State == model.DoorClosed && d.Wanted:
		if a.State == model.ArticleFailed {
			if err := s.move(ctx, tx, model.SystemActor("newsroom"), a, model.DeedPublishArticle); err != nil {
				return err
			}
		}
		return s.beginAgain(ctx, tx, *a, d)
	}
	return fault.Conflict("%s现在是“%s”，不需要重试。", model.DoorWords(d.Door), model.DoorStateWords(d.State))
}

// beginAgain begins a door anew. Of what may have been handed in already the ids
// stay, so that the work begins by looking for it.
func (s *Service) beginAgain(ctx context.Context, tx *gorm.DB, a model.Article, d *model.ArticleDoor) error {
	switch {
	case d.State == model.DoorFailed && d.JobID != "" && d.Step == model.StepAwait:
		if err := s.moveDoor(ctx, tx, d, model.DeedAwait, assign{"round": d.Round + 1, "problem": "", "asked_at": s.now()}); err != nil {
			return err
		}
		return s.enqueue(ctx, tx, *d)
	case d.Step == model.StepAsking:
		return s.beginDoor(ctx, tx, a, d, model.DeedBegin, assign{"step": model.StepLook, "draft_id": d.DraftID, "once_id": d.OnceID})
	case d.State == model.DoorByHand:
		return s.beginDoor(ctx, tx, a, d, model.DeedBegin, assign{"step": model.StepLook, "draft_id": d.DraftID})
	}
	return s.beginDoor(ctx, tx, a, d, model.DeedBegin, assign{})
}

// renewDraft brings a draft in WeChat's box up to the article's text.
func (s *Service) renewDraft(ctx context.Context, tx *gorm.DB, a model.Article, d *model.ArticleDoor) error {
	return s.beginDoor(ctx, tx, a, d, model.DeedRenew, assign{"draft_id": d.DraftID})
}

// closeDoor takes back what went through a door.
func (s *Service) closeDoor(ctx context.Context, tx *gorm.DB, d *model.ArticleDoor, set assign) error {
	all := assign{"round": d.Round + 1, "problem": "", "begun_at": s.now()}
	maps.Copy(all, set)
	if err := s.moveDoor(ctx, tx, d, model.DeedClose, all); err != nil {
		return err
	}
	return s.enqueue(ctx, tx, *d)
}

// since is how long ago something was, and long where it never was.
func (s *Service) since(at *time.Time) time.Duration {
	if at == nil {
		return forever
	}
	return s.now().Sub(*at)
}

const forever = 1 << 62
