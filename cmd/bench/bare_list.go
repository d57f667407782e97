package main

import (
	"database/sql"
	"errors"
	"strings"

	"github.com/gin-gonic/gin"

	"lianxin/handler/messageview"
	"lianxin/service/message"
	"lianxin/service/store"
)

// listOf is one question for a page of messages with everything the page shows.
func listOf(where string) string {
	return `SELECT m.id, m.number, m.state, COALESCE(o.body, ''), COALESCE(t.name, ''), m.resident_name, m.hide_name, COALESCE(r.name, ''), COALESCE(h.name, ''),
		COALESCE(u.name, ''), COALESCE(s.name, ''), m.round, m.submitted_at, m.due_at, m.overdue, m.paused, m.word
		FROM (SELECT * FROM messages WHERE ` + where + ` ORDER BY submitted_at DESC, id DESC LIMIT 21) m
		LEFT JOIN turns o ON o.message_id = m.id AND o.effect = 'open' LEFT JOIN topics t ON t.id = m.topic_id
		LEFT JOIN representatives r ON r.id = m.representative_id LEFT JOIN representatives h ON h.id = m.holder_id
		LEFT JOIN units u ON u.id = m.unit_id LEFT JOIN studios s ON s.id = m.studio_id
		ORDER BY m.submitted_at DESC, m.id DESC`
}

// narrowings are the conditions of the liaison queue, as the program has them.
var narrowings = map[message.Which]string{
	message.WhichAll:         "",
	message.WhichWaiting:     " AND state IN ('delivered', 'acknowledged')",
	message.WhichOverdue:     " AND overdue = 1",
	message.WhichEscalated:   " AND escalated > 0",
	message.WhichHeld:        " AND id IN (SELECT message_id FROM turns WHERE screening = 'held')",
	message.WhichAnswered:    " AND state IN ('answered', 'unit_answered')",
	message.WhichUnassigned:  " AND holder_id = '' AND state IN ('delivered', 'acknowledged')",
	message.WhichUnreachable: " AND resident_id IN (SELECT id FROM people WHERE unreachable_since IS NOT NULL)",
}

func (b *bare) mine(c *gin.Context) (any, error) {
	who, err := b.who(c, "session")
	if err != nil {
		return nil, err
	}
	return b.list(c, "mine", showResident, who.personID, who.personID)
}

func (b *bare) inbox(c *gin.Context) (any, error) {
	who, err := b.who(c, "seat")
	if err != nil {
		return nil, err
	}
	return b.list(c, "inbox", hideResident, who.seat)
}

func (b *bare) queue(c *gin.Context) (any, error) {
	who, err := b.who(c, "seat")
	if err != nil {
		return nil, err
	}
	return b.list(c, "queue "+c.Query("which"), showResident, who.areaPath, strings.TrimSuffix(who.areaPath, "/")+"0")
}

// showing says whether a list names residents who hide their name.
type showing int

const (
	showResident showing = iota
	hideResident
)

func (b *bare) list(c *gin.Context, statement string, show showing, args ...any) (any, error) {
	rows, err := b.query(c.Request.Context(), statement, args...)
	if err != nil {
		return nil, err
	}
	found, err := scanRows(rows, show)
	if err != nil {
		return nil, err
	}
	found, next := store.Cut(found, store.Page{}, func(r message.Row) string { return store.TimeCursor(r.Message.SubmittedAt, r.Message.ID) })
	return messageview.OfRows(found, next), nil
}

func scanRows(rows *sql.Rows, show showing) (_ []message.Row, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	var found []message.Row
	for rows.Next() {
		var r message.Row
		var body string
		m := &r.Message
		if err := rows.Scan(&m.ID, &m.Number, &m.State, &body, &r.Topic, &m.ResidentName, &m.HideName, &r.Representative, &r.Holder, &r.Unit, &r.Studio,
			&m.Round, &m.SubmittedAt, &m.DueAt, &m.Overdue, &m.Paused, &m.Word); err != nil {
			return nil, err
		}
		runes := []rune(body)
		r.Excerpt = string(runes[:min(len(runes), 60)])
		if show == hideResident && m.HideName {
			m.ResidentName = "一位居民"
		}
		found = append(found, r)
	}
	return found, rows.Err()
}
