// Package privacy is the desk for what people may do with what is kept of them:
// consents, a copy of everything, corrections, who looked, and the end of it
// (个人信息保护法, PIPL, articles 14 to 17 and 44 to 50). It reads the tables of
// every subject, and it is the one room that erases across them.
//
// It refuses to give anybody another person's data, to erase what somebody did
// in function, and to touch what the law wants kept beyond storing it (article
// 47): that is locked and nameless.
package privacy

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/sealed"
	"lianxin/service/store"
)

// Files are the files of pictures. Full opens one as it is kept; it fails with
// fs.ErrNotExist when there is none. RemoveFiles of an absent one is no error.
type Files interface {
	Full(ctx context.Context, pictureID string) (io.ReadCloser, error)
	RemoveFiles(ctx context.Context, pictureID string) error
}

// Options wires a Service.
type Options struct {
	DB    *store.DB
	Now   func() time.Time
	Log   *slog.Logger
	Keys  *sealed.Keys
	Files Files
}

// Service is the desk.
type Service struct {
	db    *store.DB
	clock func() time.Time
	log   *slog.Logger
	keys  *sealed.Keys
	files Files
}

// New makes a Service. It fails when something it cannot do without is missing.
func New(o Options) (*Service, error) {
	if o.DB == nil || o.Now == nil || o.Log == nil || o.Keys == nil || o.Files == nil {
		return nil, errors.New("privacy: a database, a clock, a log, keys and files are needed")
	}
	return &Service{db: o.DB, clock: o.Now, log: o.Log, keys: o.Keys, files: o.Files}, nil
}

// now is the moment in UTC, as fine as every database keeps it.
func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Millisecond) }

// signedIn refuses what only a person can ask for.
func signedIn(by model.Actor) error {
	if by.PersonID == "" {
		return fault.Unauthenticated("请先登录。")
	}
	return nil
}
