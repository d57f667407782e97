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
)

// MessageFlow is the life of a message. Every state has a way out: where nobody
// acts, reminders rise (service/deadline) and, where it is the resident's turn,
// time runs out into closed.
func MessageFlow() flow.Table[MessageState, MessageDeed] {
	type step = flow.Step[MessageState, MessageDeed]
	return flow.Table[MessageState, MessageDeed]{
		Name:  "message",
		Start: MessageSubmitted,
		Final: []MessageState{MessageConfirmed, MessageClosed, MessageWithdrawn},
		Steps: []step{
			{MessageSubmitted, DeedPass, MessageScreened},
			{MessageSubmitted, DeedHold, MessageHeld},
			{MessageSubmitted, DeedRefuse, MessageRefused},
			{MessageSubmitted, DeedWithdraw, MessageWithdrawn},
			{MessageHeld, DeedPass, MessageScreened},
			{MessageHeld, DeedRefuse, MessageRefused},
			{MessageHeld, DeedWithdraw, MessageWithdrawn},
			{MessageRefused, DeedAppeal, MessageHeld},
			{MessageRefused, DeedWithdraw, MessageWithdrawn},
			{MessageRefused, DeedTimeOut, MessageClosed},
			{MessageScreened, DeedDeliver, MessageDelivered},
			{MessageDelivered, DeedAcknowledge, MessageAcknowledged},
			{MessageDelivered, DeedAnswer, MessageAnswered},
			{MessageDelivered, DeedHandOver, MessageHandedOver},
			{MessageDelivered, DeedOutOfScope, MessageOutOfScope},
			{MessageDelivered, DeedWithdraw, MessageWithdrawn},
			{MessageAcknowledged, DeedAnswer, MessageAnswered},
			{MessageAcknowledged, DeedHandOver, MessageHandedOver},
			{MessageAcknowledged, DeedOutOfScope, MessageOutOfScope},
			{MessageAcknowledged, DeedWithdraw, MessageWithdrawn},
			{MessageHandedOver, DeedAccept, MessageAccepted},
			{MessageHandedOver, DeedUnitRefuse, MessageAcknowledged},
			{MessageHandedOver, DeedWithdraw, MessageWithdrawn},
			{MessageAccepted, DeedHandle, MessageHandling},
			{MessageAccepted, DeedUnitAnswer, MessageUnitAnswered},
			{MessageAccepted, DeedWithdraw, MessageWithdrawn},
			{MessageHandling, DeedUnitAnswer, MessageUnitAnswered},
			{MessageHandling, DeedWithdraw, MessageWithdrawn},
			{MessageAnswered, DeedConfirm, MessageConfirmed},
			{MessageAnswered, DeedReopen, MessageDelivered},
			{MessageAnswered, DeedTimeOut, MessageClosed},
			{MessageUnitAnswered, DeedConfirm, MessageConfirmed},
			{MessageUnitAnswered, DeedReopen, MessageDelivered},
			{MessageUnitAnswered, DeedTimeOut, MessageClosed},
			{MessageConfirmed, DeedReopen, MessageDelivered},
			{MessageClosed, DeedConfirm, MessageConfirmed},
			{MessageClosed, DeedReopen, MessageDelivered},
			{MessageOutOfScope, DeedObject, MessageDelivered},
			{MessageOutOfScope, DeedWithdraw, MessageWithdrawn},
			{MessageOutOfScope, DeedTimeOut, MessageClosed},
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
	MessageConfirmed:    "您已确认结果",
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
