// Package fault holds the ways a request can fail that a person can act on.
// Its words are plain Chinese, meant for the screen of the person who asked.
// What nobody outside can act on is an ordinary error and never comes here.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind says which of the few public ways a request failed.
type Kind string

// The kinds; handler maps each to one HTTP status.
const (
	KindInvalid         Kind = "invalid"
	KindUnauthenticated Kind = "unauthenticated"
	KindForbidden       Kind = "forbidden"
	KindStepUp          Kind = "step_up_required"
	KindEnrol           Kind = "totp_required"
	KindNotFound        Kind = "not_found"
	KindConflict        Kind = "conflict"
	KindTooMany         Kind = "too_many"
	KindUnavailable     Kind = "unavailable"
)

// Field is one wrong place in what was sent, named as the sender named it.
type Field struct {
	Name   string
	Reason string
}

// Fault is a refusal with words for the person. Fields is set for KindInvalid,
// RetryAfter for KindTooMany and KindUnavailable.
type Fault struct {
	Kind       Kind
	Words      string
	Fields     []Field
	RetryAfter time.Duration
}

// Error gives the words, so that a fault in a log can be read.
func (f *Fault) Error() string { return string(f.Kind) + ": " + f.Words }

// Invalid says that what was sent cannot be taken, field by field.
func Invalid(fields ...Field) error {
	return &Fault{Kind: KindInvalid, Words: "填写的内容有问题，请按提示修改后再提交。", Fields: fields}
}

// InvalidField is Invalid for a single field.
func InvalidField(name, reason string) error {
	return Invalid(Field{Name: name, Reason: reason})
}

// Unauthenticated says that nobody is signed in, or no longer.
func Unauthenticated(words string) error {
	return &Fault{Kind: KindUnauthenticated, Words: words}
}

// Forbidden says that the person is known, sees the record, and may not do this.
func Forbidden(words string) error { return &Fault{Kind: KindForbidden, Words: words} }

// StepUp says that the person may do this, once they have proved again that it
// is they.
func StepUp(words string) error { return &Fault{Kind: KindStepUp, Words: words} }

// Enrol says that the person must set up their second factor before anything
// else.
func Enrol(words string) error { return &Fault{Kind: KindEnrol, Words: words} }

// NotFound says that there is no such thing, or that it is not theirs: the two
// are never told apart.
func NotFound(what string) error {
	return &Fault{Kind: KindNotFound, Words: "没有找到" + what + "，可能已被移除，或您无权查看。"}
}

// Conflict says that the record is not in a state that allows this.
func Conflict(format string, args ...any) error {
	return &Fault{Kind: KindConflict, Words: fmt.Sprintf(format, args...)}
}

// TooMany says that it was asked too often, and when to come back.
func TooMany(words string, after time.Duration) error {
	return &Fault{Kind: KindTooMany, Words: words, RetryAfter: after}
}

// Unavailable says that something we need does not answer now, and when to come
// back.
func Unavailable(words string, after time.Duration) error {
	return &Fault{Kind: KindUnavailable, Words: words, RetryAfter: after}
}

// Of returns the fault inside err, or nil when there is none.
func Of(err error) *Fault {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f
	}
	return nil
}

// Is reports whether err carries a fault of the kind.
func Is(err error, kind Kind) bool {
	f := Of(err)
	return f != nil && f.Kind == kind
}
