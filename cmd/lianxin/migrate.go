package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"lianxin/config"
	"lianxin/service/deadline"
	"lianxin/service/store"
)

func migrateCommand(w world) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "把数据库结构升级到最新",
		Long:  "执行还没有执行的数据库迁移，并补齐内置的节假日安排。可以重复运行；同一时间只有一个进程会真正执行。",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			return withDatabase(ctx, w, func(cfg config.Config, db *store.DB) error {
				pending, err := store.Pending(ctx, db)
				if err != nil {
					return explainRestore(err)
				}
				if dryRun {
					report(cmd, "待执行", pending)
					return nil
				}
				applied, err := store.Migrate(ctx, db)
				if err != nil {
					return err
				}
				report(cmd, "已执行", applied)
				return settleIn(ctx, w, cfg, db)
			})
		},
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "只列出待执行的迁移，不改动数据库")
	return cmd
}

// settleIn does what a schema that was just brought up to date needs.
func settleIn(ctx context.Context, w world, cfg config.Config, db *store.DB) error {
	if err := sealWhatIsClear(ctx, w, cfg, db); err != nil {
		return err
	}
	return deadline.InstallCalendar(ctx, db, w.now())
}

func report(cmd *cobra.Command, what string, names []string) {
	if len(names) == 0 {
		cmd.Println("数据库结构已是最新。")
		return
	}
	for _, name := range names {
		cmd.Println(what + "：" + name)
	}
	cmd.Println(fmt.Sprintf("共 %d 个迁移%s。", len(names), what))
}
