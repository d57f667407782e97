package notice

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

// customerWindow is how long after a person's last word to the official account
// a customer message may be sent (48 h by WeChat's rule, less a little for
// clocks that differ).
const customerWindow = 48*time.Hour - 5*time.Minute

// pushLife is how old a notice may grow before pushing it is given up: news of
// last week helps nobody.
const pushLife = 72 * time.Hour

// onceLife is how long WeChat surely drops a template that comes again under its
// OnceID (ten minutes, less a little).
const onceLife = 9 * time.Minute

// Template is one template of a WeChat account with the keys of its fields, in
// the order in which the fields are meant: progress is thing, phrase, time,
// hint; answer is thing, name, time, hint; task is thing, time, phrase, hint;
// survey is thing, time, hint; news is thing, name, time, hint.
type Template struct {
	ID   string
	Keys []string
}

// Push is what a channel carries to one openid. Page is a mini-program path;
// OnceID stays the same for every try at the same notice.
type Push struct {
	OpenID     string
	TemplateID string
	Page       string
	OnceID     string
	Values     map[string]string
}

// Channels sends through WeChat. Its errors wrap the sentinels of model when
// the channel is closed to this person or refuses what is sent.
type Channels interface {
	PushSubscribe(ctx context.Context, p Push) error
	PushTemplate(ctx context.Context, p Push) error
	PushCustomer(ctx context.Context, openID, text string) error
}

// Pusher pushes notices by the first channel that is open.
type Pusher struct {
	db       *store.DB
	now      func() time.Time
	log      *slog.Logger
	channels Channels
	mini     map[model.NoticeTemplate]Template
	official map[model.NoticeTemplate]Template
	link     func(page string) string
}

// Options wires a Pusher. A template that is missing closes its channel. Link
// makes an address that can be tapped in a chat out of a mini-program path.
type Options struct {
	DB       *store.DB
	Now      func() time.Time
	Log      *slog.Logger
	Channels Channels
	Mini     map[model.NoticeTemplate]Template
	Official map[model.NoticeTemplate]Template
	Link     func(page string) string
}

// NewPusher makes a Pusher.
func NewPusher(o Options) *Pusher {
	return &Pusher{db: o.DB, now: o.Now, log: o.Log, channels: o.Channels, mini: o.Mini, official: o.Official, link: o.Link}
}

// MiniTemplates gives the ids of the mini-program's templates, for asking the
// person's permission.
func (p *Pusher) MiniTemplates() map[model.NoticeTemplate]string {
	ids := make(map[model.NoticeTemplate]string, len(p.mini))
	for name, t := range p.mini {
		ids[name] = t.ID
	}
	return ids
}

// Handle does one task of kind TaskKind. Channels closed to this person are
// passed over; a channel that fails for a moment puts the task off. What is too
// old is given up, which says nothing about the person's reach.
//
// The channel about to be tried is noted before the push. When the program dies
// between the push and the note of its end, or WeChat takes the push and does not
// answer, nobody knows whether it went out: a template is pushed again, which
// WeChat drops by its OnceID for a while; the others count as gone out, so that
// one happening never makes two pushes.
func (p *Pusher) Handle(ctx context.Context, payload []byte) error {
	var task pushTask
	if err := json.Unmarshal(payload, &task); err != nil {
		return outbox.Refuse(fmt.Errorf("notice: read task: %w", err))
	}
	n, err := store.From[model.Notice](p.db.Read()).Where("id = ?", task.NoticeID).Take(ctx)
	if store.IsAbsent(err) || err == nil && n.State != model.NoticeWaiting {
		return nil
	}
	if err != nil {
		return fmt.Errorf("notice: find: %w", err)
	}
	if n.Channel == model.ChannelSubscribe || n.Channel == model.ChannelCustomer {
		return p.end(ctx, n, n.Channel)
	}
	if n.Channel == model.ChannelTemplate && p.now().Sub(n.CreatedAt) > onceLife {
		return p.end(ctx, n, n.Channel)
	}
	if p.now().Sub(n.CreatedAt) > pushLife && n.Template == model.TemplateNews {
		return p.leave(ctx, n)
	}
	if p.now().Sub(n.CreatedAt) > pushLife {
		return p.giveUp(ctx, n)
	}
	channel, err := p.push(ctx, &n)
	if err != nil {
		return err
	}
	return p.end(ctx, n, channel)
}

// chain is the order in which channels are tried.
var chain = []model.NoticeChannel{model.ChannelSubscribe, model.ChannelTemplate, model.ChannelCustomer}

// chainOf are the channels of a notice: news goes by a grant for news or not at
// all, for it may be missed.
func chainOf(n model.Notice) []model.NoticeChannel {
	if n.Template == model.TemplateNews {
		return chain[:1]
	}
	return chain
}

