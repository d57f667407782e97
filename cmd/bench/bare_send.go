package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"lianxin/handler/messageview"
	"lianxin/model"
)

// sendStatements write the rows that sending a message writes, column by column
// as the program fills them.
var sendStatements = map[string]string{
	"addressee":    "SELECT name, area_id, area_path FROM representatives WHERE id = ? AND state IN ('serving', 'suspended')",
	"topic":        "SELECT name FROM topics WHERE id = ?",
	"send key":     "INSERT INTO idempotency_keys (person_id, value, fingerprint, status, answer, created_at) VALUES (?, ?, ?, 201, ?, ?)",
	"send clock":   "INSERT INTO deadlines (id, kind, target_kind, target_id, area_path, state, started_at, due_at, next_at, step, extended, reason) VALUES (?, 'screen_stall', 'message', ?, ?, 'running', ?, ?, ?, 0, 0, '')",
	"send consent": "INSERT INTO consents (id, person_id, purpose, target_id, wording, given, at) VALUES (?, ?, 'hand_over', ?, '2026-11', 1, ?)",
	"send fact":    "INSERT INTO facts (id, message_id, round, deed, from_state, to_state, side, actor_id, actor, note, at) VALUES (?, ?, 1, 'submit', '', 'submitted', 'resident', ?, ?, '', ?)",
	"send audit":   "INSERT INTO audit_lines (id, at, actor_id, actor, action, target_kind, target_id, area_path, detail, request_id) VALUES (?, ?, ?, ?, 'message.submit', 'message', ?, ?, ' → submitted', ?)",
	"send turn":    "INSERT INTO turns (id, message_id, round, side, author_id, author, body, effect, screening, reason, appealed, created_at) VALUES (?, ?, 1, 'resident', ?, ?, ?, 'open', 'checking', '', 0, ?)",
	"send task":    "INSERT INTO tasks (id, kind, dedupe_key, payload, state, run_at, attempts, owner, last_error, created_at) VALUES (?, 'bench_send', ?, ?, 'ready', ?, 0, '', '', ?)",
	"send message": `INSERT INTO messages (id, number, resident_id, writer_id, resident_name, representative_id, holder_id, studio_id, unit_id, area_id, area_path, topic_id, place,
		hide_name, hand_over_consented, publish_consented, state, round, submitted_at, word, rating, rating_comment, due_at, paused, overdue, escalated, appealed, out_of_scope_where, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, '', '', '', ?, ?, ?, ?, 0, ?, 0, 'submitted', 1, ?, '', 0, '', ?, 0, 0, 0, 0, '', ?)`,
}

// draft is what is sent.
type draft struct {
	RepresentativeID string `json:"representative_id"`
	TopicID          string `json:"topic_id"`
	Body             string `json:"body"`
	Place            string `json:"place"`
	ConsentHandOver  bool   `json:"consent_hand_over"`
}

// send writes the same rows as the program, in one transaction, and answers
// with as much.
func (b *bare) send(c *gin.Context) {
	ctx := c.Request.Context()
	var d draft
	if err := json.NewDecoder(c.Request.Body).Decode(&d); err != nil || d.Body == "" || utf8.RuneCountInString(d.Body) > model.MessageBodyMax {
		c.Status(http.StatusUnprocessableEntity)
		return
	}
	who, err := b.who(c, "session")
	if err != nil {
		c.Status(http.StatusUnauthorized)
		return
	}
	answer, err := b.write8(ctx, who, d, c.GetHeader("Idempotency-Key"))
	if err != nil {
		c.String(http.StatusInternalServerError, err.Error())
		return
	}
	c.Data(http.StatusCreated, "application/json", answer)
}

func (b *bare) write8(ctx context.Context, who asker, d draft, key string) (_ []byte, err error) {
	tx, err := b.write.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, tx.Rollback())
		}
	}()
	var name, areaID, areaPath, topic string
	if err := errors.Join(
		b.row(ctx, tx, "addressee", d.RepresentativeID).Scan(&name, &areaID, &areaPath),
		b.row(ctx, tx, "topic", d.TopicID).Scan(&topic),
	); err != nil {
		return nil, err
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	due := now.Add(48 * time.Hour).Truncate(24 * time.Hour)
	id, turnID := model.NewID(), model.NewID()
	number := now.Format("060102-") + strings.ToUpper(id[len(id)-7:])
	sent := sentView(who, d, id, turnID, number, name, topic, now, due)
	sent.AreaID = areaID
	answer, err := json.Marshal(sent)
	if err != nil {
		return nil, err
	}
	for _, row := range []struct {
		statement string
		args      []any
	}{
		{"send key", []any{who.personID, key, hashed(d.Body), string(answer), now}},
		{"send clock", []any{model.NewID(), id, areaPath, now, due, due}},
		{"send message", []any{id, number, who.personID, who.personID, who.name, d.RepresentativeID, areaID, areaPath, d.TopicID, d.Place, d.ConsentHandOver, now, due, now}},
		{"send consent", []any{model.NewID(), who.personID, id, now}},
		{"send fact", []any{model.NewID(), id, who.personID, who.name, now}},
		{"send audit", []any{model.NewID(), now, who.personID, who.name, id, areaPath, id}},
		{"send turn", []any{turnID, id, who.personID, who.name, d.Body, now}},
		{"send task", []any{model.NewID(), turnID, `{"TurnID":"` + turnID + `"}`, now, now}},
	} {
		//nolint:sqlclosecheck // the transaction closes it
		if _, err := tx.StmtContext(ctx, b.statements[row.statement]).ExecContext(ctx, row.args...); err != nil {
			return nil, err
		}
	}
	return answer, tx.Commit()
}

func (b *bare) row(ctx context.Context, tx *sql.Tx, statement string, args ...any) *sql.Row {
	return tx.StmtContext(ctx, b.statements[statement]).QueryRowContext(ctx, args...) //nolint:sqlclosecheck // the transaction closes it
}

func sentView(who asker, d draft, id, turnID, number, name, topic string, now, due time.Time) messageview.Thread {
	at, dueAt := now.In(model.Shanghai), due.In(model.Shanghai)
	runes := []rune(d.Body)
	return messageview.Thread{
		Summary: messageview.Summary{
			ID: id, Number: number, State: model.MessageSubmitted, StateWords: model.MessageStateWords(model.MessageSubmitted), Excerpt: string(runes[:min(len(runes), 60)]), Topic: topic,
			Resident: who.name, Representative: name, Round: 1, SubmittedAt: at, DueAt: &dueAt,
		},
		Place: d.Place, Consents: messageview.Consents{HandOver: d.ConsentHandOver},
		Turns:   []messageview.Turn{{ID: turnID, Round: 1, Side: model.SideResident, Author: who.name, Body: d.Body, Kind: model.EffectOpen, State: model.ScreeningChecking, Mine: true, At: at, Pictures: []messageview.Picture{}}},
		Facts:   []messageview.Fact{{Deed: model.DeedSubmit, Words: "提交来信", Round: 1, Actor: who.name, At: at}},
		Clock:   &messageview.Clock{Kind: model.DeadlineScreenStall, DueAt: dueAt},
		Actions: []model.MessageDeed{model.DeedWithdraw},
	}
}
