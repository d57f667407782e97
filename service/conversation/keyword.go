package conversation

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/store"
)

// Answer is what is sent to somebody: a text, or a card. By says in plain words
// what made it so; it is for who tries the account out, never for the person.
type Answer struct {
	Text string
	Card *Card
	By   string
}

func (a Answer) empty() bool { return a.Text == "" && a.Card == nil }

// Card is a title with some words that leads to an address.
type Card struct {
	Title string
	Words string
	URL   string
}

// ours is an answer of the program's own.
func ours(text, by string) Answer { return Answer{Text: text, By: "内置：" + by} }

// KeyReply begins the key of a menu button that gives one of the office's answers.
const KeyReply = "REPLY:"

// marks are what the office may write for an address that it cannot know.
func (s *Service) marks() *strings.Replacer {
	return strings.NewReplacer("{写信}", s.tap("写信", pageHome), "{我的来信}", s.tap("我的来信", pageMessages), "{最新动态}", s.tap("最新动态", pageArticles))
}

// bare is how words are compared: without case, spaces and punctuation around.
func bare(words string) string {
	return strings.ToLower(strings.TrimFunc(clean(words), func(r rune) bool {
		return unicode.IsPunct(r) || unicode.IsSymbol(r) || unicode.IsSpace(r)
	}))
}

// fitting reports whether a reply answers to what was typed.
func fitting(r model.OfficialReply, matching model.ReplyMatching, typed string) bool {
	if r.Matching != matching {
		return false
	}
	return slices.ContainsFunc(wordsOf(r), func(word string) bool {
		if matching == model.MatchExact {
			return bare(word) == typed
		}
		return strings.Contains(typed, bare(word))
	})
}

func wordsOf(r model.OfficialReply) []string {
	return strings.FieldsFunc(r.Words, func(c rune) bool { return c == '\n' })
}

// replies lists what the office answers with, in its order.
func replies(ctx context.Context, db *gorm.DB, kind model.ReplyKind) ([]model.OfficialReply, error) {
	found, err := store.From[model.OfficialReply](db).Where("kind = ?", kind).Order("sort, id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("conversation: read replies: %w", err)
	}
	return found, nil
}

// byKeyword gives the office's answer to typed words; empty when none fits, or
// what it leads to is not there any more.
func (s *Service) byKeyword(ctx context.Context, matching model.ReplyMatching, typed string) (Answer, error) {
	typed = bare(typed)
	if typed == "" {
		return Answer{}, nil
	}
	all, err := replies(ctx, s.db.Read(), model.ReplyKeyword)
	if err != nil {
		return Answer{}, err
	}
	for _, r := range all {
		if !r.Enabled || !fitting(r, matching, typed) {
			continue
		}
		answer, err := s.render(ctx, r)
		if err != nil || !answer.empty() {
			answer.By = "关键词回复：" + r.Name
			return answer, err
		}
	}
	return Answer{}, nil
}

// byKey gives the office's answer that a menu button names.
func (s *Service) byKey(ctx context.Context, key string) (Answer, error) {
	id, named := strings.CutPrefix(key, KeyReply)
	if !named {
		return Answer{}, nil
	}
	r, err := store.From[model.OfficialReply](s.db.Read()).Where("id = ? AND kind = ? AND enabled = ?", id, model.ReplyKeyword, true).Take(ctx)
	if store.IsAbsent(err) {
		return Answer{}, nil
	}
	if err != nil {
		return Answer{}, fmt.Errorf("conversation: find reply: %w", err)
	}
	answer, err := s.render(ctx, r)
	answer.By = "菜单按钮：" + r.Name
	return answer, err
}

// byWelcome gives the office's welcome; empty when it has none.
func (s *Service) byWelcome(ctx context.Context) (Answer, error) {
	all, err := replies(ctx, s.db.Read(), model.ReplyWelcome)
	if err != nil || len(all) == 0 || !all[0].Enabled {
		return Answer{}, err
	}
	answer, err := s.render(ctx, all[0])
	answer.By = "关注时的欢迎语"
	return answer, err
}

// render makes of a reply what is sent.
func (s *Service) render(ctx context.Context, r model.OfficialReply) (Answer, error) {
	switch r.Form {
	case model.FormText:
		return Answer{Text: cut(s.marks().Replace(r.Body))}, nil
	case model.FormLink:
		return Answer{Card: &Card{Title: r.Title, Words: r.Body, URL: r.Target}}, nil
	case model.FormPage:
		return Answer{Card: &Card{Title: r.Title, Words: r.Body, URL: s.link(r.Target)}}, nil
	case model.FormArticle:
		article, err := publicArticle(ctx, s.db.Read(), r.Target)
		if err != nil || article.ID == "" {
			return Answer{}, err
		}
		card := Card{Title: r.Title, Words: r.Body, URL: s.link(pageArticle + url.QueryEscape(article.ID))}
		if card.Title == "" {
			card.Title = article.Title
		}
		if card.Words == "" {
			card.Words = short(article.Digest, cardWords)
		}
		return Answer{Card: &card}, nil
	}
	return Answer{}, nil
}

// cardWords is how many characters of an article's digest stand on a card.
const cardWords = 54

// publicArticle finds an article that everybody may read; empty when it is none.
func publicArticle(ctx context.Context, db *gorm.DB, id string) (model.Article, error) {
	found, err := store.From[model.Article](db).Select("id, title, digest").Where("id = ? AND state IN ?", id, model.ArticlePublic()).Limit(1).Find(ctx)
	if err != nil {
		return model.Article{}, fmt.Errorf("conversation: find article: %w", err)
	}
	if len(found) == 0 {
		return model.Article{}, nil
	}
	return found[0], nil
}
