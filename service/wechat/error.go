package wechat

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"lianxin/model"
)

var (
	// ErrSnapshotUser says that the authorisation came from WeChat's snapshot
	// preview: the openid is virtual and must never be bound to a person.
	ErrSnapshotUser = errors.New("visitor is only previewing the page")
	// ErrBlockedPerson says that WeChat itself holds the login back as too risky
	// (40226).
	ErrBlockedPerson = errors.New("WeChat blocks this person's login")
)

// Error is a call to WeChat that did not succeed. It wraps the sentinel of
// model that fits, if one does, and context.Canceled or
// context.DeadlineExceeded when that is why there was no answer. It never holds
// a secret, a token or a code.
type Error struct {
	// API is the path of the interface, without a leading slash.
	API string
	// Code is WeChat's errcode; 0 when there was no answer to read one from.
	// A call that we refuse to send carries the code WeChat would have answered.
	Code int
	// Status is the HTTP status when it was not 200, else 0.
	Status int
	// Message is WeChat's errmsg, redacted, or our own words.
	Message string

	kind      error
	words     error
	cause     error
	temporary bool
	// spoken says that something came back, and no errcode in it.
	spoken bool
}

// Error says which interface failed, with which code, and why.
func (e *Error) Error() string {
	var text strings.Builder
	text.WriteString("wechat " + e.API)
	if e.Code != 0 {
		fmt.Fprintf(&text, ": errcode %d", e.Code)
	}
	if e.Status != 0 {
		fmt.Fprintf(&text, ": status %d", e.Status)
	}
	if e.Message != "" {
		text.WriteString(": " + e.Message)
	}
	return text.String()
}

// Unwrap returns the sentinel, the fault that tells an editor what to do about a
// refused article, and the context's error, as far as there are any.
func (e *Error) Unwrap() []error {
	var wrapped []error
	if e.kind != nil {
		wrapped = append(wrapped, e.kind)
	}
	if e.words != nil {
		wrapped = append(wrapped, e.words)
	}
	if e.cause != nil {
		wrapped = append(wrapped, e.cause)
	}
	return wrapped
}

// Temporary says whether the same call may succeed later with nobody mending
// anything: WeChat was busy, a rate limit was hit, or no whole answer came.
func (e *Error) Temporary() bool { return e.temporary }

// Retryable says whether err is a call to WeChat that may succeed later. The
// first attempt may have arrived all the same.
func Retryable(err error) bool {
	failed, ok := errors.AsType[*Error](err)
	return ok && failed.Temporary()
}

// codeOf returns WeChat's errcode, or 0.
func codeOf(err error) int {
	failed, ok := errors.AsType[*Error](err)
	if !ok {
		return 0
	}
	return failed.Code
}

// meaning is what an errcode means to the product.
type meaning struct {
	kind      error
	temporary bool
}

