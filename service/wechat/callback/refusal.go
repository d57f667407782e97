package callback

import (
	"errors"
	"log/slog"
)

// ErrRefused is all that anybody outside is told.
var ErrRefused = errors.New("callback refused")

// refusedError is ErrRefused with a reason that only the log sees. Reasons are
// fixed words: nothing of the request is in them.
type refusedError struct{ reason string }

func refuse(reason string) error { return &refusedError{reason} }

// Error says no more than ErrRefused.
func (*refusedError) Error() string { return ErrRefused.Error() }

// Unwrap returns ErrRefused.
func (*refusedError) Unwrap() error { return ErrRefused }

// LogValue says why.
func (e *refusedError) LogValue() slog.Value {
	return slog.StringValue(ErrRefused.Error() + ": " + e.reason)
}

// Reason returns why a push was refused, for the log and never for the answer;
// empty when err is something else.
func Reason(err error) string {
	refused, ok := errors.AsType[*refusedError](err)
	if !ok {
		return ""
	}
	return refused.reason
}
