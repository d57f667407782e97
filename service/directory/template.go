package directory

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
	"lianxin/service/audit"
	"lianxin/service/store"
)

// templateTitleMax bounds the title of a prepared answer.
const templateTitleMax = 30

// TemplateOwner is whose a prepared answer is: one representative's, or
// everybody's in an area. Exactly one is set.
type TemplateOwner struct {
	RepresentativeID string
	AreaID           string
}

// Wording is what a prepared answer says. TopicID is empty when it fits any topic.
type Wording struct {
	TopicID string
	Title   string
	Body    string
}

// ReplyTemplates lists the prepared answers the actor may use: their own first,
// then those of the areas their seats or offices are in. With a topic, those
// for it and those for any.
func (s *Service) ReplyTemplates(ctx context.Context, by model.Actor, topicID string) ([]model.ReplyTemplate, error) {
	db := s.db.Read()
	seats, err := byID(ctx, db, by.RepresentativeIDs(), func(r model.Representative) string { return r.ID })
	if err != nil {
		return nil, err
	}
	offices := by.AreaPaths(model.PermitReplyTemplateKeep)
	var above []string
	for _, rep := range seats {
		above = append(above, model.AreaPathsDownTo(rep.AreaPath)...)
	}
	for _, path := range offices {
		above = append(above, model.AreaPathsDownTo(path)...)
	}
	q := store.From[model.ReplyTemplate](db).
		Where("representative_id IN ? OR (representative_id = '' AND (area_path IN ? OR ?))",
			by.RepresentativeIDs(), above, store.WithinAny("area_path", offices))
	if topicID != "" {
		q = q.Where("topic_id IN ?", []string{topicID, ""})
	}
	templates, err := q.Order("CASE WHEN representative_id = '' THEN 1 ELSE 0 END, title, id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("directory: list reply templates: %w", err)
	}
	return templates, nil
}

// WriteReplyTemplate keeps a new prepared answer. Faults: not found for an
// owner that is not the actor, invalid by field.
func (s *Service) WriteReplyTemplate(ctx context.Context, by model.Actor, owner TemplateOwner, w Wording) (model.ReplyTemplate, error) {
	w, err := plainWording(w)
	if err != nil {
		return model.ReplyTemplate{}, err
	}
	now := s.now()
	row := model.ReplyTemplate{
		ID: model.NewID(), RepresentativeID: owner.RepresentativeID, TopicID: w.TopicID, Title: w.Title, Body: w.Body,
		CreatedAt: now, UpdatedAt: now,
	}
	err = store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		path, err := ownerPath(ctx, tx, owner)
		if err != nil {
			return err
		}
		row.AreaPath = path
		if !keeps(by, row) {
			return errNoTemplate()
		}
		if err := checkTopic(ctx, tx, w.TopicID); err != nil {
			return err
		}
		if err := store.From[model.ReplyTemplate](tx).Create(ctx, &row); err != nil {
			return fmt.Errorf("directory: write reply template: %w", err)
		}
		return s.auditTemplate(ctx, tx, by, "reply_template.write", row)
	})
	if err != nil {
		return model.ReplyTemplate{}, err
	}
	return row, nil
}

// ChangeReplyTemplate rewords a prepared answer. Faults: not found, invalid by field.
func (s *Service) ChangeReplyTemplate(ctx context.Context, by model.Actor, id string, w Wording) error {
	w, err := plainWording(w)
	if err != nil {
		return err
	}
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		row, err := keptTemplate(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if err := checkTopic(ctx, tx, w.TopicID); err != nil {
			return err
		}
		n, err := store.From[model.ReplyTemplate](tx).Where("id = ?", id).Set(clause.Assignments(map[string]any{
			"topic_id": w.TopicID, "title": w.Title, "body": w.Body, "updated_at": s.now(),
		})).Update(ctx)
		if err != nil {
			return fmt.Errorf("directory: change reply template: %w", err)
		}
		if n != 1 {
			return errNoTemplate()
		}
		row.Title = w.Title
		return s.auditTemplate(ctx, tx, by, "reply_template.change", row)
	})
}

// RemoveReplyTemplate drops a prepared answer. Fault: not found.
func (s *Service) RemoveReplyTemplate(ctx context.Context, by model.Actor, id string) error {
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		row, err := keptTemplate(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if _, err := store.From[model.ReplyTemplate](tx).Where("id = ?", id).Delete(ctx); err != nil {
			return fmt.Errorf("directory: remove reply template: %w", err)
		}
		return s.auditTemplate(ctx, tx, by, "reply_template.remove", row)
	})
}

func (s *Service) auditTemplate(ctx context.Context, tx *gorm.DB, by model.Actor, action string, t model.ReplyTemplate) error {
	return audit.Record(ctx, tx, by, action, audit.Target{
		Kind: "reply_template", ID: t.ID, AreaPath: t.AreaPath, Detail: t.Title,
	}, s.now())
}

func errNoTemplate() error { return fault.NotFound("这条常用答复") }

// ownerPath gives the area path of an owner. Fault: not found.
func ownerPath(ctx context.Context, tx *gorm.DB, owner TemplateOwner) (string, error) {
	switch {
	case (owner.RepresentativeID == "") == (owner.AreaID == ""):
		return "", errNoTemplate()
	case owner.RepresentativeID != "":
		rep, err := seatOf(ctx, tx, owner.RepresentativeID)
		return rep.AreaPath, err
	}
	area, err := areaOf(ctx, tx, owner.AreaID)
	return area.Path, err
}

// keeps reports whether a prepared answer is the actor's to change: their own,
// or one of an area they look after.
func keeps(by model.Actor, t model.ReplyTemplate) bool {
	switch {
	case by.System != "":
		return true
	case t.RepresentativeID != "":
		return slices.Contains(by.RepresentativeIDs(), t.RepresentativeID)
	}
	return by.PermitsIn(model.PermitReplyTemplateKeep, t.AreaPath)
}

func keptTemplate(ctx context.Context, tx *gorm.DB, by model.Actor, id string) (model.ReplyTemplate, error) {
	row, err := store.From[model.ReplyTemplate](tx).Where("id = ?", id).Take(ctx)
	if store.IsAbsent(err) || err == nil && !keeps(by, row) {
		return model.ReplyTemplate{}, errNoTemplate()
	}
	if err != nil {
		return model.ReplyTemplate{}, fmt.Errorf("directory: find reply template: %w", err)
	}
	return row, nil
}

func plainWording(w Wording) (Wording, error) {
	w.Title, w.Body = strings.TrimSpace(w.Title), strings.TrimSpace(w.Body)
	wrong := model.CheckBody("body", w.Body)
	if n := utf8.RuneCountInString(w.Title); n == 0 || n > templateTitleMax {
		wrong = append(wrong, fault.Field{Name: "title", Reason: "标题应为 1 到 30 个字。"})
	}
	if len(wrong) > 0 {
		return Wording{}, fault.Invalid(wrong...)
	}
	return w, nil
}

func checkTopic(ctx context.Context, tx *gorm.DB, id string) error {
	if id == "" {
		return nil
	}
	n, err := store.From[model.Topic](tx).Where("id = ?", id).Count(ctx, "*")
	if err != nil {
		return fmt.Errorf("directory: find topic: %w", err)
	}
	if n == 0 {
		return fault.InvalidField("topic_id", "没有这个主题，请重新选择。")
	}
	return nil
}
