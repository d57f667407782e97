package trial_test

import (
	"bytes"
	"context"
	"database/sql"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// program is where Debian keeps the server.
const program = "/usr/sbin/mariadbd"

// server is a MariaDB server of the test's own, in a folder of its own.
type server struct {
	tb      testing.TB
	dir     string
	address string
	more    []string
	cmd     *exec.Cmd
	gone    chan struct{}
}

// withServers lets Debian's folder of servers be searched, also for who is not
// root, and skips the test where there is none.
func withServers(tb testing.TB) {
	tb.Helper()
	if _, err := os.Stat(program); err != nil {
		tb.Skip("needs a MariaDB server on this machine (.ci/setup installs it)")
	}
}

// newServer fills the folder of a server that is not started yet.
func newServer(tb testing.TB, more ...string) *server {
	tb.Helper()
	dir, err := os.MkdirTemp("", "lx-server") //nolint:usetesting // a short path: that of the socket may have 107 bytes
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &server{tb: tb, dir: dir, address: freeAddress(tb), more: more}
	s.ownedByMySQL()
	s.run("mariadb-install-db", append(s.asMySQL(), "--datadir="+s.data(), "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve")...)
	return s
}

func (s *server) data() string { return filepath.Join(s.dir, "data") }

// asMySQL is what the programs must be told by root, who may not run them.
func (s *server) asMySQL() []string {
	options := []string{"--no-defaults"}
	if os.Getuid() == 0 {
		options = append(options, "--user=mysql")
	}
	return options
}

func (s *server) ownedByMySQL() {
	s.tb.Helper()
	if os.Getuid() != 0 {
		return
	}
	who, err := user.Lookup("mysql")
	if err != nil {
		s.tb.Fatal(err)
	}
	id, err := strconv.Atoi(who.Uid)
	if err != nil {
		s.tb.Fatal(err)
	}
	if err := os.Chown(s.dir, id, -1); err != nil {
		s.tb.Fatal(err)
	}
}

func (s *server) run(name string, args ...string) {
	s.tb.Helper()
	if out, err := exec.CommandContext(s.tb.Context(), name, args...).CombinedOutput(); err != nil {
		s.tb.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// options are what the server is started with.
func (s *server) options(more ...string) []string {
	s.tb.Helper()
	host, port, err := net.SplitHostPort(s.address)
	if err != nil {
		s.tb.Fatal(err)
	}
	return slices.Concat(s.asMySQL(), []string{
		"--datadir=" + s.data(), "--tmpdir=" + s.dir, "--port=" + port, "--bind-address=" + host, "--socket=" + s.socket(), "--pid-file=" + filepath.Join(s.dir, "pid"),
		"--skip-name-resolve", "--character-set-server=utf8mb4", "--collation-server=utf8mb4_bin", "--default-time-zone=+00:00", "--innodb-buffer-pool-size=64M",
		"--innodb-log-file-size=32M", "--innodb-flush-log-at-trx-commit=2", "--performance-schema=0", "--max-connections=300",
	}, s.more, more)
}

// start starts the server; it does not wait until it answers.
func (s *server) start(more ...string) {
	s.tb.Helper()
	log, err := os.OpenFile(filepath.Join(s.dir, "server.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.tb.Fatal(err)
	}
	s.cmd = exec.CommandContext(context.WithoutCancel(s.tb.Context()), program, s.options(more...)...)
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		s.tb.Fatal(err)
	}
	cmd, gone := s.cmd, make(chan struct{})
	s.gone = gone
	go func() { _ = cmd.Wait(); _ = log.Close(); close(gone) }()
	s.tb.Cleanup(func() { _ = cmd.Process.Kill(); <-gone })
}

func (s *server) socket() string { return filepath.Join(s.dir, "s.sock") }

// answers waits until a statement as root, without a database, succeeds.
func (s *server) answers(limit time.Duration, statement string) {
	s.tb.Helper()
	for end := time.Now().Add(limit); ; time.Sleep(50 * time.Millisecond) {
		out, err := exec.CommandContext(s.tb.Context(), "mariadb", "--no-defaults", "-uroot", "-S", s.socket(), "-e", statement).CombinedOutput()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			s.tb.Fatalf("the server does not answer within %v: %v %s\n%s", limit, err, out, s.tail())
		}
	}
}

// account is the login the program uses, and its database.
const account = "CREATE OR REPLACE USER app@'127.0.0.1' IDENTIFIED BY 'app'; GRANT ALL ON *.* TO app@'127.0.0.1'; " +
	"CREATE DATABASE IF NOT EXISTS app CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"

func (s *server) signal(which syscall.Signal) {
	s.tb.Helper()
	if err := s.cmd.Process.Signal(which); err != nil {
		s.tb.Fatal(err)
	}
	if which == syscall.SIGKILL {
		<-s.gone
	}
}

// look opens the server's database for looking at it directly.
func (s *server) look() *sql.DB {
	s.tb.Helper()
	db, err := sql.Open("mysql", "app:app@tcp("+s.address+")/app?timeout=2s&readTimeout=10s")
	if err != nil {
		s.tb.Fatal(err)
	}
	s.tb.Cleanup(func() { _ = db.Close() })
	return db
}

// written is what the server wrote down.
func (s *server) written() []byte {
	s.tb.Helper()
	log, err := os.ReadFile(filepath.Join(s.dir, "server.log"))
	if err != nil {
		s.tb.Fatal(err)
	}
	return log
}

// tail is the end of what the server wrote down.
func (s *server) tail() []byte {
	s.tb.Helper()
	log := s.written()
	return bytes.TrimSpace(log[max(0, len(log)-3000):])
}
