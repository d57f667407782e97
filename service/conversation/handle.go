package conversation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

// answerLife is how old a push may grow before it is not answered any more: an
// answer to what somebody has long forgotten asking only puzzles.
const answerLife = 6 * time.Hour

// giveBackTime bounds the return of a claim when the time for the task is over.
const giveBackTime = 5 * time.Second

// heard is a push with the row it was read from.
type heard struct {
	inbound model.Inbound
	push    Push
}

// Handle does one task of kind TaskKind. What it learns from a push it may
// learn again. An answer is claimed before it is sent and given back when the
// sending fails: a crash in between costs the answer. So does a WeChat that took
// it, or did not, and says nothing: customer messages know no idempotency, and
// nobody is told the same thing twice.
func (s *Service) Handle(ctx context.Context, payload []byte) error {
	var task inboundTask
	if err := json.Unmarshal(payload, &task); err != nil {
		return outbox.Refuse(fmt.Errorf("conversation: read task: %w", err))
	}
	inbound, err := store.From[model.Inbound](s.db.Read()).Where("id = ?", task.InboundID).Take(ctx)
	if store.IsAbsent(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("conversation: find push: %w", err)
	}
	h := heard{inbound: inbound}
	if json.Unmarshal([]byte(inbound.Payload), &h.push) != nil {
		// The reason might quote the payload.
		return outbox.Refuse(errors.New("conversation: a push cannot be read"))
	}
	if h.push.Answered {
		return nil
	}
	return s.hear(ctx, h)
}

// hear is the table of what is acted on. Everything else stays written down
// until it is forgotten.
func (s *Service) hear(ctx context.Context, h heard) error {
	official := h.inbound.Account == model.AccountOfficial
	switch event := h.push.Event; {
	case event == eventRevoke:
		return s.withdraw(ctx, h)
	case event == eventSubscription:
		return s.dropGrants(ctx, h)
	case event == eventMediaCheck && !official:
		return s.judgePicture(ctx, h)
	case !official || h.push.FromUser == "":
		return nil
	case event == eventPublishEnd, event == eventPublishOther, event == eventMassEnd:
		return s.tellNewsroom(ctx, h.push)
	case event == eventUnsubscribe:
		return s.leave(ctx, h)
	case event == eventTemplateEnd:
		return s.noteDelivery(ctx, h)
	case event == eventLocation:
		return s.forget(ctx, h)
	case event == eventSubscribe, event == eventScan, event == eventClick, h.push.MsgType != typeEvent:
		return s.converse(ctx, h)
	}
	return nil
}

// tellNewsroom passes on that a publication or a mass send came to an end.
func (s *Service) tellNewsroom(ctx context.Context, p Push) error {
	switch {
	case s.newsroom == nil:
		return nil
	case p.Event == eventMassEnd:
		sent := 0
		if p.Mass != nil {
			sent = p.Mass.Sent
		}
		return s.newsroom.MassSendEnded(ctx, p.MsgID, p.Status, sent)
	case p.Publish != nil:
		return s.newsroom.PublicationEnded(ctx, p.Publish.ID)
	}
	return nil
}

// converse notes who acted and answers them.
func (s *Service) converse(ctx context.Context, h heard) error {
	if err := s.meet(ctx, h); err != nil {
		return err
	}
	var answer Answer
	if s.now().Sub(h.push.moment(s.now())) < answerLife {
		var err error
		if answer, err = s.compose(ctx, h.push); err != nil {
			return err
		}
	}
	mine := false
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		var err error
		mine, err = claim(ctx, tx, h)
		return err
	})
	if err != nil || !mine || answer.empty() {
		return err
	}
	return s.say(ctx, h, answer)
}

// forget erases what a push that nothing follows from says of somebody.
func (s *Service) forget(ctx context.Context, h heard) error {
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		_, err := claim(ctx, tx, h)
		return err
	})
}

// say sends the answer that was claimed.
func (s *Service) say(ctx context.Context, h heard, answer Answer) error {
	err := s.send(ctx, h.push.FromUser, answer)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, model.ErrOutcomeUnknown):
		s.log.WarnContext(ctx, "nobody knows whether an answer went out", "inbound", h.inbound.ID, "error", err)
		return nil
	case errors.Is(err, model.ErrWindowClosed):
		s.log.InfoContext(ctx, "answer came too late", "inbound", h.inbound.ID)
		return nil
	case errors.Is(err, model.ErrNotFollowing):
		return s.leave(ctx, h)
	case errors.Is(err, model.ErrUnknownPerson), errors.Is(err, model.ErrContentRefused), errors.Is(err, model.ErrChannelUnavailable):
		s.log.ErrorContext(ctx, "answer was refused", "inbound", h.inbound.ID, "error", err)
		return nil
	}
	return errors.Join(fmt.Errorf("conversation: answer: %w", err), s.giveBack(ctx, h))
}

func (s *Service) send(ctx context.Context, openID string, answer Answer) error {
	if answer.Card != nil {
		return s.speaker.Show(ctx, openID, *answer.Card)
	}
	return s.speaker.Say(ctx, openID, answer.Text)
}

// claim takes a push out of the hands of everybody else who has it, and erases
// the words and the place in it: from here on it is dealt with. False when somebody was
// faster.
func claim(ctx context.Context, tx *gorm.DB, h heard) (bool, error) {
	done := h.push
	done.Content, done.Recognition, done.Location, done.Answered = "", "", nil, true
	without, err := json.Marshal(done)
	if err != nil {
		return false, fmt.Errorf("conversation: erase words: %w", err)
	}
	n, err := store.From[model.Inbound](tx).Where("id = ? AND payload = ?", h.inbound.ID, h.inbound.Payload).
		Update(ctx, "payload", string(without))
	if err != nil {
		return false, fmt.Errorf("conversation: claim push: %w", err)
	}
	return n == 1, nil
}

// giveBack undoes a claim, so that the task can come again.
func (s *Service) giveBack(ctx context.Context, h heard) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveBackTime)
	defer cancel()
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		_, err := store.From[model.Inbound](tx).Where("id = ?", h.inbound.ID).Update(ctx, "payload", h.inbound.Payload)
		return err
	})
	if err != nil {
		return fmt.Errorf("conversation: give push back: %w", err)
	}
	return nil
}

// noteDelivery looks at how a template message ended: who blocks the account
// cannot be reached through it.
func (s *Service) noteDelivery(ctx context.Context, h heard) error {
	switch strings.ReplaceAll(h.push.Status, " ", "") {
	case statusSuccess:
		return nil
	case statusUserBlock:
		return s.leave(ctx, h)
	}
	s.log.WarnContext(ctx, "template message was not delivered", "inbound", h.inbound.ID, "msg_id", h.push.MsgID, "status", h.push.Status)
	return nil
}
