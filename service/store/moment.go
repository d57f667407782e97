package store

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Moment reads a time that an aggregate such as MIN gives. SQLite hands those
// over as text, for an aggregate has no declared type; the MySQL family as a
// time. The zero Moment is the absence of rows.
type Moment struct{ time.Time }

// Scan takes over what the driver gives.
func (m *Moment) Scan(given any) error {
	switch v := given.(type) {
	case nil:
		m.Time = time.Time{}
		return nil
	case time.Time:
		m.Time = v.UTC()
		return nil
	case []byte:
		return m.parse(string(v))
	case string:
		return m.parse(v)
	}
	return fmt.Errorf("store: %T is no moment", given)
}

// Value makes gorm take it for a column and not for a record of its own.
func (m *Moment) Value() (driver.Value, error) { return m.Time, nil }

// textTimes are the forms in which SQLite keeps what we write, and those it has
// been seen to write itself.
var textTimes = []string{"2006-01-02 15:04:05.999999999-07:00", time.RFC3339Nano, "2006-01-02 15:04:05.999999999"}

func (m *Moment) parse(text string) error {
	for _, form := range textTimes {
		if at, err := time.Parse(form, text); err == nil {
			m.Time = at.UTC()
			return nil
		}
	}
	return fmt.Errorf("store: %q is no moment", text)
}
