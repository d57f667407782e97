package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"

	"lianxin/config"
	"lianxin/service/store"
)

// verdict is what a check came to.
type verdict string

// A check finds things in order, finds what should be mended soon, finds what
// does not work, or has nothing to look at.
const (
	verdictOK   verdict = "ok"
	verdictWarn verdict = "warn"
	verdictFail verdict = "fail"
	verdictSkip verdict = "skip"
)

var verdictWords = map[verdict]string{verdictOK: "正常", verdictWarn: "注意", verdictFail: "故障", verdictSkip: "跳过"}

// finding is one line of the doctor's: what was looked at, what was found, and
// what to do about it.
type finding struct {
	Check   string  `json:"check"`
	Verdict verdict `json:"verdict"`
	Found   string  `json:"found"`
	Do      string  `json:"do,omitempty"`
}

func doctorCommand(w world) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "体检：检查一切是否正常，并说明该怎么办",
		Long: "检查配置、数据库、密钥、时钟、微信接口和模板、待发任务、期限、节假日、图片存储、备份和磁盘，每项一行，有问题的说明办法。\n" +
			"可以在服务运行时随时执行；除了试写一个图片文件，不改动任何数据。有故障时退出码为 1。",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			findings := examine(cmd.Context(), w)
			if err := showFindings(w.stdout, findings, asJSON); err != nil {
				return err
			}
			failed := 0
			for _, f := range findings {
				if f.Verdict == verdictFail {
					failed++
				}
			}
			if failed > 0 {
				return fmt.Errorf("有 %d 项故障", failed)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "输出 JSON，便于程序读取")
	return cmd
}

func showFindings(to io.Writer, findings []finding, asJSON bool) error {
	if asJSON {
		lines := json.NewEncoder(to)
		lines.SetEscapeHTML(false)
		lines.SetIndent("", "  ")
		return lines.Encode(findings)
	}
	var b strings.Builder
	for _, f := range findings {
		fmt.Fprintf(&b, "[%s] %s：%s\n", verdictWords[f.Verdict], f.Check, f.Found)
		if f.Do != "" {
			fmt.Fprintf(&b, "       → %s\n", f.Do)
		}
	}
	_, err := io.WriteString(to, b.String())
	return err
}

// doctor looks at one deployment and writes down what it finds.
type doctor struct {
	w        world
	cfg      config.Config
	db       *store.DB
	findings []finding
}

func (d *doctor) note(v verdict, check, found, do string) {
	d.findings = append(d.findings, finding{Check: check, Verdict: v, Found: found, Do: do})
}

func (d *doctor) ok(check, found string) { d.note(verdictOK, check, found, "") }

// broken notes a check that could not be made.
func (d *doctor) broken(check string, err error) {
	d.note(verdictFail, check, "检查不了："+err.Error(), "请先排除上面的故障，再运行一次 lianxin doctor。")
}

// examine makes every check that can be made.
func examine(ctx context.Context, w world) []finding {
	d := &doctor{w: w}
	if !d.configuration() {
		return d.findings
	}
	d.disks()
	d.backups()
	if !d.database(ctx) {
		return d.findings
	}
	defer func() {
		if err := d.db.Close(); err != nil {
			d.broken("关闭数据库", err)
		}
	}()
	if !d.schema(ctx) {
		return d.findings
	}
	d.keys(ctx)
	d.storage(ctx)
	d.weChat(ctx)
	d.outbox(ctx)
	d.clocks(ctx)
	d.jobs(ctx)
	d.calendar(ctx)
	return d.findings
}

// configuration reads the settings; false when they cannot even be used to look
// further.
func (d *doctor) configuration() bool {
	const check = "配置"
	cfg, err := config.LoadServing(d.w.lookup)
	if err == nil {
		d.cfg = cfg
		d.ok(check, "没有问题")
		return true
	}
	if invalid, ok := errors.AsType[config.InvalidError](err); ok {
		for _, m := range invalid.Mistakes {
			d.note(verdictFail, check, fmt.Sprint(m), "改好后运行 lianxin check。")
		}
	} else {
		d.broken(check, err)
	}
	// What only serving needs may be missing; the rest can be looked at.
	d.cfg, err = config.Load(d.w.lookup)
	return err == nil
}

// silent is for rooms that want a log; the doctor has its own way to tell.
func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }
