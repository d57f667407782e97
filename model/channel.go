package model

import "errors"

// The ways WeChat can refuse to carry something, as far as the product acts on
// them. The gateway returns errors that wrap these; the delivery of notices and
// the sign-in decide by them. Everything else a gateway returns is "later".
var (
	// ErrNoGrant says that the person gave no subscription for this template, or
	// that the one given was used up or revoked (43101).
	ErrNoGrant = errors.New("no subscription grant left")
	// ErrWindowClosed says that the customer-message window is over or its count
	// is used up (45015, 45047).
	ErrWindowClosed = errors.New("customer message window is closed")
	// ErrNotFollowing says that the person does not follow the official account (43004).
	ErrNotFollowing = errors.New("person does not follow the official account")
	// ErrChannelUnavailable says that the account has no right to this interface
	// (48001, 43107, 43116): nobody can be reached this way until an
	// administrator of the account mends it.
	ErrChannelUnavailable = errors.New("channel is not available to this account")
	// ErrContentRefused says that WeChat refused what we sent and will refuse it
	// again (40037, 45168, 47003 and the like): a person must mend it.
	ErrContentRefused = errors.New("content was refused")
	// ErrOutcomeUnknown says that WeChat was asked and did not answer: it may have
	// done what was asked.
	ErrOutcomeUnknown = errors.New("no answer: it may have been done")
	// ErrUnknownPerson says that the openid does not belong to the account (40003, 43104).
	ErrUnknownPerson = errors.New("openid is not known to this account")
	// ErrNoRecentVisit says that a content check needs a visit within two hours
	// and there was none (61010).
	ErrNoRecentVisit = errors.New("person has not visited recently")
	// ErrCodeSpent says that a login, phone or authorisation code is wrong,
	// used, or too old (40029, 40163, 42003).
	ErrCodeSpent = errors.New("code is invalid, used or expired")
)

// Suggestion is what a machine content check advises about a text or a picture.
// It advises only: WeChat's check never has the last word (rule 7).
type Suggestion string

// The three suggestions of WeChat's content check, version 2.
const (
	SuggestPass   Suggestion = "pass"
	SuggestReview Suggestion = "review"
	SuggestRisky  Suggestion = "risky"
)
