package newsroom

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// Candidate is a solved message that a case story may be made from. It tells
// nothing of what was written: that is read once its resident agreed.
type Candidate struct {
	MessageID      string
	Topic          string
	Area           string
	Representative string
	SubmittedAt    time.Time
	SolvedAt       time.Time
}

// solved are messages that their residents called solved and that nobody made a
// story of.
const solved = "state IN ? AND word = ? AND restricted_at IS NULL AND representative_id <> '' AND id NOT IN (SELECT message_id FROM case_stories)"

func solvedArgs() []any {
	return []any{[]model.MessageState{model.MessageConfirmed, model.MessageClosed}, model.WordSolved}
}

// Candidates lists the solved messages of the actor's areas of which there is no
// case story yet, the latest first. Faults: forbidden, invalid (after).
func (s *Service) Candidates(ctx context.Context, by model.Actor, page store.Page) ([]Candidate, string, error) {
	q := store.From[model.Message](s.db.Read()).Where(store.WithinAny("area_path", by.AreaPaths(model.PermitArticleWrite))).Where(solved, solvedArgs()...)
	if page.After != "" {
		at, id, err := page.SplitTime()
		if err != nil {
			return nil, "", err
		}
		q = q.Where("(updated_at < ? OR (updated_at = ? AND id < ?))", at, at, id)
	}
	messages, err := q.Order("updated_at DESC, id DESC").Limit(page.Rows() + 1).Find(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("newsroom: list candidates: %w", err)
	}
	messages, next := store.Cut(messages, page, func(m model.Message) string { return store.TimeCursor(m.UpdatedAt, m.ID) })
	names, err := s.storyNames(ctx)
	if err != nil {
		return nil, "", err
	}
	list := make([]Candidate, len(messages))
	for i, m := range messages {
		list[i] = Candidate{
			MessageID: m.ID, Topic: names.topics[m.TopicID], Area: names.areas[m.AreaID], Representative: names.representatives[m.RepresentativeID],
			SubmittedAt: m.SubmittedAt, SolvedAt: m.UpdatedAt,
		}
	}
	return list, next, nil
}

// storyNames are the names of what stories refer to, by id.
type storyNames struct{ topics, areas, representatives map[string]string }

// storyNamesFor is how long a name lives on after another replica changed it.
const storyNamesFor = 30 * time.Second

func (s *Service) storyNames(ctx context.Context) (storyNames, error) {
	return store.Remember(s.db, "names of case stories", s.now(), storyNamesFor, []string{"topics", "areas", "representatives"}, func() (n storyNames, err error) {
		db := s.db.Read()
		topics, err := store.From[model.Topic](db).Select("id, name").Find(ctx)
		if err != nil {
			return n, fmt.Errorf("newsroom: name topics: %w", err)
		}
		areas, err := store.From[model.Area](db).Select("id, name").Find(ctx)
		if err != nil {
			return n, fmt.Errorf("newsroom: name areas: %w", err)
		}
		seats, err := store.From[model.Representative](db).Select("id, name").Find(ctx)
		if err != nil {
			return n, fmt.Errorf("newsroom: name representatives: %w", err)
		}
		n = storyNames{map[string]string{}, map[string]string{}, map[string]string{}}
		for _, t := range topics {
			n.topics[t.ID] = t.Name
		}
		for _, a := range areas {
			n.areas[a.ID] = a.Name
		}
		for _, r := range seats {
			n.representatives[r.ID] = r.Name
		}
		return n, nil
	})
}

// Story is a case story with all that belongs to it.
type Story struct {
	model.CaseStory

	Topic, Area, Representative string
	Consents                    []model.StoryConsent
	// Open are the channels that everybody agreed to.
	Open []model.StoryChannel
	// Article is the text as it is now; nil before it was begun.
	Article *model.Article
	// Current says that what the resident was shown, or agreed to, is still the text.
	Current bool
	// reachable are the people who can answer for themselves.
	reachable []string
}

// Reachable reports whether who a consent is asked of can answer by themselves.
func (s Story) Reachable(c model.StoryConsent) bool { return slices.Contains(s.reachable, c.PersonID) }

// IsChecked reports whether somebody checked the text as it is now.
func (s Story) IsChecked() bool {
	return s.Article != nil && s.Checked != "" && s.Checked == fingerprint(*s.Article)
}

// Stories lists the case stories of the actor's areas, the latest first, without
// their texts and consents. Faults: invalid (after).
func (s *Service) Stories(ctx context.Context, by model.Actor, state model.CaseStoryState, page store.Page) ([]Story, string, error) {
	q := store.From[model.CaseStory](s.db.Read()).Where(store.WithinAny("area_path", reach(by)))
	if state != "" {
		q = q.Where("state = ?", state)
	}
	if page.After != "" {
		at, id, err := page.SplitTime()
		if err != nil {
			return nil, "", err
		}
		q = q.Where("(created_at < ? OR (created_at = ? AND id < ?))", at, at, id)
	}
	rows, err := q.Order("created_at DESC, id DESC").Limit(page.Rows() + 1).Find(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("newsroom: list stories: %w", err)
	}
	rows, next := store.Cut(rows, page, func(c model.CaseStory) string { return store.TimeCursor(c.CreatedAt, c.ID) })
	names, err := s.storyNames(ctx)
	if err != nil {
		return nil, "", err
	}
	list := make([]Story, len(rows))
	for i, c := range rows {
		list[i] = names.story(c)
	}
	return list, next, nil
}

func (n storyNames) story(c model.CaseStory) Story {
	return Story{CaseStory: c, Topic: n.topics[c.TopicID], Area: n.areas[c.AreaID], Representative: n.representatives[c.RepresentativeID]}
}

