package notice

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
)

// AddGrants notes that a person allowed one message for each of the templates.
// Templates that are not ours are a fault.
func (p *Pusher) AddGrants(ctx context.Context, by model.Actor, templateIDs []string) error {
	for _, id := range templateIDs {
		if !p.knows(id) {
			return fault.InvalidField("template_ids", "有不认识的通知模板，请更新小程序后再试。")
		}
	}
	templateIDs = slices.Compact(slices.Sorted(slices.Values(templateIDs)))
	return store.InTx(ctx, p.db, func(ctx context.Context, tx *gorm.DB) error {
		for _, id := range templateIDs {
			if err := p.addGrant(ctx, tx, by.PersonID, id); err != nil {
				return err
			}
		}
		return nil
	})
}

func (p *Pusher) addGrant(ctx context.Context, tx *gorm.DB, personID, templateID string) error {
	added, err := p.oneMore(ctx, tx, personID, templateID)
	if err != nil || added {
		return err
	}
	first := model.NoticeGrant{PersonID: personID, TemplateID: templateID, Remaining: 1, UpdatedAt: p.now()}
	err = store.From[model.NoticeGrant](tx).Create(ctx, &first)
	if store.IsDuplicate(err) { // the first of two at once
		_, err = p.oneMore(ctx, tx, personID, templateID)
		return err
	}
	if err != nil {
		return fmt.Errorf("notice: add first grant: %w", err)
	}
	return nil
}

func (p *Pusher) oneMore(ctx context.Context, tx *gorm.DB, personID, templateID string) (bool, error) {
	n, err := store.From[model.NoticeGrant](tx).Where("person_id = ? AND template_id = ?", personID, templateID).
		Set(clause.Assignments(map[string]any{"remaining": gorm.Expr("remaining + 1"), "updated_at": p.now()})).Update(ctx)
	if err != nil {
		return false, fmt.Errorf("notice: add grant: %w", err)
	}
	return n > 0, nil
}

// Grants tells what a person may still be sent, by template of the mini-program.
func (p *Pusher) Grants(ctx context.Context, by model.Actor) (map[string]int, error) {
	rows, err := store.From[model.NoticeGrant](p.db.Read()).Where("person_id = ?", by.PersonID).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("notice: read grants: %w", err)
	}
	left := make(map[string]int, len(rows))
	for _, row := range rows {
		left[row.TemplateID] = row.Remaining
	}
	return left, nil
}

func (p *Pusher) knows(templateID string) bool {
	for _, t := range p.mini {
		if t.ID == templateID {
			return true
		}
	}
	return false
}
