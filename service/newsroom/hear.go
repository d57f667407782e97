package newsroom

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

// PublicationEnded hears that WeChat is done with a publication. It only has the
// door looked at now instead of later: what became of it is asked for, because an
// event may come twice, too early, or never. A publication whose submission was
// not answered is not known by its number: those are looked at too.
func (s *Service) PublicationEnded(ctx context.Context, jobID string) error {
	return s.heard(ctx, model.DoorPublication, jobID, func(context.Context, *gorm.DB, model.ArticleDoor) error { return nil })
}

// MassSendEnded hears that WeChat is done with a mass send: how it ended in its
// own words, and how many got it.
func (s *Service) MassSendEnded(ctx context.Context, jobID, status string, sent int) error {
	return s.heard(ctx, model.DoorMassSend, jobID, func(ctx context.Context, tx *gorm.DB, d model.ArticleDoor) error {
		if d.JobID != jobID {
			return nil
		}
		last, err := lastMassSend(ctx, tx, d.ArticleID)
		if err != nil || last == nil {
			return err
		}
		if _, err := store.From[model.MassSend](tx).Where("id = ?", last.ID).Update(ctx, "sent", sent); err != nil {
			return fmt.Errorf("newsroom: note reach of mass send: %w", err)
		}
		if words := massWords(status); words != "" && d.State == model.DoorSubmitted {
			return s.setDoor(ctx, tx, &d, assign{"problem": words})
		}
		return nil
	})
}

// heard finds the doors that an event may be about and has them looked at.
func (s *Service) heard(ctx context.Context, name model.Door, jobID string, note func(ctx context.Context, tx *gorm.DB, d model.ArticleDoor) error) error {
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		unsure := []model.DoorState{model.DoorWorking, model.DoorFailed, model.DoorClosing}
		doors, err := store.From[model.ArticleDoor](tx).Where("door = ?", name).
			Where("job_id = ? OR (job_id = '' AND step = ? AND state IN ? AND asked_at > ?)", jobID, model.StepAsking, unsure, s.now().Add(-resultAfter)).Find(ctx)
		if err != nil {
			return fmt.Errorf("newsroom: find the door of an event: %w", err)
		}
		for _, d := range doors {
			if err := note(ctx, tx, d); err != nil {
				return err
			}
			if err := outbox.Enqueue(ctx, tx, outbox.Task{
				Kind: DoorTask, DedupeKey: d.ArticleID + " " + string(d.Door) + " " + jobID, Payload: doorTask{ArticleID: d.ArticleID, Door: d.Door, Round: d.Round, Heard: true}, RunAt: s.now(),
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

// massWords says why a mass send failed; "" when it did not.
func massWords(status string) string {
	status = strings.TrimSpace(status)
	if status == "send success" || status == "sendsuccess" {
		return ""
	}
	if words, known := massFailures[status]; known {
		return "微信没有发出这次群发：" + words
	}
	return "微信没有发出这次群发（" + clip(status, 40) + "）。请登录公众平台查看原因，修改后重新申请。"
}

// massFailures are the reasons that WeChat gives (wechat.md, 3.5).
var massFailures = map[string]string{
	"send fail":  "发送失败，请到公众平台查看原因后重新申请。",
	"err(10001)": "涉嫌广告，请修改内容后重新申请。",
	"err(20001)": "涉嫌政治内容，请修改后重新申请。",
	"err(20002)": "涉嫌色情，请修改后重新申请。",
	"err(20004)": "涉嫌社会敏感内容，请修改后重新申请。",
	"err(20006)": "涉嫌违法犯罪，请修改后重新申请。",
	"err(20008)": "涉嫌欺诈，请修改后重新申请。",
	"err(20013)": "涉嫌侵犯版权，请确认有权使用后重新申请。",
	"err(21000)": "涉嫌其他违规，请到公众平台查看通知。",
	"err(22000)": "涉嫌互推，请修改后重新申请。",
	"err(30001)": "原创校验出错，请稍后重新申请。",
	"err(30002)": "原创校验判定为转载，不允许群发，请到公众平台查看。",
	"err(30003)": "与已有原创文章重复，微信没有群发。请到公众平台查看原创校验结果。",
	"err(40001)": "公众号管理员拒绝了这次群发。",
	"err(40002)": "公众号管理员没有在 30 分钟内确认，请重新申请并及时确认。",
}
