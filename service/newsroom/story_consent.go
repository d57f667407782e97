package newsroom

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/deadline"
	"lianxin/service/notice"
	"lianxin/service/store"
)

// The limits of what is written beside a consent, in characters.
const (
	storyNameMax     = 30
	storyEvidenceMax = 200
	storyWishMax     = 1000
)

// BeginStory asks the people of a solved message, for each channel, whether it
// may become a case story: the resident, who wrote for them, and the
// representative. Faults: not found for a message that is no candidate of the
// actor's; invalid (channels); conflict when there is a story already.
func (s *Service) BeginStory(ctx context.Context, by model.Actor, messageID string, channels []model.StoryChannel) (string, error) {
	if err := checkChannels(channels); err != nil {
		return "", err
	}
	now := s.now()
	id := model.NewID()
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		m, err := store.From[model.Message](tx).Where("id = ?", messageID).Where(solved, solvedArgs()...).Take(ctx)
		if store.IsAbsent(err) || err == nil && !by.PermitsIn(model.PermitArticleWrite, m.AreaPath) {
			return fault.NotFound("这封已经解决的来信")
		}
		if err != nil {
			return fmt.Errorf("newsroom: find candidate: %w", err)
		}
		due, err := deadline.DueBy(ctx, tx, m.AreaPath, model.DeadlineStoryAnswer, now)
		if err != nil {
			return err
		}
		c := model.CaseStory{
			ID: id, MessageID: m.ID, AreaID: m.AreaID, AreaPath: m.AreaPath, TopicID: m.TopicID, RepresentativeID: m.RepresentativeID,
			State: model.CaseStoryFlow().Start, BegunBy: by.PersonID, Beginner: by.Name, DueAt: &due, CreatedAt: now, UpdatedAt: now,
		}
		switch err := store.From[model.CaseStory](tx).Create(ctx, &c); {
		case store.IsDuplicate(err):
			return fault.Conflict("已经有人为这封来信发起了典型案例。")
		case err != nil:
			return fmt.Errorf("newsroom: begin story: %w", err)
		}
		seat, err := store.From[model.Representative](tx).Where("id = ?", m.RepresentativeID).Take(ctx)
		if err != nil {
			return fmt.Errorf("newsroom: find representative of story: %w", err)
		}
		if err := s.askAll(ctx, tx, c, m, seat, channels); err != nil {
			return err
		}
		return s.noteStory(ctx, tx, by, c, "case_story.begin", m.Number)
	})
	return id, err
}

func checkChannels(channels []model.StoryChannel) error {
	for _, channel := range channels {
		if !slices.Contains(model.StoryChannels(), channel) {
			return fault.InvalidField("channels", "没有这个刊登渠道。")
		}
	}
	if len(channels) == 0 || !slices.ContainsFunc(channels, func(c model.StoryChannel) bool { return c != model.ChannelPress }) {
		return fault.InvalidField("channels", "请至少选择小程序或公众号。")
	}
	return nil
}

