package model

import "time"

// Reading remembers that somebody's matter was shown to another person: whose
// eyes, on which day, and how much they saw. Of one reader, message, day and
// depth there is one row, with the time of the first look; every opening also
// stands in the audit log. Reader is the name in function, as it was.
type Reading struct {
	ReaderID  string       `gorm:"primaryKey"`
	Day       string       `gorm:"primaryKey"`
	MessageID string       `gorm:"primaryKey"`
	Depth     ReadingDepth `gorm:"primaryKey"`
	Reader    string
	Side      Side
	At        time.Time
}

// ReadingDepth is how much of a message was shown.
type ReadingDepth string

// A list shows the name and how the text begins, a thread everything. A
// restricted message was opened by an auditor with a reason.
const (
	ReadingList       ReadingDepth = "list"
	ReadingThread     ReadingDepth = "thread"
	ReadingRestricted ReadingDepth = "restricted"
)

// Copy is a person's request for a copy of their data. Nothing is stored of the
// copy itself: it is made while it is fetched, until EndsAt.
type Copy struct {
	ID        string
	PersonID  string
	AskedAt   time.Time
	EndsAt    time.Time
	Fetched   int
	FetchedAt *time.Time
}

// Correction asks the liaison office to put something right in a message.
type Correction struct {
	ID        string
	PersonID  string
	MessageID string
	AreaPath  string
	Field     CorrectionField
	Wanted    string
	Reason    string
	State     CorrectionState
	Reply     string
	DecidedBy string
	CreatedAt time.Time
	DecidedAt *time.Time
}

// CorrectionField is what is to be put right.
type CorrectionField string

// The name and the place stand in fields of the message; anything else is a
// remark that joins the exchange.
const (
	CorrectName  CorrectionField = "name"
	CorrectPlace CorrectionField = "place"
	CorrectOther CorrectionField = "other"
)

// CorrectionState is where a request for correction stands.
type CorrectionState string

// A request is open until an officer has corrected or declined, with a reason.
const (
	CorrectionOpen     CorrectionState = "open"
	CorrectionDone     CorrectionState = "done"
	CorrectionDeclined CorrectionState = "declined"
)

// Erasure is the end of what is kept of a person: asked for by them, or due
// because they have not been seen for years. Until DueAt it can be taken back.
type Erasure struct {
	ID       string
	PersonID string
	Cause    ErasureCause
	State    ErasureState
	Erased   int
	Kept     int
	AskedAt  time.Time
	DueAt    time.Time
	BegunAt  *time.Time
	EndedAt  *time.Time
}

// ErasureCause is why a person's data goes.
type ErasureCause string

// A person asked, or was not seen for years.
const (
	ErasureAsked  ErasureCause = "asked"
	ErasureUnseen ErasureCause = "unseen"
)

// ErasureState is where an erasure stands.
type ErasureState string

// Waiting can be taken back; running cannot, and goes on until it is done.
const (
	ErasureWaiting   ErasureState = "waiting"
	ErasureTakenBack ErasureState = "taken_back"
	ErasureRunning   ErasureState = "running"
	ErasureDone      ErasureState = "done"
)

// ErasedName is what an erased person is called wherever a name must stand.
const ErasedName = "已注销居民"
