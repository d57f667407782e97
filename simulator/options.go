package simulator

import (
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"time"

	"lianxin/simulator/envelope"
	"lianxin/simulator/keyword"
)

// The names of the two accounts, in Go, in the control API and in Template.Account.
const (
	MiniAccount     = "mini"
	OfficialAccount = "official"
)

// The modes of a callback: clear text, clear text beside the sealed one, sealed only.
const (
	ModePlain      = "plain"
	ModeCompatible = "compatible"
	ModeSafe       = "safe"
)

// The formats of a push. An official account always pushes XML.
const (
	FormatXML  = "xml"
	FormatJSON = "json"
)

// The kinds of official account: 订阅号 and 服务号.
const (
	KindSubscription = "subscription"
	KindService      = "service"
)

// The kinds of template: 订阅消息, which needs a grant, and 模板消息, which needs a follower.
const (
	SubscribeTemplate = "subscribe"
	FollowerTemplate  = "template"
)

// Options say which accounts the stand-in plays.
type Options struct {
	Mini, Official Account
	Templates      []Template
	// People exist from the start; others appear when they are first named.
	People []string
	// Now is the clock that the control API moves; nil means time.Now.
	Now func() time.Time
	// Log receives one line per refused call and failed push; nil means no log.
	Log *slog.Logger
	// AppURL is the address of the app, shown on the phone page.
	AppURL string
	// PushTimeout is how long a callback may take to answer; 0 means WeChat's 5 seconds.
	PushTimeout time.Duration
	// RetryPause lies between two attempts of a push; 0 means 500 milliseconds.
	RetryPause time.Duration
}

// Account is what the console of a WeChat account holds.
type Account struct {
	AppID, Secret, Token, EncodingAESKey string
	// Mode is ModePlain, ModeCompatible or ModeSafe; empty means plain.
	Mode string
	// Format is FormatXML or FormatJSON, for the mini-program only; empty means xml.
	Format string
	// CallbackURL may come later by SetCallback; pushes without one are only recorded.
	CallbackURL string
	// Kind is KindSubscription or KindService, for the official account only; empty means service.
	Kind string
	// Verified is 已认证. The zero value is an unverified account, which WeChat refuses most rights.
	Verified bool
	// Unbound says that no open-platform account joins the two, so nobody has a unionid.
	Unbound bool
	// Barred says that WeChat lets the official account neither publish nor mass-send, as it
	// does with personal and unverifiable ones since July 2025. Drafts and pictures still work.
	Barred bool
	// Pages are the published pages of the mini-program; empty means that every page exists.
	Pages []string
	// OAuthDomain is the registered host for web login; empty accepts every host.
	OAuthDomain string
	// TokenLife is how long a new access_token lives, 300 s to 7200 s; 0 means 7200 s.
	TokenLife time.Duration
}

// Template is one row of an account's list of notices.
type Template struct {
	// Account is MiniAccount or OfficialAccount.
	Account string
	// Kind is SubscribeTemplate or FollowerTemplate; empty means what the account usually has.
	Kind   string
	ID     string
	Title  string
	Fields []Field
}

// Field is one keyword of a template, such as thing1 labelled 留言事项.
type Field struct {
	Key, Label string
	// Listed are the values of an enum.
	Listed []string
}

const (
	shortestToken = 300 * time.Second
	longestToken  = 7200 * time.Second
)

var appIDForm = regexp.MustCompile(`^wx[0-9a-zA-Z]{4,30}$`)

func (o *Options) complete() error {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now //nolint:forbidigo // the one default clock; everything else is given it
	}
	if o.PushTimeout == 0 {
		o.PushTimeout = 5 * time.Second
	}
	if o.RetryPause == 0 {
		o.RetryPause = 500 * time.Millisecond
	}
	problems := []error{o.Mini.complete(MiniAccount), o.Official.complete(OfficialAccount)}
	if o.Mini.AppID == o.Official.AppID {
		problems = append(problems, errors.New("the two accounts have the same AppID"))
	}
	o.Templates = slices.Clone(o.Templates)
	for i := range o.Templates {
		problems = append(problems, o.Templates[i].complete())
	}
	return errors.Join(problems...)
}

func (a *Account) complete(name string) error {
	if a.Mode == "" {
		a.Mode = ModePlain
	}
	if a.Format == "" || name == OfficialAccount {
		a.Format = FormatXML
	}
	if a.Kind == "" {
		a.Kind = KindService
	}
	if a.TokenLife == 0 {
		a.TokenLife = longestToken
	}
	if err := a.check(); err != nil {
		return fmt.Errorf("%s account: %w", name, err)
	}
	return nil
}

func (a *Account) check() error {
	switch {
	case !appIDForm.MatchString(a.AppID):
		return fmt.Errorf("%q is no AppID", a.AppID)
	case a.Secret == "" || a.Token == "":
		return errors.New("secret and token are needed")
	case !slices.Contains([]string{ModePlain, ModeCompatible, ModeSafe}, a.Mode):
		return fmt.Errorf("mode %q is none of plain, compatible, safe", a.Mode)
	case a.Format != FormatXML && a.Format != FormatJSON:
		return fmt.Errorf("format %q is neither xml nor json", a.Format)
	case a.Kind != KindSubscription && a.Kind != KindService:
		return fmt.Errorf("kind %q is neither subscription nor service", a.Kind)
	case a.TokenLife < shortestToken || a.TokenLife > longestToken:
		return fmt.Errorf("token life %s is outside 300 s to 7200 s", a.TokenLife)
	case a.Mode == ModePlain && a.EncodingAESKey == "":
		return nil
	}
	_, err := envelope.New(a.Token, a.EncodingAESKey, a.AppID)
	if err != nil {
		return fmt.Errorf("callback secrets: %w", err)
	}
	return nil
}

func (t *Template) complete() error {
	if t.Account != MiniAccount && t.Account != OfficialAccount {
		return fmt.Errorf("template %q: account %q is neither mini nor official", t.ID, t.Account)
	}
	if t.Kind == "" && t.Account == OfficialAccount {
		t.Kind = FollowerTemplate
	}
	if t.Kind == "" {
		t.Kind = SubscribeTemplate
	}
	if t.Kind != SubscribeTemplate && (t.Kind != FollowerTemplate || t.Account == MiniAccount) {
		return fmt.Errorf("template %q: kind %q does not exist for the %s account", t.ID, t.Kind, t.Account)
	}
	if t.ID == "" || len(t.Fields) == 0 {
		return fmt.Errorf("template %q: id and fields are needed", t.ID)
	}
	for _, field := range t.Fields {
		if !keyword.Known(field.Key) {
			return fmt.Errorf("template %q: WeChat has no keyword %q", t.ID, field.Key)
		}
	}
	return nil
}
