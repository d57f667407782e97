package newsroom

import (
	"context"
	"errors"
	"time"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/outbox"
)

// askAgain is when WeChat may be asked again for a mass send of the same name: it
// refuses to answer within a minute.
const askAgain = 70 * time.Second

// askMassSend sends. Asked again it says the same name, by which WeChat sends
// nothing twice and gives the first receipt again; it does not when it may have
// forgotten the name.
func (s *Service) askMassSend(ctx context.Context, p *pass) error {
	if p.door.JobID != "" {
		return s.end(ctx, p, model.DeedHandIn, assign{"step": model.StepAwait, "problem": ""})
	}
	if s.since(p.door.AskedAt) > onceLife {
		return s.giveUp(ctx, p, "提交群发时一直没有收到微信的答复，系统没有再提交。请登录公众平台查看群发记录；确认没有群发，再重新申请。")
	}
	receipt, err := s.official.MassSend(ctx, p.door.DraftID, p.door.OnceID)
	f := fault.Of(err)
	switch {
	case err == nil:
		return s.handedIn(ctx, p, receipt)
	case errors.Is(err, ErrGone):
		return s.giveUp(ctx, p, "群发用的草稿已不在草稿箱里，可能已经群发，或被人删除。请登录公众平台查看群发记录；确认没有群发，再重新申请。")
	case errors.Is(err, ErrUnderWay), errors.Is(err, ErrBusy), errors.Is(err, model.ErrOutcomeUnknown), f == nil:
		return s.askLater(ctx, p, err)
	}
	return s.giveUp(ctx, p, f.Words)
}

func (s *Service) askLater(ctx context.Context, p *pass, why error) error {
	words := "正在等待微信确认群发是否已提交，不会重复群发。"
	if f := fault.Of(why); f != nil {
		words = f.Words
	}
	if ctx.Err() == nil && p.door.Problem != words {
		if err := s.set(ctx, p, assign{"problem": words}); err != nil {
			return err
		}
	}
	return outbox.Later(askAgain, why)
}

// pollMassSend asks how a mass send stands.
func (s *Service) pollMassSend(ctx context.Context, p *pass) error {
	got, err := s.official.MassState(ctx, p.door.JobID)
	if err != nil {
		return s.wait(ctx, p, err)
	}
	switch got {
	case OutcomeDone:
		return s.opened(ctx, p, p.door.RemoteID, p.door.Link)
	case OutcomeRemoved:
		return s.end(ctx, p, model.DeedGiveUp, assign{"step": model.StepDone, "problem": "群发的文章已被删除。"})
	case OutcomeRefused:
		words := p.door.Problem
		if words == "" {
			words = "微信没有发出这次群发。请登录公众平台查看原因，修改后重新申请。"
		}
		return s.end(ctx, p, model.DeedGiveUp, assign{"step": model.StepDone, "problem": words})
	case OutcomeRunning:
	}
	return s.wait(ctx, p, errAwaited)
}

// takeBackMassSend deletes what a mass send leads to; who has the message keeps
// it, and finds the article gone.
func (s *Service) takeBackMassSend(ctx context.Context, p *pass) error {
	switch {
	case p.door.JobID != "":
		return s.deleteMass(ctx, p)
	case p.door.Step == model.StepAsking:
		if err := s.discard(ctx, p.door.DraftID); err != nil {
			return s.stuck(ctx, p, err)
		}
		return s.stick(ctx, p, "提交群发时没有收到微信的答复，不知道是否已经群发；草稿已删除。")
	}
	return s.takeBackDraft(ctx, p)
}

func (s *Service) deleteMass(ctx context.Context, p *pass) error {
	got, err := s.official.MassState(ctx, p.door.JobID)
	switch {
	case err != nil && !errors.Is(err, ErrGone):
		return s.stuck(ctx, p, err)
	case err == nil && got == OutcomeRunning:
		return outbox.Later(s.pause(p.door.AskedAt), errAwaited)
	case err != nil, got == OutcomeRemoved, got == OutcomeRefused:
		return s.closedUp(ctx, p)
	}
	if err := s.official.DeleteMass(ctx, p.door.JobID); err != nil && !errors.Is(err, ErrGone) {
		return s.stuck(ctx, p, err)
	}
	return s.closedUp(ctx, p)
}
