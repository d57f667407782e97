package trial_test

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"lianxin/service/store"
)

// onCluster skips what starts a cluster unless it is asked for.
func onCluster(t *testing.T) {
	t.Helper()
	if os.Getenv("LIANXIN_CLUSTER") == "" {
		t.Skip("takes two minutes: make cluster")
	}
	withServers(t)
	if _, err := os.Stat(galeraLibrary); err != nil {
		t.Skip("needs galera-4 (.ci/cluster installs it)")
	}
}

// town is a cluster with two replicas on it, residents who write and a
// representative who answers.
type town struct {
	*place

	began     time.Time
	nodes     []*server
	residents []*person
	writers   *writers
	desk      *desk
}

// step says what has been come to, and when.
func (c *town) step(what string, about ...any) {
	c.tb.Helper()
	acknowledged, answered := 0, 0
	if c.desk != nil {
		acknowledged, answered = c.desk.count()
	}
	accepted := 0
	if c.writers != nil {
		accepted = c.writers.count()
	}
	c.tb.Logf("%5.1fs  %s [%d messages accepted, %d acknowledged, %d answered]", time.Since(c.began).Seconds(), fmt.Sprintf(what, about...), accepted, acknowledged, answered)
}

// more waits until more messages are accepted, and some are answered.
func (c *town) more() {
	c.tb.Helper()
	const n = 64
	messages := c.writers.count()
	_, answers := c.desk.count()
	c.patient(time.Minute, "messages are accepted and answered", func() bool {
		_, answered := c.desk.count()
		return c.writers.count() >= messages+n && answered >= answers+n/8
	})
}

// patience is how long anybody waits for an answer at most, whatever dies.
const patience = 10 * time.Second

// held proves that nobody waited for too long, saw an error of ours, or was put
// off without being told for how long.
func (c *town) held(what string) {
	c.tb.Helper()
	statuses, unheaded, longest := answered(slices.Concat(c.writers.people, c.desk.phones))
	c.step("%s; the longest wait was %v; answers %v", what, longest.Round(10*time.Millisecond), statuses)
	if longest > patience {
		c.tb.Errorf("somebody waited %v, want %v at most", longest, patience)
	}
	if statuses[http.StatusInternalServerError] > 0 || unheaded > 0 {
		c.tb.Errorf("answers %v, %d of them 503 without Retry-After", statuses, unheaded)
	}
}

// TestAClusterLosesNothingWhenANodeAndThenAReplicaIsKilled is `make cluster`.
func TestAClusterLosesNothingWhenANodeAndThenAReplicaIsKilled(t *testing.T) {
	onCluster(t)
	c := &town{place: &place{tb: t}, began: time.Now()}
	c.nodes = galera(t)
	migrateAtOnce(t, c.nodes)
	c.step("three nodes are up, and two who migrated at once did it once")
	c.step("transactions that met through two nodes left all or nothing; %d were run again", allOrNothing(t, c.nodes))
	c.place = newPlace(t, inOrder(c.nodes, 0, 1, 2), 2, nil)
	residents, representative := c.crowd()
	c.residents = residents
	for _, o := range residents[:4] {
		o.allows("mini-answer", 5)
	}
	c.writers, c.desk = write(t, residents, 300*time.Millisecond), attend(t, representative, representative.elsewhere(1))
	c.more()
	c.step("residents write and a representative answers")

	c.nodes[0].signal(syscall.SIGKILL)
	c.more()
	c.held("the writing node was killed")
	c.doctor("[注意] 数据库集群（Galera）：只有 2 个节点在线，再坏一个就可能停止服务", "→ 尽快恢复其余节点。")
	c.step("the node is back and was sent the %d transactions it had missed, not a copy", c.nodes[0].back(time.Minute))
	c.doctor("[正常] 数据库集群（Galera）：3 个节点在线，已同步")
	c.more()

	c.replicas[1].kill()
	c.more()
	c.held("a replica was killed")
	// It comes back with another order of nodes than the first, which nobody
	// should set up: two nodes are written at once from here on.
	c.replicas[1].env = append(c.replicas[1].env, "LIANXIN_DATABASE="+inOrder(c.nodes, 1, 2, 0))
	c.replicas[1].start()
	c.apart()
	c.writers.end()
	c.held("both replicas wrote the same rows through a node each")
	c.whole(representative)
	c.alone()
}

