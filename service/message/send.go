package message

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/deadline"
	"lianxin/service/outbox"
	"lianxin/service/sealed"
	"lianxin/service/store"
)

// Draft is what a resident sends. Name is how the resident wants to be called;
// empty takes the name of the account. OnBehalf is set when the writer writes
// for somebody else. PictureIDs are uploads of the writer that no turn has yet.
type Draft struct {
	RepresentativeID string
	TopicID          string
	Body             string
	Place            string
	Name             string
	HideName         bool
	ConsentHandOver  bool
	ConsentPublish   bool
	PictureIDs       []string
	OnBehalf         *OnBehalf
}

// OnBehalf names the person a message is written for.
type OnBehalf struct {
	Name  string
	Phone string
}

var phonePattern = regexp.MustCompile(`^1[3-9]\d{9}$`)

// Send takes a message in: it is written down, its clock starts, and it goes to
// the content check. Faults: invalid; not found when the representative does
// not serve (any more); too many when the writer sent too many of late.
//
// What must only be known is read before the transaction, which writes and does
// nothing else: on SQLite everybody who writes waits for it. A representative
// who ends their service in between is met by the delivery, which goes by what
// holds then.
func (s *Service) Send(ctx context.Context, by model.Actor, d Draft) (Thread, error) {
	if err := d.check(); err != nil {
		return Thread{}, err
	}
	p, err := s.prepare(ctx, by, d)
	if err != nil {
		return Thread{}, err
	}
	err = store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error { return s.post(ctx, tx, by, d, &p) })
	if err != nil {
		return Thread{}, err
	}
	v := view{side: model.SideResident, person: by.PersonID}
	if len(d.PictureIDs) > 0 {
		return s.thread(ctx, p.message, v)
	}
	return Thread{
		Message: p.message, Topic: p.topic, Representative: p.representative, Contact: Contact{Name: p.message.ResidentName},
		Turns: []ShownTurn{{Turn: p.turn, Mine: true, Pictures: []model.Picture{}}}, Facts: []model.Fact{p.fact}, Clock: &p.clock, Deeds: s.deeds(p.message, v.side),
	}, nil
}

// posting is a message on its way into the database, with what belongs to it.
type posting struct {
	message        model.Message
	representative string
	topic          string
	clock          model.Deadline
	fact           model.Fact
	turn           model.Turn
}

// prepare finds out everything about a message that is not written here.
func (s *Service) prepare(ctx context.Context, by model.Actor, d Draft) (posting, error) {
	var p posting
	db := s.db.Read()
	if err := s.checkRate(ctx, db, by); err != nil {
		return p, err
	}
	rep, err := store.From[model.Representative](db).Select("id, name, area_id, area_path").Where("id = ? AND state IN ?", d.RepresentativeID,
		[]model.RepresentativeState{model.RepresentativeServing, model.RepresentativeSuspended}).Take(ctx)
	if store.IsAbsent(err) {
		return p, fault.NotFound("这位代表")
	}
	if err != nil {
		return p, fmt.Errorf("message: find representative: %w", err)
	}
	if p.topic, err = s.topicOf(ctx, d.TopicID); err != nil {
		return p, err
	}
	if err := mayWrite(ctx, db, by); err != nil {
		return p, err
	}
	now := s.now()
	p.representative = rep.Name
	p.message = model.Message{
		ID: model.NewID(), Number: newNumber(now), WriterID: by.PersonID, RepresentativeID: rep.ID, AreaID: rep.AreaID, AreaPath: rep.AreaPath,
		TopicID: d.TopicID, Place: d.Place, HideName: d.HideName, HandOverConsented: d.ConsentHandOver, PublishConsented: d.ConsentPublish,
		State: s.flow.Start, Round: 1, SubmittedAt: now, UpdatedAt: now,
	}
	p.clock, err = deadline.Plan(ctx, s.db, deadline.On{TargetKind: targetKind, TargetID: p.message.ID, AreaPath: rep.AreaPath}, clockOf(s.flow.Start), now)
	p.message.DueAt = &p.clock.DueAt
	return p, err
}

// topicOf names a topic; empty for none. Fault: invalid.
func (s *Service) topicOf(ctx context.Context, id string) (string, error) {
	if id == "" {
		return "", nil
	}
	n, err := s.names(ctx, s.db.Read())
	if err != nil {
		return "", err
	}
	name, err := nameIn[model.Topic](ctx, s.db.Read(), n.topics, id)
	if err != nil {
		return "", err
	}
	if name == "" {
		return "", fault.InvalidField("topic_id", "没有这个主题，请重新选择。")
	}
	return name, nil
}

