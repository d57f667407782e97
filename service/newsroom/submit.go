package newsroom

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

// handIn writes down that the draft is handed in, and hands it in. Only who wrote
// that down asks.
func (s *Service) handIn(ctx context.Context, p *pass) error {
	if err := s.set(ctx, p, assign{"step": model.StepAsking, "asked_at": s.now(), "problem": ""}); err != nil {
		return err
	}
	if p.door.Door == model.DoorMassSend {
		return s.askMassSend(ctx, p)
	}
	receipt, err := s.official.Publish(ctx, p.door.DraftID)
	switch {
	case err == nil:
		return s.handedIn(ctx, p, receipt)
	case errors.Is(err, model.ErrOutcomeUnknown), ctx.Err() != nil:
		return outbox.Later(lookSoon, err)
	case errors.Is(err, ErrByHand):
		words := byHandWords
		if f := fault.Of(err); f != nil {
			words = f.Words
		}
		return s.end(ctx, p, model.DeedByHand, assign{"step": model.StepDone, "problem": clip(words, problemMax), "opened_at": s.now()})
	}
	return s.notTaken(ctx, p, err)
}

// lookSoon is when it is looked for the first time what became of a submission.
const lookSoon = 5 * time.Second

// notTaken goes back before the asking: WeChat said that it did not take it.
func (s *Service) notTaken(ctx context.Context, p *pass, err error) error {
	if failed := s.set(ctx, p, assign{"step": model.StepHandIn}); failed != nil {
		return failed
	}
	return s.refusal(ctx, p, err)
}

// handedIn writes down WeChat's receipt. It is kept also when the door is being
// closed meanwhile: without it nobody could take back what is coming.
func (s *Service) handedIn(ctx context.Context, p *pass, r Receipt) error {
	err := s.end(ctx, p, model.DeedHandIn, assign{"step": model.StepAwait, "job_id": r.JobID, "data_id": r.DataID, "problem": ""})
	if !errors.Is(err, errOvertaken) {
		return err
	}
	late := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		_, err := store.From[model.ArticleDoor](tx).
			Where("article_id = ? AND door = ? AND draft_id = ? AND job_id = ?", p.door.ArticleID, p.door.Door, p.door.DraftID, "").
			Set(assign{"job_id": r.JobID, "data_id": r.DataID}.columns()).Update(ctx)
		if err != nil {
			return fmt.Errorf("newsroom: note late receipt: %w", err)
		}
		return nil
	})
	return errors.Join(err, late)
}

// look finds out what became of a submission that was not answered. It never
// hands in again.
func (s *Service) look(ctx context.Context, p *pass) error {
	if p.door.JobID != "" { // the receipt came after all
		return s.end(ctx, p, model.DeedHandIn, assign{"step": model.StepAwait, "problem": ""})
	}
	found, err := s.find(ctx, p)
	if err != nil {
		return s.wait(ctx, p, err)
	}
	if found != nil {
		return s.opened(ctx, p, found.RemoteID, found.Address)
	}
	if s.since(p.door.AskedAt) < certainAfter {
		return s.wait(ctx, p, errAwaited)
	}
	there, err := s.official.HasDraft(ctx, p.door.DraftID)
	if err != nil {
		return s.wait(ctx, p, err)
	}
	if !there {
		return s.giveUp(ctx, p, "提交发布时没有收到微信的答复。草稿已不在草稿箱里，“发表记录”中也没有找到这篇文章。请登录公众平台查看：已发布则不必再发；没有发布再点“重试”。")
	}
	return s.giveUp(ctx, p, "提交发布时没有收到微信的答复，10 分钟内也没有发布出来，草稿仍在草稿箱里。系统没有重复提交。请登录公众平台确认“发表记录”中没有这篇文章，再点“重试”。")
}

// wait comes back later, less often the longer it takes; the editor reads that.
func (s *Service) wait(ctx context.Context, p *pass, why error) error {
	if s.since(p.door.AskedAt) > resultAfter {
		return s.giveUp(ctx, p, "微信超过 48 小时没有给出结果。请登录公众平台查看“发表记录”；没有发布再点“重试”。")
	}
	const words = "没有收到微信的答复，正在查找这篇文章是否已经发布。"
	if p.door.Step == model.StepAsking && p.door.Problem != words {
		if err := s.set(ctx, p, assign{"problem": words}); err != nil {
			return err
		}
	}
	return outbox.Later(s.pause(p.door.AskedAt), why)
}

// pause says when to ask again for what takes a while.
func (s *Service) pause(began *time.Time) time.Duration {
	switch waited := s.since(began); {
	case waited < 2*time.Minute:
		return 10 * time.Second
	case waited < time.Hour:
		return time.Minute
	}
	return 10 * time.Minute
}

// poll asks how something that was handed in stands.
func (s *Service) poll(ctx context.Context, p *pass) error {
	if p.door.Door == model.DoorMassSend {
		return s.pollMassSend(ctx, p)
	}
	got, err := s.official.Publication(ctx, p.door.JobID)
	if err != nil {
		return s.wait(ctx, p, err)
	}
	switch got.Outcome {
	case OutcomeDone:
		return s.opened(ctx, p, got.RemoteID, got.Address)
	case OutcomeRefused, OutcomeRemoved:
		return s.end(ctx, p, model.DeedGiveUp, assign{"step": model.StepDone, "problem": clip(got.Why, problemMax)})
	case OutcomeRunning:
	}
	return s.wait(ctx, p, errAwaited)
}