// inOrder names the database with its hosts in an order.
func inOrder(nodes []*server, order ...int) string {
	hosts := make([]string, len(order))
	for i, n := range order {
		hosts[i] = nodes[n].address
	}
	return "mysql:app:app@tcp(" + strings.Join(hosts, ",") + ")/app"
}

// apart lets the replicas fight over rows through a node each, and proves that
// the nodes did part transactions and that the replicas ran them again.
func (c *town) apart() {
	c.tb.Helper()
	c.desk.end()
	parted := func() (n int) {
		for _, node := range c.nodes {
			n += node.status("wsrep_local_cert_failures", "wsrep_local_bf_aborts")
		}
		return n
	}
	before := parted()
	c.collide(c.writers, c.desk)
	var repeated, lost int
	for _, r := range c.replicas {
		repeated += r.figure("lianxin_transactions_repeated_total")
		lost += r.figure("lianxin_transactions_lost_total")
	}
	n := parted() - before
	c.step("the nodes parted %d transactions; the replicas ran %d again, %d of them in vain", n, repeated, lost)
	if n == 0 || repeated == 0 {
		c.tb.Errorf("the nodes parted %d transactions and the replicas ran %d again: nothing was tried", n, repeated)
	}
}

// whole proves that all that was said yes to is there once and was told once,
// and that every node holds the same.
func (c *town) whole(representative *person) {
	c.tb.Helper()
	db := c.open()
	defer func() { _ = db.Close() }()
	c.settled(db, 2*time.Minute)
	c.nothingLost(db, c.writers.accepted)
	c.answersKept(db, c.desk)
	unpushed := c.toldOnce(db, c.residents, representative)
	c.step("nothing is lost, nobody was told twice; %d subscribe messages were left to the inbox", unpushed)
	for _, r := range c.replicas {
		r.kill()
	}
	alike(c.tb, c.nodes)
	c.step("all nodes hold the same")
}

// alone leaves one node of three, which must not serve, and asks the doctor.
func (c *town) alone() {
	c.tb.Helper()
	c.nodes[0].signal(syscall.SIGKILL)
	c.nodes[1].signal(syscall.SIGKILL)
	c.doctor("[故障] 数据库集群（Galera）：节点不能服务", "见 docs/operations/cluster.md")
	c.step("one node of three says that it cannot serve")
}

// doctor waits until the doctor says something of the cluster: what happened to
// a node takes the others some seconds to agree on.
func (c *town) doctor(words ...string) {
	c.tb.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		said, _ := c.said("doctor") // there may be other things the matter
		missing := false
		for _, w := range words {
			missing = missing || !strings.Contains(said, w)
		}
		if !missing {
			return
		}
		if time.Now().After(end) {
			c.tb.Errorf("the doctor does not say %q:\n%s", words, said)
			return
		}
	}
}

// figure reads one figure without labels.
func (r *replica) figure(name string) int {
	r.tb.Helper()
	a, err := ask(r.tb.Context(), http.MethodGet, "http://"+r.figures+"/metrics", nil, nil)
	if err != nil || a.status != http.StatusOK {
		r.tb.Fatalf("figures: %d %v", a.status, err)
	}
	found := regexp.MustCompile(`(?m)^` + name + ` (\d+)$`).FindSubmatch(a.body)
	if found == nil {
		r.tb.Fatalf("no figure %s", name)
	}
	return number(r.tb, found[1])
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

// TestACommandSucceedsOnANodeOfACluster is `.ci/cluster COMMAND…`: it runs the
// command with LIANXIN_TEST_DSN pointing at one of three nodes.
func TestACommandSucceedsOnANodeOfACluster(t *testing.T) {
	onCluster(t)
	command := flag.Args()
	if len(command) == 0 {
		t.Skip("no command was given: .ci/cluster go test ./service/...")
	}
	nodes := galera(t)
	run := exec.CommandContext(t.Context(), command[0], command[1:]...)
	run.Dir, run.Stdout, run.Stderr = "../../..", os.Stdout, os.Stderr
	run.Env = append(os.Environ(), "LIANXIN_CLUSTER=", "LIANXIN_TEST_DSN=app:app@tcp("+nodes[0].address+")/")
	if err := run.Run(); err != nil {
		t.Errorf("%v: %v", command, err)
	}
}
