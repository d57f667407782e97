package message

import (
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
func (s *Service) Send(ctx context.Context, by model.Actor, d Draft) (Thread, error) {
	if err := d.check(); err != nil {
		return Thread{}, err
	}
	var sent model.Message
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		m, err := s.newMessage(ctx, tx, by, d)
		if err != nil {
			return err
		}
		clock, err := deadline.Start(ctx, tx, deadline.On{TargetKind: targetKind, TargetID: m.ID, AreaPath: m.AreaPath}, clockOf(m.State), m.SubmittedAt)
		if err != nil {
			return err
		}
		m.DueAt = &clock.DueAt
		if err := gorm.G[model.Message](tx).Create(ctx, &m); err != nil {
			return fmt.Errorf("message: send: %w", err)
		}
		if err := s.giveConsents(ctx, tx, by, m, d); err != nil {
			return err
		}
		if err := s.writeFact(ctx, tx, m, "", change{deed: model.DeedSubmit, by: by, side: model.SideResident, name: m.ResidentName}); err != nil {
			return err
		}
		turn := model.Turn{Side: model.SideResident, AuthorID: by.PersonID, Author: m.ResidentName, Body: d.Body, Effect: model.EffectOpen}
		if err := s.writeTurn(ctx, tx, m, &turn, d.PictureIDs); err != nil {
			return err
		}
		sent = m
		return nil
	})
	if err != nil {
		return Thread{}, err
	}
	return s.thread(ctx, sent, view{side: model.SideResident, person: by.PersonID})
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

func (s *Service) newMessage(ctx context.Context, tx *gorm.DB, by model.Actor, d Draft) (model.Message, error) {
	if err := s.checkRate(ctx, tx, by); err != nil {
		return model.Message{}, err
	}
	rep, err := gorm.G[model.Representative](tx).Where("id = ? AND state IN ?", d.RepresentativeID,
		[]model.RepresentativeState{model.RepresentativeServing, model.RepresentativeSuspended}).Take(ctx)
	if store.IsAbsent(err) {
		return model.Message{}, fault.NotFound("这位代表")
	}
	if err != nil {
		return model.Message{}, fmt.Errorf("message: find representative: %w", err)
	}
	if d.TopicID != "" {
		n, err := gorm.G[model.Topic](tx).Where("id = ?", d.TopicID).Count(ctx, "*")
		if err != nil {
			return model.Message{}, fmt.Errorf("message: find topic: %w", err)
		}
		if n == 0 {
			return model.Message{}, fault.InvalidField("topic_id", "没有这个主题，请重新选择。")
		}
	}
	if err := mayWrite(ctx, tx, by); err != nil {
		return model.Message{}, err
	}
	residentID, name, err := s.whose(ctx, tx, by, d)
	if err != nil {
		return model.Message{}, err
	}
	now := s.now()
	return model.Message{
		ID: model.NewID(), Number: newNumber(now), ResidentID: residentID, WriterID: by.PersonID, ResidentName: name,
		RepresentativeID: rep.ID, AreaID: rep.AreaID, AreaPath: rep.AreaPath, TopicID: d.TopicID, Place: d.Place,
		HideName: d.HideName, HandOverConsented: d.ConsentHandOver, PublishConsented: d.ConsentPublish,
		State: s.flow.Start, Round: 1, SubmittedAt: now, UpdatedAt: now,
	}, nil
}

// mayWrite refuses who took back their consent to the rules for personal data:
// without it there is no ground to handle new ones (PIPL articles 13 and 15).
func mayWrite(ctx context.Context, tx *gorm.DB, by model.Actor) error {
	last, err := gorm.G[model.Consent](tx).Where("person_id = ? AND purpose = ? AND target_id = ?", by.PersonID, model.ConsentPrivacyPolicy, "").
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
		known, err := gorm.G[model.Person](tx).Where("phone_hash IN ?", s.keys.Hashes(sealed.Phone, b.Phone)).Order("shadow, created_at").Limit(1).Find(ctx)
		if err != nil {
			return "", "", fmt.Errorf("message: find by phone: %w", err)
		}
		if len(known) > 0 {
			return known[0].ID, b.Name, nil
		}
	}
	shadow := model.Person{ID: model.NewID(), Name: b.Name, PhoneHash: s.keys.Hash(sealed.Phone, b.Phone), Shadow: true, CreatedAt: s.now()}
	shadow.Phone = s.keys.Seal(sealed.PhoneOf(shadow.ID), b.Phone)
	if err := gorm.G[model.Person](tx).Create(ctx, &shadow); err != nil {
		return "", "", fmt.Errorf("message: note person written for: %w", err)
	}
	return shadow.ID, b.Name, nil
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
	if err := gorm.G[model.Turn](tx).Create(ctx, t); err != nil {
		return fmt.Errorf("message: write turn: %w", err)
	}
	if len(pictureIDs) > 0 {
		n, err := gorm.G[model.Picture](tx).Where("id IN ? AND owner_id = ? AND turn_id = ?", pictureIDs, t.AuthorID, "").
			Set(clause.Assignments(map[string]any{"turn_id": t.ID, "message_id": m.ID})).Update(ctx)
		if err != nil {
			return fmt.Errorf("message: attach pictures: %w", err)
		}
		if n != len(pictureIDs) {
			return fault.InvalidField("picture_ids", "有图片不存在或已经用过，请重新上传。")
		}
	}
	return outbox.Enqueue(ctx, tx, outbox.Task{Kind: ScreenTask, DedupeKey: t.ID, Payload: screenTask{t.ID}, RunAt: t.CreatedAt})
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
