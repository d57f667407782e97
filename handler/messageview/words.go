package messageview

import "lianxin/model"

// dueWords says what is due when, as one reads it: "3月12日前答复".
func dueWords(m model.Message) string {
	if m.DueAt == nil {
		return ""
	}
	words := dueOn(m.State, model.DayWords(*m.DueAt))
	if m.Paused && words != "" {
		return "期限暂停计算"
	}
	return words
}

func dueOn(state model.MessageState, day string) string {
	switch state {
	case model.MessageHeld:
		return day + "前完成审核"
	case model.MessageRefused:
		return day + "前可申请复核"
	case model.MessageDelivered:
		return day + "前回应"
	case model.MessageAcknowledged:
		return day + "前答复或转交"
	case model.MessageHandedOver:
		return day + "前决定是否接收"
	case model.MessageAccepted, model.MessageHandling:
		return day + "前答复"
	case model.MessageOutOfScope:
		return day + "前可提出异议"
	case model.MessageAnswered, model.MessageUnitAnswered:
		return day + "回访"
	case model.MessageSubmitted, model.MessageScreened, model.MessageConfirmed, model.MessageClosed, model.MessageWithdrawn:
		return ""
	}
	return ""
}

// deedWords names what happened for the time line.
var deedWords = map[model.MessageDeed]string{
	model.DeedGather:      "与同一件事一并答复",
	model.DeedUngather:    "改为单独答复",
	model.DeedSubmit:      "提交来信",
	model.DeedPass:        "通过内容检查",
	model.DeedHold:        "转人工审核",
	model.DeedRefuse:      "未通过审核",
	model.DeedAppeal:      "申请人工复核",
	model.DeedDeliver:     "送达",
	model.DeedAcknowledge: "确认收到",
	model.DeedAnswer:      "答复",
	model.DeedHandOver:    "转交承办单位",
	model.DeedAccept:      "承办单位接收",
	model.DeedUnitRefuse:  "承办单位退回",
	model.DeedHandle:      "开始办理",
	model.DeedUnitAnswer:  "承办单位答复",
	model.DeedConfirm:     "居民确认结果",
	model.DeedReopen:      "居民表示没有解决",
	model.DeedOutOfScope:  "告知另有去处",
	model.DeedObject:      "居民提出异议",
	model.DeedWithdraw:    "撤回",
	model.DeedTimeOut:     "到期办结",
	model.DeedReassign:    "改派",
	model.DeedExtend:      "延长期限",
	model.DeedPause:       "暂停期限",
	model.DeedResume:      "恢复期限",
	model.DeedAskConsent:  "征求转交意见",
	model.DeedGiveConsent: "居民同意授权",
	model.DeedTakeConsent: "居民撤回授权",
	model.DeedRemind:      "提醒",
	model.DeedEscalate:    "超期提级",
	model.DeedAskSolved:   "回访居民",
	model.DeedRate:        "居民更改评价",
	model.DeedPublish:     "公开答复",
	model.DeedUnpublish:   "撤下公开答复",
	model.DeedSupplement:  "补充内容",
	model.DeedRefuseTurn:  "补充内容未通过审核",
	model.DeedReleaseTurn: "补充内容人工放行",
	model.DeedAppealTurn:  "补充内容申请复核",
	model.DeedResult:      "答复送达居民",
}
