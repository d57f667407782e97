package message

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"lianxin/model"
)

// A walk is one condition under which the messages of a list stand together in
// an index, newest first. A list is the newest of its walks: each stops when a
// page is full, so that a list costs the same however many messages there are.
// On is what the index leads with; also is what is passed over on the way.
type walk struct {
	on   string
	args []any
	also []condition
}

type condition struct {
	sql  string
	args []any
}

func equal(column string, value any) walk { return walk{on: column + " = ?", args: []any{value}} }

func (w walk) and(column string, value any) walk {
	next := equal(column, value)
	if w.on != "" {
		next.on = w.on + " AND " + next.on
	}
	next.args, next.also = append(append([]any{}, w.args...), value), w.also
	return next
}

func (w walk) passing(c ...condition) walk {
	w.also = append(append([]condition{}, w.also...), c...)
	return w
}

// eachOf makes of every walk one for each value of a column.
func eachOf[T any](walks []walk, column string, values []T) []walk {
	var all []walk
	for _, w := range walks {
		for _, v := range values {
			all = append(all, w.and(column, v))
		}
	}
	return all
}

// within keeps what lies in an area. The test is one that no engine takes for a
// reason to read the area's own index instead and to sort what it finds there.
func within(areaPaths []string) condition {
	var ranges []string
	var c condition
	for _, path := range areaPaths {
		ranges = append(ranges, "area_path >= ? AND area_path < ?")
		c.args = append(c.args, path, strings.TrimSuffix(path, "/")+"0")
	}
	c.sql = "CASE WHEN " + strings.Join(ranges, " OR ") + " THEN 1 ELSE 0 END = 1"
	return c
}

// statement asks for the ids on a walk, after the cursor.
func (w walk) statement(after cursor, rows int) (string, []any) {
	conditions, args := []string{}, append([]any{}, w.args...)
	if w.on != "" {
		conditions = append(conditions, w.on)
	}
	for _, c := range w.also {
		conditions, args = append(conditions, c.sql), append(args, c.args...)
	}
	if !after.none {
		// The first half bounds the walk in the index, the second parts equals.
		conditions, args = append(conditions, "submitted_at <= ? AND (submitted_at < ? OR id < ?)"), append(args, after.at, after.at, after.id)
	}
	where := ""
	if len(conditions) > 0 {
		where = " WHERE " + strings.Join(conditions, " AND ")
	}
	return fmt.Sprintf("SELECT id, submitted_at FROM messages%s ORDER BY submitted_at DESC, id DESC LIMIT %d", where, rows), args
}

// columns are what a row of a list shows, in the order in which scan reads them.
const columns = `m.id, m.number, m.holder_id, m.resident_name, m.hide_name, m.hand_over_consented, m.state, m.round, m.submitted_at, m.due_at, m.paused, m.overdue, m.escalated, m.word,
	COALESCE(o.body, ''), COALESCE(t.name, ''), COALESCE(r.name, ''), COALESCE(h.name, ''), COALESCE(u.name, ''), COALESCE(s.name, '')`

// scanned is a row of the database that is read.
type scanned interface{ Scan(into ...any) error }

func scan(row scanned) (r Row, err error) {
	var body string
	m := &r.Message
	err = row.Scan(&m.ID, &m.Number, &m.HolderID, &m.ResidentName, &m.HideName, &m.HandOverConsented, &m.State, &m.Round, &m.SubmittedAt, &m.DueAt, &m.Paused, &m.Overdue, &m.Escalated, &m.Word,
		&body, &r.Topic, &r.Representative, &r.Holder, &r.Unit, &r.Studio)
	r.Excerpt = beginning(body)
	return r, err
}

// read gives the newest rows of the walks with everything they show, in one
// question.
func (s *Service) read(ctx context.Context, walks []walk, after cursor, limit int) (found []Row, err error) {
	var ids strings.Builder
	var args []any
	for i, w := range walks {
		statement, its := w.statement(after, limit)
		if i > 0 {
			ids.WriteString(" UNION ")
		}
		if len(walks) > 1 {
			statement = fmt.Sprintf("SELECT id, submitted_at FROM (%s) b%d", statement, i)
		}
		ids.WriteString(statement)
		args = append(args, its...)
	}
	if len(walks) > 1 {
		fmt.Fprintf(&ids, " ORDER BY submitted_at DESC, id DESC LIMIT %d", limit)
	}
	rows, err := gorm.G[model.Message](s.db.Read()).Raw(`SELECT `+columns+` FROM (`+ids.String()+`) w JOIN messages m ON m.id = w.id
		LEFT JOIN turns o ON o.message_id = m.id AND o.effect = 'open' LEFT JOIN topics t ON t.id = m.topic_id
		LEFT JOIN representatives r ON r.id = m.representative_id LEFT JOIN representatives h ON h.id = m.holder_id
		LEFT JOIN units u ON u.id = m.unit_id LEFT JOIN studios s ON s.id = m.studio_id
		ORDER BY m.submitted_at DESC, m.id DESC`, args...).Rows(ctx)
	if err != nil {
		return nil, fmt.Errorf("message: list: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		row, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("message: read row: %w", err)
		}
		found = append(found, row)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("message: list: %w", err)
	}
	return found, nil
}

// areasMax is up to how many areas a list walks one by one; who oversees more
// walks over everything and passes over what lies elsewhere, which is little.
const areasMax = 24

// everywhere gives the walks over all messages in areas: by each area's own
// index while there are few with messages.
func (s *Service) everywhere(ctx context.Context, areaPaths []string) ([]walk, error) {
	var walks []walk
	for _, path := range areaPaths {
		if strings.Count(path, "/") == 1 {
			return []walk{walk{}.passing(within(areaPaths))}, nil // a topmost area has many below it
		}
		inside, err := s.areasWithMessages(ctx, path)
		if err != nil {
			return nil, err
		}
		if walks = append(walks, inside...); len(walks) > areasMax {
			return []walk{walk{}.passing(within(areaPaths))}, nil
		}
	}
	if len(walks) == 0 {
		return []walk{equal("area_path", areaPaths[0])}, nil
	}
	return walks, nil
}

// areasWithMessages finds the areas within one that messages lie in, by leaping
// through their index from one to the next.
func (s *Service) areasWithMessages(ctx context.Context, path string) ([]walk, error) {
	end := strings.TrimSuffix(path, "/") + "0"
	found, err := gorm.G[struct{ Path string }](s.db.Read()).Raw(`WITH RECURSIVE leap (path, n) AS (
			SELECT MIN(area_path), 1 FROM messages WHERE area_path >= ? AND area_path < ?
			UNION ALL SELECT (SELECT MIN(m.area_path) FROM messages m WHERE m.area_path > leap.path AND m.area_path < ?), leap.n + 1
			FROM leap WHERE leap.path IS NOT NULL AND leap.n <= ?)
		SELECT path FROM leap WHERE path IS NOT NULL`, path, end, end, areasMax).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("message: find areas with messages: %w", err)
	}
	walks := make([]walk, len(found))
	for i, f := range found {
		walks[i] = equal("area_path", f.Path)
	}
	return walks, nil
}
