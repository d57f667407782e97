package model

import "time"

// FollowKind is what somebody follows.
type FollowKind string

// A representative, or an area with everything below it.
const (
	FollowRepresentative FollowKind = "representative"
	FollowArea           FollowKind = "area"
)

// FollowsMax is how many a person may follow.
const FollowsMax = 50

// Follow (关注) says that a person wants to hear of news about a representative or
// an area. FormerID is the representative it was about before a turnover moved it
// on; empty when that never happened. How many follow somebody is nobody's
// business: it is counted nowhere.
type Follow struct {
	ID        string
	PersonID  string
	Kind      FollowKind
	TargetID  string
	FormerID  string
	CreatedAt time.Time
}
