package model

import (
	"fmt"
	"io"
	"log/slog"
)

// Sealed is text that stands in the database so that only who has the keys can
// read it (service/sealed). Nothing prints it, not even by accident: who reads a
// log learns at most whether there is something.
type Sealed string

// String says whether there is something.
func (s Sealed) String() string {
	if s == "" {
		return ""
	}
	return "（已加密）"
}

// Format implements fmt.Formatter for every verb.
func (s Sealed) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, s.String()) // fmt has no way to report it
}

// LogValue implements slog.LogValuer.
func (s Sealed) LogValue() slog.Value { return slog.StringValue(s.String()) }
