package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// report is everything a run found out.
type report struct {
	Machine     string
	Rounds      int
	Seconds     float64
	Connections int
	Engines     []engineReport
}

type engineReport struct {
	Engine string
	Lines  []compared
	Memory []memoryLine
}

type memoryLine struct {
	Messages      int
	NowMB, MostMB float64
}

// compared is one measured thing on one amount of data, for all three servers.
type compared struct {
	Name, Title string
	Messages    int
	Yardstick   string
	Least       float64
	Ours        figures
	Bare        figures
	Memory      figures
	// Backlog and Drained tell, after each turn of sending, how many tasks were
	// left and how many seconds it took to do them.
	Backlog []int     `json:",omitempty"`
	Drained []float64 `json:",omitempty"`
}

// figures are those of one server, one value per round.
type figures struct {
	PerSecond []float64
	P50, P99  []float64 // milliseconds
	CPU       []float64 // processor microseconds of the server per request
}

func (l *compared) add(server string, s sample) {
	slices.Sort(s.took)
	n := len(s.took)
	at := func(part float64) float64 {
		return float64(s.took[min(n-1, int(part*float64(n)))].Microseconds()) / 1000
	}
	f := map[string]*figures{"ours": &l.Ours, "bare": &l.Bare, "memory": &l.Memory}[server]
	f.PerSecond = append(f.PerSecond, float64(n)/s.span.Seconds())
	f.P50, f.P99 = append(f.P50, at(0.5)), append(f.P99, at(0.99))
	f.CPU = append(f.CPU, float64(s.busy.Microseconds())/float64(n))
}

// ratio is how our throughput compares with a yardstick's: the median over the
// rounds, in each of which both had their turn.
func (l *compared) ratio(yardstick string) float64 {
	other := l.Bare
	if yardstick == "memory" {
		other = l.Memory
	}
	var ratios []float64
	for i, v := range l.Ours.PerSecond {
		ratios = append(ratios, v/other.PerSecond[i])
	}
	return median(ratios)
}

func median(of []float64) float64 {
	if len(of) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(of))
	if n := len(sorted); n%2 == 0 {
		return (sorted[n/2-1] + sorted[n/2]) / 2
	}
	return sorted[len(sorted)/2]
}

// growth is how much the p99 grew from the least data to this: the median over
// the rounds.
func (e engineReport) growth(l compared) float64 {
	for _, first := range e.Lines {
		if first.Name != l.Name {
			continue
		}
		var ratios []float64
		for i, v := range l.Ours.P99 {
			ratios = append(ratios, v/first.Ours.P99[i])
		}
		return median(ratios)
	}
	return 0
}

func (r report) print(to io.Writer) {
	_, _ = fmt.Fprintf(to, "%s；%d 轮，每轮 %g 秒，%d 个连接；吞吐为次/秒，时间为毫秒，CPU 为每次微秒\n", r.Machine, r.Rounds, r.Seconds, r.Connections)
	for _, e := range r.Engines {
		e.print(to)
	}
}

func (e engineReport) print(to io.Writer) {
	_, _ = fmt.Fprintf(to, "\n== %s\n", e.Engine)
	t := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(cells ...string) { _, _ = fmt.Fprintln(t, strings.Join(cells, "\t")+"\t") }
	row("item", "messages", "/s", "p50", "p99", "CPU", "bare /s", "p99", "CPU", "memory /s", "p99", "CPU", "vs bare", "vs memory", "aim", "p99 growth")
	for _, l := range e.Lines {
		cells := []string{l.Name, fmt.Sprint(l.Messages)}
		cells = append(cells, fmt.Sprintf("%.0f", median(l.Ours.PerSecond)), fmt.Sprintf("%.2f", median(l.Ours.P50)), fmt.Sprintf("%.2f", median(l.Ours.P99)), fmt.Sprintf("%.0f", median(l.Ours.CPU)))
		for _, f := range []figures{l.Bare, l.Memory} {
			cells = append(cells, fmt.Sprintf("%.0f", median(f.PerSecond)), fmt.Sprintf("%.2f", median(f.P99)), fmt.Sprintf("%.0f", median(f.CPU)))
		}
		verdict := "missed"
		if l.ratio(l.Yardstick) >= l.Least {
			verdict = "met"
		}
		cells = append(cells, fmt.Sprintf("%.2f", l.ratio("bare")), fmt.Sprintf("%.2f", l.ratio("memory")), fmt.Sprintf("%.1f %s %s", l.Least, l.Yardstick, verdict), fmt.Sprintf("%.2f", e.growth(l)))
		row(cells...)
	}
	_ = t.Flush() // the screen may have gone
	for _, l := range e.Lines {
		if len(l.Drained) > 0 {
			_, _ = fmt.Fprintf(to, "send, %d messages: tasks left after a turn %v, seconds until they were done %.1f\n", l.Messages, l.Backlog, l.Drained)
		}
	}
	for _, m := range e.Memory {
		_, _ = fmt.Fprintf(to, "resident memory at %d messages: %.0f MB now, %.0f MB at most\n", m.Messages, m.NowMB, m.MostMB)
	}
}

// save writes the report where it was asked for.
func (r report) save(path string) error {
	if path == "" {
		return nil
	}
	content, err := json.MarshalIndent(struct {
		At time.Time
		report
	}{time.Now().UTC(), r}, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(content, '\n'), 0o600)
}

func machine() string {
	return fmt.Sprintf("%s/%s，%d 个处理器，%s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
}
