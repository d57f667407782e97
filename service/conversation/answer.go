package conversation

import (
	"context"
	"fmt"

	"lianxin/model"
	"lianxin/model/fault"
)

// What an answer lists at most.
const (
	peopleMax    = 5
	headlinesMax = 5
)

// compose makes the answer to a push; empty when there is nothing to say.
func (s *Service) compose(ctx context.Context, p Push) (Answer, error) {
	switch p.MsgType {
	case typeEvent:
		return s.answerAct(ctx, p)
	case typeText:
		return s.answerWords(ctx, p.Content)
	case typeVoice:
		if clean(p.Recognition) == "" {
			return ours(s.sayVoice(), "没听清的语音"), nil
		}
		return s.answerWords(ctx, p.Recognition)
	case typeImage:
		return ours(s.sayUnread("图片"), "收到图片"), nil
	case typeVideo, typeShortVideo:
		return ours(s.sayUnread("视频"), "收到视频"), nil
	case typeLink:
		return ours(s.sayUnread("链接"), "收到链接"), nil
	case typeLocation:
		return s.answerLocation(ctx, p.Location)
	}
	return ours(s.sayHowTo(), "使用说明"), nil
}

// answerAct answers a follow, a scan or a tap on the menu.
func (s *Service) answerAct(ctx context.Context, p Push) (Answer, error) {
	switch p.Event {
	case eventSubscribe:
		welcome, err := s.byWelcome(ctx)
		if err != nil {
			return Answer{}, err
		}
		if welcome.empty() {
			welcome = ours(s.sayWelcome(), "欢迎语")
		}
		return s.answerScene(ctx, scan{code: p.Scene, greeting: greeting, otherwise: welcome})
	case eventScan:
		return s.answerScene(ctx, scan{code: p.Scene, otherwise: ours(s.sayUnknownScene(), "不认识的二维码")})
	}
	switch p.EventKey {
	case KeyFindRepresentative:
		return ours(s.sayFind(), "怎么找代表"), nil
	case KeyLatestArticles:
		return s.answerLatest(ctx)
	case KeyMyMessages:
		return ours(s.sayMyMessages(), "我的来信"), nil
	}
	if answer, err := s.byKey(ctx, p.EventKey); err != nil || !answer.empty() {
		return answer, err
	}
	return ours(s.sayHowTo(), "使用说明"), nil
}

// answerLocation tells who represents the community nearest to a place.
func (s *Service) answerLocation(ctx context.Context, place *model.Place) (Answer, error) {
	if place == nil {
		return ours(s.sayFarAway(), "收到位置"), nil
	}
	found, err := lookedUp(s.directory.Near(ctx, *place))
	if err != nil {
		return Answer{}, err
	}
	if found.empty() {
		return ours(s.sayFarAway(), "收到位置"), nil
	}
	return ours(s.sayFound(found, sayNearest), "按位置找代表"), nil
}

// scan is the code somebody came by, with what is said before its
// representatives, and what is said where there is no code or it leads nowhere.
type scan struct {
	code      string
	greeting  string
	otherwise Answer
}

// answerScene tells who represents the place of a code.
func (s *Service) answerScene(ctx context.Context, by scan) (Answer, error) {
	if by.code == "" {
		return by.otherwise, nil
	}
	found, err := lookedUp(s.directory.Scene(ctx, by.code))
	if err != nil {
		return Answer{}, err
	}
	if found.empty() {
		return by.otherwise, nil
	}
	return ours(s.sayFound(found, by.greeting), "扫码找到代表"), nil
}

// answerWords answers what somebody typed or said: the urgent first, then what the
// office answers to just these words, then the fixed words, then what the office
// answers to words in between, then whatever the directory makes of it. What is
// long is somebody telling their matter: no word in it is picked out.
func (s *Service) answerWords(ctx context.Context, words string) (Answer, error) {
	words = clean(words)
	if isUrgent(words) {
		return ours(s.sayUrgent(), "紧急情况"), nil
	}
	if answer, err := s.byKeyword(ctx, model.MatchExact, words); err != nil || !answer.empty() {
		return answer, err
	}
	if t := topicOf(words); t != topicNone {
		return s.answerTopic(ctx, t)
	}
	if isLong(words) {
		return ours(s.sayLong(), "内容较多"), nil
	}
	if answer, err := s.byKeyword(ctx, model.MatchContains, words); err != nil || !answer.empty() {
		return answer, err
	}
	found, err := lookedUp(s.directory.Find(ctx, words))
	if err != nil {
		return Answer{}, err
	}
	if found.empty() {
		return ours(s.sayNothingFits(), "没有找到"), nil
	}
	return ours(s.sayFound(found, ""), "找到代表"), nil
}

// answerTopic answers fixed words.
func (s *Service) answerTopic(ctx context.Context, t topic) (Answer, error) {
	switch t {
	case topicFind:
		return ours(s.sayFind(), topicNames[t]), nil
	case topicLatest:
		return s.answerLatest(ctx)
	case topicMine:
		return ours(s.sayMyMessages(), topicNames[t]), nil
	case topicElsewhere:
		return ours(s.sayElsewhere(), topicNames[t]), nil
	case topicHelp, topicNone:
	}
	return ours(s.sayHowTo(), topicNames[topicHelp]), nil
}

func (s *Service) answerLatest(ctx context.Context) (Answer, error) {
	latest, err := s.directory.Latest(ctx, headlinesMax)
	if err != nil {
		return Answer{}, fmt.Errorf("conversation: list articles: %w", err)
	}
	return ours(s.sayLatest(latest[:min(len(latest), headlinesMax)]), topicNames[topicLatest]), nil
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
