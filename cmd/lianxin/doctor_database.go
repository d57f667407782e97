package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"lianxin/config"
	"lianxin/service/store"
)

// How far two clocks may be apart, and how little room is little.
const (
	skewMost  = 30 * time.Second
	roomLow   = 2 << 30
	roomEmpty = 200 << 20
)

// corruptWords say what to do about a file that is no good.
const corruptWords = "停止服务，另存这个文件，检查磁盘，再用最近的备份恢复：lianxin restore。"

// database opens the database and looks at how it is set up; false when it
// cannot be reached.
func (d *doctor) database(ctx context.Context) bool {
	file := d.cfg.Database.Kind == config.SQLite
	if file {
		// Looking must not make a database where there is none.
		if _, err := os.Stat(d.cfg.Database.DSN.Reveal()); err != nil {
			d.note(verdictFail, "数据库", "打不开数据库文件："+err.Error(), "检查 LIANXIN_DATABASE；第一次使用请先运行 lianxin migrate。")
			return false
		}
	}
	db, err := openDatabase(ctx, d.cfg)
	switch {
	case err != nil && file:
		d.note(verdictFail, "数据库", err.Error(), corruptWords)
		return false
	case err != nil:
		d.note(verdictFail, "数据库", err.Error(), "检查数据库是否在运行、LIANXIN_DATABASE 的地址、用户和密码是否正确、网络是否相通。")
		return false
	}
	d.db = db
	if db.Kind() == store.SQLite {
		d.sqlite(ctx)
	} else {
		d.mysql(ctx)
	}
	return true
}

func (d *doctor) sqlite(ctx context.Context) {
	const check = "数据库（SQLite）"
	var version, journal string
	var durable int
	problems := []string{}
	err := errors.Join(
		d.db.Read().WithContext(ctx).Raw("SELECT sqlite_version()").Scan(&version).Error,
		d.db.Read().WithContext(ctx).Raw("PRAGMA journal_mode").Scan(&journal).Error,
		d.db.Read().WithContext(ctx).Raw("PRAGMA synchronous").Scan(&durable).Error,
		d.db.Read().WithContext(ctx).Raw("PRAGMA quick_check(5)").Scan(&problems).Error,
	)
	switch {
	case err != nil:
		d.note(verdictFail, check, "读不了："+err.Error(), corruptWords)
	case !slices.Equal(problems, []string{"ok"}):
		d.note(verdictFail, check, "文件已损坏："+strings.Join(problems, "；"), corruptWords)
	case journal != "wal" || durable != 2:
		d.note(verdictWarn, check, fmt.Sprintf("日志方式 %s、落盘级别 %d，应为 wal 和 2", journal, durable), "数据库文件是否放在了网络文件系统上？请放到本机磁盘。")
	default:
		d.ok(check, fmt.Sprintf("版本 %s，文件完好，先写日志（WAL）、每次提交都落盘", version))
	}
}

// variables are settings or figures of a server, by their names in small letters.
func (d *doctor) variables(ctx context.Context, statement string) (map[string]string, error) {
	var rows []struct {
		Name  string `gorm:"column:Variable_name"`
		Value string `gorm:"column:Value"`
	}
	if err := d.db.Read().WithContext(ctx).Raw(statement).Scan(&rows).Error; err != nil {
		return nil, err
	}
	found := map[string]string{}
	for _, r := range rows {
		found[strings.ToLower(r.Name)] = r.Value
	}
	return found, nil
}

func (d *doctor) mysql(ctx context.Context) {
	const check = "数据库（MySQL 类）"
	set, err := d.variables(ctx, "SHOW VARIABLES WHERE Variable_name IN ('version', 'character_set_database', 'collation_database', 'tx_isolation', "+
		"'transaction_isolation', 'wsrep_on', 'read_only', 'innodb_flush_log_at_trx_commit', 'max_allowed_packet')")
	if err != nil {
		d.broken(check, err)
		return
	}
	d.ok(check, "版本 "+set["version"])
	if set["character_set_database"] != "utf8mb4" || set["collation_database"] != "utf8mb4_bin" {
		d.note(verdictWarn, "数据库字符集", fmt.Sprintf("库的默认是 %s / %s，应为 utf8mb4 / utf8mb4_bin", set["character_set_database"], set["collation_database"]),
			"运行 ALTER DATABASE 库名 CHARACTER SET utf8mb4 COLLATE utf8mb4_bin；已有的表自带字符集，不受影响。")
	} else {
		d.ok("数据库字符集", "utf8mb4 / utf8mb4_bin")
	}
	isolation := set["transaction_isolation"] + set["tx_isolation"]
	if !strings.HasPrefix(isolation, "REPEATABLE-READ") && !strings.HasPrefix(isolation, "READ-COMMITTED") {
		d.note(verdictWarn, "数据库隔离级别", isolation, "请用默认的 REPEATABLE-READ。")
	}
	if strings.EqualFold(set["read_only"], "on") || set["read_only"] == "1" {
		d.note(verdictFail, "数据库只读", "这台数据库是只读的（read_only）", "把 LIANXIN_DATABASE 指向可写的节点。")
	}
	if flush := set["innodb_flush_log_at_trx_commit"]; flush != "" && flush != "1" && set["wsrep_on"] != "ON" {
		d.note(verdictWarn, "数据库落盘", "innodb_flush_log_at_trx_commit="+flush+"：断电可能丢失最后一秒已确认的来信", "改为 1（集群的每个节点都各存一份时可以不改）。")
	}
	if set["wsrep_on"] == "ON" {
		d.galera(ctx)
	}
	d.databaseClock(ctx)
}

