package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"lianxin/config"
	"lianxin/model/fault"
	"lianxin/service/picture"
	"lianxin/service/store"
)

func picturesCommand(w world) *cobra.Command {
	cmd := &cobra.Command{Use: "pictures", Short: "图片存储：检查、清理、搬迁"}
	cmd.AddCommand(picturesCheckCommand(w), picturesSweepCommand(w), picturesMoveCommand(w))
	return cmd
}

func picturesCheckCommand(w world) *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "试用一次图片存储，不能用时说明原因",
		Long:  "向图片存储写入、读取、列出并删除一个小文件，不能用时说明原因和办法。",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := config.Load(w.lookup)
			if err != nil {
				return err
			}
			return withStorage(cfg, cfg.Storage, w, func(storage pictureStorage) error {
				if err := storage.Check(cmd.Context()); err != nil {
					return plainly(err)
				}
				cmd.Println("图片存储可以使用。")
				return nil
			})
		},
	}
}

// plainly gives the words of a fault alone: what is inside is for the log.
func plainly(err error) error {
	if f := fault.Of(err); f != nil {
		return errors.New(f.Words)
	}
	return err
}

// withStorage opens a kind of storage for as long as it is used.
func withStorage(cfg config.Config, kind config.StorageKind, w world, do func(pictureStorage) error) (err error) {
	storage, err := openStorage(cfg, kind, w.now)
	if err != nil {
		return fmt.Errorf("无法打开图片存储：%w", err)
	}
	defer func() { err = errors.Join(err, storage.Close()) }()
	return do(storage)
}

func picturesSweepCommand(w world) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "sweep",
		Short: "清理没有使用的图片和没有登记的文件",
		Long: "清理上传超过一天仍没有使用的图片、登记之前就中断的上传留下的文件，并报告文件已丢失的图片（只报告，不改动）。\n" +
			"服务运行时会定时做同样的事；可以与服务同时运行，不影响正在进行的上传。",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withDatabase(cmd.Context(), w, func(cfg config.Config, db *store.DB) error {
				return withStorage(cfg, cfg.Storage, w, func(storage pictureStorage) error {
					custodian, err := picture.NewCustodian(db, w.now, newLog(w.stderr, cfg), storage)
					if err != nil {
						return err
					}
					return sweepPictures(cmd, custodian, picture.Round{Before: w.now().Add(-keepUploads), Rehearsal: dryRun})
				})
			})
		},
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "只报告会清理多少，不删除任何东西")
	return cmd
}

func sweepPictures(cmd *cobra.Command, custodian *picture.Custodian, r picture.Round) error {
	swept, err := custodian.Sweep(cmd.Context(), r)
	did := "已清理"
	if r.Rehearsal {
		did = "将清理"
	}
	cmd.Println(fmt.Sprintf("%s没有使用的图片 %d 张，没有登记的文件 %d 个。", did, swept.Pictures, swept.Files))
	if err != nil {
		return fmt.Errorf("清理没有做完，可以再次运行：%w", err)
	}
	return reportLost(cmd, swept.Lost, swept.LostIDs)
}

// reportLost names pictures whose files are missing, and fails when there are.
func reportLost(cmd *cobra.Command, lost int, ids []string) error {
	if lost == 0 {
		cmd.Println("没有丢失的图片文件。")
		return nil
	}
	cmd.Println(fmt.Sprintf("有 %d 张图片的文件丢失，编号（最多列 20 个）：\n  %s", lost, strings.Join(ids, "\n  ")))
	return errors.New("有图片文件丢失，请从备份恢复，或确认 LIANXIN_STORAGE 指向正确的存储")
}

func picturesMoveCommand(w world) *cobra.Command {
	var to string
	cmd := &cobra.Command{
		Use:   "move",
		Short: "把图片搬到另一种存储",
		Long: "把图片从本机目录复制到对象存储，或反过来。逐个核对 SHA-256，中断后再次运行会接着做；原处的文件保留不动。\n\n" +
			"步骤：\n  1. 填好 LIANXIN_S3_…，LIANXIN_STORAGE 保持不变，运行 lianxin pictures move --to s3（服务可以照常运行）\n" +
			"  2. 改 LIANXIN_STORAGE=s3，重启服务\n  3. 再运行一次 lianxin pictures move --to s3，把期间上传的也搬过去",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			target := config.StorageKind(to)
			if target != config.StorageS3 && target != config.StorageFolder {
				return fmt.Errorf("%w：--to 只能是 s3 或 folder", errUsage)
			}
			return withDatabase(cmd.Context(), w, func(cfg config.Config, db *store.DB) error {
				if !cfg.S3.Configured() {
					return fmt.Errorf("%w：请先设置 LIANXIN_S3_ENDPOINT 等", errUsage)
				}
				source := config.StorageFolder
				if target == config.StorageFolder {
					source = config.StorageS3
				}
				return withStorage(cfg, source, w, func(from pictureStorage) error {
					return withStorage(cfg, target, w, func(into pictureStorage) error { return movePictures(cmd, w, cfg, db, from, into) })
				})
			})
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "搬到哪里：s3 或 folder")
	return cmd
}

func movePictures(cmd *cobra.Command, w world, cfg config.Config, db *store.DB, from, into pictureStorage) error {
	ctx := cmd.Context()
	for _, storage := range []pictureStorage{from, into} {
		if err := storage.Check(ctx); err != nil {
			return plainly(err)
		}
	}
	custodian, err := picture.NewCustodian(db, w.now, newLog(w.stderr, cfg), into)
	if err != nil {
		return err
	}
	moved, err := custodian.MoveFrom(ctx, from, func(m picture.Moved) { cmd.Println("进度：" + movedWords(m)) })
	if err != nil {
		return moveBroke(ctx, err)
	}
	cmd.Println("完成：" + movedWords(moved))
	if len(moved.Spoiled) > 0 {
		cmd.Println("下列文件与登记的 SHA-256 不符，没有搬：\n  " + strings.Join(moved.Spoiled, "\n  "))
		return errors.Join(errors.New("有损坏的文件，请从备份恢复后再次运行"), reportLost(cmd, moved.Lost, moved.LostIDs))
	}
	return reportLost(cmd, moved.Lost, moved.LostIDs)
}

func moveBroke(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errors.New("已中断；再次运行会接着做")
	}
	return fmt.Errorf("没有搬完，可以再次运行接着做：%w", err)
}

func movedWords(m picture.Moved) string {
	return fmt.Sprintf("复制 %d 个（%.1f MB），已在那里 %d 个，跳过没有登记的 %d 个。", m.Copied, float64(m.Bytes)/1e6, m.There, m.Stray)
}
