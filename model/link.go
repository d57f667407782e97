package model

import "time"

// PersonLink says that two persons turned out to be one: everything of the
// absorbed one went over to the kept one. Until UndoUntil it can be undone;
// NameTaken says that the kept one had no name and took the other's. PhoneTaken
// says that the kept one has the other's number since; of two numbers the one
// that did not stay is put aside here, sealed, and found by its hash.
// One that was undone stays, so that WeChat's word alone does not join the two
// again.
type PersonLink struct {
	ID         string
	KeptID     string
	AbsorbedID string
	Cause      LinkCause
	State      LinkState
	NameTaken  bool
	PhoneTaken bool

	PhoneAside     Sealed
	PhoneAsideHash string

	LinkedAt  time.Time
	UndoUntil time.Time
	UndoneAt  *time.Time
}

// LinkCause is why two persons were joined.
type LinkCause string

// WeChat gave both the same unionid, or the person gave a code from one side on
// the other.
const (
	LinkByUnion LinkCause = "unionid"
	LinkByCode  LinkCause = "code"
)

// LinkState is where a link stands.
type LinkState string

// A link stands until it is undone.
const (
	LinkStands LinkState = "stands"
	LinkUndone LinkState = "undone"
)

// LinkedRow is one row that went over with a link: the place is table and
// column, RowKey names the row there. Dropped holds a row that the kept person
// had already, so that undoing can bring it back.
type LinkedRow struct {
	LinkID  string `gorm:"primaryKey"`
	Place   string `gorm:"primaryKey"`
	RowKey  string `gorm:"primaryKey"`
	Dropped string
}

// LinkCode is shown to a person on one side of WeChat, to be typed on the other.
// Only a keyed hash is kept. LinkID is what came of it.
type LinkCode struct {
	ID        string
	PersonID  string
	CodeHash  string
	LinkID    string
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    *time.Time
}
