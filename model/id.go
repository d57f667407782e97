package model

import "github.com/google/uuid"

// NewID makes a UUIDv7 as text. Every record is named by the application, never
// by the database: cluster nodes hand out numbers out of order, and a phone
// cannot hold a 64-bit number.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }
