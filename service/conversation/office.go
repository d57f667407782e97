package conversation

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// What the office may write.
const (
	repliesMax   = 100
	keywordsMax  = 20
	keywordRunes = 30
	nameRunes    = 30
	titleRunes   = 40
	cardRunes    = 120
	addressBytes = 1024
	pageBytes    = 200
)

// mayKeep keeps the account, which is one for the whole deployment, for who keeps
// it for all. Fault: forbidden.
func mayKeep(by model.Actor) error {
	if by.System != "" || slices.ContainsFunc(by.AreaPaths(model.PermitOfficialAccount), model.IsTopmost) {
		return nil
	}
	return fault.Forbidden("公众号全区共用，您没有管理的权限。")
}

// Kept is a reply with what stands in its way, in words.
type Kept struct {
	model.OfficialReply

	Collisions []string
}

// Replies lists the welcome, if there is one, and the answers to words in their
// order. Fault: forbidden.
func (s *Service) Replies(ctx context.Context, by model.Actor) (welcome *model.OfficialReply, keywords []Kept, err error) {
	if err := mayKeep(by); err != nil {
		return nil, nil, err
	}
	welcomes, err := replies(ctx, s.db.Read(), model.ReplyWelcome)
	if err != nil {
		return nil, nil, err
	}
	if len(welcomes) > 0 {
		welcome = &welcomes[0]
	}
	all, err := replies(ctx, s.db.Read(), model.ReplyKeyword)
	if err != nil {
		return nil, nil, err
	}
	for i, r := range all {
		collisions, err := s.collisions(ctx, r, all[:i])
		if err != nil {
			return nil, nil, err
		}
		keywords = append(keywords, Kept{r, collisions})
	}
	return welcome, keywords, nil
}

// collisions says where a reply meets what the program answers itself, or one that
// stands before it.
func (s *Service) collisions(ctx context.Context, r model.OfficialReply, before []model.OfficialReply) ([]string, error) {
	var said []string
	for _, word := range wordsOf(r) {
		for _, b := range before {
			if hides(b, r.Matching, bare(word)) {
				said = append(said, fmt.Sprintf("“%s”排在前面的“%s”先回答。", word, b.Name))
				break
			}
		}
		own, err := s.ownAnswer(ctx, r.Matching, word)
		if err != nil {
			return nil, err
		}
		if own != "" {
			said = append(said, own)
		}
	}
	return said, nil
}

// hides reports whether a reply that stands before answers what a word would.
func hides(before model.OfficialReply, matching model.ReplyMatching, typed string) bool {
	return before.Enabled && (fitting(before, matching, typed) || matching == model.MatchContains && fitting(before, model.MatchContains, typed))
}

// ownAnswer says what the program answers to a word itself; "" for nothing.
func (s *Service) ownAnswer(ctx context.Context, matching model.ReplyMatching, word string) (string, error) {
	typed := bare(word)
	if isUrgent(typed) {
		return fmt.Sprintf("“%s”是紧急的话，总是先告诉对方报警和急救电话，不会用这一条。", word), nil
	}
	if t := topicOf(typed); t != topicNone {
		if matching == model.MatchExact {
			return fmt.Sprintf("“%s”本来回答内置的“%s”，现在改用这一条。", word, topicNames[t]), nil
		}
		return fmt.Sprintf("只发“%s”时仍回答内置的“%s”；夹在话里时用这一条。", word, topicNames[t]), nil
	}
	found, err := lookedUp(s.directory.Find(ctx, typed))
	if err != nil || found.empty() {
		return "", err
	}
	return fmt.Sprintf("“%s”本来会回答“%s”的代表，现在改用这一条。", word, whatWasFound(found)), nil
}

func whatWasFound(found Found) string {
	if found.Place != "" {
		return found.Place
	}
	return found.People[0].Name
}

// SaveReply writes an answer to words, or the welcome; without an id a new one.
// Revision must be the one that was read. Faults: forbidden, invalid by field,
// not found, conflict when somebody else was faster.
func (s *Service) SaveReply(ctx context.Context, by model.Actor, r model.OfficialReply) (string, error) {
	if err := mayKeep(by); err != nil {
		return "", err
	}
	r = tidy(r)
	if wrong := s.checkReply(r); len(wrong) > 0 {
		return "", fault.Invalid(wrong...)
	}
	r.UpdatedAt, r.UpdatedBy = s.now(), by.Name
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		if err := checkArticle(ctx, tx, r); err != nil {
			return err
		}
		if r.ID == "" {
			return s.addReply(ctx, tx, by, &r)
		}
		return s.changeReply(ctx, tx, by, r)
	})
	return r.ID, err
}

