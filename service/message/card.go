package message

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/masking"
	"lianxin/service/store"
)

// Card is what a liaison officer makes public of an answered message: no
// names, no places, in words made for strangers.
type Card struct {
	Title    string
	Question string
	Answer   string
}

func (c Card) check() error {
	var wrong []fault.Field
	for _, f := range []struct {
		name, value string
		max         int
	}{{"title", c.Title, 40}, {"question", c.Question, 500}, {"answer", c.Answer, 2000}} {
		n := utf8.RuneCountInString(strings.TrimSpace(f.value))
		switch {
		case n == 0:
			wrong = append(wrong, fault.Field{Name: f.name, Reason: "请填写。"})
		case n > f.max:
			wrong = append(wrong, fault.Field{Name: f.name, Reason: fmt.Sprintf("不能超过 %d 字。", f.max)})
		case len(masking.Proven(f.value)) > 0:
			wrong = append(wrong, fault.Field{Name: f.name, Reason: "含有电话、证件或车牌号码，请删去后再公开。"})
		}
	}
	if len(wrong) > 0 {
		return fault.Invalid(wrong...)
	}
	return nil
}

// PublishCard makes an answered message public as a card; the resident must
// have agreed. Publishing again replaces the card. Faults: invalid, not found,
// conflict.
func (s *Service) PublishCard(ctx context.Context, by model.Actor, id string, c Card) (Thread, error) {
	if err := c.check(); err != nil {
		return Thread{}, err
	}
	return s.through(ctx, s.overseen, by, id, func(ctx context.Context, tx *gorm.DB, m *model.Message, as acting) error {
		if m.AnsweredAt == nil {
			return fault.Conflict("来信还没有答复，不能公开。")
		}
		if !m.PublishConsented {
			return fault.Conflict("居民没有同意公开这封来信。")
		}
		answer, err := store.From[model.Turn](tx).Where("message_id = ? AND effect IN ? AND screening = ?", m.ID,
			[]model.TurnEffect{model.EffectAnswer, model.EffectUnitAnswer}, model.ScreeningShown).Order("created_at DESC").Take(ctx)
		if err != nil {
			return fmt.Errorf("message: find answer: %w", err)
		}
		card := model.AnsweredCard{
			ID: model.NewID(), MessageID: m.ID, TopicID: m.TopicID, AreaPath: m.AreaPath, Title: strings.TrimSpace(c.Title),
			Question: strings.TrimSpace(c.Question), Answer: strings.TrimSpace(c.Answer), AnsweredBy: answer.Author, PublishedAt: s.now(),
		}
		if err := s.replaceCard(ctx, tx, card); err != nil {
			return err
		}
		return s.note(ctx, tx, *m, change{deed: model.DeedPublish, by: by, side: as.side, name: as.name, note: card.Title})
	})
}

func (s *Service) replaceCard(ctx context.Context, tx *gorm.DB, card model.AnsweredCard) error {
	old, err := store.From[model.AnsweredCard](tx).Where("message_id = ?", card.MessageID).Find(ctx)
	if err != nil {
		return fmt.Errorf("message: find card: %w", err)
	}
	for _, o := range old {
		if _, err := store.From[model.AnsweredGram](tx).Where("card_id = ?", o.ID).Delete(ctx); err != nil {
			return fmt.Errorf("message: drop grams: %w", err)
		}
		if _, err := store.From[model.AnsweredCard](tx).Where("id = ?", o.ID).Delete(ctx); err != nil {
			return fmt.Errorf("message: drop card: %w", err)
		}
	}
	if err := store.From[model.AnsweredCard](tx).Create(ctx, &card); err != nil {
		return fmt.Errorf("message: write card: %w", err)
	}
	rows := []model.AnsweredGram{}
	for _, gram := range grams(card.Title + "\n" + card.Question) {
		rows = append(rows, model.AnsweredGram{CardID: card.ID, Gram: gram})
	}
	if len(rows) == 0 {
		return nil
	}
	if err := store.From[model.AnsweredGram](tx).CreateInBatches(ctx, &rows, 200); err != nil {
		return fmt.Errorf("message: write grams: %w", err)
	}
	return nil
}

// WithdrawCard takes a public card down. Faults: not found.
func (s *Service) WithdrawCard(ctx context.Context, by model.Actor, id string) (Thread, error) {
	return s.through(ctx, s.overseen, by, id, func(ctx context.Context, tx *gorm.DB, m *model.Message, _ acting) error {
		n, err := store.From[model.AnsweredCard](tx).Where("message_id = ? AND withdrawn_at IS NULL", m.ID).
			Set(clause.Assignments(map[string]any{"withdrawn_at": s.now()})).Update(ctx)
		if err != nil {
			return fmt.Errorf("message: withdraw card: %w", err)
		}
		if n == 0 {
			return fault.NotFound("已公开的答复")
		}
		return s.note(ctx, tx, *m, change{deed: model.DeedUnpublish, by: by, side: model.SideStaff})
	})
}