// askAll writes down what is asked of whom, and tells them.
func (s *Service) askAll(ctx context.Context, tx *gorm.DB, c model.CaseStory, m model.Message, seat model.Representative, channels []model.StoryChannel) error {
	asked := map[model.StoryParty]string{model.PartyResident: m.ResidentID, model.PartyRepresentative: seat.PersonID}
	if m.WriterID != m.ResidentID {
		asked[model.PartyWriter] = m.WriterID
	}
	for _, party := range []model.StoryParty{model.PartyResident, model.PartyWriter, model.PartyRepresentative} {
		person, meant := asked[party]
		if !meant {
			continue
		}
		for _, channel := range model.StoryChannels() {
			if !slices.Contains(channels, channel) {
				continue
			}
			if err := s.ask(ctx, tx, model.StoryConsent{StoryID: c.ID, Party: party, PersonID: person, Channel: channel}); err != nil {
				return err
			}
		}
		if err := s.tellParty(ctx, tx, c, person, storyTelling{
			happening: "ask", title: "请您决定是否公开", body: "您参与的一件事已经解决，联络办希望把它写成典型案例。是否同意、在哪里刊登，由您决定；不同意不影响任何办理结果。",
		}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) ask(ctx context.Context, tx *gorm.DB, one model.StoryConsent) error {
	wording, known := model.CurrentWording(one.Channel.Purpose())
	if !known {
		return fmt.Errorf("newsroom: there are no words for %s", one.Channel)
	}
	one.ID, one.State, one.Wording, one.AskedAt = model.NewID(), model.ConsentAsked, wording.Version, s.now()
	if err := store.From[model.StoryConsent](tx).Create(ctx, &one); err != nil {
		return fmt.Errorf("newsroom: ask: %w", err)
	}
	return nil
}

// storyTelling is what somebody is told of a story; happening makes it once.
type storyTelling struct{ happening, title, body string }

func (s *Service) tellParty(ctx context.Context, tx *gorm.DB, c model.CaseStory, personID string, t storyTelling) error {
	return notice.Send(ctx, tx, model.Notice{
		PersonID: personID, Happening: c.ID + "/" + t.happening, Template: model.TemplateSurvey, Title: t.title, Body: t.body,
		Link: "pages/story/consent?id=" + c.ID, MessageID: c.MessageID, Thing: "典型案例", Phrase: "请您决定", DueAt: c.DueAt,
	}, s.now())
}

// tellWriters tells who began a story what became of it.
func (s *Service) tellWriters(ctx context.Context, tx *gorm.DB, c model.CaseStory, t storyTelling) error {
	return notice.Send(ctx, tx, model.Notice{
		PersonID: c.BegunBy, Happening: c.ID + "/" + t.happening, Template: model.TemplateTask, Title: t.title, Body: t.body,
		Link: "console/stories/" + c.ID, Thing: "典型案例", Phrase: "有新进展",
	}, s.now())
}

// StoryAnswer is a person's word on one channel. Version is of the words that
// they read.
type StoryAnswer struct {
	Channel model.StoryChannel
	Given   bool
	Version string
}

// DecideStory takes what a person says of a case story about them: they agree or
// not, channel by channel, and may take it back at any time, which takes the
// story down. Said twice, it stands once. Faults: unauthenticated; not found for
// who is not asked; invalid; conflict when the words have changed since.
func (s *Service) DecideStory(ctx context.Context, by model.Actor, id string, answers []StoryAnswer) error {
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		c, mine, err := s.askedOf(ctx, tx, by, id)
		if err != nil {
			return err
		}
		for _, answer := range answers {
			if err := s.decide(ctx, tx, by, c, mine, answer); err != nil {
				return err
			}
		}
		return s.settleStory(ctx, tx, by, &c)
	})
}

// askedOf finds a story by one of those who are asked. Faults: unauthenticated, not found.
func (s *Service) askedOf(ctx context.Context, db *gorm.DB, by model.Actor, id string) (model.CaseStory, []model.StoryConsent, error) {
	if by.PersonID == "" {
		return model.CaseStory{}, nil, fault.Unauthenticated("请先登录。")
	}
	mine, err := store.From[model.StoryConsent](db).Where("story_id = ? AND person_id = ?", id, by.PersonID).Order("asked_at, id").Find(ctx)
	if err != nil {
		return model.CaseStory{}, nil, fmt.Errorf("newsroom: find own consents: %w", err)
	}
	if len(mine) == 0 {
		return model.CaseStory{}, nil, fault.NotFound("这个典型案例")
	}
	c, err := store.From[model.CaseStory](db).Where("id = ?", id).Take(ctx)
	if err != nil {
		return model.CaseStory{}, nil, fmt.Errorf("newsroom: find story: %w", err)
	}
	return c, mine, nil
}

// decide writes down one answer, also in the person's log of consents. Somebody
// who is asked as two parties answers for both.
func (s *Service) decide(ctx context.Context, tx *gorm.DB, by model.Actor, c model.CaseStory, mine []model.StoryConsent, answer StoryAnswer) error {
	rows := slices.DeleteFunc(slices.Clone(mine), func(row model.StoryConsent) bool { return row.Channel != answer.Channel })
	if len(rows) == 0 {
		return fault.InvalidField("channel", "没有就这个渠道征求您的意见。")
	}
	rows = slices.DeleteFunc(rows, func(row model.StoryConsent) bool { return decided(row.State, answer.Given) == row.State })
	if len(rows) == 0 {
		return nil
	}
	if answer.Given {
		if final(c.State) {
			return fault.Conflict("这个典型案例已经结束，不用再授权。")
		}
		if err := model.CheckWording(answer.Channel.Purpose(), answer.Version); err != nil {
			return err
		}
	}
	for _, row := range rows {
		set := map[string]any{"state": decided(row.State, answer.Given), "answered_at": s.now()}
		if answer.Given {
			set["wording"] = answer.Version
		}
		if _, err := store.From[model.StoryConsent](tx).Where("id = ?", row.ID).Set(clause.Assignments(set)).Update(ctx); err != nil {
			return fmt.Errorf("newsroom: keep answer: %w", err)
		}
	}
	return s.logConsent(ctx, tx, by, c, answer)
}

