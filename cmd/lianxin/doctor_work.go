package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"lianxin/model"
	"lianxin/service/deadline"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

// How late work may be.
const (
	taskLate    = 10 * time.Minute
	taskStuck   = time.Hour
	clockLate   = 5 * time.Minute
	yearNotice  = 45 * 24 * time.Hour
	yearUnknown = 10 * 24 * time.Hour
)

// keys looks whether what is sealed can be opened, and by which keys.
func (d *doctor) keys(ctx context.Context) {
	const check = "密钥"
	if len(d.cfg.FieldKeys) == 0 {
		return // the configuration has said so
	}
	ring, err := fieldKeys(d.cfg)
	if err != nil {
		d.note(verdictFail, check, err.Error(), "核对 LIANXIN_FIELD_KEYS。")
		return
	}
	usages, err := ring.Usages(ctx, d.db)
	if err != nil {
		d.broken(check, err)
		return
	}
	newest := d.cfg.FieldKeys[0].ID
	well := true
	for _, u := range usages {
		switch {
		case u.KeyID == "":
			d.note(verdictFail, check, usageWords(u), "运行 lianxin keys rotate。")
		case !u.Known:
			d.note(verdictFail, check, usageWords(u), "把这把密钥加回 LIANXIN_FIELD_KEYS 的末尾；找不回来，这些号码就读不出来了。")
		case u.KeyID != newest:
			d.note(verdictWarn, check, usageWords(u)+"，不是最新的 "+newest, "运行 lianxin keys rotate 换成最新的密钥。")
		default:
			continue
		}
		well = false
	}
	if well {
		d.ok(check, "数据都用最新的密钥 "+newest+" 加密")
	}
}

// storage tries the storage of pictures out.
func (d *doctor) storage(ctx context.Context) {
	const check = "图片存储"
	err := withStorage(d.cfg, d.cfg.Storage, d.w, func(storage pictureStorage) error { return storage.Check(ctx) })
	if err != nil {
		d.note(verdictFail, check, plainly(err).Error(), "改好后可用 lianxin pictures check 单独再试。")
		return
	}
	d.ok(check, "能写入、读取和删除")
}

// outbox looks at what waits to leave.
func (d *doctor) outbox(ctx context.Context) {
	const check = "待发任务"
	queues, err := outbox.Queues(ctx, d.db, d.w.now())
	if err != nil {
		d.broken(check, err)
		return
	}
	var due int64
	late := false
	for _, q := range queues {
		due += q.Due
		age := q.Oldest.Round(time.Second)
		if q.Oldest > taskLate {
			late = true
			v := verdictWarn
			if q.Oldest > taskStuck {
				v = verdictFail
			}
			d.note(v, check, fmt.Sprintf("%s：最早的一件 %s 前就该做了，还没做完", q.Kind, age), "见 docs/operations/outbox-stuck.md：服务是否在运行，LIANXIN_JOBS 是否为 on，微信是否正常。")
		}
		if q.Refused > 0 {
			late = true
			d.note(verdictWarn, check, fmt.Sprintf("%s：%d 件已放弃，需要人处理，例如：%s", q.Kind, q.Refused, d.refusal(ctx, q.Kind)), "见 docs/operations/tasks-refused.md。")
		}
		if q.Lost > 0 {
			late = true
			d.note(verdictWarn, check, fmt.Sprintf("%s：%d 件被一个已停止的进程占着", q.Kind, q.Lost), "有进程在执行后台任务时，会自动收回重做；一直不变说明没有进程在执行。")
		}
	}
	if !late {
		d.ok(check, fmt.Sprintf("没有积压（到时待做 %d 件）", due))
	}
}

// refusal is why the newest refused task of a kind was given up.
func (d *doctor) refusal(ctx context.Context, kind string) string {
	task, err := store.From[model.Task](d.db.Read()).Where("state = ? AND kind = ?", model.TaskRefused, kind).Order("run_at DESC").Limit(1).Find(ctx)
	if err != nil || len(task) == 0 {
		return "原因不详"
	}
	return strings.ReplaceAll(task[0].LastError, "\n", " ")
}

// clocks looks whether the steps of the deadlines are taken in time.
func (d *doctor) clocks(ctx context.Context) {
	const check = "期限"
	behind, err := deadline.Behind(ctx, d.db, d.w.now())
	switch {
	case err != nil:
		d.broken(check, err)
	case behind > clockLate:
		d.note(verdictFail, check, fmt.Sprintf("提醒和到期处理晚了 %s", behind.Round(time.Second)), "见 docs/operations/deadlines-behind.md：服务是否在运行，LIANXIN_JOBS 是否为 on。")
	default:
		d.ok(check, "提醒和到期处理没有落后")
	}
}

// jobs looks whether some program does the shared jobs.
func (d *doctor) jobs(ctx context.Context) {
	const check = "后台任务"
	held, err := store.From[model.Lease](d.db.Read()).Where("name = ? AND `until` > ?", "deadline", d.w.now()).Count(ctx, "*")
	switch {
	case err != nil:
		d.broken(check, err)
	case held == 0:
		d.note(verdictWarn, check, "没有进程在执行", "服务没有启动时这是正常的；否则至少有一个进程的 LIANXIN_JOBS 应为 on。")
	default:
		d.ok(check, "有进程在执行")
	}
}

// calendar looks how far ahead the days off are known.
func (d *doctor) calendar(ctx context.Context) {
	const check = "节假日安排"
	until, err := deadline.KnownUntil(ctx, d.db)
	if err != nil {
		d.broken(check, err)
		return
	}
	left, year := until.Sub(d.w.now()), until.In(model.Shanghai).Year()
	do := fmt.Sprintf("国务院办公厅公布 %d 年的安排后（通常在 11 月），运行 lianxin calendar import %d.csv。", year, year)
	switch {
	case until.IsZero():
		d.note(verdictFail, check, "一年也没有", "运行 lianxin migrate 补齐内置的安排。")
	case left < yearUnknown:
		d.note(verdictFail, check, fmt.Sprintf("%d 年的还没有导入，期限会算错", year), do)
	case left < yearNotice:
		d.note(verdictWarn, check, fmt.Sprintf("%d 年的还没有导入，暂按法定假日计算", year), do)
	default:
		d.ok(check, fmt.Sprintf("已知到 %d 年底", year-1))
	}
}
