package main_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "simulator")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return program
}

func TestTheProgramStartsAnswersAndStops(t *testing.T) {
	command := exec.CommandContext(t.Context(), build(t), "--listen", "127.0.0.1:0")
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var ready map[string]string
	if err := json.Unmarshal([]byte(line), &ready); err != nil || ready["mini_appid"] != "wx5a1e0000000000a1" {
		t.Fatalf("ready line %q: %v", line, err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, ready["ready"]+"/", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%v %v", response, err)
	}
	if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err != nil {
		t.Errorf("stopped with %v", err)
	}
}

func TestHelpTeaches(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), build(t), "--help").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--mini-callback") {
		t.Errorf("%v: %s", err, out)
	}
}
