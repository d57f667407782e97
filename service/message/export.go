package message

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"iter"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/outbox"
	"lianxin/service/sheet"
	"lianxin/service/store"
)

// ExportTask is the kind of outbox task that writes a file of the queue.
const ExportTask = "export_messages"

// The limits of a file: how many messages are in it, how large a piece is that
// lies in the database, how often progress is told, and how long writing may take
// before it counts as failed.
const (
	exportRows   = 100_000
	exportPiece  = 384 << 10
	exportTold   = 1000
	exportGiveUp = time.Hour
	exportWords  = 100
)

// exportOrder is what a file is made of. It is made with the areas that its
// reader had when they asked.
type exportOrder struct {
	ExportID string
	Wanted   Wanted
	Actor    model.Actor
}

// StartExport lets a file be made of the queue as it is narrowed; words are how
// the narrowing reads. Faults: forbidden; not found (the area); conflict while
// another file of the actor is being made.
func (s *Service) StartExport(ctx context.Context, by model.Actor, wanted Wanted, words string) (model.Export, error) {
	if err := mayOversee(by); err != nil {
		return model.Export{}, err
	}
	if wanted.AreaID != "" {
		if _, err := s.overseenArea(ctx, by, wanted.AreaID); err != nil {
			return model.Export{}, err
		}
	}
	if utf8.RuneCountInString(words) > exportWords {
		return model.Export{}, fault.InvalidField("words", "筛选的说明不能超过 100 字。")
	}
	filter, err := json.Marshal(wanted)
	if err != nil {
		return model.Export{}, fmt.Errorf("message: write filter: %w", err)
	}
	e := model.Export{ID: model.NewID(), PersonID: by.PersonID, Filter: string(filter), Words: words, State: model.ExportRunning, CreatedAt: s.now()}
	err = store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		running, err := store.From[model.Export](tx).Where("person_id = ? AND state = ? AND created_at > ?", by.PersonID, model.ExportRunning, s.now().Add(-exportGiveUp)).Count(ctx, "*")
		if err != nil {
			return fmt.Errorf("message: look for exports: %w", err)
		}
		if running > 0 {
			return fault.Conflict("上一个文件还在准备，完成后再导出。")
		}
		if err := store.From[model.Export](tx).Create(ctx, &e); err != nil {
			return fmt.Errorf("message: start export: %w", err)
		}
		if err := audit.Record(ctx, tx, by, "message.export", audit.Target{Kind: "export", ID: e.ID, Detail: words}, e.CreatedAt); err != nil {
			return err
		}
		return outbox.Enqueue(ctx, tx, outbox.Task{Kind: ExportTask, DedupeKey: e.ID, Payload: exportOrder{e.ID, wanted, by}, RunAt: e.CreatedAt, Fresh: true})
	})
	return e, err
}

// Exports lists the actor's own files of the last day, newest first. Fault:
// forbidden.
func (s *Service) Exports(ctx context.Context, by model.Actor) ([]model.Export, error) {
	if err := mayOversee(by); err != nil {
		return nil, err
	}
	found, err := store.From[model.Export](s.db.Read()).Where("person_id = ?", by.PersonID).Order("created_at DESC, id DESC").Limit(10).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("message: list exports: %w", err)
	}
	for i, e := range found {
		if e.State == model.ExportRunning && s.now().Sub(e.CreatedAt) > exportGiveUp {
			found[i].State = model.ExportFailed
		}
	}
	return found, nil
}

// ExportPiece gives a piece of a file, from 0 on, in Base64, and whether it is the
// last. Fetching the first is written to the audit log. Faults: forbidden; not
// found for what is not the actor's or past its time; conflict while it is made.
func (s *Service) ExportPiece(ctx context.Context, by model.Actor, id string, part int) (content string, last bool, err error) {
	if err := mayOversee(by); err != nil {
		return "", false, err
	}
	err = store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		e, err := store.From[model.Export](tx).Where("id = ? AND person_id = ?", id, by.PersonID).Take(ctx)
		if store.IsAbsent(err) {
			return fault.NotFound("这个文件")
		}
		if err != nil {
			return fmt.Errorf("message: find export: %w", err)
		}
		if e.State != model.ExportReady {
			return fault.Conflict("文件还没有准备好。")
		}
		found, err := store.From[model.ExportPart](tx).Where("export_id = ? AND part IN ?", id, []int{part, part + 1}).Order("part").Find(ctx)
		if err != nil {
			return fmt.Errorf("message: read export: %w", err)
		}
		if len(found) == 0 || found[0].Part != part {
			return fault.NotFound("文件的这一段")
		}
		content, last = found[0].Content, len(found) == 1
		if part > 0 {
			return nil
		}
		return audit.Record(ctx, tx, by, "message.export_fetch", audit.Target{Kind: "export", ID: e.ID, Detail: fmt.Sprintf("%s，%d 封", e.Words, e.Written)}, s.now())
	})
	return content, last, err
}

// HandleExport does one task of kind ExportTask. Who reads what is noted while the
// file is written, as for a list on the screen. Done again after a crash, it begins
// anew.
func (s *Service) HandleExport(ctx context.Context, payload []byte) error {
	var order exportOrder
	if err := json.Unmarshal(payload, &order); err != nil {
		return outbox.Refuse(fmt.Errorf("message: read export order: %w", err))
	}
	e, err := store.From[model.Export](s.db.Read()).Where("id = ?", order.ExportID).Take(ctx)
	if store.IsAbsent(err) || err == nil && e.State != model.ExportRunning {
		return nil
	}
	if err != nil {
		return fmt.Errorf("message: find export: %w", err)
	}
	if s.now().Sub(e.CreatedAt) > exportGiveUp {
		return s.endExport(ctx, e.ID, map[string]any{"state": model.ExportFailed})
	}
	if err := s.dropPieces(ctx, e.ID); err != nil {
		return err
	}
	return s.writeExport(ctx, e, order)
}

