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
