package model

import "lianxin/model/flow"

// MessageState is where a message stands.
type MessageState string

// The states of product.md 4.2; a draft lives on the phone and never comes here.
const (
	MessageSubmitted    MessageState = "submitted"
	MessageHeld         MessageState = "held"
	MessageScreened     MessageState = "screened"
	MessageRefused      MessageState = "refused"
	MessageDelivered    MessageState = "delivered"
	MessageAcknowledged MessageState = "acknowledged"
	MessageAnswered     MessageState = "answered"
	MessageHandedOver   MessageState = "handed_over"
	MessageAccepted     MessageState = "accepted"
	MessageHandling     MessageState = "handling"
	MessageUnitAnswered MessageState = "unit_answered"
	MessageConfirmed    MessageState = "confirmed"
	MessageClosed       MessageState = "closed"
	MessageOutOfScope   MessageState = "out_of_scope"
	MessageWithdrawn    MessageState = "withdrawn"
)

// MessageDeed moves a message.
type MessageDeed string

// The deeds. Those below the blank line happen beside the state: they are
// written down as facts and move nothing.
const (
	DeedSubmit      MessageDeed = "submit"
	DeedPass        MessageDeed = "pass"
	DeedHold        MessageDeed = "hold"
	DeedRefuse      MessageDeed = "refuse"
	DeedAppeal      MessageDeed = "appeal"
	DeedDeliver     MessageDeed = "deliver"
	DeedAcknowledge MessageDeed = "acknowledge"
	DeedAnswer      MessageDeed = "answer"
	DeedHandOver    MessageDeed = "hand_over"
	DeedAccept      MessageDeed = "accept"
	DeedUnitRefuse  MessageDeed = "unit_refuse"
	DeedHandle      MessageDeed = "handle"
	DeedUnitAnswer  MessageDeed = "unit_answer"
	DeedConfirm     MessageDeed = "confirm"
	DeedReopen      MessageDeed = "reopen"
	DeedOutOfScope  MessageDeed = "out_of_scope"
	DeedObject      MessageDeed = "object"
	DeedWithdraw    MessageDeed = "withdraw"
	DeedTimeOut     MessageDeed = "time_out"

	DeedReassign    MessageDeed = "reassign"
	DeedExtend      MessageDeed = "extend"
	DeedPause       MessageDeed = "pause"
	DeedResume      MessageDeed = "resume"
	DeedAskConsent  MessageDeed = "ask_consent"
	DeedGiveConsent MessageDeed = "give_consent"
	DeedTakeConsent MessageDeed = "withdraw_consent"
	DeedRemind      MessageDeed = "remind"
	DeedEscalate    MessageDeed = "escalate"
	DeedAskSolved   MessageDeed = "ask_solved"
	DeedRate        MessageDeed = "rate"
	DeedPublish     MessageDeed = "publish"
	DeedUnpublish   MessageDeed = "unpublish"
	DeedSupplement  MessageDeed = "supplement"
	DeedRefuseTurn  MessageDeed = "refuse_turn"
	DeedReleaseTurn MessageDeed = "release_turn"
	DeedAppealTurn  MessageDeed = "appeal_turn"
	DeedResult      MessageDeed = "result_delivered"
	DeedGather      MessageDeed = "gather"
	DeedUngather    MessageDeed = "ungather"
)