// post writes a message down with everything that belongs to it.
func (s *Service) post(ctx context.Context, tx *gorm.DB, by model.Actor, d Draft, p *posting) (err error) {
	m := &p.message
	if m.ResidentID, m.ResidentName, err = s.whose(ctx, tx, by, d); err != nil {
		return err
	}
	if err := deadline.Begin(ctx, tx, p.clock); err != nil {
		return err
	}
	if err := store.From[model.Message](tx).Create(ctx, m); err != nil {
		return fmt.Errorf("message: send: %w", err)
	}
	if err := s.giveConsents(ctx, tx, by, *m, d); err != nil {
		return err
	}
	submitted := change{deed: model.DeedSubmit, by: by, side: model.SideResident, name: m.ResidentName}
	p.fact = s.factOf(*m, "", submitted)
	if err := s.keepFact(ctx, tx, *m, p.fact, submitted); err != nil {
		return err
	}
	p.turn = model.Turn{Side: model.SideResident, AuthorID: by.PersonID, Author: m.ResidentName, Body: d.Body, Effect: model.EffectOpen}
	return s.writeTurn(ctx, tx, *m, &p.turn, d.PictureIDs)
}

func (d *Draft) check() error {
	d.Body, d.Place, d.Name = strings.TrimSpace(d.Body), strings.TrimSpace(d.Place), strings.TrimSpace(d.Name)
	wrong := model.CheckBody("body", d.Body)
	if utf8.RuneCountInString(d.Place) > model.MessagePlaceMax {
		wrong = append(wrong, fault.Field{Name: "place", Reason: "地点不能超过 60 字。"})
	}
	if utf8.RuneCountInString(d.Name) > model.NameMax {
		wrong = append(wrong, fault.Field{Name: "name", Reason: "称呼不能超过 30 字。"})
	}
	if len(d.PictureIDs) > model.MessagePicturesMax {
		wrong = append(wrong, fault.Field{Name: "picture_ids", Reason: "最多上传 9 张图片。"})
	}
	if b := d.OnBehalf; b != nil {
		b.Name, b.Phone = strings.TrimSpace(b.Name), strings.TrimSpace(b.Phone)
		if b.Name == "" || utf8.RuneCountInString(b.Name) > model.NameMax {
			wrong = append(wrong, fault.Field{Name: "on_behalf.name", Reason: "请填写您代写的人的姓名（不超过 30 字）。"})
		}
		if b.Phone != "" && !phonePattern.MatchString(b.Phone) {
			wrong = append(wrong, fault.Field{Name: "on_behalf.phone", Reason: "请填写 11 位手机号。"})
		}
	}
	if len(wrong) > 0 {
		return fault.Invalid(wrong...)
	}
	return nil
}

// mayWrite refuses who took back their consent to the rules for personal data:
// without it there is no ground to handle new ones (PIPL articles 13 and 15).
func mayWrite(ctx context.Context, tx *gorm.DB, by model.Actor) error {
	last, err := store.From[model.Consent](tx).Where("person_id = ? AND purpose = ? AND target_id = ?", by.PersonID, model.ConsentPrivacyPolicy, "").
		Order("at DESC, id DESC").Limit(1).Find(ctx)
	if err != nil {
		return fmt.Errorf("message: look for consent: %w", err)
	}
	if len(last) > 0 && !last[0].Given {
		return fault.Conflict("您已撤回对个人信息处理规则的同意。如要写信，请先在“我的授权”里重新同意。")
	}
	return nil
}

