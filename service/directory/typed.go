package directory

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"lianxin/model"
	"lianxin/service/pinyin"
	"lianxin/service/store"
)

// FoundReason says what a typed text was taken for.
type FoundReason string

// The reasons, and none when nothing was found.
const (
	FoundNothing   FoundReason = ""
	FoundByName    FoundReason = "name"
	FoundByArea    FoundReason = "area"
	FoundByAddress FoundReason = "address"
	FoundByTopic   FoundReason = "topic"
)

// Found is the answer to a typed text: a few representatives, and the area or
// the topic that led to them.
type Found struct {
	Reason          FoundReason
	Area            model.Area
	Topic           model.Topic
	Representatives []Card
}

// foundMax is how many representatives fit a chat.
const foundMax = 3

// namesLength bounds how long the names are that are looked for inside a text.
const (
	nameShortest = 2
	nameLongest  = 6
)

// Find answers whatever a person typed to the official account: the name of a
// person, a place, an address or a topic, alone or in a sentence. What means
// nothing here finds nothing, which is no fault.
func (s *Service) Find(ctx context.Context, typed string) (Found, error) {
	text, err := plainText(typed)
	if err != nil || len(pinyin.Fold(text)) < 2 {
		return Found{}, nil //nolint:nilerr // a long or broken text is one that means nothing here
	}
	for _, try := range []func(context.Context, string) (Found, error){
		s.findByKey, s.findByArea, s.findInside, s.findByTopic, s.findByStart,
	} {
		found, err := try(ctx, text)
		if err != nil || len(found.Representatives) > 0 {
			return found, err
		}
	}
	return Found{}, nil
}

// findByKey takes the text for a name, as it is written or spelled.
func (s *Service) findByKey(ctx context.Context, text string) (Found, error) {
	key := escape(pinyin.Fold(text))
	return s.findNamed(ctx, `(name = ? OR search_keys = ? OR search_keys LIKE ? ESCAPE '!'
		OR search_keys LIKE ? ESCAPE '!' OR search_keys LIKE ? ESCAPE '!')`,
		text, pinyin.Fold(text), key+" %", "% "+key, "% "+key+" %")
}

// findInside looks for names in a sentence, such as "我想找张三代表".
func (s *Service) findInside(ctx context.Context, text string) (Found, error) {
	runes := []rune(text)
	var names []string
	for from := range runes {
		for to := from + nameShortest; to <= min(len(runes), from+nameLongest); to++ {
			if part := runes[from:to]; unicode.Is(unicode.Han, part[0]) {
				names = append(names, string(part))
			}
		}
	}
	if len(names) == 0 {
		return Found{}, nil
	}
	return s.findNamed(ctx, "name IN ?", names)
}

// findByStart takes the text for the beginning of a name or the name of an
// employer or an electing unit. Short spellings are not: they begin too much.
func (s *Service) findByStart(ctx context.Context, text string) (Found, error) {
	key := pinyin.Fold(text)
	if core(key) == "" || utf8.RuneCountInString(key) == len(key) && len(key) < 4 {
		return Found{}, nil
	}
	condition, args := matchingText(text)
	return s.findNamed(ctx, condition, args...)
}

func (s *Service) findNamed(ctx context.Context, condition string, args ...any) (Found, error) {
	entries, err := s.matching(Find{}).Where(condition, args...).Order("pinyin, id").Limit(foundMax).Find(ctx)
	if err != nil {
		return Found{}, fmt.Errorf("directory: find by name: %w", err)
	}
	cards, err := s.cards(ctx, ids(entries))
	return Found{Reason: FoundByName, Representatives: cards}, err
}

// findByArea takes the text for a place or an address.
func (s *Service) findByArea(ctx context.Context, text string) (Found, error) {
	hits, err := s.SearchAreas(ctx, text)
	if err != nil || len(hits) == 0 {
		return Found{}, err
	}
	found, where := Found{Reason: FoundByArea, Area: hits[0].Area}, Find{AreaID: hits[0].Area.ID}
	if hits[0].Reason == AreaByAddress {
		// A road may run through several communities; any of them may be meant.
		found.Reason, where = FoundByAddress, Find{Address: text}
	}
	found.Representatives, _, err = s.Representatives(ctx, where, store.Page{Limit: foundMax})
	return found, err
}

// findByTopic takes the text for a topic, or for a sentence with one in it.
func (s *Service) findByTopic(ctx context.Context, text string) (Found, error) {
	topics, err := store.From[model.Topic](s.db.Read()).Order("sort, id").Find(ctx)
	if err != nil {
		return Found{}, fmt.Errorf("directory: read topics: %w", err)
	}
	for _, topic := range topics {
		if topic.Name == "" || !strings.Contains(text, topic.Name) && !strings.Contains(topic.Name, text) {
			continue
		}
		cards, _, err := s.Representatives(ctx, Find{Topic: topic.ID}, store.Page{Limit: foundMax})
		if err != nil || len(cards) > 0 {
			return Found{Reason: FoundByTopic, Topic: topic, Representatives: cards}, err
		}
	}
	return Found{}, nil
}