// grams gives the pairs of neighbouring characters of a text, each once:
// letters and digits only, lower case.
func grams(text string) []string {
	var pairs []string
	seen := map[string]bool{}
	var last rune
	for _, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			last = 0
			continue
		}
		r = unicode.ToLower(r)
		if pair := string([]rune{last, r}); last != 0 && !seen[pair] && len(pair) <= 8 {
			seen[pair] = true
			pairs = append(pairs, pair)
		}
		last = r
	}
	return pairs
}

// similarShare is how much of the shorter text two must share to be shown as
// alike, and gramsMax how much of a long text is looked at.
const (
	similarShare = 0.2
	gramsMax     = 300
	similarMax   = 3
)

// Similar finds public answers to matters like a text, the likest first, at
// most three; none when nothing is really alike.
func (s *Service) Similar(ctx context.Context, text string) ([]model.AnsweredCard, error) {
	pairs := grams(text)
	pairs = pairs[:min(len(pairs), gramsMax)]
	if len(pairs) < 3 {
		return []model.AnsweredCard{}, nil
	}
	var shared []struct {
		CardID string
		N      int
	}
	err := store.From[model.AnsweredGram](s.db.Read()).Select("card_id, COUNT(*) AS n").Where("gram IN ?", pairs).
		Group("card_id").Having("COUNT(*) >= ?", max(3, int(similarShare*float64(len(pairs))))).Order("n DESC, card_id").Limit(10).Scan(ctx, &shared)
	if err != nil {
		return nil, fmt.Errorf("message: look for similar: %w", err)
	}
	ids := make([]string, len(shared))
	for i, hit := range shared {
		ids[i] = hit.CardID
	}
	cards, err := store.From[model.AnsweredCard](s.db.Read()).Where("id IN ? AND withdrawn_at IS NULL", ids).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("message: read similar: %w", err)
	}
	slices.SortFunc(cards, func(a, b model.AnsweredCard) int {
		return cmp.Compare(slices.Index(ids, a.ID), slices.Index(ids, b.ID))
	})
	return cards[:min(len(cards), similarMax)], nil
}

// Cards lists the public answers, newest first, of a topic when one is given.
func (s *Service) Cards(ctx context.Context, topicID string, page store.Page) ([]model.AnsweredCard, string, error) {
	q := store.From[model.AnsweredCard](s.db.Read()).Where("withdrawn_at IS NULL")
	if topicID != "" {
		q = q.Where("topic_id = ?", topicID)
	}
	if page.After != "" {
		at, id, err := page.SplitTime()
		if err != nil {
			return nil, "", err
		}
		q = q.Where("(published_at < ? OR (published_at = ? AND id < ?))", at, at, id)
	}
	cards, err := q.Order("published_at DESC, id DESC").Limit(page.Rows() + 1).Find(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("message: list cards: %w", err)
	}
	cards, next := store.Cut(cards, page, func(c model.AnsweredCard) string { return store.TimeCursor(c.PublishedAt, c.ID) })
	return cards, next, nil
}

// Genuine is what anybody learns who holds the check code of an answer: who
// gave it, when, and its words with private numbers masked. Not what was asked.
type Genuine struct {
	Number string
	Author string
	Body   string
	At     time.Time
}

// VerifyCode tells whether an answer with this check code was given here.
// Spaces, dashes and case do not matter. Fault: not found.
func (s *Service) VerifyCode(ctx context.Context, code string) (Genuine, error) {
	code = strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(code))
	turn, err := store.From[model.Turn](s.db.Read()).Where("check_code = ? AND screening = ?", code, model.ScreeningShown).Take(ctx)
	if store.IsAbsent(err) {
		return Genuine{}, fault.NotFound("与这个查验码对应的答复")
	}
	if err != nil {
		return Genuine{}, fmt.Errorf("message: verify code: %w", err)
	}
	m, err := store.From[model.Message](s.db.Read()).Where("id = ?", turn.MessageID).Take(ctx)
	if err != nil {
		return Genuine{}, fmt.Errorf("message: find answered message: %w", err)
	}
	if m.RestrictedAt != nil {
		return Genuine{}, fault.NotFound("与这个查验码对应的答复")
	}
	return Genuine{Number: m.Number, Author: turn.Author, Body: masking.Numbers(turn.Body), At: *turn.ShownAt}, nil
}
