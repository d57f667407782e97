package newsroom

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

const (
	// certainAfter is how long it is watched whether a draft is published whose
	// submission was not answered. WeChat publishes within seconds as a rule.
	certainAfter = 10 * time.Minute
	// resultAfter is how long WeChat may take to publish or send what it took.
	resultAfter = 48 * time.Hour
	// patience is how long what fails for a while is tried again.
	patience = 24 * time.Hour
	// onceLife is how long WeChat knows the name of a mass send, less a margin.
	onceLife = 23 * time.Hour
	// stepsMost bounds the steps of one task: more pictures than this no article
	// has.
	stepsMost = 200
)

// errAwaited says that there is nothing to do but to wait.
var errAwaited = errors.New("newsroom: WeChat is not done yet")

// pass is a door on its way, with its article and the version that goes through.
type pass struct {
	article model.Article
	door    model.ArticleDoor
	version model.ArticleVersion
}

// HandleDoor does one task of kind DoorTask: it goes on with a door from the step
// that was written down last, step by step, and stops at one that has to wait.
// Run by two at once, or again after a crash between any two steps, it hands in
// once: before it hands in it writes down that it does, and who finds that looks
// for what became of it instead of asking again.
func (s *Service) HandleDoor(ctx context.Context, payload []byte) error {
	var task doorTask
	if err := json.Unmarshal(payload, &task); err != nil {
		return outbox.Refuse(fmt.Errorf("newsroom: read task: %w", err))
	}
	if s.official == nil {
		return outbox.Refuse(errors.New("newsroom: no official account is connected"))
	}
	for range stepsMost {
		p, found, err := s.load(ctx, task)
		if err != nil || !found {
			return err
		}
		err = s.advance(ctx, &p)
		switch {
		case errors.Is(err, errDone):
			return nil
		case err != nil && !errors.Is(err, errOvertaken):
			return err
		}
	}
	return outbox.Later(time.Minute, errors.New("newsroom: too many steps at once"))
}

// load reads what a task is about; false when there is nothing left to do.
func (s *Service) load(ctx context.Context, task doorTask) (pass, bool, error) {
	db := s.db.Read()
	var p pass
	var err error
	if p.door, err = store.From[model.ArticleDoor](db).Where("article_id = ? AND door = ?", task.ArticleID, task.Door).Take(ctx); store.IsAbsent(err) {
		return p, false, nil
	}
	if err != nil {
		return p, false, fmt.Errorf("newsroom: read door: %w", err)
	}
	if p.door.Round != task.Round {
		return p, false, nil
	}
	switch p.door.State {
	case model.DoorWorking, model.DoorSubmitted, model.DoorClosing:
	case model.DoorFailed:
		if !task.Heard || p.door.Step != model.StepAsking || p.door.Door != model.DoorPublication {
			return p, false, nil
		}
	case model.DoorIdle, model.DoorOpen, model.DoorByHand, model.DoorStuck, model.DoorClosed:
		return p, false, nil
	}
	if p.article, err = s.mine(ctx, db, model.SystemActor("newsroom"), task.ArticleID); err != nil {
		return p, false, err
	}
	if p.door.Version > 0 {
		p.version, err = version(ctx, db, task.ArticleID, p.door.Version)
	}
	return p, err == nil, err
}

// advance does the next step of a door.
func (s *Service) advance(ctx context.Context, p *pass) error {
	switch p.door.State {
	case model.DoorSubmitted:
		return s.poll(ctx, p)
	case model.DoorClosing:
		return s.takeBack(ctx, p)
	case model.DoorWorking:
		return s.work(ctx, p)
	case model.DoorFailed:
		return s.lookAfter(ctx, p)
	case model.DoorIdle, model.DoorOpen, model.DoorByHand, model.DoorStuck, model.DoorClosed:
	}
	return errDone
}

// errDone says that a door has nothing more to do.
var errDone = errors.New("newsroom: nothing is left to do")

// lookAfter looks once more, after an event, whether what was given up was
// published after all.
func (s *Service) lookAfter(ctx context.Context, p *pass) error {
	found, err := s.find(ctx, p)
	if err != nil {
		return err
	}
	if found == nil {
		return errDone
	}
	return s.opened(ctx, p, found.RemoteID, found.Address)
}

