package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"lianxin/config"
	"lianxin/model"
	"lianxin/service/backup"
	"lianxin/service/picture"
	"lianxin/service/sealed"
	"lianxin/service/store"
)

func restoreCommand(w world) *cobra.Command {
	var checkOnly, force bool
	cmd := &cobra.Command{
		Use:   "restore FILE.zip",
		Short: "检查一个备份，并把它恢复到配置的数据库和图片目录",
		Long: "先完整检查备份：每个部分的校验和、行数、每件来信的正文、办理记录和审计记录、每张图片的文件；检查不通过就什么也不动。\n" +
			"然后恢复到 LIANXIN_DATABASE 和 LIANXIN_DATA，并升级到本程序的结构。备份可以来自另一种数据库，所以也能用来换数据库。\n\n" +
			"恢复前请停止服务。目标数据库里已有数据时拒绝恢复，除非加 --force：\n" +
			"SQLite 的旧文件会改名保留，MySQL 类数据库的旧数据会被删除。\n" +
			"--check 只检查，不恢复，可以随时在任何机器上运行。",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := config.Load(w.lookup)
			if err != nil {
				return err
			}
			r := &restoring{cmd: cmd, w: w, cfg: cfg, force: force}
			if checkOnly {
				return r.check(cmd.Context(), args[0])
			}
			return r.restore(cmd.Context(), args[0])
		},
	}
	cmd.Flags().BoolVar(&checkOnly, "check", false, "只检查备份是否完整可用，不恢复")
	cmd.Flags().BoolVar(&force, "force", false, "数据库里已有数据、或备份里有缺口时也照样恢复")
	return cmd
}

// restoring is a backup on its way back.
type restoring struct {
	cmd   *cobra.Command
	w     world
	cfg   config.Config
	force bool
	from  *backup.Archive
}

func (r *restoring) say(format string, values ...any) { r.cmd.Println(fmt.Sprintf(format, values...)) }

// open opens the backup and refuses what is damaged or too new.
func (r *restoring) open(ctx context.Context, path string) (err error) {
	r.from, err = backup.Open(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("%w：没有文件 %s", errUsage, path)
	case errors.Is(err, backup.ErrNotBackup):
		return fmt.Errorf("%s 不是连心的备份，或者没有写完整：%w", path, err)
	case errors.Is(err, backup.ErrTooNew):
		return fmt.Errorf("备份是更新版本的程序写的，请用那个版本或更新的版本恢复：%w", err)
	case err != nil:
		return err
	}
	latest, err := store.Latest()
	if err != nil {
		return errors.Join(err, r.from.Close())
	}
	if r.from.Schema > latest {
		return errors.Join(fmt.Errorf("备份的数据库结构（%d）比本程序的（%d）新，请用更新的版本恢复", r.from.Schema, latest), r.from.Close())
	}
	r.say("备份于 %s，来自 %s，结构 %d，%d 行数据，%d 个图片文件。", r.from.CreatedAt.In(model.Shanghai).Format("2006-01-02 15:04:05"),
		r.from.Engine, r.from.Schema, r.from.Rows(), r.from.Pictures.Files)
	damages, err := r.from.Verify(ctx, teller(r.cmd))
	if err != nil {
		return errors.Join(err, r.from.Close())
	}
	if len(damages) > 0 {
		for _, d := range damages {
			r.say("损坏：%s：%s", d.Member, d.Words)
		}
		return errors.Join(fmt.Errorf("备份已损坏（%d 处），不能用来恢复，请换一个备份", len(damages)), r.from.Close())
	}
	r.say("校验和、行数清单：完好。")
	return nil
}

// check looks at a backup from end to end and changes nothing.
func (r *restoring) check(ctx context.Context, path string) (err error) {
	if err := r.open(ctx, path); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.from.Close()) }()
	scratch, err := os.MkdirTemp("", "lianxin-restore")
	if err != nil {
		return fmt.Errorf("建不了临时文件夹：%w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	if err := r.rehearse(ctx, filepath.Join(scratch, "check.db")); err != nil {
		return err
	}
	r.say("备份可以恢复。")
	return nil
}

