package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"gorm.io/gorm"

	"lianxin/config"
	"lianxin/model"
	"lianxin/service/audit"
	"lianxin/service/backup"
	"lianxin/service/picture"
	"lianxin/service/store"
)

func backupCommand(w world) *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "backup FILE.zip",
		Short: "把数据库和图片备份成一个文件，服务不必停",
		Long: "备份同一时刻的全部数据：数据库里的每一行，以及它们提到的图片。服务照常运行，不必停。\n" +
			"FILE 是文件夹时，文件按时间取名；写成 - 时写到标准输出。已有的文件不会被覆盖，除非加 --force。\n\n" +
			"备份里有个人信息，请加密后再离开本机，并定期用 lianxin restore FILE.zip --check 验证。\n" +
			"密钥（LIANXIN_FIELD_KEYS、LIANXIN_LINK_KEY）不在备份里，请另外保存：没有它们，手机号读不出来。",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withDatabase(cmd.Context(), w, func(cfg config.Config, db *store.DB) error {
				if args[0] == "-" {
					_, err := writeBackup(cmd, w, cfg, db, w.stdout)
					return err
				}
				return backupTo(cmd, w, cfg, db, backupPlace{path: args[0], force: force})
			})
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "文件已经存在时覆盖它")
	return cmd
}

// backupPlace is where a backup goes, and whether it may take the place of
// another file.
type backupPlace struct {
	path  string
	force bool
}

// backupTo writes a backup beside its place and moves it there when it is whole.
func backupTo(cmd *cobra.Command, w world, cfg config.Config, db *store.DB, to backupPlace) (err error) {
	path := to.path
	if at, err := os.Stat(path); err == nil && at.IsDir() {
		path = filepath.Join(path, "lianxin-"+w.now().In(model.Shanghai).Format("20060102-150405")+backupSuffix)
	}
	if _, err := os.Stat(path); err == nil && !to.force {
		return fmt.Errorf("%w：%s 已经存在；换一个文件名，或加 --force 覆盖", errUsage, path)
	}
	part := path + ".part"
	//nolint:gosec // the caller names the file
	file, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("建不了备份文件：%w", err)
	}
	manifest, err := writeBackup(cmd, w, cfg, db, file)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(fmt.Errorf("备份没有完成：%w", err), os.Remove(part))
	}
	if err := os.Rename(part, path); err != nil {
		return fmt.Errorf("备份写好了，但改不了名（%s）：%w", part, err)
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return err
	}
	at, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("备份不见了：%w", err)
	}
	cmd.Println(fmt.Sprintf("已备份到 %s：%d 行数据、%d 个图片文件，共 %s。", path, manifest.Rows(), manifest.Pictures.Files, inMiB(at.Size())))
	return nil
}

// syncFolder makes a name in a folder last.
func syncFolder(path string) error {
	folder, err := os.Open(path) //nolint:gosec // the folder of a file the caller named
	if err != nil {
		return fmt.Errorf("打不开文件夹：%w", err)
	}
	if err := errors.Join(folder.Sync(), folder.Close()); err != nil {
		return fmt.Errorf("写不进文件夹：%w", err)
	}
	return nil
}

func inMiB[T int64 | uint64](bytes T) string { return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20)) }

// writeBackup writes a backup and says what is not in it.
func writeBackup(cmd *cobra.Command, w world, cfg config.Config, db *store.DB, to io.Writer) (_ backup.Manifest, err error) {
	ctx := cmd.Context()
	if _, err := store.Pending(ctx, db); errors.Is(err, store.ErrHalfRestored) {
		return backup.Manifest{}, explainRestore(err)
	} else if err != nil {
		return backup.Manifest{}, err
	}
	if err := recordBackup(ctx, w, db, "backup.write"); err != nil {
		return backup.Manifest{}, err
	}
	pictures, done, err := pictureFiles(cfg, w)
	if err != nil {
		return backup.Manifest{}, err
	}
	defer func() { err = errors.Join(err, done()) }()
	manifest, err := backup.Write(ctx, db, to, pictures, w.now(), teller(cmd))
	if err != nil {
		return manifest, err
	}
	if lost := manifest.Pictures.Lost; len(lost) > 0 {
		cmd.PrintErrln(fmt.Sprintf("注意：有 %d 张图片登记了却没有文件，备份里也没有，例如 %s。其余数据是完整的。", len(lost), lost[0]))
	}
	if !manifest.Pictures.Copied {
		cmd.PrintErrln("注意：图片不在本机的文件夹里，没有备份图片文件，请用存放图片的系统自己的备份。")
	}
	return manifest, nil
}

// recordBackup writes down that everything was read, or put back: a backup
// holds the data of everybody.
func recordBackup(ctx context.Context, w world, db *store.DB, action string) error {
	return store.InTx(ctx, db, func(ctx context.Context, tx *gorm.DB) error {
		return audit.Record(ctx, tx, model.SystemActor("command line"), action, audit.Target{Kind: "backup"}, w.now())
	})
}

// pictureFiles is where the files of the pictures are. Those in a bucket are left
// to the backups of the bucket.
func pictureFiles(cfg config.Config, w world) (backup.Pictures, func() error, error) {
	if cfg.Storage != config.StorageFolder {
		return backup.Pictures{Names: picture.Files}, func() error { return nil }, nil
	}
	files, err := openStorage(cfg, cfg.Storage, w.now)
	if err != nil {
		return backup.Pictures{}, nil, fmt.Errorf("无法打开图片存储：%w", err)
	}
	return backup.Pictures{Keeper: files, Names: picture.Files}, files.Close, nil
}

// teller tells on the screen how far it is.
func teller(cmd *cobra.Command) backup.Progress {
	return func(what string, number int64) {
		if number > 0 {
			cmd.PrintErrln(fmt.Sprintf("  %-24s %d", strings.ReplaceAll(what, "_", " "), number))
		}
	}
}
