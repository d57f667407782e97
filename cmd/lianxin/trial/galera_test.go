package trial_test

import (
	"database/sql"
	"fmt"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// galeraLibrary is where Debian keeps what makes a server a node.
const galeraLibrary = "/usr/lib/galera/libgalera_smm.so"

// galera starts three nodes of one cluster.
func galera(t *testing.T) []*server {
	t.Helper()
	group, ist, sst := make([]string, 3), make([]string, 3), make([]string, 3)
	for i := range group {
		group[i], ist[i], sst[i] = freeAddress(t), freeAddress(t), freeAddress(t)
	}
	var nodes []*server
	for i := range group {
		_, port, err := net.SplitHostPort(group[i])
		if err != nil {
			t.Fatal(err)
		}
		n := newServer(t)
		n.more = []string{
			"--binlog-format=ROW", "--innodb-autoinc-lock-mode=2", "--wsrep-on=ON", "--wsrep-provider=" + galeraLibrary, "--wsrep-cluster-name=trial",
			"--wsrep-cluster-address=gcomm://" + strings.Join(group, ","), "--wsrep-node-address=" + group[i], "--wsrep-node-incoming-address=" + n.address,
			"--wsrep-sst-method=rsync", "--wsrep-sst-receive-address=" + sst[i],
			"--wsrep-provider-options=base_host=127.0.0.1;base_port=" + port + ";gmcast.listen_addr=tcp://" + group[i] + ";ist.recv_addr=" + ist[i] +
				";ist.recv_bind=" + ist[i] + ";gcache.size=32M;evs.keepalive_period=PT0.3S;evs.inactive_check_period=PT0.3S;evs.suspect_timeout=PT2S;" +
				"evs.inactive_timeout=PT4S;evs.install_timeout=PT4S",
		}
		if i > 0 {
			// All begin with the same data, so that nothing has to be copied whole.
			if err := os.RemoveAll(n.data()); err != nil {
				t.Fatal(err)
			}
			n.run("cp", "-a", nodes[0].data(), n.data())
		}
		nodes = append(nodes, n)
	}
	nodes[0].start("--wsrep-new-cluster")
	nodes[0].answers(time.Minute, account)
	for _, n := range nodes[1:] {
		n.start()
		n.synced(time.Minute)
	}
	return nodes
}

// synced waits until a node takes part again.
func (s *server) synced(limit time.Duration) {
	s.tb.Helper()
	for end := time.Now().Add(limit); ; time.Sleep(100 * time.Millisecond) {
		out, _ := exec.CommandContext(s.tb.Context(), "mariadb", "--no-defaults", "-uroot", "-S", s.socket(), "-N", "-e", "SHOW STATUS LIKE 'wsrep_local_state_comment'").Output()
		if strings.Contains(string(out), "Synced") {
			return
		}
		if time.Now().After(end) {
			s.tb.Fatalf("the node is not synced within %v: %s\n%s", limit, out, s.tail())
		}
	}
}

// What a server says of the last transaction it holds, and of those it is sent.
var (
	positionWords = regexp.MustCompile(`WSREP: Recovered position: *(\S+):(\d+)`)
	missedWords   = regexp.MustCompile(`WSREP: Receiving IST: (\d+) writesets, seqnos (\d+)-(\d+)`)
	copiedWords   = regexp.MustCompile(`SST completed on joiner`)
)

// back starts a node that was killed, as Debian's service does: a node that did
// not end in order does not know how far it had come, and reads it from the
// engine's log first. Without that the others would copy all data to it. It
// proves that exactly what was missed came, and says how much that was.
func (s *server) back(limit time.Duration) (missed int) {
	s.tb.Helper()
	out, err := exec.CommandContext(s.tb.Context(), program, s.options("--wsrep-recover")...).CombinedOutput()
	at := positionWords.FindSubmatch(out)
	if err != nil || at == nil {
		s.tb.Fatalf("the node does not say how far it had come: %v\n%s", err, out)
	}
	before := len(s.written())
	s.start(fmt.Sprintf("--wsrep-start-position=%s:%s", at[1], at[2]))
	s.synced(limit)
	log := s.written()[before:]
	sent := missedWords.FindSubmatch(log)
	if sent == nil || copiedWords.Match(log) {
		s.tb.Fatalf("the node did not come back by what it had missed alone:\n%s", log)
	}
	if had, first := number(s.tb, at[2]), number(s.tb, sent[2]); first != had+1 {
		s.tb.Errorf("the node had %d and was sent from %d on", had, first)
	}
	return number(s.tb, sent[1])
}

func number(tb testing.TB, digits []byte) int {
	tb.Helper()
	n, err := strconv.Atoi(string(digits))
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

// status adds up figures of a node.
func (s *server) status(names ...string) int {
	s.tb.Helper()
	sum := 0
	for _, name := range names {
		var value int
		if err := s.look().QueryRowContext(s.tb.Context(), "SHOW STATUS LIKE '"+name+"'").Scan(new(string), &value); err != nil {
			s.tb.Fatal(err)
		}
		sum += value
	}
	return sum
}

// alike proves that every table has the same rows on every node.
func alike(tb testing.TB, nodes []*server) {
	tb.Helper()
	tables := names(tb, nodes[0].look())
	if len(tables) < 40 {
		tb.Errorf("only %d tables", len(tables))
	}
	for _, table := range tables {
		var want string
		for i, n := range nodes {
			db := n.look()
			var rows int
			var sum sql.NullInt64
			var name string
			if err := db.QueryRowContext(tb.Context(), "SELECT COUNT(*) FROM `"+table+"`").Scan(&rows); err != nil {
				tb.Fatal(err)
			}
			if err := db.QueryRowContext(tb.Context(), "CHECKSUM TABLE `"+table+"`").Scan(&name, &sum); err != nil {
				tb.Fatal(err)
			}
			got := fmt.Sprintf("%d rows, checksum %d", rows, sum.Int64)
			if i == 0 {
				want = got
			}
			if got != want {
				tb.Errorf("%s: node 1 has %s, node %d has %s", table, want, i+1, got)
			}
		}
	}
}

func names(tb testing.TB, db *sql.DB) []string {
	tb.Helper()
	rows, err := db.QueryContext(tb.Context(), "SHOW TABLES")
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			tb.Fatal(err)
		}
		all = append(all, name)
	}
	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}
	return all
}
