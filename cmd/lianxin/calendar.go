package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"lianxin/config"
	"lianxin/model"
	"lianxin/service/deadline"
	"lianxin/service/store"
)

func calendarCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "calendar", Short: "节假日与调休安排"}
	cmd.AddCommand(&cobra.Command{
		Use:   "import FILE.csv",
		Short: "导入一年的节假日与调休安排",
		Long:  "导入国务院办公厅每年公布的安排。文件为 CSV，每行：日期,是否上班(true/false),名称，例如\n\n  2027-01-01,false,元旦\n  2027-02-14,true,春节调休\n\n只需列出与平常星期不同的日子；同年暂定的日子会被替换。",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			ctx := cmd.Context()
			file, err := os.Open(args[0])
			if err != nil {
				return fmt.Errorf("打不开文件：%w", err)
			}
			defer func() { err = errors.Join(err, file.Close()) }()
			days, err := deadline.ParseCalendar(file)
			if err != nil {
				return explain(err)
			}
			return withDatabase(ctx, w, func(_ config.Config, db *store.DB) error {
				if err := deadline.ImportCalendar(ctx, db, model.SystemActor("command line"), days, w.now()); err != nil {
					return explain(err)
				}
				cmd.Println(fmt.Sprintf("已导入 %d 天。", len(days)))
				return nil
			})
		},
	})
	return cmd
}
