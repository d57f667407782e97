package store_test

import (
	"context"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	sqldriver "github.com/go-sql-driver/mysql"
	"gorm.io/gorm"

	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

// hop stands before the server as a node would: it counts who comes, and can
// hang without a word, as a machine that lost its network does.
type hop struct {
	tb      testing.TB
	address string
	to      string
	came    atomic.Int32
	hanging atomic.Bool

	mu    sync.Mutex
	lines []net.Conn
}

func newHop(tb testing.TB, to string) *hop {
	tb.Helper()
	listener, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	h := &hop{tb: tb, address: listener.Addr().String(), to: to}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { h.carry(c) })
		}
	})
	tb.Cleanup(func() {
		_ = listener.Close()
		h.mu.Lock()
		for _, c := range h.lines {
			_ = c.Close()
		}
		h.mu.Unlock()
		serving.Wait()
	})
	return h
}

func (h *hop) carry(c net.Conn) {
	there, err := new(net.Dialer).Dial("tcp", h.to)
	if err != nil {
		_ = c.Close()
		return
	}
	h.mu.Lock()
	h.lines = append(h.lines, c, there)
	h.mu.Unlock()
	h.came.Add(1)
	var both sync.WaitGroup
	both.Go(func() { h.copy(there, c) })
	both.Go(func() { h.copy(c, there) })
	both.Wait()
}

// copy carries until either side ends; while the hop hangs, what comes is lost.
func (h *hop) copy(to io.WriteCloser, from io.Reader) {
	defer func() { _ = to.Close() }()
	piece := make([]byte, 4096)
	for {
		n, err := from.Read(piece)
		if err != nil {
			return
		}
		if h.hanging.Load() {
			continue
		}
		if _, err := to.Write(piece[:n]); err != nil {
			return
		}
	}
}

// throughHops opens a fresh database by two hops, of which the first is preferred.
func throughHops(t *testing.T) (first, second *hop, db *store.DB) {
	t.Helper()
	if os.Getenv("LIANXIN_TEST_DSN") == "" {
		t.Skip("only a server has nodes")
	}
	dsn := strings.TrimPrefix(storetest.Unmigrated(t), "mysql:")
	cfg, err := sqldriver.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	first, second = newHop(t, cfg.Addr), newHop(t, cfg.Addr)
	db, err = store.Open(t.Context(), store.MySQL, strings.Replace(dsn, cfg.Addr, first.address+", "+second.address, 1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return first, second, db
}

func touch(ctx context.Context, db *store.DB) error {
	return store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
		var one int
		return tx.WithContext(ctx).Raw("SELECT 1").Scan(&one).Error
	})
}

func TestTheNextNodeServesWhenTheFirstStopsAnsweringAndTheFirstAgainWhenItIsBack(t *testing.T) {
	first, second, db := throughHops(t)
	until := func(what string, so func() bool) time.Duration {
		t.Helper()
		began := time.Now()
		for !so() {
			if time.Since(began) > 20*time.Second {
				t.Fatalf("never happened: %s", what)
			}
			time.Sleep(10 * time.Millisecond)
		}
		return time.Since(began)
	}
	if err := touch(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	before := second.came.Load()
	first.hanging.Store(true)
	gap := until("the second node serves", func() bool { return touch(t.Context(), db) == nil })
	if gap > 8*time.Second {
		t.Errorf("nobody could write for %v", gap)
	}
	if second.came.Load() == before {
		t.Error("the second node was not asked")
	}
	first.hanging.Store(false)
	came := first.came.Load()
	until("the first node serves again", func() bool {
		if err := touch(t.Context(), db); err != nil {
			t.Errorf("while the first comes back: %v", err)
			return true
		}
		// One of those that come is the look at its health.
		return first.came.Load() > came+1
	})
	t.Logf("nobody could write for %v", gap)
}

func TestAHostThatRefusesIsPassedOver(t *testing.T) {
	if os.Getenv("LIANXIN_TEST_DSN") == "" {
		t.Skip("only a server has nodes")
	}
	dsn := strings.TrimPrefix(storetest.Unmigrated(t), "mysql:")
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), store.MySQL, strings.Replace(dsn, "@tcp(", "@tcp("+nobody+",", 1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Migrate(t.Context(), db); err != nil {
		t.Errorf("migrate by the second host: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

func TestADSNThatCannotBeReadIsNotQuoted(t *testing.T) {
	for _, dsn := range []string{"app:geheim@tcp(a:1,b:2", "app:geheim@tcp(a:1,b:2)/x?timeout=soon", "app:geheim"} {
		_, err := store.Open(t.Context(), store.MySQL, dsn)
		if err == nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%v", err)
		}
	}
}