// push tries the channels in order, from the one that was being tried before,
// and tells which carried the notice; the inbox when none did.
func (p *Pusher) push(ctx context.Context, n *model.Notice) (model.NoticeChannel, error) {
	known, err := store.From[model.WeChatIdentity](p.db.Read()).Where("person_id = ?", n.PersonID).Order("created_at").Find(ctx)
	if err != nil {
		return "", fmt.Errorf("notice: find identities: %w", err)
	}
	for _, channel := range chainOf(*n)[max(0, slices.Index(chainOf(*n), n.Channel)):] {
		for i := range known {
			if n.OnlyOn != "" && known[i].Account != n.OnlyOn {
				continue
			}
			carried, err := p.try(ctx, channel, &known[i], n)
			if err != nil {
				return "", err
			}
			if carried {
				return channel, nil
			}
		}
	}
	return model.ChannelInbox, nil
}

func (p *Pusher) try(ctx context.Context, channel model.NoticeChannel, to *model.WeChatIdentity, n *model.Notice) (bool, error) {
	send, open, err := p.opening(ctx, channel, *to, *n)
	if err != nil || !open {
		return false, err
	}
	if err := p.noteChannel(ctx, n, channel); err != nil {
		return false, err
	}
	begun := p.now()
	err = send()
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, model.ErrOutcomeUnknown):
		p.log.WarnContext(ctx, "nobody knows whether a notice went out", "channel", channel, "notice", n.ID, "error", err)
		if channel == model.ChannelTemplate {
			return false, fmt.Errorf("notice: push by %s: %w", channel, err)
		}
		return true, nil
	case errors.Is(err, model.ErrNoGrant):
		return false, p.noGrant(ctx, *n, begun)
	case errors.Is(err, model.ErrNotFollowing):
		to.Following = false
		return false, p.notFollowing(ctx, *to)
	case errors.Is(err, model.ErrWindowClosed), errors.Is(err, model.ErrUnknownPerson):
		return false, nil
	case errors.Is(err, model.ErrChannelUnavailable), errors.Is(err, model.ErrContentRefused):
		p.log.ErrorContext(ctx, "channel refused a notice", "channel", channel, "notice", n.ID, "error", err)
		return false, nil
	}
	return false, errors.Join(fmt.Errorf("notice: push by %s: %w", channel, err), p.noteChannel(ctx, n, model.ChannelInbox))
}

// noteChannel notes the channel that is being tried, the inbox for none. It
// fails when somebody else has moved the notice on.
func (p *Pusher) noteChannel(ctx context.Context, n *model.Notice, channel model.NoticeChannel) error {
	return store.InTx(ctx, p.db, func(ctx context.Context, tx *gorm.DB) error {
		moved, err := store.From[model.Notice](tx).Where("id = ? AND state = ? AND channel = ?", n.ID, model.NoticeWaiting, n.Channel).
			Update(ctx, "channel", channel)
		if err != nil {
			return fmt.Errorf("notice: note channel: %w", err)
		}
		if moved != 1 {
			return fmt.Errorf("notice: %s is being pushed by somebody else", n.ID)
		}
		n.Channel = channel
		return nil
	})
}

// opening tells whether a channel is open to an identity, by what we know, and
// gives the sending.
func (p *Pusher) opening(ctx context.Context, channel model.NoticeChannel, to model.WeChatIdentity, n model.Notice) (send func() error, open bool, err error) {
	mini, official := to.Account == model.AccountMini, to.Account == model.AccountOfficial && to.Following
	switch channel {
	case model.ChannelSubscribe:
		t, configured := p.mini[n.Template]
		if !mini || !configured {
			return nil, false, nil
		}
		granted, err := store.From[model.NoticeGrant](p.db.Read()).
			Where("person_id = ? AND template_id = ? AND remaining > 0", n.PersonID, t.ID).Count(ctx, "*")
		if err != nil {
			return nil, false, fmt.Errorf("notice: read grant: %w", err)
		}
		return func() error { return p.channels.PushSubscribe(ctx, p.fill(t, to, n)) }, granted > 0, nil
	case model.ChannelTemplate:
		t, configured := p.official[n.Template]
		return func() error { return p.channels.PushTemplate(ctx, p.fill(t, to, n)) }, official && configured, nil
	case model.ChannelCustomer:
		open := official && to.LastInboundAt != nil && p.now().Sub(*to.LastInboundAt) < customerWindow
		text := model.ChatWords("【"+n.Title+"】"+n.Body) + "\n" + model.ChatLink("点这里查看", p.link(n.Link))
		return func() error { return p.channels.PushCustomer(ctx, to.OpenID, text) }, open, nil
	case model.ChannelInbox:
	}
	return nil, false, nil
}

