package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	sqldriver "github.com/go-sql-driver/mysql"
)

const (
	// lookEvery is how often each node of a cluster is looked at, and how long it
	// may take to answer.
	lookEvery = time.Second
	// goodLooks is how many good looks in a row bring a node back, so that one
	// that comes and goes stays away.
	goodLooks = 3
)

// nodes are the hosts of a DSN in its order: the first that serves gets every
// connection. As all replicas go by the same order, one node does the writing,
// and two writers that Galera would have to part are rare. With one host, or
// with a proxy that does the choosing, nothing is watched.
type nodes struct {
	hosts   []*sqldriver.Config
	all     []*node
	stop    context.CancelFunc
	watched sync.WaitGroup
}

// node is one host with the lines that are open to it.
type node struct {
	host    driver.Connector
	looking *sql.DB
	down    atomic.Bool

	mu    sync.Mutex
	lines map[net.Conn]struct{}
}

func newNodes(hosts []*sqldriver.Config) (*nodes, error) {
	ns := &nodes{hosts: hosts, stop: func() {}}
	for _, cfg := range hosts {
		n := &node{lines: map[net.Conn]struct{}{}}
		if len(hosts) > 1 && cfg.Net == "tcp" {
			cfg.DialFunc = n.dial(cfg.Timeout)
		}
		var err error
		if n.host, err = sqldriver.NewConnector(cfg); err != nil {
			return nil, errDSN
		}
		look := cfg.Clone()
		look.Timeout, look.ReadTimeout, look.WriteTimeout, look.DialFunc = lookEvery, lookEvery, lookEvery, nil
		looker, err := sqldriver.NewConnector(look)
		if err != nil {
			return nil, errDSN
		}
		n.looking = sql.OpenDB(looker)
		n.looking.SetMaxOpenConns(1)
		ns.all = append(ns.all, n)
	}
	return ns, nil
}

// Connect opens a connection to the first node that serves.
func (ns *nodes) Connect(ctx context.Context) (driver.Conn, error) {
	var failed error
	for _, down := range []bool{false, true} {
		for _, n := range ns.all {
			if n.down.Load() != down {
				continue
			}
			c, err := n.connect(ctx)
			if err == nil {
				c.among = ns
				return c, nil
			}
			failed = errors.Join(failed, err)
		}
	}
	return nil, failed
}

// Driver is asked for by database/sql.
func (ns *nodes) Driver() driver.Driver { return sqldriver.MySQLDriver{} }

// watch looks at the nodes of a cluster until close.
func (ns *nodes) watch(ctx context.Context) {
	if len(ns.all) < 2 {
		return
	}
	ctx, stop := context.WithCancel(ctx)
	ns.stop = stop
	for _, n := range ns.all {
		ns.watched.Go(func() { n.watch(ctx) })
	}
}

func (ns *nodes) close() error {
	ns.stop()
	ns.watched.Wait()
	var failed error
	for _, n := range ns.all {
		failed = errors.Join(failed, n.looking.Close())
	}
	return failed
}

// patient opens a pool that waits for as long as a statement takes: building an
// index over millions of rows says nothing for minutes.
func (ns *nodes) patient() (*sql.DB, error) {
	var hosts []*sqldriver.Config
	for _, cfg := range ns.hosts {
		cfg = cfg.Clone()
		cfg.ReadTimeout, cfg.WriteTimeout, cfg.DialFunc = 0, 0, nil
		hosts = append(hosts, cfg)
	}
	waiting, err := newNodes(hosts)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(waiting), nil
}

// better reports whether a node before this one serves.
func (ns *nodes) better(than *node) bool {
	for _, n := range ns.all {
		if n == than {
			return false
		}
		if !n.down.Load() {
			return true
		}
	}
	return false
}

// line is what the driver's connection can do, all of which is handed on.
type line interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.NamedValueChecker
	driver.Pinger
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

// session is a connection that is not used again once its node is down or one
// before it is back.
type session struct {
	line

	at    *node
	among *nodes
	// clustered is set when the server is a node of a Galera cluster.
	clustered bool
}

// ResetSession is asked before each use.
func (s *session) ResetSession(ctx context.Context) error {
	if !s.IsValid() {
		return driver.ErrBadConn
	}
	return s.line.ResetSession(ctx)
}

// IsValid is asked after each use.
func (s *session) IsValid() bool {
	return !s.at.down.Load() && !s.among.better(s.at) && s.line.IsValid()
}

func (n *node) connect(ctx context.Context) (*session, error) {
	raw, err := n.host.Connect(ctx)
	if err != nil {
		return nil, err //nolint:wrapcheck // database/sql looks for the driver's own errors
	}
	c, ok := raw.(line)
	if !ok {
		return nil, errors.Join(fmt.Errorf("store: the driver's connection lacks something: %T", raw), raw.Close())
	}
	s := &session{line: c, at: n}
	if err := s.join(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return s, nil
}

// dial remembers the lines to the node, so that they can be cut when it stops
// answering: who waits on one would wait out the read timeout.
func (n *node) dial(timeout time.Duration) func(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: timeout}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err //nolint:wrapcheck // the driver looks for net errors
		}
		n.mu.Lock()
		defer n.mu.Unlock()
		n.lines[c] = struct{}{}
		return &cuttable{Conn: c, of: n}, nil
	}
}

// cuttable is a line that leaves the list when it is closed.
type cuttable struct {
	net.Conn

	of *node
}

// Close closes the line.
func (c *cuttable) Close() error {
	c.of.mu.Lock()
	delete(c.of.lines, c.Conn)
	c.of.mu.Unlock()
	return c.Conn.Close() //nolint:wrapcheck // the driver looks for net errors
}

// SyscallConn lets the driver see, before it writes, whether the line is dead.
func (c *cuttable) SyscallConn() (syscall.RawConn, error) {
	raw, ok := c.Conn.(syscall.Conn)
	if !ok {
		return nil, fmt.Errorf("store: no line of the system: %T", c.Conn)
	}
	return raw.SyscallConn() //nolint:wrapcheck // handed on
}

func (n *node) cut() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for c := range n.lines {
		//nolint:errcheck,gosec // the line is given up; whoever waits on it learns from its own error
		c.Close()
	}
	clear(n.lines)
}

// watch looks at the node until ctx ends: two bad looks in a row take it out,
// some good ones bring it back.
func (n *node) watch(ctx context.Context) {
	turn := time.NewTicker(lookEvery)
	defer turn.Stop()
	good := 0
	for {
		switch {
		case n.serves(ctx):
			if good++; good >= goodLooks {
				n.down.Store(false)
			}
		case ctx.Err() == nil && !n.down.Load() && !n.serves(ctx):
			good = 0
			n.down.Store(true)
			n.cut()
		default:
			good = 0
		}
		select {
		case <-ctx.Done():
			return
		case <-turn.C:
		}
	}
}

// serves reports whether the node takes reads and writes: it answers, is not
// read only, and, in a Galera cluster, is neither outside nor catching up.
func (n *node) serves(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, lookEvery)
	defer cancel()
	readOnly := true
	if err := n.looking.QueryRowContext(ctx, "SELECT @@global.read_only").Scan(&readOnly); err != nil || readOnly {
		return false
	}
	var name, state string
	err := n.looking.QueryRowContext(ctx, "SHOW STATUS LIKE 'wsrep_local_state_comment'").Scan(&name, &state)
	return errors.Is(err, sql.ErrNoRows) || err == nil && (state == "" || state == "Synced")
}