// decided is what becomes of a consent when somebody says yes or no.
func decided(from model.StoryConsentState, given bool) model.StoryConsentState {
	switch {
	case given:
		return model.ConsentGiven
	case from == model.ConsentGiven || from == model.ConsentOnPaper || from == model.ConsentTakeBack:
		return model.ConsentTakeBack
	}
	return model.ConsentRefused
}

func final(state model.CaseStoryState) bool {
	return slices.Contains(model.CaseStoryFlow().Final, state)
}

func (s *Service) logConsent(ctx context.Context, tx *gorm.DB, by model.Actor, c model.CaseStory, answer StoryAnswer) error {
	wording, _ := model.CurrentWording(answer.Channel.Purpose())
	row := model.Consent{
		ID: model.NewID(), PersonID: by.PersonID, Purpose: answer.Channel.Purpose(), TargetID: c.MessageID, Wording: wording.Version, Given: answer.Given, At: s.now(),
	}
	if err := store.From[model.Consent](tx).Create(ctx, &row); err != nil {
		return fmt.Errorf("newsroom: log consent: %w", err)
	}
	action := "consent.take_back"
	if answer.Given {
		action = "consent.give"
	}
	return audit.Record(ctx, tx, by, action, audit.Target{Kind: "case_story", ID: c.ID, AreaPath: c.AreaPath, Detail: string(row.Purpose) + " " + row.Wording}, row.At)
}