// galera looks at the node that answers.
func (d *doctor) galera(ctx context.Context) {
	const check = "数据库集群（Galera）"
	state, err := d.variables(ctx, "SHOW STATUS LIKE 'wsrep_%'")
	switch {
	case err != nil:
		d.broken(check, err)
	case state["wsrep_ready"] != "ON" || state["wsrep_cluster_status"] != "Primary":
		d.note(verdictFail, check, fmt.Sprintf("节点不能服务：%s，%s", state["wsrep_local_state_comment"], state["wsrep_cluster_status"]), "见 docs/operations/cluster.md：恢复多数节点，或在唯一存活的节点上重新引导。")
	case state["wsrep_local_state_comment"] != "Synced":
		d.note(verdictWarn, check, "节点还没有同步完："+state["wsrep_local_state_comment"], "等它变成 Synced；一直不变时查看该节点的日志。")
	case state["wsrep_cluster_size"] == "1" || state["wsrep_cluster_size"] == "2":
		d.note(verdictWarn, check, "只有 "+state["wsrep_cluster_size"]+" 个节点在线，再坏一个就可能停止服务", "尽快恢复其余节点。")
	default:
		d.ok(check, state["wsrep_cluster_size"]+" 个节点在线，已同步")
	}
}

// databaseClock compares the server's clock with ours.
func (d *doctor) databaseClock(ctx context.Context) {
	// Not by Row: without an answer gorm gives one that cannot be read from.
	var there struct{ At time.Time }
	if err := d.db.Read().WithContext(ctx).Raw("SELECT UTC_TIMESTAMP(3) AS at").Scan(&there).Error; err != nil {
		d.broken("数据库时钟", err)
		return
	}
	d.skew("数据库时钟", there.At, d.w.now())
}

// skew notes how far another clock is from ours.
func (d *doctor) skew(check string, there, here time.Time) {
	apart := here.Sub(there).Abs()
	if apart > skewMost {
		d.note(verdictFail, check, fmt.Sprintf("与本机相差 %s", apart.Round(time.Second)), "在两边都启用 NTP 校时（如 chrony）。时钟不准，期限、登录和微信的签名都会出错。")
		return
	}
	d.ok(check, "与本机一致（相差不到 30 秒）")
}

// schema looks whether database and program fit; false when the tables cannot be
// relied on.
func (d *doctor) schema(ctx context.Context) bool {
	const check = "数据库结构"
	pending, err := store.Pending(ctx, d.db)
	if errors.Is(err, store.ErrHalfRestored) {
		d.note(verdictFail, check, "数据库里是一次没有完成的恢复", "重新运行 lianxin restore。")
		return false
	}
	version, failed := store.Version(ctx, d.db)
	latest, unread := store.Latest()
	if err = errors.Join(err, failed, unread); err != nil {
		d.broken(check, err)
		return false
	}
	switch {
	case len(pending) > 0:
		d.note(verdictFail, check, fmt.Sprintf("还有 %d 个迁移没有执行", len(pending)), "先备份（lianxin backup），再运行 lianxin migrate。")
		return false
	case version > latest:
		d.note(verdictWarn, check, fmt.Sprintf("结构 %d 比本程序的 %d 新", version, latest), "正在回退版本时这是正常的；否则请换成新版本的程序。")
	default:
		d.ok(check, fmt.Sprintf("已是最新（%d）", version))
	}
	return true
}

// disks looks at the room that is left.
func (d *doctor) disks() {
	folders := dataFolders(d.cfg)
	for _, of := range slices.Sorted(maps.Keys(folders)) {
		check := map[string]string{"pictures": "磁盘（图片）", "database": "磁盘（数据库）", "backup": "磁盘（备份）"}[of]
		free, err := diskFree(folders[of])
		switch {
		case errors.Is(err, fs.ErrNotExist):
			d.note(verdictSkip, check, "文件夹 "+folders[of]+" 还没有建立", "")
		case err != nil:
			d.broken(check, err)
		case free < roomEmpty:
			d.note(verdictFail, check, "只剩 "+inMiB(free), "立即清理或扩容：空间用完后来信无法保存。")
		case free < roomLow:
			d.note(verdictWarn, check, "只剩 "+inMiB(free), "尽快清理或扩容。")
		default:
			d.ok(check, "还有 "+inMiB(free))
		}
	}
}

// The ages at which a backup is too old.
const (
	backupLate = 26 * time.Hour
	backupOld  = 7 * 24 * time.Hour
)

// backups looks at the age of the newest backup.
func (d *doctor) backups() {
	const check, do = "备份", "设置每天运行 lianxin backup（见 docs/operations/backup.md），并查看为什么没有成功。"
	if d.cfg.BackupDir == "" {
		d.note(verdictSkip, check, "没有设置 LIANXIN_BACKUP，不知道备份的情况", "把它设为存放备份的目录。")
		return
	}
	newest, err := newestBackup(d.cfg.BackupDir)
	if errors.Is(err, fs.ErrNotExist) {
		d.note(verdictFail, check, d.cfg.BackupDir+" 里没有备份", do)
		return
	}
	if err != nil {
		d.broken(check, err)
		return
	}
	age := d.w.now().Sub(newest.ModTime()).Round(time.Minute)
	switch {
	case age > backupOld:
		d.note(verdictFail, check, fmt.Sprintf("最近的备份 %s 已有 %s", newest.Name(), age), do)
	case age > backupLate:
		d.note(verdictWarn, check, fmt.Sprintf("最近的备份 %s 已有 %s", newest.Name(), age), do)
	default:
		d.ok(check, fmt.Sprintf("最近的备份 %s，%s，%s 前", newest.Name(), inMiB(newest.Size()), age))
	}
}
