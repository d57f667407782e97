package sample

import (
	"context"
	"fmt"

	"lianxin/model"
	"lianxin/service/conversation"
	"lianxin/service/message"
)

// keepDesks leaves on the desks what people keep there: a filter of the liaison
// office that takes several states, and an answer of the official account.
func (t *town) keepDesks(ctx context.Context) error {
	underWay := message.Wanted{States: []model.MessageState{
		model.MessageDelivered, model.MessageAcknowledged, model.MessageHandedOver, model.MessageAccepted, model.MessageHandling,
	}}
	if _, err := t.messages.SaveFilter(ctx, t.people["孟祥宁"], message.Filter{Name: "正在办的", Wanted: underWay}); err != nil {
		return fmt.Errorf("sample: save filter: %w", err)
	}
	t.waitForStaff(ctx)
	for _, o := range officers() {
		if o.Role != model.RolePublicityOfficer {
			continue
		}
		by, err := t.atDesk(ctx, o)
		if err != nil {
			return err
		}
		// An answer keeps its marks, not what they lead to: any address will do.
		talk := conversation.New(conversation.Options{DB: t.DB, Now: t.clock.now, Log: t.Log, Link: func(page string) string { return page }})
		_, err = talk.SaveReply(ctx, by, model.OfficialReply{
			Kind: model.ReplyKeyword, Name: "联系方式", Matching: model.MatchContains, Words: "联系方式\n联系电话", Form: model.FormText, Enabled: true,
			Body: "区党代表联络办：工作日 9:00 至 17:00，010-60001234。想写信给代表，请点菜单里的“找代表”。",
		})
		if err != nil {
			return fmt.Errorf("sample: write keyword answer: %w", err)
		}
		return nil
	}
	return nil
}
