package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestMain lets the test's own program be the yardsticks, which the bench starts
// as processes of their own.
func TestMain(m *testing.M) {
	if os.Getenv(childMark) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestEverythingThatIsMeasuredAnswersAsItsYardstickDoes(t *testing.T) {
	engines := "sqlite"
	if _, err := exec.LookPath("mariadbd"); err == nil && os.Getenv("LIANXIN_TEST_DSN") != "" {
		engines = "mariadb"
	}
	out := filepath.Join(t.TempDir(), "report.json")
	var stdout, stderr bytes.Buffer
	if code := command(t.Context(), []string{"--quick", "--engines", engines, "--out", out}, &stdout, &stderr); code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	content, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(content, &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Engines) != 1 || len(r.Engines[0].Lines) != len(mixes(newWorld(quickSize), 2_000)) {
		t.Fatalf("reported %s", content)
	}
	for _, l := range r.Engines[0].Lines {
		for what, f := range map[string]figures{"ours": l.Ours, "bare": l.Bare, "memory": l.Memory} {
			if median(f.PerSecond) <= 0 || median(f.P99) <= 0 {
				t.Errorf("%s by %s: %+v", l.Name, what, f)
			}
		}
	}
}

func TestEveryFilterOfTheQueueAndOfTheLogIsAskedFor(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if code := command(t.Context(), []string{"filters", "--quick", "--engines", "sqlite", "--messages", "2000"}, &stdout, &stderr); code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	if lines := bytes.Count(stdout.Bytes(), []byte("\n")); lines != 1+len(filters(newWorld(quickSize)))+len(logFilters(newWorld(quickSize))) {
		t.Errorf("%d lines: %s", lines, stdout.String())
	}
}