// Story gives one case story whole. Fault: not found, also for an area that is
// not the actor's.
func (s *Service) Story(ctx context.Context, by model.Actor, id string) (Story, error) {
	c, err := s.story(ctx, s.db.Read(), by, id)
	if err != nil {
		return Story{}, err
	}
	return s.wholeStory(ctx, c)
}

func (s *Service) wholeStory(ctx context.Context, c model.CaseStory) (Story, error) {
	names, err := s.storyNames(ctx)
	if err != nil {
		return Story{}, err
	}
	whole := names.story(c)
	db := s.db.Read()
	if whole.Consents, err = consentsOf(ctx, db, c.ID); err != nil {
		return Story{}, err
	}
	whole.Open = openChannels(whole.Consents)
	if whole.reachable, err = reachableOf(ctx, db, whole.Consents); err != nil {
		return Story{}, err
	}
	if c.ArticleID == "" {
		return whole, nil
	}
	a, err := s.articleOf(ctx, db, c)
	if err != nil {
		return Story{}, err
	}
	whole.Article = &a
	whole.Current = c.Shown != "" && c.Shown == fingerprint(a)
	return whole, nil
}

// story finds a case story of the actor's areas. Fault: not found.
func (s *Service) story(ctx context.Context, db *gorm.DB, by model.Actor, id string) (model.CaseStory, error) {
	c, err := store.From[model.CaseStory](db).Where("id = ?", id).Take(ctx)
	if store.IsAbsent(err) || err == nil && by.System == "" && !sees(by, c.AreaPath) {
		return model.CaseStory{}, fault.NotFound("这个典型案例")
	}
	if err != nil {
		return model.CaseStory{}, fmt.Errorf("newsroom: find story: %w", err)
	}
	return c, nil
}

func consentsOf(ctx context.Context, db *gorm.DB, storyID string) ([]model.StoryConsent, error) {
	consents, err := store.From[model.StoryConsent](db).Where("story_id = ?", storyID).Order("asked_at, id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("newsroom: read consents: %w", err)
	}
	return consents, nil
}

// reachableOf are those of the people who have an account: not who only was
// written for, and no seat without a phone bound to it.
func reachableOf(ctx context.Context, db *gorm.DB, consents []model.StoryConsent) ([]string, error) {
	var ids []string
	for _, c := range consents {
		ids = append(ids, c.PersonID)
	}
	people, err := store.From[model.Person](db).Where("id IN ? AND shadow = ?", append(ids, ""), false).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("newsroom: find people of story: %w", err)
	}
	var reachable []string
	for _, p := range people {
		reachable = append(reachable, p.ID)
	}
	return reachable, nil
}

// openChannels are those to which everybody agreed who is part of the story, also
// who was asked about other channels only.
func openChannels(consents []model.StoryConsent) []model.StoryChannel {
	type who struct {
		party    model.StoryParty
		id, name string
	}
	agreed := map[who]map[model.StoryChannel]bool{}
	for _, c := range consents {
		one := who{c.Party, c.PersonID, c.Name}
		if agreed[one] == nil {
			agreed[one] = map[model.StoryChannel]bool{}
		}
		agreed[one][c.Channel] = c.Stands()
	}
	var open []model.StoryChannel
	for _, channel := range model.StoryChannels() {
		all := len(agreed) > 0
		for _, channels := range agreed {
			all = all && channels[channel]
		}
		if all {
			open = append(open, channel)
		}
	}
	return open
}

// fingerprint names a text of an article exactly: two that differ in anything
// that is shown differ in it.
func fingerprint(a model.Article) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{a.Title, a.Digest, a.Byline, a.CoverID, a.Body}, "\x00")))
	return hex.EncodeToString(sum[:])
}

// storyStep is a deed with the columns that it sets besides the state.
type storyStep struct {
	deed model.CaseStoryDeed
	set  map[string]any
	note string
}

// moveStory takes a case story one step on, by compare-and-set, and audits it.
// Fault: conflict.
func (s *Service) moveStory(ctx context.Context, tx *gorm.DB, by model.Actor, c *model.CaseStory, d storyStep) error {
	next, err := model.CaseStoryFlow().Next(c.State, d.deed)
	if err != nil {
		return fault.Conflict("典型案例现在是“%s”，不能这样操作，请刷新后再试。", model.CaseStoryWords(c.State))
	}
	set := map[string]any{"state": next, "updated_at": s.now()}
	maps.Copy(set, d.set)
	n, err := store.From[model.CaseStory](tx).Where("id = ? AND state = ?", c.ID, c.State).Set(clause.Assignments(set)).Update(ctx)
	if err != nil {
		return fmt.Errorf("newsroom: move story: %w", err)
	}
	if n != 1 {
		return errStoryChanged()
	}
	c.State = next
	return s.noteStory(ctx, tx, by, *c, "case_story."+string(d.deed), d.note)
}

func errStoryChanged() error {
	return fault.Conflict("典型案例刚刚发生了变化，请刷新后再试。")
}

func (s *Service) noteStory(ctx context.Context, tx *gorm.DB, by model.Actor, c model.CaseStory, action, about string) error {
	return audit.Record(ctx, tx, by, action, audit.Target{Kind: "case_story", ID: c.ID, AreaPath: c.AreaPath, Detail: clip(about, auditMax)}, s.now())
}

// changeStory runs one deed of a writer on a story in a transaction.
func (s *Service) changeStory(ctx context.Context, by model.Actor, id string, do func(ctx context.Context, tx *gorm.DB, c *model.CaseStory) error) error {
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		c, err := s.story(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if by.System == "" && !by.PermitsIn(model.PermitArticleWrite, c.AreaPath) {
			return fault.Forbidden("您没有这项操作的权限。")
		}
		return do(ctx, tx, &c)
	})
}
