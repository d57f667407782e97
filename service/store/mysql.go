package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	sqldriver "github.com/go-sql-driver/mysql"
	"gorm.io/driver/mysql"
)

// mysqlConns is how many connections one process holds at most.
const mysqlConns = 32

// errDSN repeats nothing of the DSN: it holds a password.
var errDSN = errors.New("store: the database DSN cannot be read; it should look like user:password@tcp(host:3306)/name")

// openMySQL opens one pool, over the nodes of a cluster when the DSN names
// several.
func openMySQL(ctx context.Context, dsn string) (*DB, error) {
	hosts, err := configs(dsn)
	if err != nil {
		return nil, err
	}
	if err := sqldriver.SetLogger(quiet{}); err != nil {
		return nil, fmt.Errorf("store: silence driver: %w", err)
	}
	nodes, err := newNodes(hosts)
	if err != nil {
		return nil, err
	}
	db, err := openGorm(ctx, mysql.New(mysql.Config{Conn: sql.OpenDB(nodes), SkipInitializeWithVersion: true}), mysqlConns)
	if err != nil {
		return nil, errors.Join(err, nodes.close())
	}
	nodes.watch(context.WithoutCancel(ctx))
	return newDB(&DB{kind: MySQL, write: db, read: db, nodes: nodes, writers: make(chan struct{}, mysqlConns)})
}

// configs reads a DSN into one configuration for each host in it. What the
// design needs from a connection is set here, whatever the DSN says.
func configs(dsn string) ([]*sqldriver.Config, error) {
	var hosts []*sqldriver.Config
	for _, one := range perHost(dsn) {
		cfg, err := sqldriver.ParseDSN(one)
		if err != nil {
			return nil, errDSN
		}
		cfg.ParseTime, cfg.Loc = true, time.UTC
		cfg.InterpolateParams, cfg.ClientFoundRows = true, true
		cfg.Collation = "utf8mb4_bin"
		cfg.Timeout = orDefault(cfg.Timeout, 2*time.Second)
		cfg.ReadTimeout = orDefault(cfg.ReadTimeout, 10*time.Second)
		cfg.WriteTimeout = orDefault(cfg.WriteTimeout, 10*time.Second)
		hosts = append(hosts, cfg)
	}
	return hosts, nil
}

// perHost makes of tcp(a:3306,b:3306,c:3306) three DSNs with one host each.
func perHost(dsn string) []string {
	name := strings.LastIndexByte(dsn, '/')
	if name < 0 {
		return []string{dsn}
	}
	login := strings.LastIndexByte(dsn[:name], '@') + 1
	inside, ok := strings.CutPrefix(dsn[login:name], "tcp(")
	if !ok || !strings.HasSuffix(inside, ")") {
		return []string{dsn}
	}
	var all []string
	for host := range strings.SplitSeq(strings.TrimSuffix(inside, ")"), ",") {
		all = append(all, dsn[:login]+"tcp("+strings.TrimSpace(host)+")"+dsn[name:])
	}
	return all
}

// quiet drops the driver's own log lines: every error it logs is also returned.
type quiet struct{}

func (quiet) Print(...any) {}

func orDefault(d, fallback time.Duration) time.Duration {
	if d == 0 {
		return fallback
	}
	return d
}