// rehearse puts the backup into a file of its own and looks whether it holds
// together there.
func (r *restoring) rehearse(ctx context.Context, path string) (err error) {
	db, err := store.OpenScratch(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := r.fill(ctx, db); err != nil {
		return err
	}
	gaps, err := backup.Sense(ctx, db)
	if err != nil {
		return err
	}
	absent, err := r.from.SensePictures(ctx, db, picture.Files)
	if err != nil {
		return err
	}
	gaps = append(gaps, absent...)
	for _, g := range gaps {
		r.say("缺口：%s，%d 处，例如 %s", g.Words, g.Number, g.Example)
	}
	if len(gaps) > 0 && !r.force {
		return fmt.Errorf("备份里的数据对不上（%d 种缺口）；确实要恢复，请加 --force", len(gaps))
	}
	if len(gaps) == 0 {
		r.say("来信、正文、办理记录、审计记录、图片：都对得上。")
	}
	if err := r.sayKeys(ctx, db); err != nil {
		return err
	}
	return store.Settle(ctx, db)
}

// fill puts the rows into an empty database and brings its schema up to date.
func (r *restoring) fill(ctx context.Context, db *store.DB) error {
	if err := store.MigrateTo(ctx, db, r.from.Schema); err != nil {
		return err
	}
	if err := r.from.Load(ctx, db, teller(r.cmd)); err != nil {
		return err
	}
	_, err := store.Migrate(ctx, db)
	return err
}

// sayKeys says whether the keys of this deployment open what the backup holds.
func (r *restoring) sayKeys(ctx context.Context, db *store.DB) error {
	if len(r.cfg.FieldKeys) == 0 {
		r.say("没有配置 LIANXIN_FIELD_KEYS，没有检查密钥能不能打开手机号。")
		return nil
	}
	keys, err := fieldKeys(r.cfg)
	if err != nil {
		return err
	}
	stray, found, err := keys.Stray(ctx, db)
	if err != nil {
		return err
	}
	switch {
	case found && stray.KeyID == "":
		r.say("备份里有没加密的 %s（旧版本的数据），恢复时会加密。", stray.Column)
		return nil
	case found:
		return r.strayKey(stray)
	}
	r.say("密钥：配置的 LIANXIN_FIELD_KEYS 能打开备份里的手机号。")
	return nil
}

func (r *restoring) strayKey(stray sealed.Usage) error {
	words := fmt.Sprintf("备份里的 %s 有用密钥 %s 加密的，它不在 LIANXIN_FIELD_KEYS 里，恢复后读不出来；请把那把密钥加到末尾", stray.Column, stray.KeyID)
	if r.force {
		r.say("注意：%s。", words)
		return nil
	}
	return errors.New(words + "，或加 --force 照样恢复")
}

// restore puts the backup where the configuration says: all of it or nothing.
func (r *restoring) restore(ctx context.Context, path string) (err error) {
	if err := r.open(ctx, path); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.from.Close()) }()
	if err := r.mayReplace(ctx); err != nil {
		return err
	}
	if r.cfg.Database.Kind == config.SQLite {
		err = r.intoFile(ctx)
	} else {
		err = r.intoServer(ctx)
	}
	if err != nil {
		return err
	}
	r.say("恢复完成。请运行 lianxin doctor 检查，再启动服务。")
	return nil
}

// putPictures puts the files back before the rows that speak of them: files that
// no row knows are swept, rows without files are a loss.
func (r *restoring) putPictures(ctx context.Context) error {
	if !r.from.Pictures.Copied {
		r.say("备份里没有图片文件，请从存放图片的系统恢复。")
		return nil
	}
	// Into whatever storage is set up now, be it another one than then.
	return withStorage(r.cfg, r.cfg.Storage, r.w, func(storage pictureStorage) error {
		return r.from.PutPictures(ctx, storage, teller(r.cmd))
	})
}

// finish does what a database that was put back needs before it serves.
func (r *restoring) finish(ctx context.Context, db *store.DB) error {
	if err := settleIn(ctx, r.w, r.cfg, db); err != nil {
		return err
	}
	return recordBackup(ctx, r.w, db, "backup.restore")
}

// intoFile builds the database beside its place and moves it there at the end;
// the one that was there keeps a name of its own.
func (r *restoring) intoFile(ctx context.Context) error {
	place := r.cfg.Database.DSN.Reveal()
	scratch := place + ".restoring"
	if err := removeDatabase(scratch); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(place), 0o750); err != nil {
		return fmt.Errorf("建不了数据文件夹：%w", err)
	}
	err := r.rehearse(ctx, scratch)
	if err == nil {
		err = r.finishFile(ctx, scratch)
	}
	if err == nil {
		err = r.putPictures(ctx)
	}
	if err != nil {
		return errors.Join(err, removeDatabase(scratch))
	}
	aside := place + ".before-" + r.w.now().In(model.Shanghai).Format("20060102-150405")
	for _, suffix := range []string{"-wal", "-shm", ""} {
		switch err := os.Rename(place+suffix, aside+suffix); {
		case err == nil && suffix == "":
			r.say("原来的数据库改名为 %s。", aside)
		case err != nil && !errors.Is(err, os.ErrNotExist):
			return fmt.Errorf("移不开原来的数据库：%w", err)
		}
	}
	if err := os.Rename(scratch, place); err != nil {
		return fmt.Errorf("换不上恢复好的数据库（它在 %s）：%w", scratch, err)
	}
	return errors.Join(os.Remove(scratch+".lock"), syncFolder(filepath.Dir(place)))
}

