// Package audit writes the audit log: one line for every change and every
// reading of personal data, in the transaction of the deed. It only ever adds.
package audit

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/store"
)

// Target is the record a line tells of.
type Target struct {
	Kind     string
	ID       string
	AreaPath string
	Detail   string
}

type requestIDOf struct{}

// WithRequestID lets the lines written under ctx name the request they came from.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDOf{}, id)
}

// Record writes one line in the transaction of the deed.
func Record(ctx context.Context, tx *gorm.DB, by model.Actor, action string, on Target, at time.Time) error {
	line := lineOf(ctx, by, action, on, at)
	if err := store.From[model.AuditLine](tx).Create(ctx, &line); err != nil {
		return fmt.Errorf("audit: record %s: %w", action, err)
	}
	return nil
}

func lineOf(ctx context.Context, by model.Actor, action string, on Target, at time.Time) model.AuditLine {
	requestID, _ := ctx.Value(requestIDOf{}).(string)
	name := by.Name
	if by.System != "" {
		name = by.System
	}
	return model.AuditLine{
		ID: model.NewID(), At: at, ActorID: by.PersonID, Actor: name, Action: action,
		TargetKind: on.Kind, TargetID: on.ID, AreaPath: on.AreaPath, Detail: on.Detail, RequestID: requestID,
	}
}

// Consult reads the log for an auditor, as far as the areas granted reach. Lines
// name people, so that somebody read them is written down too, before.
func Consult(ctx context.Context, db *store.DB, by model.Actor, targetID string, page store.Page, at time.Time) ([]model.AuditLine, string, error) {
	areaPaths := by.AreaPaths(model.PermitAuditRead)
	if err := noteRead(ctx, db, by, areaPaths, targetID, at); err != nil {
		return nil, "", err
	}
	return Lines(ctx, db, areaPaths, targetID, page)
}

// Lines reads the log, newest first, within the area paths given.
func Lines(ctx context.Context, db *store.DB, areaPaths []string, targetID string, page store.Page) ([]model.AuditLine, string, error) {
	q := store.From[model.AuditLine](db.Read()).Where(store.WithinAny("area_path", areaPaths))
	if targetID != "" {
		q = q.Where("target_id = ?", targetID)
	}
	if page.After != "" {
		at, id, err := page.SplitTime()
		if err != nil {
			return nil, "", err
		}
		q = q.Where("at < ? OR (at = ? AND id < ?)", at, at, id)
	}
	lines, err := q.Order("at DESC, id DESC").Limit(page.Rows() + 1).Find(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("audit: read lines: %w", err)
	}
	lines, next := store.Cut(lines, page, func(l model.AuditLine) string { return store.TimeCursor(l.At, l.ID) })
	return lines, next, nil
}

func noteRead(ctx context.Context, db *store.DB, by model.Actor, areaPaths []string, targetID string, at time.Time) error {
	if len(areaPaths) == 0 {
		return nil
	}
	return store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
		return Record(ctx, tx, by, "audit.read", Target{Kind: "audit", ID: targetID, AreaPath: areaPaths[0]}, at)
	})
}
