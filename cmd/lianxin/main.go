// Command lianxin runs Lianxin 连心: residents find and message their
// party-congress representative through WeChat. Start with `lianxin demo`.
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

	"lianxin/config"
)

// world is what a command may touch outside itself; tests give their own.
type world struct {
	lookup func(string) (string, bool)
	now    func() time.Time
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	w := world{lookup: os.LookupEnv, now: clock, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	code := run(ctx, w, os.Args[1:])
	stop()
	os.Exit(code)
}

// clock is the one place where the time comes from: UTC, as fine as every
// database keeps it.
func clock() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// usageExit is the exit code for what the caller must mend: flags or settings.
const usageExit = 2

// run is the program: it does what the arguments ask and gives the exit code.
func run(ctx context.Context, w world, args []string) int {
	root := &cobra.Command{
		Use:           "lianxin",
		Short:         "连心：党代表联系群众平台",
		Long:          "连心：居民在微信里找到并联系自己的党代表。\n\n第一次用？运行 lianxin demo，按提示打开浏览器即可，不需要任何账号。",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetArgs(args)
	root.SetIn(w.stdin)
	root.SetOut(w.stdout)
	root.SetErr(w.stderr)
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(
		demoCommand(w), serveCommand(w), migrateCommand(w), checkCommand(w), adminCommand(w), calendarCommand(w), menuCommand(w), keysCommand(w),
		picturesCommand(w), importCommand(w), exportCommand(w), backupCommand(w), restoreCommand(w), doctorCommand(w), retentionCommand(w), openapiCommand(w),
	)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	_, _ = fmt.Fprintln(w.stderr, "lianxin:", err)
	if _, invalid := errors.AsType[config.InvalidError](err); invalid || errors.Is(err, errUsage) {
		return usageExit
	}
	return 1
}

// errUsage marks a mistake in how the program was called.
var errUsage = errors.New("用法有误，运行 lianxin --help 查看说明")
