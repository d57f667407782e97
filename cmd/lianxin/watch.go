package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"syscall"
	"time"
)

// serveFigures serves the figures at an address of their own. One that is taken
// is said in the log and costs nobody the service: that people are served is
// worth more than that it is counted, and who counts misses the figures at once.
func (a *app) serveFigures(ctx context.Context) (stop func() error, err error) {
	nothing := func() error { return nil }
	if a.cfg.MetricsListen == "" {
		return nothing, nil
	}
	var listening net.ListenConfig
	listener, err := listening.Listen(ctx, "tcp", a.cfg.MetricsListen)
	if errors.Is(err, syscall.EADDRINUSE) {
		a.log.ErrorContext(ctx, "figures are not served: LIANXIN_METRICS_LISTEN is taken by another program", "address", a.cfg.MetricsListen)
		return nothing, nil
	}
	if err != nil {
		return nil, fmt.Errorf("无法在 LIANXIN_METRICS_LISTEN（%s）提供运行指标：%w", a.cfg.MetricsListen, err)
	}
	a.figures = "http://" + listener.Addr().String()
	server := &http.Server{
		Handler: figuresHandler(a.surface.Figures, listener.Addr()), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelWarn),
	}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			a.log.ErrorContext(ctx, "figures are no longer served", "error", err)
		}
	}()
	return server.Close, nil
}

// figuresHandler serves the figures, and profiles to who is on this machine:
// a profile shows what is in memory.
func figuresHandler(figures http.Handler, at net.Addr) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", figures)
	if tcp, ok := at.(*net.TCPAddr); ok && tcp.IP.IsLoopback() {
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	return mux
}

// linger goes on serving for a while after the program was told to stop, no
// longer ready: a proxy that asks sends the next people elsewhere before the
// door is shut.
func (a *app) linger(failed <-chan error) error {
	a.stopping.Store(true)
	select {
	case <-time.After(a.cfg.ShutdownDelay):
		return nil
	case err := <-failed:
		return err
	}
}
