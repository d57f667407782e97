// Package staff serves the console: the liaison office's queue and human check,
// invitations, clocks and calendar, the audit log, and staff accounts.
package staff

import (
	"context"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/handler/messageview"
	"lianxin/service/account"
	"lianxin/service/conversation"
	"lianxin/service/directory"
	"lianxin/service/message"
	"lianxin/service/privacy"
	"lianxin/service/store"
	"lianxin/service/suggestion"
)

// Codes paints scene codes that can be scanned.
type Codes interface {
	// OfficialImage gives the address of a picture for the official account.
	OfficialImage(ctx context.Context, scene string) (string, error)
	// MiniImage gives a JPEG for the mini-program.
	MiniImage(ctx context.Context, scene string) ([]byte, error)
}

// Room serves staff.
type Room struct {
	Messages  *message.Service
	Privacy   *privacy.Service
	Accounts  *account.Service
	Directory *directory.Service
	DB        *store.DB
	Now       func() time.Time
	Link      messageview.Link
	// Suggestions are about the app itself.
	Suggestions *suggestion.Service
	Codes       Codes
	// Routines are the jobs that come round.
	Routines []Routine
	// Explain says in plain words what an error that was written down means, and
	// what to do about it.
	Explain func(lastError string) (found, do string)
	// Talk is the official account's desk, MiniAppID the mini-program its menu opens.
	Talk      *conversation.Service
	MiniAppID string
	// Online looks whether WeChat and this program reach and understand each other.
	Online func(ctx context.Context) Online
	// NoticeTemplates are the templates of the settings, compared with WeChat's own
	// when it is asked.
	NoticeTemplates func(ctx context.Context, ask bool) NoticeTemplates
}

// Register adds the routes.
func (r Room) Register(api endpoint.API) {
	r.registerQueue(api)
	r.registerFilters(api)
	r.registerMembers(api)
	r.registerBulk(api)
	r.registerExports(api)
	r.registerRota(api)
	r.registerActs(api)
	r.registerChecks(api)
	r.registerOffice(api)
	r.registerSuggestions(api)
	r.registerSeats(api)
	r.registerLinks(api)
	r.registerAudit(api)
	r.registerClocks(api)
	r.registerReferrals(api)
	r.registerAccounts(api)
	r.registerPrivacy(api)
	r.registerOperate(api)
	r.registerOfficial(api)
	r.registerTemplates(api)
}