// finishFile ends a file that was filled without waiting for the disk, and waits.
func (r *restoring) finishFile(ctx context.Context, path string) (err error) {
	db, err := store.Open(ctx, store.SQLite, path)
	if err != nil {
		return err
	}
	if err := errors.Join(r.finish(ctx, db), store.Settle(ctx, db), db.Close()); err != nil {
		return err
	}
	file, err := os.Open(path) //nolint:gosec // the configured database with a suffix
	if err != nil {
		return fmt.Errorf("打不开恢复好的数据库：%w", err)
	}
	return errors.Join(file.Sync(), file.Close())
}

func removeDatabase(path string) error {
	for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("清理上次没有完成的恢复：%w", err)
		}
	}
	return nil
}

// intoServer rehearses in a file first, so that a backup that does not hold
// together costs the server nothing. While the rows are put back the database
// carries a mark, and no program serves it.
func (r *restoring) intoServer(ctx context.Context) (err error) {
	scratch, err := os.MkdirTemp("", "lianxin-restore")
	if err != nil {
		return fmt.Errorf("建不了临时文件夹：%w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	if err := r.rehearse(ctx, filepath.Join(scratch, "check.db")); err != nil {
		return err
	}
	if err := r.putPictures(ctx); err != nil {
		return err
	}
	db, err := openDatabase(ctx, r.cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, step := range []func(context.Context, *store.DB) error{store.BeginRestore, store.Empty, r.fill, r.finish, store.EndRestore} {
		if err := step(ctx, db); err != nil {
			return fmt.Errorf("恢复没有完成，数据库现在不能使用，请排除原因后重新运行同一条命令：%w", err)
		}
	}
	return nil
}

// mayReplace refuses a database that a service works on, and one with data in it
// unless it was said that it may be replaced.
func (r *restoring) mayReplace(ctx context.Context) (err error) {
	if r.cfg.Database.Kind == config.SQLite {
		if _, err := os.Stat(r.cfg.Database.DSN.Reveal()); errors.Is(err, os.ErrNotExist) {
			return nil
		}
	}
	db, err := openDatabase(ctx, r.cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := store.Pending(ctx, db); errors.Is(err, store.ErrHalfRestored) {
		r.say("数据库里是上次没有完成的恢复，从头再来。")
		return nil
	} else if err != nil {
		return err
	}
	if held, err := r.served(ctx, db); err != nil || held {
		return errors.Join(err, errors.New("服务还在运行（或刚刚停止不到一分钟），请先停止所有进程再恢复"))
	}
	there, err := occupants(ctx, db)
	if err != nil || there == "" {
		return err
	}
	if !r.force {
		return fmt.Errorf("数据库里已有数据（%s），没有恢复；确实要用备份替换它，请加 --force", there)
	}
	r.say("将替换数据库里的数据：%s。", there)
	return r.settleOld(ctx, db)
}

// settleOld leaves nothing of the old file in its log, for it is going to be moved.
func (r *restoring) settleOld(ctx context.Context, db *store.DB) error {
	if err := store.Settle(ctx, db); err != nil {
		return fmt.Errorf("别的程序正在使用数据库，请先停止它：%w", err)
	}
	return nil
}

// occupants says in words what is in a database; "" when it is as good as empty.
func occupants(ctx context.Context, db *store.DB) (string, error) {
	tables, err := store.Tables(ctx, db)
	if err != nil {
		return "", err
	}
	var there []string
	for _, t := range []struct{ name, words string }{{"people", "人员"}, {"areas", "区域"}, {"messages", "来信"}, {"articles", "文章"}} {
		for _, name := range tables {
			if name != t.name {
				continue
			}
			var n int64
			if err := db.Read().WithContext(ctx).Table(name).Count(&n).Error; err != nil {
				return "", fmt.Errorf("看不了 %s：%w", name, err)
			}
			if n > 0 {
				there = append(there, fmt.Sprintf("%s %d", t.words, n))
			}
		}
	}
	return strings.Join(there, "、"), nil
}

// served reports whether a program does the shared jobs of this database. It
// renews its hold every few seconds and gives it back when it stops.
func (r *restoring) served(ctx context.Context, db *store.DB) (bool, error) {
	if !db.Read().WithContext(ctx).Migrator().HasTable(&model.Lease{}) {
		return false, nil
	}
	n, err := store.From[model.Lease](db.Read()).Where("name = ? AND `until` > ?", "deadline", r.w.now()).Count(ctx, "*")
	if err != nil {
		return false, fmt.Errorf("看不了后台任务的占用：%w", err)
	}
	return n > 0, nil
}

// explainRestore puts into words that a database is not whole.
func explainRestore(err error) error {
	if errors.Is(err, store.ErrHalfRestored) {
		return fmt.Errorf("数据库里是一次没有完成的恢复，数据不完整。请重新运行 lianxin restore：%w", err)
	}
	return err
}
