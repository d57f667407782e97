// Command bench measures the built program against two yardsticks, on the same
// data and in the same run: a bare Gin handler with database/sql that asks the
// same, and a Gin handler that has the same bytes in memory. docs/performance.md
// says how to read what it prints. It serves nobody and changes only its own
// copies of data it made up.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// options are the flags of a run.
type options struct {
	engines  []string
	messages []int
	routes   []string
	data     string
	binary   string
	out      string
	rounds   int
	seconds  float64
	conns    int
	quick    bool
	jobs     bool
	buffer   string
}

func (o options) size() size {
	if o.quick {
		return quickSize
	}
	return fullSize
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code := command(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// command is the program: it does what the arguments ask and gives the exit code.
func command(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var o options
	root := &cobra.Command{
		Use:           "bench",
		Short:         "量一量连心有多快",
		Long:          "启动编译好的 lianxin，与两把尺子（直接用 database/sql 的 Gin 处理函数、直接返回内存字节的 Gin 处理函数）在同一批数据上交替测量。",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return bench(cmd.Context(), o, stdout, stderr) },
	}
	f := root.PersistentFlags()
	f.StringSliceVar(&o.engines, "engines", []string{"sqlite", "mariadb"}, "数据库：sqlite、mariadb")
	f.IntSliceVar(&o.messages, "messages", []int{10_000, 1_000_000}, "来信数量，可以有几个，从小到大")
	f.StringSliceVar(&o.routes, "routes", nil, "只测这些项目（名称以此开头）；不填为全部")
	f.StringVar(&o.data, "data", "", "存放造好的数据的文件夹，再次运行时直接使用；不填则用完即删")
	f.StringVar(&o.binary, "binary", "", "要测的 lianxin 程序；不填则现在编译")
	f.StringVar(&o.out, "out", "", "把结果写成 JSON 的文件")
	f.IntVar(&o.rounds, "rounds", 5, "交替几轮")
	f.Float64Var(&o.seconds, "seconds", 2, "每轮每个对象测几秒")
	f.IntVar(&o.conns, "conns", 8, "同时几个连接")
	f.BoolVar(&o.quick, "quick", false, "试跑：2000 封来信、每项一轮、0.2 秒，只看是否都答得上来")
	f.BoolVar(&o.jobs, "jobs", true, "测量时是否同时执行后台任务（内容检查、投递、通知）")
	f.StringVar(&o.buffer, "buffer", "2G", "MariaDB 的缓冲池大小")
	root.AddCommand(yardstickCommand(stdout), filtersCommand(&o, stdout, stderr))
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.CompletionOptions.DisableDefaultCmd = true
	if err := root.ExecuteContext(ctx); err != nil {
		_, _ = fmt.Fprintln(stderr, "bench:", err)
		return 1
	}
	return 0
}

// bench measures everything asked for and reports it.
func bench(ctx context.Context, o options, stdout, stderr io.Writer) error {
	if o.quick {
		o.messages, o.rounds, o.seconds, o.conns = []int{2_000}, 1, 0.2, 4
	}
	return inScratch(ctx, &o, stderr, func(scratch string, say saying) error {
		all := report{Machine: machine(), Rounds: o.rounds, Seconds: o.seconds, Connections: o.conns}
		for _, engine := range o.engines {
			r, err := measureEngine(ctx, o, engine, scratch, say)
			if err != nil {
				return fmt.Errorf("%s：%w", engine, err)
			}
			all.Engines = append(all.Engines, r)
		}
		all.print(stdout)
		return all.save(o.out)
	})
}

// inScratch does work in a folder that is removed afterwards, with the program
// that is measured built.
func inScratch(ctx context.Context, o *options, stderr io.Writer, work func(scratch string, say saying) error) (err error) {
	scratch, err := os.MkdirTemp("", "lianxin-bench")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	if o.data == "" {
		o.data = scratch
	}
	if o.binary == "" {
		if o.binary, err = build(ctx, scratch); err != nil {
			return err
		}
	}
	return work(scratch, func(format string, args ...any) {
		_, _ = fmt.Fprintf(stderr, time.Now().Format("15:04:05 ")+format+"\n", args...)
	})
}