// fill puts the meanings of a notice under the keys of a template.
func (p *Pusher) fill(t Template, to model.WeChatIdentity, n model.Notice) Push {
	at := model.Minute(n.CreatedAt)
	due, hint := at, cmp.Or(n.Hint, n.Body)
	if n.DueAt != nil {
		due = model.Minute(*n.DueAt)
	}
	meant := map[model.NoticeTemplate][]string{
		model.TemplateProgress: {n.Thing, n.Phrase, at, hint},
		model.TemplateAnswer:   {n.Thing, n.Name, at, hint},
		model.TemplateTask:     {n.Thing, due, n.Phrase, hint},
		model.TemplateSurvey:   {n.Thing, at, hint},
		model.TemplateNews:     {n.Thing, n.Name, at, hint},
	}[n.Template]
	values := make(map[string]string, len(meant))
	for i, value := range meant {
		if i < len(t.Keys) {
			values[t.Keys[i]] = value
		}
	}
	return Push{OpenID: to.OpenID, TemplateID: t.ID, Page: n.Link, OnceID: n.ID, Values: values}
}

// used takes one grant off the ledger after a subscribe message went out.
func (p *Pusher) used(ctx context.Context, tx *gorm.DB, n model.Notice) error {
	_, err := store.From[model.NoticeGrant](tx).Where("person_id = ? AND template_id = ? AND remaining > 0", n.PersonID, p.mini[n.Template].ID).
		Set(clause.Assignments(map[string]any{"remaining": gorm.Expr("remaining - 1"), "updated_at": p.now()})).Update(ctx)
	if err != nil {
		return fmt.Errorf("notice: write ledger: %w", err)
	}
	return nil
}

// noGrant believes WeChat over the ledger, but for what was granted since the
// push began.
func (p *Pusher) noGrant(ctx context.Context, n model.Notice, begun time.Time) error {
	return store.InTx(ctx, p.db, func(ctx context.Context, tx *gorm.DB) error {
		_, err := store.From[model.NoticeGrant](tx).Where("person_id = ? AND template_id = ? AND updated_at <= ?", n.PersonID, p.mini[n.Template].ID, begun).
			Set(clause.Assignments(map[string]any{"remaining": 0, "updated_at": p.now()})).Update(ctx)
		if err != nil {
			return fmt.Errorf("notice: write ledger: %w", err)
		}
		return nil
	})
}

func (p *Pusher) notFollowing(ctx context.Context, who model.WeChatIdentity) error {
	return store.InTx(ctx, p.db, func(ctx context.Context, tx *gorm.DB) error {
		if _, err := store.From[model.WeChatIdentity](tx).Where("id = ?", who.ID).Update(ctx, "following", false); err != nil {
			return fmt.Errorf("notice: note unfollowing: %w", err)
		}
		return nil
	})
}

// end writes down how a notice went out, and whether the person can be reached
// by push at all.
func (p *Pusher) end(ctx context.Context, n model.Notice, channel model.NoticeChannel) error {
	now := p.now()
	set := map[string]any{"state": model.NoticePushed, "channel": channel, "pushed_at": now}
	reach, since := "unreachable_since IS NOT NULL", any(nil)
	switch {
	case channel == model.ChannelInbox && (n.Template == model.TemplateNews || n.OnlyOn != ""):
		return p.leave(ctx, n)
	case channel == model.ChannelInbox:
		set = map[string]any{"state": model.NoticeUnreachable, "channel": channel}
		reach, since = "unreachable_since IS NULL", now
	}
	return store.InTx(ctx, p.db, func(ctx context.Context, tx *gorm.DB) error {
		ended, err := p.leaveWaiting(ctx, tx, n, set)
		if err != nil || !ended {
			return err
		}
		if channel == model.ChannelSubscribe {
			if err := p.used(ctx, tx, n); err != nil {
				return err
			}
		}
		if _, err := store.From[model.Person](tx).Where("id = ?", n.PersonID).Where(reach).Update(ctx, "unreachable_since", since); err != nil {
			return fmt.Errorf("notice: note reach: %w", err)
		}
		return nil
	})
}

// leave leaves to the inbox what says nothing about the person's reach: news, and
// what was for one of their accounts only.
func (p *Pusher) leave(ctx context.Context, n model.Notice) error {
	return store.InTx(ctx, p.db, func(ctx context.Context, tx *gorm.DB) error {
		_, err := p.leaveWaiting(ctx, tx, n, map[string]any{"state": model.NoticeLeft, "channel": model.ChannelInbox})
		return err
	})
}

// giveUp leaves a notice to the inbox alone.
func (p *Pusher) giveUp(ctx context.Context, n model.Notice) error {
	return store.InTx(ctx, p.db, func(ctx context.Context, tx *gorm.DB) error {
		_, err := p.leaveWaiting(ctx, tx, n, map[string]any{"state": model.NoticeUnreachable, "channel": model.ChannelInbox})
		return err
	})
}

func (p *Pusher) leaveWaiting(ctx context.Context, tx *gorm.DB, n model.Notice, set map[string]any) (bool, error) {
	ended, err := store.From[model.Notice](tx).Where("id = ? AND state = ?", n.ID, model.NoticeWaiting).Set(clause.Assignments(set)).Update(ctx)
	if err != nil {
		return false, fmt.Errorf("notice: end: %w", err)
	}
	return ended == 1, nil
}
