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

func serveCommand(w world) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "按配置启动正式服务",
		Long:  "按配置（环境变量 LIANXIN_… 或 LIANXIN_CONFIG 指定的 YAML 文件）启动服务。\n数据库结构不是最新时拒绝启动，请先运行 lianxin migrate。",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := config.LoadServing(w.lookup)
			if err != nil {
				return err
			}
			return serve(cmd.Context(), w, cfg)
		},
	}
}

// serve runs the service until ctx ends.
func serve(ctx context.Context, w world, cfg config.Config) (err error) {
	log := newLog(w.stderr, cfg)
	db, err := openDatabase(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	pending, err := store.Pending(ctx, db)
	if err != nil {
		return explainRestore(err)
	}
	if len(pending) > 0 {
		return fmt.Errorf("数据库结构不是最新的，还有 %d 个迁移没有执行（%s）。请先备份，再运行 lianxin migrate", len(pending), strings.Join(pending, "、"))
	}
	keys, err := fieldKeys(cfg)
	if err != nil {
		return err
	}
	if err := demandKeys(ctx, keys, db); err != nil {
		return err
	}
	ports := listening()
	listener, err := ports.Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return fmt.Errorf("无法监听 %s：%w", cfg.Listen, err)
	}
	app, err := build(cfg, db, w.now, log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	return app.run(ctx, listener, func() error {
		defer w.tidy()
		return json.NewEncoder(w.stdout).Encode(readyLine{Ready: true, App: "http://" + listener.Addr().String(), Figures: app.figures})
	})
}

// readyLine is the one line on standard output that says where to knock.
type readyLine struct {
	Ready     bool   `json:"ready"`
	App       string `json:"app"`
	Simulator string `json:"simulator,omitempty"`
	Figures   string `json:"figures,omitempty"`
}

func openDatabase(ctx context.Context, cfg config.Config) (*store.DB, error) {
	kind := store.SQLite
	if cfg.Database.Kind == config.MySQL {
		kind = store.MySQL
	}
	db, err := store.Open(ctx, kind, cfg.Database.DSN.Reveal())
	if err != nil {
		return nil, fmt.Errorf("无法打开数据库，请检查 LIANXIN_DATABASE：%w", err)
	}
	return db, nil
}

// withDatabase gives a command its configuration and an open database, and
// closes the database after it.
func withDatabase(ctx context.Context, w world, do func(cfg config.Config, db *store.DB) error) (err error) {
	cfg, err := config.Load(w.lookup)
	if err != nil {
		return err
	}
	db, err := openDatabase(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return do(cfg, db)
}

func newLog(to io.Writer, cfg config.Config) *slog.Logger {
	options := &slog.HandlerOptions{Level: cfg.LogLevel}
	if cfg.LogFormat == config.LogJSON {
		return slog.New(slog.NewJSONHandler(to, options))
	}
	return slog.New(slog.NewTextHandler(to, options))
}
