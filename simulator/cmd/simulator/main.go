// Command simulator runs the stand-in for WeChat by itself.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"lianxin/simulator"
)

const (
	headerLimit   = 10 * time.Second
	shutdownLimit = 5 * time.Second
)

const help = `simulator stands in for WeChat on this machine: the API of a mini-program and of an
official account, signed and sealed pushes to your app, and a phone at / to be a person with.

Start it, open the printed address in a browser, and send your app's requests for
api.weixin.qq.com, mp.weixin.qq.com and open.weixin.qq.com to the same paths there:

  simulator --mini-callback http://127.0.0.1:8080/wechat/mini \
            --official-callback http://127.0.0.1:8080/wechat/official \
            --app-url http://127.0.0.1:8080

The example accounts are in the ready line; their secrets are in the source of
simulator.Defaults. The control API under /simulator/ is described by
"go doc lianxin/simulator". It has no password: keep it on 127.0.0.1.

Flags:
`

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, log)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		log.ErrorContext(ctx, "stopped", "error", err)
		os.Exit(1) //nolint:gocritic // the signal handler ends with the process
	}
}

// run serves until ctx ends and then lets the requests and pushes under way finish.
func run(ctx context.Context, args []string, out io.Writer, log *slog.Logger) error {
	options := simulator.Defaults()
	options.Log = log
	flags := flag.NewFlagSet("simulator", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.Usage = func() {
		_, _ = io.WriteString(out, help)
		flags.PrintDefaults()
	}
	listen := flags.String("listen", "127.0.0.1:8081", "`address` to listen on; port 0 picks a free one")
	flags.StringVar(&options.Mini.CallbackURL, "mini-callback", "", "`url` of your app that takes the mini-program's pushes")
	flags.StringVar(&options.Official.CallbackURL, "official-callback", "", "`url` of your app that takes the official account's pushes")
	flags.StringVar(&options.AppURL, "app-url", "", "`url` of your app, linked from the phone page")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("read the flags: %w", err)
	}
	stand, err := simulator.New(options)
	if err != nil {
		return fmt.Errorf("set the stand-in up: %w", err)
	}
	defer stand.Close()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", *listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	return serve(ctx, stand, listener, options, out)
}

func serve(ctx context.Context, stand http.Handler, listener net.Listener, options simulator.Options, out io.Writer) error {
	server := &http.Server{Handler: stand, ReadHeaderTimeout: headerLimit}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	ready := map[string]string{
		"ready": "http://" + listener.Addr().String(), "mini_appid": options.Mini.AppID, "official_appid": options.Official.AppID,
	}
	if err := json.NewEncoder(out).Encode(ready); err != nil {
		return errors.Join(fmt.Errorf("print the ready line: %w", err), server.Close())
	}
	select {
	case err := <-ended:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownLimit)
	defer cancel()
	if err := server.Shutdown(limited); err != nil {
		return fmt.Errorf("shut down: %w", err)
	}
	return nil
}
