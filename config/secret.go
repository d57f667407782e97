package config

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a value that no log, no error and no table may show. Whatever
// prints it, prints only whether it is set.
type Secret string

// Reveal returns the value. Call it where the secret is used and nowhere else.
func (s Secret) Reveal() string { return string(s) }

// String says whether the secret is set.
func (s Secret) String() string {
	if s == "" {
		return "（未设置）"
	}
	return "（已设置）"
}

// Format implements fmt.Formatter for every verb; fmt would otherwise show
// the value for verbs that do not fit.
func (s Secret) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, s.String()) // fmt has no way to report it
}

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText implements encoding.TextMarshaler, and so covers JSON and YAML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
