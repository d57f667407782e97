package callback

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// maxPlainID is the longest MsgId that stands in a key as it is, in bytes.
const maxPlainID = 40

// DedupeKey is the same for a push and its repetition and different for
// different pushes (wechat.md, 3.7): a message by its MsgId; an event, which has
// none, by when, who, what, and what it is about. It begins with the account and
// has, beyond the AppID, at most 50 bytes of ASCII.
func (p Push) DedupeKey() string {
	if p.MsgType != typeEvent && p.MsgID != "" && len(p.MsgID) <= maxPlainID && isPlain(p.MsgID) {
		return p.Account + ":message:" + p.MsgID
	}
	parts := []string{
		strconv.FormatInt(p.CreateTime.Unix(), 10),
		p.FromUser, p.MsgType, p.Event, p.EventKey, p.MsgID, p.TraceID, p.OpenID, p.RevokeInfo,
	}
	if p.MsgType != typeEvent {
		parts = append(parts, p.Content, p.MediaID)
	}
	if p.Publish != nil {
		parts = append(parts, p.Publish.ID)
	}
	for _, item := range p.Subscriptions {
		parts = append(parts, item.TemplateID, item.Status, item.MsgID)
	}
	// No part has a NUL in it.
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return p.Account + ":event:" + hex.EncodeToString(sum[:16])
}

func isPlain(id string) bool {
	return !strings.ContainsFunc(id, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '_' && r != '-'
	})
}
