package trial_test

import (
	"database/sql"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"lianxin/service/store"
)

const provider = "/usr/lib/galera/libgalera_smm.so"

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
			"--binlog-format=ROW", "--innodb-autoinc-lock-mode=2", "--wsrep-on=ON", "--wsrep-provider=" + provider, "--wsrep-cluster-name=trial",
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

// TestAClusterLosesNothingWhenANodeAndThenAReplicaIsKilled is `make cluster`.
func TestAClusterLosesNothingWhenANodeAndThenAReplicaIsKilled(t *testing.T) {
	if os.Getenv("LIANXIN_CLUSTER") == "" {
		t.Skip("takes two minutes: make cluster")
	}
	withServers(t)
	if _, err := os.Stat(provider); err != nil {
		t.Skip("needs galera-4 (.ci/cluster installs it)")
	}
	began := time.Now()
	step := func(what string, about ...any) {
		t.Logf("%5.1fs  %s", time.Since(began).Seconds(), fmt.Sprintf(what, about...))
	}
	nodes := galera(t)
	step("three nodes are up")
	migrateAtOnce(t, nodes)
	step("two replicas migrated at once")
	hosts := nodes[0].address + "," + nodes[1].address + "," + nodes[2].address
	p := newPlace(t, "mysql:app:app@tcp("+hosts+")/app", 2, nil)
	residents, representative := p.crowd()
	w := write(t, residents, 20*time.Millisecond)
	more := func(n int) {
		before := w.count()
		p.patient(time.Minute, "messages are accepted", func() bool { return w.count() >= before+n })
	}
	more(64)
	step("%d messages accepted", w.count())

	nodes[0].signal(syscall.SIGKILL)
	more(64)
	_, _, longest := w.answered()
	step("the writing node was killed; the longest wait for an answer was %v", longest.Round(10*time.Millisecond))
	if longest > 10*time.Second {
		t.Errorf("somebody waited %v, want 10 s at most", longest)
	}
	nodes[0].start()
	nodes[0].synced(time.Minute)
	step("the node is back")
	more(64)

	p.replicas[1].kill()
	more(64)
	p.replicas[1].start()
	more(16)
	w.end()
	statuses, unheaded, longest := w.answered()
	step("a replica was killed and is back; the longest wait was %v; %d accepted; answers %v", longest.Round(10*time.Millisecond), w.count(), statuses)
	if longest > 10*time.Second {
		t.Errorf("somebody waited %v, want 10 s at most", longest)
	}
	if statuses[http.StatusInternalServerError] > 0 || unheaded > 0 {
		t.Errorf("answers %v, %d of them 503 without Retry-After", statuses, unheaded)
	}

	db := p.open()
	defer func() { _ = db.Close() }()
	p.settled(db, 2*time.Minute)
	p.nothingLost(db, w.accepted)
	unpushed := p.toldOnce(db, residents, representative)
	step("nothing is lost, nobody was told twice; %d subscribe messages were left to the inbox", unpushed)
	for _, r := range p.replicas {
		r.kill()
	}
	alike(t, nodes)
	step("all nodes hold the same")
}

// migrateAtOnce migrates an empty schema through two nodes at the same time.
func migrateAtOnce(t *testing.T, nodes []*server) {
	t.Helper()
	applied := make([]int, 2)
	var both sync.WaitGroup
	for i, n := range nodes[:2] {
		both.Go(func() {
			db, err := store.Open(t.Context(), store.MySQL, "app:app@tcp("+n.address+")/app")
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = db.Close() }()
			names, err := store.Migrate(t.Context(), db)
			if err != nil {
				t.Errorf("migrate through node %d: %v", i+1, err)
			}
			applied[i] = len(names)
		})
	}
	both.Wait()
	if min(applied[0], applied[1]) != 0 || max(applied[0], applied[1]) == 0 {
		t.Fatalf("applied %v, want exactly one to apply", applied)
	}
}

// alike proves that every table has the same rows on every node.
func alike(t *testing.T, nodes []*server) {
	t.Helper()
	tables := names(t, nodes[0].look())
	if len(tables) < 40 {
		t.Errorf("only %d tables", len(tables))
	}
	for _, table := range tables {
		var want string
		for i, n := range nodes {
			db := n.look()
			var rows int
			var sum sql.NullInt64
			var name string
			if err := db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM `"+table+"`").Scan(&rows); err != nil {
				t.Fatal(err)
			}
			if err := db.QueryRowContext(t.Context(), "CHECKSUM TABLE `"+table+"`").Scan(&name, &sum); err != nil {
				t.Fatal(err)
			}
			got := fmt.Sprintf("%d rows, checksum %d", rows, sum.Int64)
			if i == 0 {
				want = got
			}
			if got != want {
				t.Errorf("%s: node 1 has %s, node %d has %s", table, want, i+1, got)
			}
		}
	}
}

func names(t *testing.T, db *sql.DB) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "SHOW TABLES")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		all = append(all, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
