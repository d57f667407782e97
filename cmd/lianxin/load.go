package main

import (
	"log/slog"
	"net"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lianxin/config"
	"lianxin/handler/guard"
)

// How many requests are at work at once where nothing is set: some wait for the
// database, whose pool is as large, and the rest want a processor.
const (
	atWorkBase = 32
	atWorkEach = 8
)

// gateOptions are the settings of load as the gate takes them.
func gateOptions(l config.Capacity, log *slog.Logger, registry prometheus.Registerer) guard.GateOptions {
	atWork := l.AtWork
	if atWork == 0 {
		atWork = atWorkBase + atWorkEach*runtime.GOMAXPROCS(0)
	}
	return guard.GateOptions{AtWork: atWork, Wait: l.Wait, Deadline: l.Deadline, Wall: clock, Log: log, Registry: registry}
}

// headroom is how many files stay free for everything but connections.
const headroom = 512

// connections is how many connections may be open: fewer than set when the
// system allows fewer files.
func connections(l config.Capacity) int {
	if files := openFiles(); files > 0 {
		return max(headroom/4, min(l.Connections, files-headroom))
	}
	return l.Connections
}

// listening opens ports. Lines whose other end vanished without a word are found
// out and closed within about a minute.
func listening() net.ListenConfig {
	return net.ListenConfig{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 30 * time.Second, Interval: 10 * time.Second, Count: 3}}
}
