package model

import "time"

// Picture is an uploaded picture after it was re-encoded: no place data, no
// camera data. MessageID and TurnID are empty until a turn takes it.
type Picture struct {
	ID        string
	OwnerID   string
	MessageID string
	TurnID    string
	Width     int
	Height    int
	Size      int
	SHA256    string
	Screening Screening
	TraceID   string
	CreatedAt time.Time
}
