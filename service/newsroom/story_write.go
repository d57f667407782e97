package newsroom

import (
	"context"
	"fmt"
	"html"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/masking"
	"lianxin/service/newsroom/richtext"
	"lianxin/service/store"
)

// WriteStory drafts the article of a case story by itself: the problem, what was
// done, the time line, the result, with everything masked that names a person.
// Done again, it is the same article. That the message was read is shown to its
// resident. Faults: not found, forbidden, conflict.
func (s *Service) WriteStory(ctx context.Context, by model.Actor, id string) error {
	return s.changeStory(ctx, by, id, func(ctx context.Context, tx *gorm.DB, c *model.CaseStory) error {
		if c.ArticleID != "" {
			return nil
		}
		if c.State != model.StoryWriting {
			return fault.Conflict("各方同意以后才能撰写；现在是“%s”。", model.CaseStoryWords(c.State))
		}
		a, err := s.drafted(ctx, tx, by, *c)
		if err != nil {
			return err
		}
		set := clause.Assignments(map[string]any{"article_id": a.ID, "updated_at": s.now()})
		n, err := store.From[model.CaseStory](tx).Where("id = ? AND article_id = ''", c.ID).Set(set).Update(ctx)
		if err != nil {
			return fmt.Errorf("newsroom: join story and article: %w", err)
		}
		if n != 1 {
			return errStoryChanged()
		}
		return s.noteStory(ctx, tx, by, *c, "case_story.write", a.Title)
	})
}

// drafted writes the article that a story begins with, and that its message was
// read for it.
func (s *Service) drafted(ctx context.Context, tx *gorm.DB, by model.Actor, c model.CaseStory) (model.Article, error) {
	told, err := s.told(ctx, tx, c)
	if err != nil {
		return model.Article{}, err
	}
	look, sight := readsFor(by, c)
	if err := audit.SeenIn(ctx, tx, by, look, sight, s.now()); err != nil {
		return model.Article{}, err
	}
	body, err := richtext.Clean(told.skeleton())
	if err != nil {
		return model.Article{}, fmt.Errorf("newsroom: clean skeleton: %w", err)
	}
	now := s.now()
	a := model.Article{
		ID: model.NewID(), AreaID: c.AreaID, AreaPath: c.AreaPath, Kind: model.ArticleCaseStory, Title: told.title(), Body: body,
		State: s.flow.Start, AuthorID: by.PersonID, Author: by.Name, EditorID: by.PersonID, Revision: 1, CreatedAt: now, UpdatedAt: now,
	}
	return a, s.beginOf(ctx, tx, by, &a, c.RepresentativeID)
}

// readsFor is how the reading of a message for its story is told to the resident.
func readsFor(by model.Actor, c model.CaseStory) (audit.Look, []audit.Sight) {
	return audit.Look{Side: model.SideStaff, Depth: model.ReadingThread}, []audit.Sight{{MessageID: c.MessageID, As: "宣传部门 " + by.Name}}
}

// beginOf writes the article of a story.
func (s *Service) beginOf(ctx context.Context, tx *gorm.DB, by model.Actor, a *model.Article, representativeID string) error {
	if err := store.From[model.Article](tx).Create(ctx, a); err != nil {
		return fmt.Errorf("newsroom: begin article of story: %w", err)
	}
	if err := noteWriter(ctx, tx, a.ID, by.PersonID); err != nil {
		return err
	}
	if err := tellsOf(ctx, tx, a.ID, []string{representativeID}); err != nil {
		return err
	}
	return s.note(ctx, tx, by, *a, "article.begin", "")
}

// tale is what a message tells, for the skeleton.
type tale struct {
	message        model.Message
	topic          string
	area           string
	representative string
	unit           string
	turns          []model.Turn
	facts          []model.Fact
	names          []string
}