// whose finds the person a message belongs to: the writer, or the one written
// for, known by phone or made as a shadow who may sign in later.
func (s *Service) whose(ctx context.Context, tx *gorm.DB, by model.Actor, d Draft) (personID, name string, err error) {
	if d.OnBehalf == nil {
		if d.Name == "" {
			d.Name = by.Name
		}
		return by.PersonID, orElse(d.Name, "居民"), nil
	}
	b := d.OnBehalf
	if b.Phone != "" {
		known, err := store.From[model.Person](tx).Where("phone_hash IN ?", s.keys.Hashes(sealed.Phone, b.Phone)).Order("shadow, created_at").Limit(1).Find(ctx)
		if err != nil {
			return "", "", fmt.Errorf("message: find by phone: %w", err)
		}
		if len(known) > 0 {
			return known[0].ID, b.Name, nil
		}
		personID, err := s.whosePutAside(ctx, tx, b.Phone)
		if err != nil || personID != "" {
			return personID, b.Name, err
		}
	}
	shadow := model.Person{ID: model.NewID(), Name: b.Name, PhoneHash: s.keys.Hash(sealed.Phone, b.Phone), Shadow: true, CreatedAt: s.now()}
	shadow.Phone = s.keys.Seal(sealed.PhoneOf(shadow.ID), b.Phone)
	if err := store.From[model.Person](tx).Create(ctx, &shadow); err != nil {
		return "", "", fmt.Errorf("message: note person written for: %w", err)
	}
	return shadow.ID, b.Name, nil
}

// whosePutAside finds who had a number until two persons who had one each became
// one (service/linking); nobody's is empty.
func (s *Service) whosePutAside(ctx context.Context, tx *gorm.DB, phone string) (string, error) {
	links, err := store.From[model.PersonLink](tx).Where("phone_aside_hash IN ? AND state = ?", s.keys.Hashes(sealed.PhoneAside, phone), model.LinkStands).
		Order("linked_at DESC, id").Limit(1).Find(ctx)
	if err != nil {
		return "", fmt.Errorf("message: find number put aside: %w", err)
	}
	if len(links) == 0 {
		return "", nil
	}
	person, err := store.From[model.Person](tx).Where("id = ?", links[0].KeptID).Take(ctx)
	if err != nil {
		return "", fmt.Errorf("message: find who had the phone: %w", err)
	}
	return cmp.Or(person.MergedInto, person.ID), nil
}

func orElse(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

// codeAlphabet has no characters that are mistaken for one another on paper.
const codeAlphabet = "23456789ABCDEFGHJKMNPQRSTVWXYZ"

func newCode(length int) string {
	random := make([]byte, length)
	_, _ = rand.Read(random) // never fails, by its documentation
	for i, b := range random {
		random[i] = codeAlphabet[int(b)%len(codeAlphabet)]
	}
	return string(random)
}

// newNumber makes the number a resident can quote on the phone, as "261123-K7QF3M".
func newNumber(now time.Time) string {
	return now.In(model.Shanghai).Format("060102") + "-" + newCode(6)
}

// writeTurn writes words into the exchange, attaches their pictures, and sends
// them to the content check. Answers get their check code here.
func (s *Service) writeTurn(ctx context.Context, tx *gorm.DB, m model.Message, t *model.Turn, pictureIDs []string) error {
	t.ID, t.MessageID, t.Round, t.Screening, t.CreatedAt = model.NewID(), m.ID, m.Round, model.ScreeningChecking, s.now()
	if t.Effect == model.EffectAnswer || t.Effect == model.EffectUnitAnswer {
		code := newCode(8)
		t.CheckCode = &code
	}
	if err := store.From[model.Turn](tx).Create(ctx, t); err != nil {
		return fmt.Errorf("message: write turn: %w", err)
	}
	if len(pictureIDs) > 0 {
		n, err := store.From[model.Picture](tx).Where("id IN ? AND owner_id = ? AND turn_id = ?", pictureIDs, t.AuthorID, "").
			Set(clause.Assignments(map[string]any{"turn_id": t.ID, "message_id": m.ID})).Update(ctx)
		if err != nil {
			return fmt.Errorf("message: attach pictures: %w", err)
		}
		if n != len(pictureIDs) {
			return fault.InvalidField("picture_ids", "有图片不存在或已经用过，请重新上传。")
		}
	}
	return outbox.Enqueue(ctx, tx, outbox.Task{Kind: ScreenTask, DedupeKey: t.ID, Payload: screenTask{t.ID}, RunAt: t.CreatedAt, Fresh: true})
}

func (s *Service) giveConsents(ctx context.Context, tx *gorm.DB, by model.Actor, m model.Message, d Draft) error {
	for purpose, given := range map[model.ConsentPurpose]bool{
		model.ConsentHandOver: d.ConsentHandOver, model.ConsentPublish: d.ConsentPublish,
	} {
		if !given {
			continue
		}
		if err := s.writeConsent(ctx, tx, by, m.ID, Consent{Purpose: purpose, Given: true}); err != nil {
			return err
		}
	}
	return nil
}