// meanings is the one table from WeChat's codes to ours (wechat.md, 2). A code
// that is not here is a fault of the installation or of this program: it is
// neither a sentinel nor temporary.
var meanings = map[int]meaning{
	-1:    {temporary: true}, // system busy
	44990: {temporary: true}, // too fast
	44991: {temporary: true}, // per-minute quota
	44993: {temporary: true}, // too many links
	45009: {temporary: true}, // daily quota
	45011: {temporary: true}, // per-minute quota
	43108: {temporary: true}, // two sends to one person at once
	87020: {temporary: true}, // the same picture again too soon
	45066: {temporary: true}, // mass send: the same client id within a minute

	// A token that is still dead after a refresh may be alive at the next call.
	40001: {temporary: true},
	40014: {temporary: true},
	42001: {temporary: true},

	43101: {kind: model.ErrNoGrant},
	45015: {kind: model.ErrWindowClosed},
	45047: {kind: model.ErrWindowClosed},
	43004: {kind: model.ErrNotFollowing},
	61010: {kind: model.ErrNoRecentVisit},
	40226: {kind: ErrBlockedPerson},

	40003: {kind: model.ErrUnknownPerson},
	43104: {kind: model.ErrUnknownPerson},

	40029: {kind: model.ErrCodeSpent},
	40163: {kind: model.ErrCodeSpent},
	41008: {kind: model.ErrCodeSpent},
	42003: {kind: model.ErrCodeSpent},

	43107: {kind: model.ErrChannelUnavailable}, // ability or template banned
	43116: {kind: model.ErrChannelUnavailable}, // template limited
	48001: {kind: model.ErrChannelUnavailable}, // interface not granted
	50002: {kind: model.ErrChannelUnavailable}, // account limited
	45028: {kind: model.ErrChannelUnavailable}, // mass send: quota
	88000: {kind: model.ErrChannelUnavailable}, // comments
	85079: {kind: model.ErrChannelUnavailable}, // mini-program not released

	40005: {kind: model.ErrContentRefused}, // file type
	40009: {kind: model.ErrContentRefused}, // picture: size
	40059: {kind: model.ErrContentRefused}, // mass send: id
	40114: {kind: model.ErrContentRefused}, // draft: index
	40130: {kind: model.ErrContentRefused}, // mass send: list of people
	41005: {kind: model.ErrContentRefused}, // picture missing
	41039: {kind: model.ErrContentRefused}, // draft: source address
	45003: {kind: model.ErrContentRefused}, // draft: title
	45004: {kind: model.ErrContentRefused}, // draft: digest
	45005: {kind: model.ErrContentRefused}, // draft: length of an address
	45062: {kind: model.ErrContentRefused}, // mass send: advertisement
	45067: {kind: model.ErrContentRefused}, // mass send: client id
	45110: {kind: model.ErrContentRefused}, // draft: author
	45166: {kind: model.ErrContentRefused}, // draft: content
	48021: {kind: model.ErrContentRefused}, // draft saved by itself
	53404: {kind: model.ErrContentRefused}, // goods
	53405: {kind: model.ErrContentRefused}, // goods
	53406: {kind: model.ErrContentRefused}, // goods
	53503: {kind: model.ErrContentRefused}, // draft: check
	53504: {kind: model.ErrContentRefused}, // draft: only at the website
	53505: {kind: model.ErrContentRefused}, // draft: save by hand
	53600: {kind: model.ErrContentRefused}, // article id

	40004: {kind: model.ErrContentRefused}, // media type
	40007: {kind: model.ErrContentRefused}, // media id
	40008: {kind: model.ErrContentRefused}, // message type
	40016: {kind: model.ErrContentRefused}, // menu: number of buttons
	40017: {kind: model.ErrContentRefused}, // menu: type
	40018: {kind: model.ErrContentRefused}, // menu: name
	40019: {kind: model.ErrContentRefused}, // menu: key
	40020: {kind: model.ErrContentRefused}, // menu: url
	40023: {kind: model.ErrContentRefused}, // menu: number of sub-buttons
	40033: {kind: model.ErrContentRefused}, // \uXXXX in the body
	40035: {kind: model.ErrContentRefused}, // a parameter
	40036: {kind: model.ErrContentRefused}, // template id: length
	40037: {kind: model.ErrContentRefused}, // template id
	40039: {kind: model.ErrContentRefused}, // url: length
	40052: {kind: model.ErrContentRefused}, // action name
	40053: {kind: model.ErrContentRefused}, // action info
	40054: {kind: model.ErrContentRefused}, // menu: url domain
	40055: {kind: model.ErrContentRefused}, // menu: url domain
	40066: {kind: model.ErrContentRefused}, // url
	40097: {kind: model.ErrContentRefused}, // scene code: arguments
	40129: {kind: model.ErrContentRefused}, // scene
	40165: {kind: model.ErrContentRefused}, // link: path
	40169: {kind: model.ErrContentRefused}, // scene: length
	40212: {kind: model.ErrContentRefused}, // link: query
	40249: {kind: model.ErrContentRefused}, // marketing in a template message
	41030: {kind: model.ErrContentRefused}, // page
	44002: {kind: model.ErrContentRefused}, // empty body
	44004: {kind: model.ErrContentRefused}, // empty content
	45002: {kind: model.ErrContentRefused}, // text too long
	45008: {kind: model.ErrContentRefused}, // number of news articles
	45064: {kind: model.ErrContentRefused}, // menu: mini-program is not linked
	45168: {kind: model.ErrContentRefused}, // sensitive word
	47001: {kind: model.ErrContentRefused}, // not JSON
	47003: {kind: model.ErrContentRefused}, // a value breaks its key's rule
	85096: {kind: model.ErrContentRefused}, // scene: reserved word
	85401: {kind: model.ErrContentRefused}, // link: life
	85402: {kind: model.ErrContentRefused}, // link: edition
}

// localMeanings are the codes that mean something else at one interface.
var localMeanings = map[string]map[int]meaning{
	apiStableToken: {40001: {}},                         // the secret is wrong
	apiPhoneNumber: {40013: {kind: model.ErrCodeSpent}}, // the code is another app's
	apiURLLink: {
		40002: {kind: model.ErrChannelUnavailable}, // no right
		40013: {kind: model.ErrChannelUnavailable}, // banned
	},
}

func meaningOf(api string, code int) meaning {
	if local, ok := localMeanings[api][code]; ok {
		return local
	}
	return meanings[code]
}

// answered is the error for an errcode of WeChat's.
func answered(api string, code int, message string) *Error {
	means := meaningOf(api, code)
	return &Error{API: api, Code: code, Message: message, kind: means.kind, words: wordsOf(api, code), temporary: means.temporary}
}

// notSent is the error for something that WeChat would refuse with this code,
// so that we do not even ask.
func notSent(api string, code int, why string) *Error {
	return answered(api, code, "not sent: "+why)
}

// unreadable is the error for an answer that is not what the interface promises.
func unreadable(api, why string) *Error {
	return &Error{API: api, Message: why, temporary: true, spoken: true}
}

// doubted is an error of an interface that must not be asked twice: an answer in
// which nobody can read whether it was done leaves that open.
func doubted(api string, err error) error {
	if failed, ok := errors.AsType[*Error](err); ok && failed.API == api && failed.spoken {
		failed.kind = model.ErrOutcomeUnknown
	}
	return err
}

// unanswered is the error for a call that brought no whole answer.
func unanswered(api, why string, cause error) *Error {
	failed := &Error{API: api, Message: why, temporary: true}
	switch {
	case errors.Is(cause, context.Canceled):
		failed.cause = context.Canceled
	case errors.Is(cause, context.DeadlineExceeded):
		failed.cause = context.DeadlineExceeded
	}
	return failed
}