// told reads what a story is made from.
func (s *Service) told(ctx context.Context, tx *gorm.DB, c model.CaseStory) (tale, error) {
	var t tale
	var err error
	t.message, err = store.From[model.Message](tx).Where("id = ? AND restricted_at IS NULL", c.MessageID).Take(ctx)
	if store.IsAbsent(err) {
		return t, fault.Conflict("这封来信已经封存，不能再写成典型案例。")
	}
	if err != nil {
		return t, fmt.Errorf("newsroom: read message of story: %w", err)
	}
	if t.turns, err = store.From[model.Turn](tx).Where("message_id = ? AND screening = ?", c.MessageID, model.ScreeningShown).Order("created_at, id").Find(ctx); err != nil {
		return t, fmt.Errorf("newsroom: read turns of story: %w", err)
	}
	if t.facts, err = store.From[model.Fact](tx).Where("message_id = ?", c.MessageID).Order("at, id").Find(ctx); err != nil {
		return t, fmt.Errorf("newsroom: read facts of story: %w", err)
	}
	if t.names, err = s.namesIn(ctx, tx, c.MessageID); err != nil {
		return t, err
	}
	names, err := s.storyNames(ctx)
	if err != nil {
		return t, err
	}
	t.topic, t.area, t.representative = names.topics[c.TopicID], names.areas[c.AreaID], names.representatives[c.RepresentativeID]
	if t.message.UnitID == "" {
		return t, nil
	}
	unit, err := store.From[model.Unit](tx).Where("id = ?", t.message.UnitID).Take(ctx)
	if err != nil {
		return t, fmt.Errorf("newsroom: name unit of story: %w", err)
	}
	t.unit = unit.Name
	return t, nil
}

// namesIn are the names of the people of a message who must not be told from the
// story: its resident and who wrote for them.
func (*Service) namesIn(ctx context.Context, db *gorm.DB, messageID string) ([]string, error) {
	m, err := store.From[model.Message](db).Where("id = ?", messageID).Take(ctx)
	if err != nil {
		return nil, fmt.Errorf("newsroom: find message of story: %w", err)
	}
	people, err := store.From[model.Person](db).Where("id IN ?", []string{m.ResidentID, m.WriterID}).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("newsroom: find people of story: %w", err)
	}
	names := []string{m.ResidentName}
	for _, p := range people {
		names = append(names, p.Name)
	}
	return slices.DeleteFunc(names, func(n string) bool { return n == "居民" || n == model.ErasedName }), nil
}

func (t tale) masked(text string) string {
	return masking.Apply(text, masking.Find(text, t.names...))
}

func (t tale) title() string {
	topic := t.topic
	if topic == "" {
		topic = "群众来信"
	}
	return clip(topic+"："+t.area+"一封来信的办理经过", model.ArticleTitleMax)
}

// skeleton is the text that the writer begins with.
func (t tale) skeleton() string {
	var b strings.Builder
	t.chapter(&b, "遇到的问题", func(turn model.Turn) bool { return turn.Side == model.SideResident })
	t.chapter(&b, "怎么办的", func(turn model.Turn) bool { return turn.Side != model.SideResident })
	b.WriteString("<h2>时间线</h2><table><tbody>")
	for _, f := range t.facts {
		if words := t.words(f.Deed); words != "" {
			fmt.Fprintf(&b, "<tr><td>%s</td><td>%s</td></tr>", f.At.In(model.Shanghai).Format("2006年1月2日"), html.EscapeString(words))
		}
	}
	b.WriteString("</tbody></table><h2>结果</h2>")
	days := int(t.solvedAt().Sub(t.message.SubmittedAt)/(24*time.Hour)) + 1
	fmt.Fprintf(&b, "<p>从来信到居民确认解决，用了 %d 天。</p>", days)
	if comment := strings.TrimSpace(t.message.RatingComment); comment != "" {
		fmt.Fprintf(&b, "<blockquote><p>%s</p></blockquote>", html.EscapeString(t.masked(comment)))
	}
	return b.String()
}

func (t tale) chapter(b *strings.Builder, heading string, of func(model.Turn) bool) {
	fmt.Fprintf(b, "<h2>%s</h2>", heading)
	for _, turn := range t.turns {
		if !of(turn) {
			continue
		}
		for line := range strings.SplitSeq(t.masked(turn.Body), "\n") {
			if line = strings.TrimSpace(line); line != "" {
				fmt.Fprintf(b, "<p>%s</p>", html.EscapeString(line))
			}
		}
	}
}

// words tell a fact to the public; facts of the house are left out.
func (t tale) words(deed model.MessageDeed) string {
	return map[model.MessageDeed]string{
		model.DeedSubmit:      "居民来信",
		model.DeedAcknowledge: t.representative + "代表收到并开始办理",
		model.DeedAnswer:      t.representative + "代表答复",
		model.DeedHandOver:    "转交" + t.unit + "办理",
		model.DeedAccept:      t.unit + "接办",
		model.DeedUnitAnswer:  t.unit + "答复",
		model.DeedReopen:      "居民反映还没有解决，继续办理",
		model.DeedConfirm:     "居民确认已经解决",
	}[deed]
}

// solvedAt is when the resident said so.
func (t tale) solvedAt() time.Time {
	for _, f := range slices.Backward(t.facts) {
		if f.Deed == model.DeedConfirm {
			return f.At
		}
	}
	return t.message.UpdatedAt
}
