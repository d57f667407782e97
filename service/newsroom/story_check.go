package newsroom

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/deadline"
	"lianxin/service/masking"
	"lianxin/service/newsroom/richtext"
	"lianxin/service/store"
)

// Finding is something in the text of a case story that may name a person:
// where it stands, what it says there, and what may stand instead.
type Finding struct {
	Field   string
	Kind    masking.Kind
	Text    string
	Before  string
	After   string
	Instead string
}

// aroundFinding is how much of the text is shown beside a finding, in characters.
const aroundFinding = 12

// Findings lists what may name a person in the text of a story as it is now.
// Faults: not found, conflict before there is a text.
func (s *Service) Findings(ctx context.Context, by model.Actor, id string) ([]Finding, error) {
	c, err := s.story(ctx, s.db.Read(), by, id)
	if err != nil {
		return nil, err
	}
	a, err := s.articleOf(ctx, s.db.Read(), c)
	if err != nil {
		return nil, err
	}
	return s.findings(ctx, s.db.Read(), c, a)
}

// articleOf finds the article of a story. Fault: conflict before there is one.
func (*Service) articleOf(ctx context.Context, db *gorm.DB, c model.CaseStory) (model.Article, error) {
	if c.ArticleID == "" {
		return model.Article{}, fault.Conflict("这个典型案例还没有开始撰写。")
	}
	a, err := store.From[model.Article](db).Where("id = ?", c.ArticleID).Take(ctx)
	if err != nil {
		return model.Article{}, fmt.Errorf("newsroom: find article of story: %w", err)
	}
	return a, nil
}

func (s *Service) findings(ctx context.Context, db *gorm.DB, c model.CaseStory, a model.Article) ([]Finding, error) {
	names, err := s.namesIn(ctx, db, c.MessageID)
	if err != nil {
		return nil, err
	}
	all, err := s.storyNames(ctx)
	if err != nil {
		return nil, err
	}
	representative := all.representatives[c.RepresentativeID]
	found := []Finding{}
	for _, part := range [][2]string{{"title", a.Title}, {"digest", a.Digest}, {"byline", a.Byline}, {"body", richtext.Text(a.Body)}} {
		for _, span := range masking.Find(part[1], names...) {
			text := part[1][span.Start:span.End]
			if text == representative {
				continue // the representative answers with their name
			}
			found = append(found, Finding{
				Field: part[0], Kind: span.Kind, Text: text, Instead: span.Instead,
				Before: lastRunes(part[1][:span.Start], aroundFinding), After: firstRunes(part[1][span.End:], aroundFinding),
			})
		}
	}
	return found, nil
}

func lastRunes(text string, n int) string {
	runes := []rune(text)
	return string(runes[max(0, len(runes)-n):])
}

func firstRunes(text string, n int) string {
	runes := []rune(text)
	return string(runes[:min(n, len(runes))])
}

// CheckStory notes that a person read the whole text of a story for what names
// somebody, and that what is still found does not: those are named in harmless.
// It stands for this very text. Revision is of the text that was read. Faults:
// not found, forbidden; conflict when the text has changed; invalid when a number
// is left, or a guess that was not looked at.
func (s *Service) CheckStory(ctx context.Context, by model.Actor, id string, revision int, harmless []string) error {
	return s.changeStory(ctx, by, id, func(ctx context.Context, tx *gorm.DB, c *model.CaseStory) error {
		a, err := s.articleOf(ctx, tx, *c)
		if err != nil {
			return err
		}
		if a.Revision != revision {
			return errChanged()
		}
		found, err := s.findings(ctx, tx, *c, a)
		if err != nil {
			return err
		}
		if err := telling(found, harmless); err != nil {
			return err
		}
		set := clause.Assignments(map[string]any{"checked": fingerprint(a), "checker": by.Name, "updated_at": s.now()})
		if _, err := store.From[model.CaseStory](tx).Where("id = ?", c.ID).Set(set).Update(ctx); err != nil {
			return fmt.Errorf("newsroom: note check: %w", err)
		}
		return s.noteStory(ctx, tx, by, *c, "case_story.check", a.Title)
	})
}

// Certain reports whether a finding must go whatever a person says of it.
func (f Finding) Certain() bool { return f.Kind != masking.Name && f.Kind != masking.Address }

// telling refuses a text that still names somebody. Fault: invalid by field.
func telling(found []Finding, harmless []string) error {
	var wrong []fault.Field
	for _, f := range found {
		if f.Certain() || !slices.Contains(harmless, f.Text) {
			wrong = append(wrong, fault.Field{Name: f.Field, Reason: "还有" + f.Kind.Words() + "“" + f.Text + "”，请隐去后再核对。"})
		}
	}
	if len(wrong) > 0 {
		return fault.Invalid(wrong...)
	}
	return nil
}