// checkArticle looks that a card leads to an article that everybody may read.
// Fault: invalid (target).
func checkArticle(ctx context.Context, tx *gorm.DB, r model.OfficialReply) error {
	if r.Form != model.FormArticle {
		return nil
	}
	article, err := publicArticle(ctx, tx, r.Target)
	if err == nil && article.ID == "" {
		err = fault.InvalidField("target", "这篇文章没有公开，请选已发布的文章。")
	}
	return err
}

func (s *Service) changeReply(ctx context.Context, tx *gorm.DB, by model.Actor, r model.OfficialReply) error {
	n, err := store.From[model.OfficialReply](tx).Where("id = ? AND revision = ? AND kind = ?", r.ID, r.Revision, r.Kind).Set(clause.Assignments(map[string]any{
		"name": r.Name, "matching": r.Matching, "words": r.Words, "form": r.Form, "title": r.Title, "body": r.Body, "target": r.Target,
		"enabled": r.Enabled, "revision": r.Revision + 1, "updated_at": r.UpdatedAt, "updated_by": r.UpdatedBy,
	})).Update(ctx)
	if err != nil {
		return fmt.Errorf("conversation: save reply: %w", err)
	}
	if n == 0 {
		return s.lost(ctx, tx, r.ID)
	}
	return recordReply(ctx, tx, by, "official_reply.change", r)
}

// lost tells apart what is gone from what somebody else changed.
func (*Service) lost(ctx context.Context, tx *gorm.DB, id string) error {
	n, err := store.From[model.OfficialReply](tx).Where("id = ?", id).Count(ctx, "*")
	if err != nil {
		return fmt.Errorf("conversation: look for reply: %w", err)
	}
	if n == 0 {
		return fault.NotFound("这条自动回复")
	}
	return fault.Conflict("这条自动回复刚被别人改过，请刷新后再改。")
}

func (s *Service) addReply(ctx context.Context, tx *gorm.DB, by model.Actor, r *model.OfficialReply) error {
	there, err := replies(ctx, tx, r.Kind)
	if err != nil {
		return err
	}
	if r.Kind == model.ReplyWelcome && len(there) > 0 {
		return fault.Conflict("欢迎语刚被别人写过，请刷新后再改。")
	}
	if len(there) >= repliesMax {
		return fault.InvalidField("words", fmt.Sprintf("最多 %d 条自动回复，请先删掉不用的。", repliesMax))
	}
	r.ID, r.Revision, r.Sort = model.NewID(), 1, 1
	if len(there) > 0 {
		r.Sort = there[len(there)-1].Sort + 1
	}
	if err := store.From[model.OfficialReply](tx).Create(ctx, r); err != nil {
		return fmt.Errorf("conversation: add reply: %w", err)
	}
	return recordReply(ctx, tx, by, "official_reply.add", *r)
}

func recordReply(ctx context.Context, tx *gorm.DB, by model.Actor, action string, r model.OfficialReply) error {
	return audit.Record(ctx, tx, by, action, audit.Target{Kind: "official_reply", ID: r.ID, Detail: r.Name}, r.UpdatedAt)
}

