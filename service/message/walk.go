package message

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"lianxin/model"
	"lianxin/service/store"
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

// columns are what a row of a list shows, in the order in which scan reads them.
const columns = "id, number, topic_id, representative_id, holder_id, unit_id, studio_id, resident_name, hide_name, hand_over_consented, state, round, submitted_at, due_at, paused, overdue, escalated, word"

// statement asks for the messages on a walk, after the cursor.
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
	return fmt.Sprintf("SELECT %s FROM messages%s ORDER BY submitted_at DESC, id DESC LIMIT %d", columns, where, rows), args
}

// scanned is a row of the database that is read.
type scanned interface{ Scan(into ...any) error }

func scan(row scanned) (r Row, err error) {
	m := &r.Message
	err = row.Scan(&m.ID, &m.Number, &m.TopicID, &m.RepresentativeID, &m.HolderID, &m.UnitID, &m.StudioID, &m.ResidentName, &m.HideName, &m.HandOverConsented, &m.State, &m.Round,
		&m.SubmittedAt, &m.DueAt, &m.Paused, &m.Overdue, &m.Escalated, &m.Word, &r.Excerpt)
	return r, err
}

// read gives the newest rows of the walks with everything they show, in one
// question. No message stands on two walks.
func (s *Service) read(ctx context.Context, walks []walk, after cursor, limit int) ([]Row, error) {
	statements := make([]string, len(walks))
	var args []any
	for i, w := range walks {
		statement, its := w.statement(after, limit)
		if len(walks) > 1 {
			statement = fmt.Sprintf("SELECT * FROM (%s) b%d", statement, i)
		}
		statements[i], args = statement, append(args, its...)
	}
	newest := strings.Join(statements, " UNION ALL ")
	if len(walks) > 1 {
		newest += fmt.Sprintf(" ORDER BY submitted_at DESC, id DESC LIMIT %d", limit)
	}
	found, err := s.rows(ctx, fmt.Sprintf("SELECT m.*, COALESCE(SUBSTR(o.body, 1, %d), '') FROM (%s) m LEFT JOIN turns o ON o.message_id = m.id AND o.effect = 'open'", excerptMax, newest), args)
	if err != nil {
		return nil, fmt.Errorf("message: list: %w", err)
	}
	// Joining may lose the order, and sorting here leaves the long texts out of it.
	slices.SortFunc(found, func(a, b Row) int {
		return cmp.Or(b.Message.SubmittedAt.Compare(a.Message.SubmittedAt), cmp.Compare(b.Message.ID, a.Message.ID))
	})
	return found, s.nameRows(ctx, s.db.Read(), found)
}

func (s *Service) rows(ctx context.Context, statement string, args []any) (found []Row, err error) {
	rows, err := store.From[model.Message](s.db.Read()).Raw(statement, args...).Rows(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		row, err := scan(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, row)
	}
	return found, rows.Err()
}

// areasMax is up to how many areas a list walks one by one; who oversees more
// walks over everything and passes over what lies elsewhere, which is little.
const areasMax = 24

// everywhere gives the walks over all messages in areas: by each area's own
// index while there are few with messages.
func (s *Service) everywhere(ctx context.Context, areaPaths []string) ([]walk, error) {
	var areas []string
	for _, path := range areaPaths {
		if strings.Count(path, "/") == 1 {
			return []walk{walk{}.passing(within(areaPaths))}, nil // a topmost area has many below it
		}
		inside, err := s.areasWithMessages(ctx, path)
		if err != nil {
			return nil, err
		}
		for _, area := range inside {
			if !slices.Contains(areas, area) { // an officer may be granted a street and a community of it
				areas = append(areas, area)
			}
		}
		if len(areas) > areasMax {
			return []walk{walk{}.passing(within(areaPaths))}, nil
		}
	}
	if len(areas) == 0 {
		return []walk{equal("area_path", areaPaths[0])}, nil
	}
	return eachOf([]walk{{}}, "area_path", areas), nil
}

// areasWithMessages finds the areas within one that messages lie in: as many as
// are worth walking one by one, and one more.
func (s *Service) areasWithMessages(ctx context.Context, path string) ([]string, error) {
	areas, err := store.From[model.Area](s.db.Read()).Select("path").Where("path >= ? AND path < ?", path, strings.TrimSuffix(path, "/")+"0").
		Where("EXISTS (SELECT 1 FROM messages m WHERE m.area_path = areas.path)").Limit(areasMax + 1).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("message: find areas with messages: %w", err)
	}
	paths := make([]string, len(areas))
	for i, a := range areas {
		paths[i] = a.Path
	}
	return paths, nil
}
