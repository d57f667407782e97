package privacy

import (
	"context"
	"fmt"
	"strings"
	"time"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
)

// Look is who saw one of a person's messages, and how much of it.
type Look struct {
	MessageID string
	Number    string
	Reader    string
	Side      model.Side
	Depth     model.ReadingDepth
	At        time.Time
}

// Looks lists who was shown the actor's messages, the newest first: of one
// reader, day and depth the first look. One's own looks, and those of whoever
// wrote for one, are not among them (PIPL articles 44 and 45). Fault:
// unauthenticated.
func (s *Service) Looks(ctx context.Context, by model.Actor, page store.Page) ([]Look, string, error) {
	if err := signedIn(by); err != nil {
		return nil, "", err
	}
	q := store.From[model.Reading](s.db.Read()).Where("reader_id <> ? AND message_id IN (SELECT id FROM messages WHERE resident_id = ? OR writer_id = ?)", by.PersonID, by.PersonID, by.PersonID)
	if page.After != "" {
		at, row, err := page.SplitTime()
		if err != nil {
			return nil, "", err
		}
		place := strings.Split(row, "|")
		if len(place) != 3 {
			return nil, "", fault.InvalidField("after", "翻页位置无效，请从第一页重新开始。")
		}
		q = q.Where("(at < ? OR (at = ? AND (message_id < ? OR (message_id = ? AND (reader_id < ? OR (reader_id = ? AND depth < ?))))))",
			at, at, place[0], place[0], place[1], place[1], place[2])
	}
	rows, err := q.Order("at DESC, message_id DESC, reader_id DESC, depth DESC").Limit(page.Rows() + 1).Find(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("privacy: list readings: %w", err)
	}
	rows, next := store.Cut(rows, page, func(r model.Reading) string {
		return store.TimeCursor(r.At, r.MessageID+"|"+r.ReaderID+"|"+string(r.Depth))
	})
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.MessageID
	}
	numbers, err := s.numbers(ctx, ids)
	if err != nil {
		return nil, "", err
	}
	looks := make([]Look, len(rows))
	for i, r := range rows {
		looks[i] = Look{MessageID: r.MessageID, Number: numbers[r.MessageID], Reader: r.Reader, Side: r.Side, Depth: r.Depth, At: r.At}
	}
	return looks, next, nil
}

// numbers gives what residents call messages by.
func (s *Service) numbers(ctx context.Context, ids []string) (map[string]string, error) {
	found, err := store.From[model.Message](s.db.Read()).Select("id, number").Where("id IN ?", ids).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("privacy: read numbers: %w", err)
	}
	numbers := map[string]string{}
	for _, m := range found {
		numbers[m.ID] = m.Number
	}
	return numbers, nil
}
