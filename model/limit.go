package model

import "time"

// LimitMark is how far a strict limit is used up for one subject: until
// UsedUntil, were it to be earned back one try after the other. ID is a keyed
// hash of purpose and subject; Tries only counts, so that writing it changes
// the row.
type LimitMark struct {
	ID        string
	Tries     int
	UsedUntil time.Time
}

// LimitShare is what one replica tells the others of a limit that is decided in
// memory: how much it let through in all, and how far it saw the limit used up.
type LimitShare struct {
	ID        string `gorm:"primaryKey"`
	Replica   string `gorm:"primaryKey"`
	Spent     int
	UsedUntil time.Time
	UpdatedAt time.Time
}