// ShowStory shows the resident, and who wrote for them, exactly what is to be
// public; they have until the clock ends to agree or to wish for changes. The
// text must have been checked. Who gave their word on paper only is shown it by
// an officer: evidence says how they agreed. Faults: not found, forbidden,
// conflict, invalid.
func (s *Service) ShowStory(ctx context.Context, by model.Actor, id, evidence string) error {
	evidence = strings.TrimSpace(evidence)
	return s.changeStory(ctx, by, id, func(ctx context.Context, tx *gorm.DB, c *model.CaseStory) error {
		a, err := s.articleOf(ctx, tx, *c)
		if err != nil {
			return err
		}
		if err := presentable(a); err != nil {
			return err
		}
		if c.Checked != fingerprint(a) {
			return fault.Conflict("请先核对文中没有能认出人的内容，再请居民确认。")
		}
		if err := s.keepVersion(ctx, tx, &a, model.VersionShow, by.PersonID, by.Name); err != nil {
			return err
		}
		due, err := deadline.DueBy(ctx, tx, c.AreaPath, model.DeadlineStoryAnswer, s.now())
		if err != nil {
			return err
		}
		c.DueAt = &due
		set := map[string]any{"shown": c.Checked, "shown_version": a.Version, "agreed": "", "wish": "", "due_at": due}
		if err := s.moveStory(ctx, tx, by, c, storyStep{deed: model.DeedStoryShow, set: set, note: a.Title}); err != nil {
			return err
		}
		c.Shown = c.Checked
		return s.showTo(ctx, tx, by, c, evidence)
	})
}

// showTo tells those who must agree; when none of them has an account, the
// officer's evidence is their word.
func (s *Service) showTo(ctx context.Context, tx *gorm.DB, by model.Actor, c *model.CaseStory, evidence string) error {
	consents, err := consentsOf(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	told := map[string]bool{}
	for _, one := range consents {
		resident := one.Party == model.PartyResident || one.Party == model.PartyWriter
		if resident && one.State == model.ConsentGiven && !told[one.PersonID] {
			told[one.PersonID] = true
			if err := s.tellParty(ctx, tx, *c, one.PersonID, storyTelling{
				happening: fmt.Sprintf("show-%s", c.Shown[:8]), title: "请您看看要刊登的文章", body: "文章写好了，请您逐字看过。您确认以后才会刊登，也可以提出修改。",
			}); err != nil {
				return err
			}
		}
	}
	if len(told) > 0 {
		return nil
	}
	if evidence == "" || utf8.RuneCountInString(evidence) > storyEvidenceMax {
		return fault.Invalid(tooLong("evidence", "当面确认的经过", 1, storyEvidenceMax))
	}
	return s.moveStory(ctx, tx, by, c, storyStep{deed: model.DeedStoryAgree, set: map[string]any{"agreed": c.Shown, "due_at": nil}, note: evidence})
}

// JudgeStory takes the resident's word on what they were shown: they agree to
// this very text, or wish for changes. Shown names the text that they saw.
// Faults: unauthenticated; not found for who is not its resident; conflict when
// another text is shown meanwhile; invalid (wish).
func (s *Service) JudgeStory(ctx context.Context, by model.Actor, id, shown string, agrees bool, wish string) error {
	wish = strings.TrimSpace(wish)
	if n := utf8.RuneCountInString(wish); !agrees && n == 0 || n > storyWishMax {
		return fault.Invalid(tooLong("wish", "修改意见", 1, storyWishMax))
	}
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		c, mine, err := s.askedOf(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(mine, judges) {
			return fault.NotFound("要您确认的文章")
		}
		if agrees && c.State == model.StoryAgreed && c.Agreed == shown {
			return nil // said twice
		}
		if c.Shown != shown || c.State != model.StoryShown {
			return fault.Conflict("文章已经有了新的版本，请重新打开看过再决定。")
		}
		step, telling := judged(shown, agrees, wish)
		if err := s.moveStory(ctx, tx, by, &c, step); err != nil {
			return err
		}
		return s.tellWriters(ctx, tx, c, telling)
	})
}

// judged is what the word on a shown text does, and what the writers are told of it.
func judged(shown string, agrees bool, wish string) (storyStep, storyTelling) {
	if agrees {
		return storyStep{deed: model.DeedStoryAgree, set: map[string]any{"agreed": shown, "due_at": nil}},
			storyTelling{"agreed-" + shown[:8], "居民已确认典型案例", "居民看过全文并确认，可以审核发布了。"}
	}
	return storyStep{deed: model.DeedStoryWish, set: map[string]any{"wish": wish, "due_at": nil}},
		storyTelling{"wish-" + shown[:8], "居民希望修改典型案例", wish}
}

// judges reports whether a consent makes its person a judge of the text: who
// wrote, or for whom it was written, and agreed to be told of.
func judges(one model.StoryConsent) bool {
	return (one.Party == model.PartyResident || one.Party == model.PartyWriter) && one.State == model.ConsentGiven
}