func (s *Service) dropPieces(ctx context.Context, id string) error {
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		if _, err := store.From[model.ExportPart](tx).Where("export_id = ?", id).Delete(ctx); err != nil {
			return fmt.Errorf("message: drop pieces: %w", err)
		}
		return nil
	})
}

func (s *Service) endExport(ctx context.Context, id string, set map[string]any) error {
	set["ended_at"] = s.now()
	return s.setExport(ctx, id, set)
}

func (s *Service) setExport(ctx context.Context, id string, set map[string]any) error {
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		if _, err := store.From[model.Export](tx).Where("id = ? AND state = ?", id, model.ExportRunning).Set(clause.Assignments(set)).Update(ctx); err != nil {
			return fmt.Errorf("message: set export: %w", err)
		}
		return nil
	})
}

// writeExport writes the file, and the result into the database in pieces.
func (s *Service) writeExport(ctx context.Context, e model.Export, order exportOrder) error {
	pieces := &pieces{ctx: ctx, service: s, exportID: e.ID}
	written, err := sheet.Write(pieces, "来信", exportColumns, s.exported(ctx, e.ID, order))
	if err != nil {
		return fmt.Errorf("message: write export: %w", err)
	}
	if err := pieces.flush(); err != nil {
		return err
	}
	return s.endExport(ctx, e.ID, map[string]any{"state": model.ExportReady, "written": written, "size": pieces.size})
}

// exported walks the queue and tells how far it is.
func (s *Service) exported(ctx context.Context, exportID string, order exportOrder) iter.Seq2[Row, error] {
	queue := store.Walk(exportRows, func(page store.Page) ([]Row, string, error) { return s.Queue(ctx, order.Actor, order.Wanted, page) })
	return func(yield func(Row, error) bool) {
		written := 0
		for row, err := range queue {
			if written++; err == nil && written%exportTold == 0 {
				err = s.setExport(ctx, exportID, map[string]any{"written": written})
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

// exportColumns are the columns of the file.
var exportColumns = []sheet.Column[Row]{
	sheet.Col("编号", 16, func(r Row) any { return r.Message.Number }),
	sheet.Col("收到时间", 18, func(r Row) any { return model.Minute(r.Message.SubmittedAt) }),
	sheet.Col("状态", 18, func(r Row) any { return model.MessageStateWords(r.Message.State) }),
	sheet.Col("期限", 12, func(r Row) any { return dayOr(r.Message.DueAt) }),
	sheet.Col("超期", 6, func(r Row) any { return yes(r.Message.Overdue) }),
	sheet.Col("提级", 10, func(r Row) any { return []string{"", "联络办", "组织部门"}[min(max(r.Message.Escalated, 0), 2)] }),
	sheet.Col("主题", 14, func(r Row) any { return r.Topic }),
	sheet.Col("来信人", 14, func(r Row) any { return r.Message.ResidentName }),
	sheet.Col("写给", 12, func(r Row) any { return r.Representative }),
	sheet.Col("由谁办理", 12, func(r Row) any { return r.Holder }),
	sheet.Col("工作室", 20, func(r Row) any { return r.Studio }),
	sheet.Col("承办单位", 20, func(r Row) any { return r.Unit }),
	sheet.Col("轮次", 6, func(r Row) any { return r.Message.Round }),
	sheet.Col("居民的说法", 12, func(r Row) any { return wordWords[r.Message.Word] }),
	sheet.Col("开头", 60, func(r Row) any { return r.Excerpt }),
}

var wordWords = map[model.Word]string{
	model.WordSolved: "已解决", model.WordPartly: "部分解决", model.WordNotSolved: "没有解决", model.WordNoAnswerNeeded: "不需要答复",
}

func dayOr(at *time.Time) string {
	if at == nil {
		return ""
	}
	return model.Day(*at)
}

func yes(b bool) string {
	if b {
		return "是"
	}
	return ""
}

// pieces takes what is written to it and lays it into the database piece by piece.
type pieces struct {
	ctx      context.Context //nolint:containedctx // io.Writer takes none, and this one lives as long as a call
	service  *Service
	exportID string
	held     []byte
	part     int
	size     int
}

// Write is of io.Writer.
func (p *pieces) Write(content []byte) (int, error) {
	p.held = append(p.held, content...)
	for len(p.held) >= exportPiece {
		if err := p.lay(p.held[:exportPiece]); err != nil {
			return 0, err
		}
		p.held = append(p.held[:0], p.held[exportPiece:]...)
	}
	return len(content), nil
}

func (p *pieces) flush() error {
	if len(p.held) == 0 {
		return nil
	}
	return p.lay(p.held)
}

func (p *pieces) lay(content []byte) error {
	piece := model.ExportPart{ExportID: p.exportID, Part: p.part, Content: base64.StdEncoding.EncodeToString(content), CreatedAt: p.service.now()}
	p.part, p.size = p.part+1, p.size+len(content)
	return store.InTx(p.ctx, p.service.db, func(ctx context.Context, tx *gorm.DB) error {
		if err := store.From[model.ExportPart](tx).Create(ctx, &piece); err != nil {
			return fmt.Errorf("message: lay piece: %w", err)
		}
		return nil
	})
}
