package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"lianxin/config"
	"lianxin/model"
	"lianxin/service/privacy"
	"lianxin/service/store"
)

func retentionCommand(w world) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "retention",
		Short: "删除过了保存期限的数据",
		Long:  "按 docs/retention.md 的规则删除过期数据。服务每小时自动执行一次；这里可以立即执行，或用 --dry-run 先看会删除什么。可以随时中断、重复运行，服务不必停。",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withDatabase(cmd.Context(), w, func(cfg config.Config, db *store.DB) error {
				desk, err := retentionDesk(w, cfg, db)
				if err != nil {
					return err
				}
				if dryRun {
					due, err := desk.Overdue(cmd.Context())
					return printDue(cmd, due, err, "将处理")
				}
				ended, err := desk.Retain(cmd.Context())
				return printDue(cmd, ended, err, "已处理")
			})
		},
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "只显示会处理多少、最早是哪天的，不改动")
	return cmd
}

// retentionDesk needs no files: they are removed by the outbox of the service.
func retentionDesk(w world, cfg config.Config, db *store.DB) (*privacy.Service, error) {
	keys, err := fieldKeys(cfg)
	if err != nil {
		return nil, err
	}
	return privacy.New(privacy.Options{DB: db, Now: w.now, Log: slog.New(slog.DiscardHandler), Keys: keys, Files: noFiles{}})
}

// noFiles is for commands that touch rows only.
type noFiles struct{}

func (noFiles) Full(context.Context, string) (io.ReadCloser, error) { return nil, fs.ErrNotExist }
func (noFiles) RemoveFiles(context.Context, string) error           { return nil }

func printDue(cmd *cobra.Command, due []privacy.Due, err error, did string) error {
	for _, d := range due {
		line := fmt.Sprintf("%s：%s %d 条（保存 %s）", d.Rule.What, did, d.Rows, keepWords(d.Rule.Keep))
		if d.Oldest != nil {
			line += "，最早 " + model.Day(*d.Oldest)
		}
		cmd.Println(line)
	}
	return err
}

// keepWords says a period as people do.
func keepWords(d time.Duration) string {
	days := int(d / (24 * time.Hour))
	if days >= 365 {
		return fmt.Sprintf("%d 年", days/365)
	}
	return fmt.Sprintf("%d 天", days)
}
