package model

import "time"

// Member (党员) is somebody on the organisation's list of an electing unit. Phone
// is sealed and found by PhoneHash. PersonID is who confirmed, with that phone,
// that it is they.
type Member struct {
	ID             string
	ElectingUnitID string
	Name           string
	Phone          Sealed
	PhoneHash      string
	PersonID       string
	AddedBy        string
	CreatedAt      time.Time
	ConfirmedAt    *time.Time
}