func (s *Service) work(ctx context.Context, p *pass) error {
	switch p.door.Step {
	case model.StepLook:
		return s.lookBefore(ctx, p)
	case model.StepPictures:
		return s.givePictures(ctx, p)
	case model.StepDraft:
		return s.addDraft(ctx, p)
	case model.StepUpdate:
		return s.updateDraft(ctx, p)
	case model.StepHandIn:
		return s.handIn(ctx, p)
	case model.StepAsking:
		if p.door.Door == model.DoorMassSend {
			return s.askMassSend(ctx, p)
		}
		return s.look(ctx, p)
	case model.StepAwait, model.StepDone:
	}
	return s.giveUp(ctx, p, "发布任务出现异常，请点“重试”。")
}

// set writes a step down.
func (s *Service) set(ctx context.Context, p *pass, set assign) error {
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		d := p.door
		if err := s.setDoor(ctx, tx, &d, set); err != nil {
			return err
		}
		p.door = d
		return nil
	})
}

// end takes a door to a state and settles the article.
func (s *Service) end(ctx context.Context, p *pass, deed model.DoorDeed, set assign) error {
	by := model.SystemActor("newsroom")
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		d := p.door
		if err := s.moveDoor(ctx, tx, &d, deed, set); err != nil {
			return err
		}
		if err := s.afterDoor(ctx, tx, p.article, &d); err != nil {
			return err
		}
		p.door = d
		if err := s.note(ctx, tx, by, p.article, "article.door."+string(deed), model.DoorWords(d.Door)+" "+d.Problem); err != nil {
			return err
		}
		return s.settle(ctx, tx, by, p.article.ID)
	})
}

// afterDoor does what follows from where a door has come to.
func (s *Service) afterDoor(ctx context.Context, tx *gorm.DB, a model.Article, d *model.ArticleDoor) error {
	if d.Door == model.DoorMassSend {
		return s.afterMassSend(ctx, tx, *d)
	}
	if d.State != model.DoorClosed || !d.Again || a.State == model.ArticleWithdrawn {
		return nil
	}
	return s.beginDoor(ctx, tx, a, d, model.DeedBegin, assign{})
}

// giveUp ends an attempt with words for the editor.
func (s *Service) giveUp(ctx context.Context, p *pass, words string) error {
	return s.end(ctx, p, model.DeedGiveUp, assign{"problem": clip(words, problemMax)})
}

const problemMax = 450

// refusal deals with an error that is no success of a step and may not have done
// anything: what WeChat refused ends the attempt, what may pass is tried again
// for a day. While it waits, the editor reads why.
func (s *Service) refusal(ctx context.Context, p *pass, err error) error {
	if ctx.Err() != nil {
		return err
	}
	words := "微信暂时没有响应，系统会自动重试。"
	if f := fault.Of(err); f != nil {
		words = f.Words
		if errors.Is(err, ErrByHand) { // there is no draft that could be published by hand
			words = "公众号没有上传图片或新建草稿的权限，不能自动发到公众号。请登录公众平台手动发布这篇文章，或请管理员核对公众号的类型、认证和权限。"
		}
		if !errors.Is(err, ErrBusy) && f.Kind != fault.KindUnavailable {
			return s.giveUp(ctx, p, words)
		}
	}
	if s.since(p.door.BegunAt) > patience {
		return s.giveUp(ctx, p, words+"已连续尝试 24 小时，请检查公众号设置后点“重试”。")
	}
	if p.door.Problem != words {
		if failed := s.set(ctx, p, assign{"problem": words}); failed != nil && !errors.Is(failed, errOvertaken) {
			return errors.Join(err, failed)
		}
	}
	return err
}

// lookBefore is for an attempt after another one: what that one left is found, or
// cleared away, before anything is made anew.
func (s *Service) lookBefore(ctx context.Context, p *pass) error {
	found, err := s.find(ctx, p)
	if err != nil {
		return s.refusal(ctx, p, err)
	}
	if found != nil {
		return s.opened(ctx, p, found.RemoteID, found.Address)
	}
	if p.door.DraftID != "" {
		if err := s.official.DeleteDraft(ctx, p.door.DraftID); err != nil && !errors.Is(err, ErrGone) {
			return s.refusal(ctx, p, err)
		}
	}
	return s.set(ctx, p, assign{"step": model.StepPictures, "draft_id": "", "problem": ""})
}

