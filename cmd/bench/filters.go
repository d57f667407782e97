package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/message"
	"lianxin/service/store"
)

// filtersCommand measures how long the queue of the liaison office and the audit log
// take to open under every narrowing and combination, asked one after the other: what one
// officer waits for.
func filtersCommand(o *options, stdout, stderr io.Writer) *cobra.Command {
	return &cobra.Command{
		Use: "filters", Short: "联络办队列和审计日志在每一种筛选下要等多久", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return inScratch(cmd.Context(), o, stderr, func(scratch string, say saying) error {
				for _, engine := range o.engines {
					if err := measureFilters(cmd.Context(), *o, engine, scratch, stdout, say); err != nil {
						return fmt.Errorf("%s：%w", engine, err)
					}
				}
				return nil
			})
		},
	}
}

// filtered is one narrowing, as each of its officers asks for it.
type filtered struct {
	name     string
	requests []request
}

// choices are the states that are chosen under a narrowing: none, and several of
// which some are rare.
var choices = []struct{ name, query string }{
	{"", ""}, {"，三种状态", "&states=delivered&states=answered&states=closed"},
}

// filters are all combinations of a narrowing, states, an area and a topic. A topic
// that no message has is the worst there is: nothing stops a walk early.
func filters(w *world) []filtered {
	areas := []struct{ name, query string }{{"全区", ""}, {"一个街道", "&area_id=" + w.areas[3].ID}, {"一个社区", "&area_id=" + w.communities[7].ID}}
	topics := []struct{ name, query string }{{"", ""}, {"，一个主题", "&topic_id=" + w.topics[4].ID}, {"，没有来信的主题", "&topic_id=none"}}
	whiches := []message.Which{
		message.WhichAll, message.WhichWaiting, message.WhichOverdue, message.WhichEscalated, message.WhichHeld,
		message.WhichAnswered, message.WhichEnded, message.WhichUnassigned, message.WhichUnreachable,
	}
	var all []filtered
	for _, which := range whiches {
		for _, area := range areas {
			for _, topic := range topics {
				for _, states := range choices {
					query := area.query + topic.query + states.query
					if which != message.WhichAll {
						query += "&which=" + string(which)
					}
					name := fmt.Sprintf("%s，%s%s%s", cmp.Or(string(which), "all"), area.name, topic.name, states.name)
					all = append(all, asFiltered(name, "/api/v1/staff/messages?limit=30"+query, area.query == ""))
				}
			}
		}
	}
	return all
}

// asFiltered asks for a list as the officer of the district, and where no area is
// named as the one of a street too.
func asFiltered(name, target string, street bool) filtered {
	f := filtered{name: name, requests: []request{get(target, officerToken(0))}}
	if street {
		f.requests = append(f.requests, get(target, officerToken(3)))
	}
	return f
}

// logFilters are all combinations of who, what, where and when for the audit log.
// What nobody did is the worst there is, as above; a community's lines are few
// among many.
func logFilters(w *world) []filtered {
	// Chinese in an address is written as its bytes.
	who := []struct{ name, query string }{{"任何人", ""}, {"一个人", "&actor=" + url.QueryEscape(w.residents[0].Name)}, {"没有的人", "&actor=nobody"}}
	what := []struct{ name, query string }{{"", ""}, {"，常有的事", "&action=message.submit"}, {"，没有的事", "&action=staff.add"}}
	kind := []struct{ name, query string }{{"", ""}, {"，对来信", "&target_kind=message"}, {"，对人", "&target_kind=person"}}
	where := []struct{ name, query string }{{"全区", ""}, {"一个街道", "&area_id=" + w.areas[3].ID}, {"一个社区", "&area_id=" + w.communities[7].ID}}
	when := []struct{ name, query string }{{"", ""}, {"，一个月", "&from=2026-02-01&to=2026-02-28"}}
	var all []filtered
	for _, one := range who {
		for _, deed := range what {
			for _, on := range kind {
				for _, area := range where {
					for _, month := range when {
						name := "日志：" + one.name + deed.name + on.name + "，" + area.name + month.name
						all = append(all, asFiltered(name, "/api/v1/staff/audit?limit=50"+one.query+deed.query+on.query+area.query+month.query, area.query == ""))
					}
				}
			}
		}
	}
	return all
}

