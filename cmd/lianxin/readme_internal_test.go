package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"lianxin/config"
)

const (
	settingsBegin = "<!-- settings: kept by TestTheReadmeNamesEverySetting -->\n"
	settingsEnd   = "<!-- /settings -->"
)

func TestTheReadmeNamesEverySetting(t *testing.T) {
	const path = "../../README.md"
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(content), settingsBegin)
	table, after, closed := strings.Cut(rest, settingsEnd)
	if !found || !closed {
		t.Fatal("the table of settings has lost its marks")
	}
	var b strings.Builder
	b.WriteString("\n| setting | default | meaning |\n|---|---|---|\n")
	for _, s := range config.Settings() {
		name := "`" + s.Env + "`"
		if s.Secret {
			name += " (secret)"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", name, s.Default, s.Meaning)
	}
	b.WriteString("\n")
	if *update {
		if err := os.WriteFile(path, []byte(before+settingsBegin+b.String()+settingsEnd+after), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if table != b.String() {
		t.Error("the README's table of settings is out of date; run with -update")
	}
}
