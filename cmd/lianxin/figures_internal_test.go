package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"lianxin/config"
	"lianxin/model"
	"lianxin/service/outbox"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

// scrape reads the figures of a running program.
func (p *program) scrape() string {
	p.tb.Helper()
	return p.anonymous().must(http.StatusOK, p.ask(http.MethodGet, p.figures+"/metrics", "", nil)).body
}

func TestEveryFigureIsThereOnceThereIsSomethingToCount(t *testing.T) {
	p := demoCopy(t)
	seat, _ := p.someone()
	resident := p.signIn("计数的人")
	id := resident.must(http.StatusCreated, resident.post("/api/v1/messages", map[string]any{"representative_id": seat, "body": "数一数"})).field(t, "id")
	resident.waitFor("/api/v1/messages/"+id, "delivered")
	for _, name := range []string{
		"lianxin_task_seconds_count{kind=\"screen_turn\",outcome=\"done\"}", "lianxin_job_seconds_count{job=\"deadline\",outcome=\"done\"}",
		"lianxin_job_success_timestamp_seconds{job=\"digest\"}", "lianxin_wechat_seconds_count{api=\"wxa/msg_sec_check\",outcome=\"ok\"}",
		"lianxin_http_request_seconds_count{method=\"POST\",route=\"/api/v1/messages\",status=\"201\"}",
		"go_sql_in_use_connections{db_name=\"write\"}", "go_sql_wait_duration_seconds_total{db_name=\"read\"}", "go_build_info", "process_resident_memory_bytes",
		"lianxin_transactions_repeated_total 0", "lianxin_transactions_lost_total 0", "lianxin_figures_unread 0", "lianxin_outbox_ready", "lianxin_outbox_refused", "lianxin_outbox_oldest_seconds",
		"lianxin_deadlines_open{kind=\"first_touch\"}", "lianxin_deadlines_overdue{kind=", "lianxin_deadlines_paused{kind=", "lianxin_deadline_behind_seconds",
		"lianxin_notices{state=\"unreachable\"}", "lianxin_notices_oldest_seconds", "lianxin_turns_held", "lianxin_turns_held_oldest_seconds",
		"lianxin_turns_appealed", "lianxin_turns_checking", "lianxin_job_lease_seconds{job=\"sweep pictures\"}", "lianxin_calendar_known_seconds",
		"lianxin_disk_free_bytes{of=\"pictures\"}", "lianxin_disk_free_bytes{of=\"database\"}",
	} {
		p.eventually(name+" is told", func() bool { return strings.Contains(p.scrape(), name) })
	}
}

func TestManyScrapesInAMomentCostOneReading(t *testing.T) {
	db := storetest.Open(t)
	s := &standing{cfg: config.Config{DataDir: t.TempDir()}, db: db, now: clock, log: slog.New(slog.DiscardHandler)}
	figures, err := registry(s)
	if err != nil {
		t.Fatal(err)
	}
	ready := func() float64 {
		t.Helper()
		families, err := figures.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range families {
			if f.GetName() == "lianxin_outbox_ready" {
				return f.GetMetric()[0].GetGauge().GetValue()
			}
		}
		t.Fatal("no figure about the outbox")
		return 0
	}
	if n := ready(); n != 0 {
		t.Errorf("an empty outbox counts %v", n)
	}
	if err := store.InTx(t.Context(), db, func(ctx context.Context, tx *gorm.DB) error {
		return outbox.Enqueue(ctx, tx, outbox.Task{Kind: "work", DedupeKey: "a", RunAt: clock()})
	}); err != nil {
		t.Fatal(err)
	}
	if n := ready(); n != 0 {
		t.Error("the database was read again at once")
	}
	s.read = s.read.Add(-figuresLife)
	if n := ready(); n != 1 {
		t.Errorf("after a while it counts %v", n)
	}
}

func TestFiguresThatCannotBeReadSayThat(t *testing.T) {
	db := storetest.Open(t)
	if db.Kind() == store.MySQL {
		t.Skip("a table is dropped, and a server's databases are used again")
	}
	if err := store.InTx(t.Context(), db, func(ctx context.Context, tx *gorm.DB) error {
		return store.From[model.Lease](tx).Exec(ctx, "DROP TABLE leases")
	}); err != nil {
		t.Fatal(err)
	}
	var log guarded
	s := &standing{cfg: config.Config{DataDir: t.TempDir()}, db: db, now: clock, log: slog.New(slog.NewTextHandler(&log, nil))}
	figures, err := registry(s)
	if err != nil {
		t.Fatal(err)
	}
	families, err := figures.Gather()
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]float64{}
	for _, f := range families {
		if g := f.GetMetric()[0].GetGauge(); g != nil {
			told[f.GetName()] = g.GetValue()
		}
	}
	if _, others := told["lianxin_outbox_ready"]; !others || told["lianxin_figures_unread"] != 1 || !strings.Contains(log.String(), "leases") {
		t.Errorf("told %v, logged %s", told, log.String())
	}
}

func TestAnAddressOfFiguresThatIsTakenCostsNobodyTheService(t *testing.T) {
	var listening net.ListenConfig
	taken, err := listening.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	env := settings(t)
	env["LIANXIN_METRICS_LISTEN"] = taken.Addr().String()
	if code, _, stderr := command(t, env, "", "migrate"); code != 0 {
		t.Fatal(stderr)
	}
	p := start(t, env, "serve")
	if a := p.anonymous().get("/readyz"); a.status != http.StatusOK || p.figures != "" || !strings.Contains(p.stderr.String(), "LIANXIN_METRICS_LISTEN") {
		t.Errorf("ready %d, figures at %q, log %s", a.status, p.figures, p.stderr)
	}
}

func TestAProgramThatStopsSaysSoBeforeItShutsTheDoor(t *testing.T) {
	env := settings(t)
	env["LIANXIN_SHUTDOWN_DELAY"] = "1s"
	if code, _, stderr := command(t, env, "", "migrate"); code != 0 {
		t.Fatal(stderr)
	}
	p := start(t, env, "serve")
	began := time.Now()
	p.stop()
	p.eventually("it is no longer ready", func() bool { return p.anonymous().get("/readyz").status == http.StatusServiceUnavailable })
	if a := p.anonymous().get("/healthz"); a.status != http.StatusOK {
		t.Errorf("meanwhile it answers %d", a.status)
	}
	if a := p.anonymous().get("/api/v1/areas"); a.status != http.StatusOK {
		t.Errorf("meanwhile people are answered %d", a.status)
	}
	if code := p.end(); code != 0 || time.Since(began) < time.Second {
		t.Errorf("ended with %d after %s", code, time.Since(began))
	}
}