// letAudit lets the officers who are asked for read the audit log too.
func letAudit(ctx context.Context, database string, w *world) (err error) {
	kind, dsn, _ := strings.Cut(database, ":")
	db, err := store.Open(ctx, store.Kind(kind), dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
		for _, i := range []int{0, 3} {
			g := w.officers[i]
			g.ID, g.Role = model.NewID(), model.RoleAuditor
			if err := store.From[model.Grant](tx).Create(ctx, &g); err != nil {
				return err
			}
		}
		return nil
	})
}

// aimOfFilters is how long nobody should wait for a list.
const aimOfFilters = 300 * time.Millisecond

// asksOf is how often each filter is asked for, the first time included.
const asksOf = 5

// measureFilters measures one engine, on each amount of data.
func measureFilters(ctx context.Context, o options, name, scratch string, stdout io.Writer, say saying) (err error) {
	w := newWorld(o.size())
	weChat, stopWeChat, err := startWeChat(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stopWeChat()) }()
	e, err := openEngine(ctx, o, name, scratch, w, say)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	for _, messages := range o.messages {
		database, err := e.prepare(ctx, messages)
		if err != nil {
			return err
		}
		began := time.Now()
		s, err := startForFilters(ctx, o, fmt.Sprintf("%s-%d-filters", name, messages), database, scratch, weChat, w)
		if err != nil {
			return err
		}
		say("%s：%d 封来信，迁移和启动用了 %s", name, messages, time.Since(began).Round(time.Second))
		measuring := waitAll(ctx, s, w, fmt.Sprintf("%s，%d 封来信", name, messages), stdout, say)
		if err := errors.Join(measuring, s.stop()); err != nil {
			return err
		}
	}
	return nil
}

func startForFilters(ctx context.Context, o options, name, database, scratch, weChat string, w *world) (*server, error) {
	env := settings(database, filepath.Join(scratch, name+"-files"), weChat, o.jobs)
	if err := errors.Join(migrateOurs(ctx, o, env), letAudit(ctx, database, w)); err != nil {
		return nil, err
	}
	return launch(ctx, name, scratch, env, o.binary, "serve")
}

// waitAll asks for every filter and writes a table of how long that took.
func waitAll(ctx context.Context, s *server, w *world, title string, stdout io.Writer, say saying) error {
	table := tabwriter.NewWriter(stdout, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintf(table, "%s\t第一次\t之后最慢\t下一页\n", title) // to a terminal; Flush tells
	for _, f := range append(filters(w), logFilters(w)...) {
		first, later, next, err := waited(ctx, s, f)
		if err != nil {
			return fmt.Errorf("%s：%w", f.name, err)
		}
		if longest := max(first, later, next); longest > aimOfFilters {
			say("%s：等了 %s", f.name, milliseconds(longest))
		}
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", f.name, milliseconds(first), milliseconds(later), milliseconds(next)) // as above
	}
	return table.Flush()
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
}

// waited is the longest wait for a filter when it is opened, when it is opened
// again, and for the page after.
func waited(ctx context.Context, s *server, f filtered) (first, later, next time.Duration, err error) {
	l, err := dial(ctx, s.address)
	if err != nil {
		return 0, 0, 0, err
	}
	defer func() { err = errors.Join(err, l.conn.Close()) }()
	for _, r := range f.requests {
		var after string
		for i := range asksOf {
			took, page, err := asked(l, s, r)
			if err != nil {
				return 0, 0, 0, err
			}
			if after = page; i == 0 {
				first = max(first, took)
			} else {
				later = max(later, took)
			}
		}
		if after == "" {
			continue
		}
		took, _, err := asked(l, s, get(r.target+"&after="+after, r.token))
		if err != nil {
			return 0, 0, 0, err
		}
		next = max(next, took)
	}
	return first, later, next, nil
}

// asked asks once and gives the time that took and where the next page begins.
func asked(l *line, s *server, r request) (took time.Duration, next string, err error) {
	var body bytes.Buffer
	raw, began := r.bytes(s.address, -1), time.Now()
	status, err := l.ask(raw, &body)
	took = time.Since(began)
	if err != nil || status != http.StatusOK {
		return took, "", fmt.Errorf("%s 答 %d：%.300s：%w", r.target, status, body.Bytes(), err)
	}
	var page struct{ Next string }
	err = json.Unmarshal(body.Bytes(), &page)
	return took, page.Next, err
}
