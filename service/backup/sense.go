package backup

import (
	"context"
	"fmt"
	"slices"

	"lianxin/model"
	"lianxin/service/store"
)

// Gap is something that does not hold together: what it is, how often it occurs,
// and one record of it to look at.
type Gap struct {
	Words   string
	Number  int64
	Example string
}

// gaps are what must not be found: a message lacks a part of its story, or a
// part belongs to no message. Each query gives ids.
var gaps = []struct{ words, ids string }{
	{"来信没有正文", "SELECT m.id FROM messages m WHERE NOT EXISTS (SELECT 1 FROM turns t WHERE t.message_id = m.id)"},
	{"来信没有办理记录", "SELECT m.id FROM messages m WHERE NOT EXISTS (SELECT 1 FROM facts f WHERE f.message_id = m.id)"},
	// Lines of the audit log end by age: what is older than the log need not be in it.
	{"来信没有审计记录", "SELECT m.id FROM messages m WHERE NOT EXISTS (SELECT 1 FROM audit_lines a WHERE a.target_id = m.id)" +
		" AND m.submitted_at >= COALESCE((SELECT MIN(l.at) FROM audit_lines l), m.submitted_at)"},
	{"来信的写信人不存在", "SELECT m.id FROM messages m WHERE NOT EXISTS (SELECT 1 FROM people p WHERE p.id = m.resident_id)"},
	{"正文不属于任何来信", "SELECT t.id FROM turns t WHERE NOT EXISTS (SELECT 1 FROM messages m WHERE m.id = t.message_id)"},
	{"办理记录不属于任何来信", "SELECT f.id FROM facts f WHERE NOT EXISTS (SELECT 1 FROM messages m WHERE m.id = f.message_id)"},
	{"图片指向的正文不存在", "SELECT p.id FROM pictures p WHERE p.turn_id <> '' AND NOT EXISTS (SELECT 1 FROM turns t WHERE t.id = p.turn_id)"},
	{"微信身份没有对应的人", "SELECT w.id FROM wechat_identities w WHERE NOT EXISTS (SELECT 1 FROM people p WHERE p.id = w.person_id)"},
}

// Sense looks whether what is in a database holds together: every message with
// its words, its facts and its line in the audit log, and nothing without its
// message. A database that was backed up while it worked does.
func Sense(ctx context.Context, db *store.DB) ([]Gap, error) {
	var found []Gap
	for _, g := range gaps {
		var ids []string
		if err := db.Read().WithContext(ctx).Raw(g.ids + " LIMIT 1").Scan(&ids).Error; err != nil {
			return nil, fmt.Errorf("backup: look for gaps: %w", err)
		}
		if len(ids) == 0 {
			continue
		}
		gap := Gap{Words: g.words, Example: ids[0]}
		if err := db.Read().WithContext(ctx).Raw("SELECT COUNT(*) FROM (" + g.ids + ") AS g").Scan(&gap.Number).Error; err != nil {
			return nil, fmt.Errorf("backup: count gaps: %w", err)
		}
		found = append(found, gap)
	}
	return found, nil
}

// SensePictures looks whether each picture of a database has its files in the
// backup, and whether they are what was uploaded. It finds nothing in a backup
// without files.
func (a *Archive) SensePictures(ctx context.Context, db *store.DB, names func(id string) []string) ([]Gap, error) {
	if !a.Pictures.Copied {
		return nil, nil
	}
	files := a.picturesIn()
	absent, altered := Gap{Words: "图片没有文件"}, Gap{Words: "图片文件与登记的不同"}
	err := eachPicture(ctx, db, func(p model.Picture) {
		of := names(p.ID)
		if slices.ContainsFunc(of, func(name string) bool { return files[name] == "" }) {
			absent.Number++
			absent.Example = p.ID
			return
		}
		if !slices.ContainsFunc(of, func(name string) bool { return files[name] == p.SHA256 }) {
			altered.Number++
			altered.Example = p.ID
		}
	})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc([]Gap{absent, altered}, func(g Gap) bool { return g.Number == 0 }), nil
}

func eachPicture(ctx context.Context, db *store.DB, visit func(model.Picture)) error {
	after := ""
	for {
		some, err := store.From[model.Picture](db.Read()).Where("id > ?", after).Order("id").Limit(1000).Find(ctx)
		if err != nil {
			return fmt.Errorf("backup: read pictures: %w", err)
		}
		for _, p := range some {
			visit(p)
			after = p.ID
		}
		if len(some) < 1000 {
			return nil
		}
	}
}