// settleStory moves a story on after its consents changed.
func (s *Service) settleStory(ctx context.Context, tx *gorm.DB, by model.Actor, c *model.CaseStory) error {
	consents, err := consentsOf(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	waiting := slices.ContainsFunc(consents, func(one model.StoryConsent) bool { return one.State == model.ConsentAsked })
	back := slices.ContainsFunc(consents, func(one model.StoryConsent) bool { return one.State == model.ConsentTakeBack })
	possible := slices.ContainsFunc(openChannels(consents), func(channel model.StoryChannel) bool { return channel != model.ChannelPress })
	switch {
	case final(c.State):
		return nil
	case c.State == model.StoryAsking && possible:
		if err := s.moveStory(ctx, tx, by, c, storyStep{deed: model.DeedStoryConsent, set: map[string]any{"due_at": nil}}); err != nil {
			return err
		}
		return s.tellWriters(ctx, tx, *c, storyTelling{"consented", "典型案例已获同意", "各方都同意了，可以开始撰写。"})
	case c.State == model.StoryAsking && !waiting:
		if err := s.moveStory(ctx, tx, by, c, storyStep{deed: model.DeedStoryDecline, set: map[string]any{"due_at": nil}}); err != nil {
			return err
		}
		return s.tellWriters(ctx, tx, *c, storyTelling{"declined", "典型案例未获同意", "有人不同意公开，这件事不写成典型案例。"})
	case c.State != model.StoryAsking && (back || !possible):
		return s.takeStoryBack(ctx, tx, by, c)
	}
	return nil
}

// StorySheet is a consent that somebody gave on paper, or on paper only: who has no
// account, or can be seen in a picture.
type StorySheet struct {
	Party    model.StoryParty
	Name     string
	Channels []model.StoryChannel
	Evidence string
}

// KeepSheet notes a consent given on paper to an officer, who says where the
// sheet is kept. A person in a picture is named here first; other parties only
// when they have no account to answer from. Faults: not found, forbidden,
// invalid, conflict.
func (s *Service) KeepSheet(ctx context.Context, by model.Actor, id string, p StorySheet) error {
	p.Name, p.Evidence = strings.TrimSpace(p.Name), strings.TrimSpace(p.Evidence)
	if err := p.check(); err != nil {
		return err
	}
	return s.changeStory(ctx, by, id, func(ctx context.Context, tx *gorm.DB, c *model.CaseStory) error {
		if final(c.State) {
			return fault.Conflict("这个典型案例已经结束，不用再授权。")
		}
		now := s.now()
		for _, channel := range p.Channels {
			if err := s.keepSheet(ctx, tx, *c, p, channel, now); err != nil {
				return err
			}
		}
		if err := s.noteStory(ctx, tx, by, *c, "case_story.paper", model.PartyWords(p.Party)+"："+p.Evidence); err != nil {
			return err
		}
		return s.settleStory(ctx, tx, by, c)
	})
}

func (p StorySheet) check() error {
	var wrong []fault.Field
	if p.Party == model.PartyPictured && (p.Name == "" || utf8.RuneCountInString(p.Name) > storyNameMax) {
		wrong = append(wrong, tooLong("name", "称呼", 1, storyNameMax))
	}
	if p.Evidence == "" || utf8.RuneCountInString(p.Evidence) > storyEvidenceMax {
		wrong = append(wrong, tooLong("evidence", "授权书的存放处", 1, storyEvidenceMax))
	}
	if len(wrong) > 0 {
		return fault.Invalid(wrong...)
	}
	return checkChannels(append([]model.StoryChannel{model.ChannelMiniProgram}, p.Channels...))
}

func (s *Service) keepSheet(ctx context.Context, tx *gorm.DB, c model.CaseStory, p StorySheet, channel model.StoryChannel, now time.Time) error {
	q := store.From[model.StoryConsent](tx).Where("story_id = ? AND party = ? AND channel = ?", c.ID, p.Party, channel)
	if p.Party == model.PartyPictured {
		q = q.Where("name = ?", p.Name)
	}
	rows, err := q.Find(ctx)
	if err != nil {
		return fmt.Errorf("newsroom: look for consents: %w", err)
	}
	reachable, err := reachableOf(ctx, tx, rows)
	if err != nil {
		return err
	}
	if p.Party != model.PartyPictured && len(reachable) > 0 {
		return fault.Conflict("%s可以在手机上自己决定，不能由工作人员代为登记。", model.PartyWords(p.Party))
	}
	if len(rows) == 0 {
		if p.Party != model.PartyPictured {
			return fault.InvalidField("channels", "没有就这个渠道征求意见。")
		}
		row := model.StoryConsent{StoryID: c.ID, Party: p.Party, Name: p.Name, Channel: channel}
		if err := s.ask(ctx, tx, row); err != nil {
			return err
		}
	}
	set := clause.Assignments(map[string]any{"state": model.ConsentOnPaper, "evidence": p.Evidence, "answered_at": now})
	if _, err := store.From[model.StoryConsent](tx).Where("story_id = ? AND party = ? AND channel = ? AND name = ?", c.ID, p.Party, channel, p.Name).Set(set).Update(ctx); err != nil {
		return fmt.Errorf("newsroom: keep paper: %w", err)
	}
	return nil
}

// TakeSheetBack notes that somebody took back what they gave on paper. Faults:
// not found, forbidden, invalid.
func (s *Service) TakeSheetBack(ctx context.Context, by model.Actor, id string, party model.StoryParty, name, evidence string) error {
	evidence = strings.TrimSpace(evidence)
	if evidence == "" || utf8.RuneCountInString(evidence) > storyEvidenceMax {
		return fault.Invalid(tooLong("evidence", "撤回的经过", 1, storyEvidenceMax))
	}
	return s.changeStory(ctx, by, id, func(ctx context.Context, tx *gorm.DB, c *model.CaseStory) error {
		set := clause.Assignments(map[string]any{"state": model.ConsentTakeBack, "evidence": evidence, "answered_at": s.now()})
		n, err := store.From[model.StoryConsent](tx).Where("story_id = ? AND party = ? AND name = ? AND state = ?", c.ID, party, name, model.ConsentOnPaper).Set(set).Update(ctx)
		if err != nil {
			return fmt.Errorf("newsroom: take paper back: %w", err)
		}
		if n == 0 {
			return fault.NotFound("这份纸质授权")
		}
		if err := s.noteStory(ctx, tx, by, *c, "case_story.paper_back", model.PartyWords(party)+"："+evidence); err != nil {
			return err
		}
		return s.settleStory(ctx, tx, by, c)
	})
}
