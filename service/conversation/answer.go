package conversation

import (
	"context"
	"fmt"

	"lianxin/model/fault"
)

// What an answer lists at most.
const (
	peopleMax    = 5
	headlinesMax = 5
)

// compose makes the answer to a push; empty when there is nothing to say.
func (s *Service) compose(ctx context.Context, p Push) (string, error) {
	switch p.MsgType {
	case typeEvent:
		return s.answerAct(ctx, p)
	case typeText:
		return s.answerWords(ctx, p.Content)
	case typeVoice:
		if clean(p.Recognition) == "" {
			return s.sayVoice(), nil
		}
		return s.answerWords(ctx, p.Recognition)
	case typeImage:
		return s.sayUnread("图片"), nil
	case typeVideo, typeShortVideo:
		return s.sayUnread("视频"), nil
	case typeLink:
		return s.sayUnread("链接"), nil
	case typeLocation:
		return s.sayLocation(), nil
	}
	return s.sayHowTo(), nil
}

// answerAct answers a follow, a scan or a tap on the menu.
func (s *Service) answerAct(ctx context.Context, p Push) (string, error) {
	switch p.Event {
	case eventSubscribe:
		return s.answerScene(ctx, scan{code: p.Scene, greeting: greeting, otherwise: s.sayWelcome()})
	case eventScan:
		return s.answerScene(ctx, scan{code: p.Scene, otherwise: s.sayUnknownScene()})
	}
	switch p.EventKey {
	case KeyFindRepresentative:
		return s.sayFind(), nil
	case KeyLatestArticles:
		return s.answerLatest(ctx)
	case KeyMyMessages:
		return s.sayMyMessages(), nil
	}
	return s.sayHowTo(), nil
}

// scan is the code somebody came by, with what is said before its
// representatives, and what is said where there is no code or it leads nowhere.
type scan struct {
	code      string
	greeting  string
	otherwise string
}

// answerScene tells who represents the place of a code.
func (s *Service) answerScene(ctx context.Context, by scan) (string, error) {
	if by.code == "" {
		return by.otherwise, nil
	}
	found, err := lookedUp(s.directory.Scene(ctx, by.code))
	if err != nil {
		return "", err
	}
	if found.empty() {
		return by.otherwise, nil
	}
	return s.sayFound(found, by.greeting), nil
}

// answerWords answers what somebody typed or said: the urgent first, then the
// fixed words, then whatever the directory makes of it.
func (s *Service) answerWords(ctx context.Context, words string) (string, error) {
	words = clean(words)
	if isUrgent(words) {
		return s.sayUrgent(), nil
	}
	switch topicOf(words) {
	case topicHelp:
		return s.sayHowTo(), nil
	case topicFind:
		return s.sayFind(), nil
	case topicLatest:
		return s.answerLatest(ctx)
	case topicMine:
		return s.sayMyMessages(), nil
	case topicElsewhere:
		return s.sayElsewhere(), nil
	case topicNone:
	}
	if isLong(words) {
		return s.sayLong(), nil
	}
	found, err := lookedUp(s.directory.Find(ctx, words))
	if err != nil {
		return "", err
	}
	if found.empty() {
		return s.sayNothingFits(), nil
	}
	return s.sayFound(found, ""), nil
}

func (s *Service) answerLatest(ctx context.Context) (string, error) {
	latest, err := s.directory.Latest(ctx, headlinesMax)
	if err != nil {
		return "", fmt.Errorf("conversation: list articles: %w", err)
	}
	return s.sayLatest(latest[:min(len(latest), headlinesMax)]), nil
}

// lookedUp takes a fault of the directory for what it is to somebody who chats:
// nothing was found.
func lookedUp(found Found, err error) (Found, error) {
	if fault.Of(err) != nil {
		return Found{}, nil //nolint:nilerr // a fault is the answer "nobody", not a failure
	}
	if err != nil {
		return Found{}, fmt.Errorf("conversation: ask the directory: %w", err)
	}
	return found, nil
}

func (f Found) empty() bool { return f.Place == "" && len(f.People) == 0 }