// find looks among the latest publications for one of this article by this door.
// An account that may not publish has none.
func (s *Service) find(ctx context.Context, p *pass) (*Published, error) {
	latest, err := s.official.Latest(ctx)
	if errors.Is(err, ErrByHand) {
		return nil, nil //nolint:nilnil // none is an answer
	}
	if err != nil {
		return nil, err
	}
	for _, one := range latest {
		for round := p.door.Round; round > 0; round-- {
			id, ending := mark(p.article, p.door, round)
			if strings.Contains(one.Source, id) && strings.HasSuffix(one.Source, ending) {
				return &one, nil
			}
		}
	}
	return nil, nil //nolint:nilnil // none is an answer
}

// givePictures uploads the next picture that WeChat has not got.
func (s *Service) givePictures(ctx context.Context, p *pass) error {
	have, err := s.supplies(ctx, s.db.Read(), p.version)
	if err != nil {
		return err
	}
	id, purpose := missing(p.version, have)
	if purpose != "" {
		if id == "" {
			return s.giveUp(ctx, p, "缺少封面图：请上传一张封面，或在正文中插入图片后再发布。")
		}
		if err := s.give(ctx, id, purpose); err != nil {
			return s.refusal(ctx, p, err)
		}
		return nil
	}
	next := model.StepDraft
	if p.door.DraftID != "" {
		next = model.StepUpdate
	}
	return s.set(ctx, p, assign{"step": next, "problem": ""})
}

// addDraft puts the article into WeChat's box. One that nobody knows of may be
// left there when the answer is lost: no reader sees it.
func (s *Service) addDraft(ctx context.Context, p *pass) error {
	have, err := s.supplies(ctx, s.db.Read(), p.version)
	if err != nil {
		return err
	}
	if have.cover == "" {
		return s.set(ctx, p, assign{"step": model.StepPictures})
	}
	draftID, err := s.official.AddDraft(ctx, paper(p.article.Kind, p.version, have, s.source(p.article, p.door)))
	if errors.Is(err, ErrGone) && p.door.AskedAt.Equal(*p.door.BegunAt) {
		// The cover was deleted at WeChat since it was given: it is given once more.
		if err := s.forgetCover(ctx, p.version); err != nil {
			return err
		}
		return s.set(ctx, p, assign{"step": model.StepPictures, "asked_at": s.now()})
	}
	if err != nil {
		return s.refusal(ctx, p, err)
	}
	drafted := assign{"draft_id": draftID, "problem": ""}
	if p.door.Door == model.DoorDraft {
		drafted["step"], drafted["opened_at"] = model.StepDone, s.now()
		err = s.end(ctx, p, model.DeedOpen, drafted)
	} else {
		drafted["step"] = model.StepHandIn
		err = s.set(ctx, p, drafted)
	}
	if errors.Is(err, errOvertaken) {
		// Somebody else was faster, or it is taken back: this one is not needed.
		return errors.Join(err, s.discard(ctx, draftID))
	}
	return err
}

func (s *Service) discard(ctx context.Context, draftID string) error {
	if err := s.official.DeleteDraft(ctx, draftID); err != nil && !errors.Is(err, ErrGone) {
		return fmt.Errorf("newsroom: delete a draft that is not needed: %w", err)
	}
	return nil
}

// updateDraft brings a draft in WeChat's box up to date.
func (s *Service) updateDraft(ctx context.Context, p *pass) error {
	have, err := s.supplies(ctx, s.db.Read(), p.version)
	if err != nil {
		return err
	}
	err = s.official.UpdateDraft(ctx, p.door.DraftID, paper(p.article.Kind, p.version, have, s.source(p.article, p.door)))
	switch {
	case errors.Is(err, ErrGone):
		return s.giveUp(ctx, p, "公众号草稿箱里已没有这份草稿，可能已被发布或删除。请到公众平台查看；需要新的草稿请点“重试”。")
	case err != nil:
		return s.refusal(ctx, p, err)
	}
	deed, set := model.DeedOpen, assign{"step": model.StepDone, "problem": "", "opened_at": s.now()}
	if p.door.Door == model.DoorPublication {
		deed, set["problem"] = model.DeedByHand, byHandWords
	}
	return s.end(ctx, p, deed, set)
}

const byHandWords = "草稿已生成，但公众号没有发布的权限。请登录公众平台 mp.weixin.qq.com，在“草稿箱”中找到这篇文章，手动点击“发布”。"

// opened ends an attempt well.
func (s *Service) opened(ctx context.Context, p *pass, remoteID, address string) error {
	return s.end(ctx, p, model.DeedOpen, assign{"step": model.StepDone, "remote_id": remoteID, "link": address, "problem": "", "opened_at": s.now()})
}