// MessageFlow is the life of a message. Every state has a way out: where nobody
// acts, reminders rise (service/deadline) and, where it is the resident's turn,
// time runs out into closed.
func MessageFlow() flow.Table[MessageState, MessageDeed] {
	step := flow.Line[MessageState, MessageDeed]
	return flow.Table[MessageState, MessageDeed]{
		Name:  "message",
		Start: MessageSubmitted,
		Final: []MessageState{MessageConfirmed, MessageClosed, MessageWithdrawn},
		Steps: []flow.Step[MessageState, MessageDeed]{
			step(MessageSubmitted, DeedPass, MessageScreened),
			step(MessageSubmitted, DeedHold, MessageHeld),
			step(MessageSubmitted, DeedRefuse, MessageRefused),
			step(MessageSubmitted, DeedWithdraw, MessageWithdrawn),
			step(MessageHeld, DeedPass, MessageScreened),
			step(MessageHeld, DeedRefuse, MessageRefused),
			step(MessageHeld, DeedWithdraw, MessageWithdrawn),
			step(MessageRefused, DeedAppeal, MessageHeld),
			step(MessageRefused, DeedWithdraw, MessageWithdrawn),
			step(MessageRefused, DeedTimeOut, MessageClosed),
			step(MessageScreened, DeedDeliver, MessageDelivered),
			step(MessageDelivered, DeedAcknowledge, MessageAcknowledged),
			step(MessageDelivered, DeedAnswer, MessageAnswered),
			step(MessageDelivered, DeedHandOver, MessageHandedOver),
			step(MessageDelivered, DeedOutOfScope, MessageOutOfScope),
			step(MessageDelivered, DeedWithdraw, MessageWithdrawn),
			step(MessageAcknowledged, DeedAnswer, MessageAnswered),
			step(MessageAcknowledged, DeedHandOver, MessageHandedOver),
			step(MessageAcknowledged, DeedOutOfScope, MessageOutOfScope),
			step(MessageAcknowledged, DeedWithdraw, MessageWithdrawn),
			step(MessageHandedOver, DeedAccept, MessageAccepted),
			step(MessageHandedOver, DeedUnitRefuse, MessageAcknowledged),
			step(MessageHandedOver, DeedWithdraw, MessageWithdrawn),
			step(MessageAccepted, DeedHandle, MessageHandling),
			step(MessageAccepted, DeedUnitAnswer, MessageUnitAnswered),
			step(MessageAccepted, DeedWithdraw, MessageWithdrawn),
			step(MessageHandling, DeedUnitAnswer, MessageUnitAnswered),
			step(MessageHandling, DeedWithdraw, MessageWithdrawn),
			step(MessageAnswered, DeedConfirm, MessageConfirmed),
			step(MessageAnswered, DeedReopen, MessageDelivered),
			step(MessageAnswered, DeedTimeOut, MessageClosed),
			step(MessageUnitAnswered, DeedConfirm, MessageConfirmed),
			step(MessageUnitAnswered, DeedReopen, MessageDelivered),
			step(MessageUnitAnswered, DeedTimeOut, MessageClosed),
			step(MessageConfirmed, DeedReopen, MessageDelivered),
			step(MessageClosed, DeedConfirm, MessageConfirmed),
			step(MessageClosed, DeedReopen, MessageDelivered),
			step(MessageOutOfScope, DeedObject, MessageDelivered),
			step(MessageOutOfScope, DeedWithdraw, MessageWithdrawn),
			step(MessageOutOfScope, DeedTimeOut, MessageClosed),
		},
	}
}

// MessageStateWords names a state for the screen.
func MessageStateWords(s MessageState) string { return messageStateWords[s] }

var messageStateWords = map[MessageState]string{
	MessageSubmitted:    "已提交，内容检查中",
	MessageHeld:         "人工审核中",
	MessageScreened:     "审核通过",
	MessageRefused:      "未通过审核",
	MessageDelivered:    "已送达代表",
	MessageAcknowledged: "代表已收到",
	MessageAnswered:     "代表已答复",
	MessageHandedOver:   "已转交承办单位",
	MessageAccepted:     "承办单位已接收",
	MessageHandling:     "承办单位办理中",
	MessageUnitAnswered: "承办单位已答复",
	MessageConfirmed:    "居民已确认结果",
	MessageClosed:       "已到期办结",
	MessageOutOfScope:   "不属于代表职责范围",
	MessageWithdrawn:    "已撤回",
}

// MessageStatePhrase names a state in at most five characters, as a "phrase"
// value of a WeChat notice template must be.
func MessageStatePhrase(s MessageState) string { return messageStatePhrases[s] }

var messageStatePhrases = map[MessageState]string{
	MessageSubmitted:    "检查中",
	MessageHeld:         "人工审核",
	MessageScreened:     "审核通过",
	MessageRefused:      "未通过",
	MessageDelivered:    "已送达",
	MessageAcknowledged: "已收到",
	MessageAnswered:     "已答复",
	MessageHandedOver:   "已转交",
	MessageAccepted:     "已接收",
	MessageHandling:     "办理中",
	MessageUnitAnswered: "已答复",
	MessageConfirmed:    "已确认",
	MessageClosed:       "已办结",
	MessageOutOfScope:   "另有去处",
	MessageWithdrawn:    "已撤回",
}
