// Package staff serves the console: the liaison office's queue and human check,
// invitations, clocks and calendar, the audit log, and staff accounts.
package staff

import (
	"time"

	"lianxin/handler/endpoint"
	"lianxin/handler/messageview"
	"lianxin/service/account"
	"lianxin/service/directory"
	"lianxin/service/message"
	"lianxin/service/store"
)

// Room serves staff.
type Room struct {
	Messages  *message.Service
	Accounts  *account.Service
	Directory *directory.Service
	DB        *store.DB
	Now       func() time.Time
	Link      messageview.Link
}

// Register adds the routes.
func (r Room) Register(api endpoint.API) {
	r.registerQueue(api)
	r.registerActs(api)
	r.registerChecks(api)
	r.registerOffice(api)
	r.registerClocks(api)
	r.registerAccounts(api)
}
