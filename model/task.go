package model

import "time"

// TaskState is where a task of the outbox stands.
type TaskState string

// A task is ready, claimed by a dispatcher until its lease ends, done, refused:
// stopped for good, to be looked at by staff, or dropped by one of them.
const (
	TaskReady   TaskState = "ready"
	TaskRunning TaskState = "running"
	TaskDone    TaskState = "done"
	TaskRefused TaskState = "refused"
	TaskDropped TaskState = "dropped"
)

// Task is one piece of work that leaves the transaction it was written in.
// DedupeKey is unique: the same happening is enqueued once.
type Task struct {
	ID         string
	Kind       string
	DedupeKey  string
	Payload    string
	State      TaskState
	RunAt      time.Time
	Attempts   int
	Owner      string
	LeaseUntil *time.Time
	LastError  string
	CreatedAt  time.Time
	EndedAt    *time.Time
}

// Lease lets one replica at a time do a shared job. BeganAt and EndedAt are of the
// last round that was ended, LastError is what went wrong in it, and FailedAt
// when that last happened.
type Lease struct {
	Name      string `gorm:"primaryKey"`
	Owner     string
	Until     time.Time
	BeganAt   *time.Time
	EndedAt   *time.Time
	FailedAt  *time.Time
	LastError string
}

// Queue is where transactions stand in line that must see one another's rows.
type Queue struct {
	Name string `gorm:"primaryKey"`
	Turn int64
}

// WeChatToken is the access token of one account, shared by all replicas.
type WeChatToken struct {
	AppID     string `gorm:"primaryKey"`
	Value     string
	ExpiresAt time.Time
}

// Inbound is one push of WeChat, written down before it is answered. DedupeKey
// is unique, so that WeChat's retries and two replicas make one.
type Inbound struct {
	ID         string
	Account    WeChatAccount
	DedupeKey  string
	Payload    string
	ReceivedAt time.Time
}

// IdempotencyKey remembers a write by the key its sender chose, and the answer
// it got. Status is 0 between the commit of the deed and the note of its answer.
type IdempotencyKey struct {
	PersonID    string `gorm:"primaryKey"`
	Value       string `gorm:"primaryKey"`
	Fingerprint string
	Status      int
	Answer      string
	CreatedAt   time.Time
}

// AuditLine is one line of the audit log. Names stand as they were, without
// foreign keys, so that the log outlives what it tells of.
type AuditLine struct {
	ID         string
	At         time.Time
	ActorID    string
	Actor      string
	Action     string
	TargetKind string
	TargetID   string
	AreaPath   string
	Detail     string
	RequestID  string
}
