package model

import "time"

// SavedFilter is what a liaison officer narrows the queue to again and again,
// under a name of their own. Which, area, topic and number narrow together;
// empty parts narrow nothing.
type SavedFilter struct {
	ID        string
	PersonID  string
	Name      string
	Which     string
	AreaID    string
	TopicID   string
	States    string
	Number    string
	CreatedAt time.Time
	UpdatedAt time.Time
}
