package model

import "time"

// ExportState is how far a file is that is made in the background.
type ExportState string

// A file waits or is being written, is ready to be fetched, or failed.
const (
	ExportRunning ExportState = "running"
	ExportReady   ExportState = "ready"
	ExportFailed  ExportState = "failed"
)

// Export is the queue as somebody narrowed it, as a file. Filter is what was
// asked for, Words how a person reads that; Written is how many messages are in
// it so far.
type Export struct {
	ID        string
	PersonID  string
	Filter    string
	Words     string
	State     ExportState
	Written   int
	Size      int
	CreatedAt time.Time
	EndedAt   *time.Time
}

// ExportPart is a piece of an export's file, in Base64.
type ExportPart struct {
	ExportID  string `gorm:"primaryKey"`
	Part      int    `gorm:"primaryKey;autoIncrement:false"`
	Content   string
	CreatedAt time.Time
}
