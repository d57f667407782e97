package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"lianxin/service/store"
)

// mariaEngine is one MariaDB server with a database for each amount of data. It
// keeps what it acknowledged: unlike in the tests, nothing of its safety is
// switched off.
type mariaEngine struct {
	options options
	scratch string
	world   *world
	say     saying
	server  *exec.Cmd
	dsn     string
}

func startMariaDB(ctx context.Context, o options, scratch string, w *world, say saying) (engine, error) {
	e := &mariaEngine{options: o, scratch: scratch, world: w, say: say}
	var amounts []string
	for _, n := range o.messages {
		amounts = append(amounts, strconv.Itoa(n))
	}
	kept := filepath.Join(o.data, fmt.Sprintf("mariadb-%s-v%d", strings.Join(amounts, "-"), fillVersion))
	if _, err := os.Stat(kept); errors.Is(err, os.ErrNotExist) {
		if err := e.fill(ctx, kept); err != nil {
			return nil, errors.Join(err, e.close())
		}
	}
	data := filepath.Join(scratch, "mariadb")
	if err := copyTree(ctx, kept, data); err != nil {
		return nil, err
	}
	return e, e.start(ctx, data)
}

func (e *mariaEngine) prepare(_ context.Context, messages int) (string, error) {
	return "mysql:" + e.dsn + databaseOf(messages), nil
}

func databaseOf(messages int) string { return fmt.Sprintf("bench_%d", messages) }

func (e *mariaEngine) close() error {
	if e.server == nil {
		return nil
	}
	err := errors.Join(e.server.Process.Signal(syscall.SIGTERM), e.server.Wait())
	e.server = nil
	return err
}

// fill makes a data folder with a database for each amount.
func (e *mariaEngine) fill(ctx context.Context, kept string) error {
	began := time.Now()
	filling := kept + ".filling"
	if err := errors.Join(os.RemoveAll(filling), os.MkdirAll(filling, 0o750)); err != nil {
		return err
	}
	owner, err := serverUser(filling)
	if err != nil {
		return err
	}
	install := append([]string{"--no-defaults", "--datadir=" + filling, "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"}, owner...)
	//nolint:gosec // the folder is the program's own
	if out, err := exec.CommandContext(ctx, "mariadb-install-db", install...).CombinedOutput(); err != nil {
		return fmt.Errorf("mariadb-install-db：%w：%s", err, out)
	}
	if err := e.start(ctx, filling); err != nil {
		return err
	}
	for _, messages := range e.options.messages {
		e.say("正在造 MariaDB 数据：%d 封来信", messages)
		if err := e.fillOne(ctx, messages); err != nil {
			return err
		}
		e.say("MariaDB 数据已造好，共用时 %s", time.Since(began).Round(time.Second))
	}
	if err := e.close(); err != nil {
		return err
	}
	return os.Rename(filling, kept)
}

func (e *mariaEngine) fillOne(ctx context.Context, messages int) (err error) {
	server, err := sql.Open("mysql", e.dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	if _, err := server.ExecContext(ctx, "CREATE DATABASE "+databaseOf(messages)+" CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"); err != nil {
		return err
	}
	dsn := e.dsn + databaseOf(messages)
	if err := migrate(ctx, store.MySQL, dsn); err != nil {
		return err
	}
	pool, err := sql.Open("mysql", dsn+"?parseTime=true&loc=UTC&interpolateParams=true&maxAllowedPacket=0&unique_checks=0&foreign_key_checks=0")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	if err := onConn(ctx, pool, func(b *bulk) error { return fillWorld(ctx, b, e.world) }); err != nil {
		return err
	}
	return fillLetters(ctx, pool, e.world, messages, true)
}

// start runs a server on a data folder and waits until it takes connections.
func (e *mariaEngine) start(ctx context.Context, data string) error {
	port, err := freePort(ctx)
	if err != nil {
		return err
	}
	owner, err := serverUser(data)
	if err != nil {
		return err
	}
	// The server's temporary folder must be its user's too; sockets have short names.
	if err := os.Chmod(e.scratch, 0o711); err != nil { //nolint:gosec // the server's user must pass through
		return err
	}
	log, err := os.OpenFile(filepath.Join(e.scratch, "mariadb.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	socket := filepath.Join(data, "s.sock")
	//nolint:gosec // the arguments are the program's own
	e.server = exec.CommandContext(context.WithoutCancel(ctx), "mariadbd", append([]string{
		"--no-defaults", "--datadir=" + data, "--port=" + strconv.Itoa(port), "--bind-address=127.0.0.1", "--socket=" + socket, "--pid-file=" + filepath.Join(data, "pid"),
		"--skip-name-resolve", "--character-set-server=utf8mb4", "--collation-server=utf8mb4_bin", "--default-time-zone=+00:00", "--max-allowed-packet=64M",
		"--innodb-buffer-pool-size=" + e.options.buffer, "--innodb-log-file-size=1G", "--innodb-flush-log-at-trx-commit=1", "--skip-log-bin",
		"--innodb-flush-method=O_DIRECT", "--performance-schema=0", "--max-connections=500",
	}, owner...)...)
	e.server.Stdout, e.server.Stderr = log, log
	if err := errors.Join(e.server.Start(), log.Close()); err != nil {
		return err
	}
	if err := e.await(ctx, socket); err != nil {
		return errors.Join(err, e.close())
	}
	e.dsn = fmt.Sprintf("app:app@tcp(127.0.0.1:%d)/", port)
	return nil
}

// await waits for the server and makes the user of the program.
func (e *mariaEngine) await(ctx context.Context, socket string) (err error) {
	root, err := sql.Open("mysql", "root@unix("+socket+")/")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	limit, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for root.PingContext(limit) != nil {
		select {
		case <-limit.Done():
			return errors.New("MariaDB 一分钟内没有启动")
		case <-time.After(100 * time.Millisecond):
		}
	}
	for _, statement := range []string{"CREATE USER IF NOT EXISTS app@'127.0.0.1' IDENTIFIED BY 'app'", "GRANT ALL ON *.* TO app@'127.0.0.1'"} {
		if _, err := root.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// serverUser gives a folder to the user the server must run as, when we are
// root, and the flag that says so.
func serverUser(folder string) ([]string, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("mysql")
	if err != nil {
		return nil, err
	}
	uid, uidErr := strconv.Atoi(u.Uid)
	gid, gidErr := strconv.Atoi(u.Gid)
	return []string{"--user=mysql"}, errors.Join(uidErr, gidErr, os.Chown(folder, uid, gid))
}

func freePort(ctx context.Context) (int, error) {
	var listening net.ListenConfig
	l, err := listening.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	address, ok := l.Addr().(*net.TCPAddr)
	if err := l.Close(); err != nil || !ok {
		return 0, errors.Join(err, errors.New("没有可用的端口"))
	}
	return address.Port, nil
}
