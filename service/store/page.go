package store

import (
	"encoding/base64"
	"iter"
	"strings"
	"time"

	"gorm.io/gorm/clause"

	"lianxin/model/fault"
)

// Page asks for a piece of a list, newest first or in the list's own order.
// After is the cursor of the last row that was seen, empty for the start. The
// cursor names a place between rows, so a page stays right while rows arrive.
type Page struct {
	After string
	Limit int
}

// DefaultLimit and MaxLimit bound the rows of a page.
const (
	DefaultLimit = 20
	MaxLimit     = 100
)

// Rows is how many rows the page holds.
func (p Page) Rows() int {
	if p.Limit <= 0 {
		return DefaultLimit
	}
	return min(p.Limit, MaxLimit)
}

// Cursor names the place after a row by its sort key and id.
func Cursor(key, id string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(key + "\n" + id))
}

// TimeCursor is Cursor for a list sorted by a time.
func TimeCursor(at time.Time, id string) string {
	return Cursor(at.UTC().Format(time.RFC3339Nano), id)
}

// Split takes a cursor apart. A cursor that was not made by Cursor is a fault.
func (p Page) Split() (key, id string, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(p.After)
	if err != nil {
		return "", "", fault.InvalidField("after", "翻页位置无效，请从第一页重新开始。")
	}
	key, id, ok := strings.Cut(string(raw), "\n")
	if !ok || id == "" {
		return "", "", fault.InvalidField("after", "翻页位置无效，请从第一页重新开始。")
	}
	return key, id, nil
}

// SplitTime is Split for a cursor made by TimeCursor.
func (p Page) SplitTime() (at time.Time, id string, err error) {
	key, id, err := p.Split()
	if err != nil {
		return time.Time{}, "", err
	}
	at, err = time.Parse(time.RFC3339Nano, key)
	if err != nil {
		return time.Time{}, "", fault.InvalidField("after", "翻页位置无效，请从第一页重新开始。")
	}
	return at, id, nil
}

// Cut drops the row that was read beyond the page and gives the cursor of the
// last row kept, empty when there is nothing after it.
func Cut[T any](rows []T, p Page, cursor func(T) string) ([]T, string) {
	if len(rows) <= p.Rows() {
		return rows, ""
	}
	rows = rows[:p.Rows()]
	return rows, cursor(rows[len(rows)-1])
}

// Walk goes through a list page by page, up to so many rows, and stops at the
// first error.
func Walk[T any](most int, list func(Page) (rows []T, next string, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		page := Page{Limit: MaxLimit}
		for left := most; left > 0; {
			rows, next, err := list(page)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, row := range rows[:min(left, len(rows))] {
				if !yield(row, nil) {
					return
				}
			}
			if left -= len(rows); next == "" {
				return
			}
			page.After = next
		}
	}
}

// WithinAny is a condition on a column that holds area paths: inside one of the
// given areas. No area at all matches nothing. Paths end in a slash, so "inside"
// is the range up to the character after it: no pattern, no letter case, and an
// index serves it.
func WithinAny(column string, areaPaths []string) clause.Expression {
	if len(areaPaths) == 0 {
		return clause.Expr{SQL: "1 = 0"}
	}
	inside := make([]clause.Expression, 0, len(areaPaths))
	for _, path := range areaPaths {
		on := clause.Column{Name: column}
		inside = append(inside, clause.And(clause.Gte{Column: on, Value: path}, clause.Lt{Column: on, Value: strings.TrimSuffix(path, "/") + "0"}))
	}
	return clause.And(clause.Or(inside...))
}