// tidy takes off what nobody sees.
func tidy(r model.OfficialReply) model.OfficialReply {
	var words []string
	for line := range strings.SplitSeq(r.Words, "\n") {
		if word := clean(line); word != "" && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	r.Words = strings.Join(words, "\n")
	r.Name, r.Title, r.Target, r.Body = clean(r.Name), clean(r.Title), strings.TrimSpace(r.Target), strings.TrimSpace(r.Body)
	if r.Name == "" && len(words) > 0 {
		r.Name = words[0]
	}
	if r.Kind == model.ReplyWelcome {
		r.Name, r.Words, r.Matching = "欢迎语", "", model.MatchExact
	}
	return r
}

func (s *Service) checkReply(r model.OfficialReply) []fault.Field {
	var wrong []fault.Field
	field := func(bad bool, name, reason string) {
		if bad {
			wrong = append(wrong, fault.Field{Name: name, Reason: reason})
		}
	}
	field(utf8.RuneCountInString(r.Name) > nameRunes, "name", fmt.Sprintf("名称最多 %d 个字。", nameRunes))
	if r.Kind == model.ReplyKeyword {
		words := wordsOf(r)
		field(len(words) == 0, "words", "请填写关键词，每行一个。")
		field(len(words) > keywordsMax, "words", fmt.Sprintf("最多 %d 个关键词。", keywordsMax))
		for _, word := range words {
			field(utf8.RuneCountInString(word) > keywordRunes, "words", fmt.Sprintf("“%s…”太长，关键词最多 %d 个字。", short(word, 10), keywordRunes))
			field(bare(word) == "", "words", fmt.Sprintf("“%s”里没有文字。", word))
		}
	}
	return append(wrong, s.checkForm(r)...)
}

func (s *Service) checkForm(r model.OfficialReply) []fault.Field {
	var wrong []fault.Field
	field := func(bad bool, name, reason string) {
		if bad {
			wrong = append(wrong, fault.Field{Name: name, Reason: reason})
		}
	}
	if r.Form == model.FormText {
		field(r.Body == "", "body", "请填写要回答的话。")
		field(!fits(s.marks().Replace(r.Body)), "body", fmt.Sprintf("太长了：最多 %d 个字（微信限 %d 字节）。", replyRunes, replyBytes))
		return wrong
	}
	field(r.Title == "" && r.Form != model.FormArticle, "title", "请填写卡片的标题。")
	field(utf8.RuneCountInString(r.Title) > titleRunes, "title", fmt.Sprintf("标题最多 %d 个字。", titleRunes))
	field(utf8.RuneCountInString(r.Body) > cardRunes, "body", fmt.Sprintf("卡片上的说明最多 %d 个字。", cardRunes))
	switch r.Form {
	case model.FormLink:
		field(!isAddress(r.Target), "target", "网址应以 https:// 或 http:// 开头，最长 1024 字节。")
	case model.FormPage:
		field(!isPage(r.Target), "target", "小程序页面应写成 pages/… 的样子。")
	case model.FormArticle:
		field(r.Target == "" || len(r.Target) > 36, "target", "请选一篇已发布的文章。")
	case model.FormText:
	default:
		field(true, "form", "没有这种回复。")
	}
	return wrong
}

func isAddress(text string) bool {
	at, err := url.Parse(text)
	return err == nil && len(text) <= addressBytes && at.Host != "" && (at.Scheme == "https" || at.Scheme == "http")
}

func isPage(text string) bool {
	return strings.HasPrefix(text, "pages/") && len(text) <= pageBytes && !strings.ContainsAny(text, " \t\n\"<>\\")
}

// DropReply removes an answer. Faults: forbidden, not found.
func (s *Service) DropReply(ctx context.Context, by model.Actor, id string) error {
	if err := mayKeep(by); err != nil {
		return err
	}
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		r, err := store.From[model.OfficialReply](tx).Where("id = ?", id).Take(ctx)
		if store.IsAbsent(err) {
			return fault.NotFound("这条自动回复")
		}
		if err != nil {
			return fmt.Errorf("conversation: find reply: %w", err)
		}
		if _, err := store.From[model.OfficialReply](tx).Where("id = ?", id).Delete(ctx); err != nil {
			return fmt.Errorf("conversation: drop reply: %w", err)
		}
		r.UpdatedAt = s.now()
		return recordReply(ctx, tx, by, "official_reply.remove", r)
	})
}

// OrderReplies puts the answers to words in an order: which one is looked at
// first. Faults: forbidden, conflict when it does not name them all.
func (s *Service) OrderReplies(ctx context.Context, by model.Actor, ids []string) error {
	if err := mayKeep(by); err != nil {
		return err
	}
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		all, err := replies(ctx, tx, model.ReplyKeyword)
		if err != nil {
			return err
		}
		if len(ids) != len(all) || slices.ContainsFunc(all, func(r model.OfficialReply) bool { return !slices.Contains(ids, r.ID) }) {
			return fault.Conflict("自动回复刚有增减，请刷新后再排。")
		}
		for i, id := range ids {
			if _, err := store.From[model.OfficialReply](tx).Where("id = ?", id).Update(ctx, "sort", i+1); err != nil {
				return fmt.Errorf("conversation: order replies: %w", err)
			}
		}
		return audit.Record(ctx, tx, by, "official_reply.order", audit.Target{Kind: "official_reply"}, s.now())
	})
}

// Trial is what somebody would do at the account: type words, begin to follow, or
// tap a button of the menu.
type Trial struct {
	Text    string
	Follow  bool
	TapsKey string
}

// Try gives exactly what would be answered now, by the same way, and sends
// nothing. Fault: forbidden.
func (s *Service) Try(ctx context.Context, by model.Actor, t Trial) (Answer, error) {
	if err := mayKeep(by); err != nil {
		return Answer{}, err
	}
	p := Push{MsgType: typeText, Content: t.Text}
	switch {
	case t.Follow:
		p = Push{MsgType: typeEvent, Event: eventSubscribe}
	case t.TapsKey != "":
		p = Push{MsgType: typeEvent, Event: eventClick, EventKey: t.TapsKey}
	}
	return s.compose(ctx, p)
}
