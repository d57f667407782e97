package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// build compiles the program that is measured.
func build(ctx context.Context, into string) (string, error) {
	binary := filepath.Join(into, "lianxin")
	//nolint:gosec // the arguments are the program's own
	out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "lianxin/cmd/lianxin").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("编译 lianxin：%w：%s", err, out)
	}
	return binary, nil
}

// server is one of the programs that are compared, as a process of its own.
type server struct {
	name    string
	address string
	process *exec.Cmd
	log     string
}

// launch starts a program and waits for the line that says where it listens.
func launch(ctx context.Context, name, scratch string, env []string, argv ...string) (*server, error) {
	s := &server{name: name, log: filepath.Join(scratch, name+".log")}
	log, err := os.Create(s.log)
	if err != nil {
		return nil, err
	}
	s.process = exec.CommandContext(ctx, argv[0], argv[1:]...) //nolint:gosec // the caller names its own programs
	s.process.Cancel = func() error { return s.process.Process.Signal(syscall.SIGTERM) }
	s.process.Stderr = log
	s.process.Env = append(os.Environ(), env...)
	out, err := s.process.StdoutPipe()
	if err != nil {
		return nil, errors.Join(err, log.Close())
	}
	if err := errors.Join(s.process.Start(), log.Close()); err != nil {
		return nil, err
	}
	var ready struct{ App string }
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &ready)
	}
	if err != nil {
		written, reading := os.ReadFile(s.log)
		return nil, errors.Join(fmt.Errorf("%s 没有启动：%w：%s", name, err, written), reading, s.stop())
	}
	s.address = strings.TrimPrefix(ready.App, "http://")
	return s, nil
}

func (s *server) stop() error {
	if s.process.ProcessState != nil {
		return nil
	}
	signalled := s.process.Process.Signal(syscall.SIGTERM)
	err := s.process.Wait()
	if _, ended := errors.AsType[*exec.ExitError](err); ended {
		err = nil
	}
	return errors.Join(signalled, err)
}

// clockTick is how many parts a second has in /proc/PID/stat on Linux.
const clockTick = 100

// busy is how much processor time the process has used.
func (s *server) busy() time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.process.Process.Pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	user, userErr := strconv.Atoi(fields[11])
	system, systemErr := strconv.Atoi(fields[12])
	if userErr != nil || systemErr != nil {
		return 0
	}
	return time.Duration(user+system) * time.Second / clockTick
}

// memory is the resident memory of the process, now and at its highest, in MB.
func (s *server) memory() (now, most float64) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.process.Process.Pid))
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		kb, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 64)
		if err != nil {
			continue
		}
		switch name {
		case "VmRSS":
			now = kb / 1024
		case "VmHWM":
			most = kb / 1024
		}
	}
	return now, most
}

// startOurs migrates a copy of the data and starts the built program on it, with
// the settings it has by itself.
func startOurs(ctx context.Context, o options, name, database, scratch, weChat string) (*server, error) {
	env := settings(database, filepath.Join(scratch, name+"-files"), weChat, o.jobs)
	if err := migrateOurs(ctx, o, env); err != nil {
		return nil, err
	}
	return launch(ctx, name, scratch, env, o.binary, "serve")
}

func migrateOurs(ctx context.Context, o options, env []string) error {
	migrating := exec.CommandContext(ctx, o.binary, "migrate") //nolint:gosec // the caller names the program
	migrating.Env = append(os.Environ(), env...)
	if out, err := migrating.CombinedOutput(); err != nil {
		return fmt.Errorf("lianxin migrate：%w：%s", err, out)
	}
	return nil
}

func settings(database, files, weChat string, jobs bool) []string {
	set := []string{
		"LIANXIN_LISTEN=127.0.0.1:0", "LIANXIN_DATABASE=" + database, "LIANXIN_DATA=" + files, "LIANXIN_PUBLIC_URL=http://127.0.0.1:1",
		"LIANXIN_WECHAT_SIMULATOR=" + weChat, "LIANXIN_LINK_KEY=" + strings.Repeat("bench-key-", 4),
		"LIANXIN_WECHAT_MINI_APP_ID=wxbench0000000000", "LIANXIN_WECHAT_MINI_SECRET=" + strings.Repeat("0", 32),
		"LIANXIN_WECHAT_MINI_TOKEN=bench", "LIANXIN_WECHAT_MINI_AES_KEY=" + strings.Repeat("a", 43),
		"LIANXIN_LIMIT_SCALE=10000", "LIANXIN_LIMIT_MESSAGES=off", "LIANXIN_ABUSE_BURST=0", "LIANXIN_FIELD_KEYS=bench:" + strings.Repeat("0123456789abcdef", 4),
		"LIANXIN_TEMPLATE_MINI_PROGRESS=mini-progress", "LIANXIN_TEMPLATE_MINI_TASK=mini-task",
	}
	if !jobs {
		set = append(set, "LIANXIN_JOBS=off")
	}
	return set
}

// startWeChat answers as WeChat does when all is well, and does nothing else: a
// whole stand-in would be measured along.
func startWeChat(ctx context.Context) (address string, stop func() error, err error) {
	listener, err := listen(ctx, "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	answer := `{"errcode":0,"errmsg":"ok","access_token":"bench-token","expires_in":7200,"trace_id":"bench","result":{"suggest":"pass","label":100},"detail":[],"msgid":1}`
	stub := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, answer) // the asker may have gone
	})}
	go func() { _ = stub.Serve(listener) }() // ends with Close, which says so
	return "http://" + listener.Addr().String(), stub.Close, nil
}
