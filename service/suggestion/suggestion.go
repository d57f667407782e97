// Package suggestion takes what people say about the app itself, complaints and
// suggestions, and brings them the answer of the liaison office.
//
// It refuses to tell the office who wrote: the words are answered, not the person,
// and the answer finds its way by itself. The words are shown to the office and
// their writer only, never to the public or to another resident, so they are not
// put to WeChat's content check (product.md rule 7 is for what others see).
package suggestion

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/notice"
	"lianxin/service/store"
)

// Options wires a Service.
type Options struct {
	DB  *store.DB
	Now func() time.Time
}

// Service is the box, and the desk behind it.
type Service struct {
	db    *store.DB
	clock func() time.Time
}

// New makes a Service.
func New(o Options) *Service { return &Service{db: o.DB, clock: o.Now} }

// now is the moment in UTC, as fine as every database keeps it.
func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Millisecond) }

// Words are what somebody says. AreaID is the area they chose; empty for the
// whole district.
type Words struct {
	Kind   model.SuggestionKind
	Body   string
	AreaID string
}

// Send takes what the actor says, and tells the office. Faults: unauthenticated;
// invalid (kind, body, area_id); conflict while too many have no reply.
func (s *Service) Send(ctx context.Context, by model.Actor, w Words) (model.AppSuggestion, error) {
	if by.PersonID == "" {
		return model.AppSuggestion{}, fault.Unauthenticated("请先登录。")
	}
	body, err := plain("body", w.Body, model.SuggestionMax)
	if err != nil {
		return model.AppSuggestion{}, err
	}
	if w.Kind != model.SuggestionComplaint && w.Kind != model.SuggestionSuggestion {
		return model.AppSuggestion{}, fault.InvalidField("kind", "请选择投诉或建议。")
	}
	row := model.AppSuggestion{ID: model.NewID(), PersonID: by.PersonID, Kind: w.Kind, State: model.SuggestionOpen, Body: body, CreatedAt: s.now()}
	err = store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		if row.AreaPath, err = placeOf(ctx, tx, w.AreaID); err != nil {
			return err
		}
		open, err := store.From[model.AppSuggestion](tx).Where("person_id = ? AND state = ?", by.PersonID, model.SuggestionOpen).Count(ctx, "*")
		if err != nil {
			return fmt.Errorf("suggestion: count what is open: %w", err)
		}
		if open >= model.SuggestionOpenMax {
			return fault.Conflict("您已有 %d 条意见还没有答复，请等有了答复再提。", open)
		}
		if err := store.From[model.AppSuggestion](tx).Create(ctx, &row); err != nil {
			return fmt.Errorf("suggestion: write: %w", err)
		}
		if err := s.tellOffice(ctx, tx, row); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, "suggestion.send", audit.Target{Kind: "suggestion", ID: row.ID, AreaPath: row.AreaPath}, s.now())
	})
	if err != nil {
		return model.AppSuggestion{}, err
	}
	return row, nil
}

// placeOf is the path of the area whose office answers.
func placeOf(ctx context.Context, tx *gorm.DB, areaID string) (string, error) {
	q := store.From[model.Area](tx).Where("id = ?", areaID)
	if areaID == "" {
		q = store.From[model.Area](tx).Where("parent_id = ?", "").Order("sort, id").Limit(1)
	}
	found, err := q.Find(ctx)
	switch {
	case err != nil:
		return "", fmt.Errorf("suggestion: find area: %w", err)
	case len(found) == 0:
		return "", fault.InvalidField("area_id", "没有这个区域，请重新选择。")
	}
	return found[0].Path, nil
}

// tellOffice tells the liaison officers of the area and of those above it.
func (s *Service) tellOffice(ctx context.Context, tx *gorm.DB, row model.AppSuggestion) error {
	words := KindWords(row.Kind)
	return notice.SendToRole(ctx, tx, model.RoleLiaisonOfficer, row.AreaPath, model.Notice{
		Happening: "suggestion/" + row.ID, Template: model.TemplateTask, Title: "收到对平台的" + words, Body: "有人对本平台提了" + words + "，请在工作台“平台意见”里答复。",
		Hint: "请在工作台里答复", Link: "pages/me/index", Thing: "对平台的" + words, Phrase: "待答复",
	}, s.now())
}

// KindWords names a kind for the screen.
func KindWords(k model.SuggestionKind) string {
	if k == model.SuggestionComplaint {
		return "投诉"
	}
	return "建议"
}

// Mine lists what the actor said, the newest first. Fault: unauthenticated.
func (s *Service) Mine(ctx context.Context, by model.Actor, page store.Page) ([]model.AppSuggestion, string, error) {
	if by.PersonID == "" {
		return nil, "", fault.Unauthenticated("请先登录。")
	}
	return list(ctx, store.From[model.AppSuggestion](s.db.Read()).Where("person_id = ?", by.PersonID), page)
}

// List lists what was said in the actor's areas, the newest first; in one state
// when one is given.
func (s *Service) List(ctx context.Context, by model.Actor, state model.SuggestionState, page store.Page) ([]model.AppSuggestion, string, error) {
	q := store.From[model.AppSuggestion](s.db.Read()).Where(store.WithinAny("area_path", by.AreaPaths(model.PermitSuggestionAnswer)))
	if state != "" {
		q = q.Where("state = ?", state)
	}
	return list(ctx, q, page)
}

func list(ctx context.Context, q store.Query[model.AppSuggestion], page store.Page) ([]model.AppSuggestion, string, error) {
	if page.After != "" {
		at, id, err := page.SplitTime()
		if err != nil {
			return nil, "", err
		}
		q = q.Where("(created_at < ? OR (created_at = ? AND id < ?))", at, at, id)
	}
	rows, err := q.Order("created_at DESC, id DESC").Limit(page.Rows() + 1).Find(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("suggestion: list: %w", err)
	}
	rows, next := store.Cut(rows, page, func(one model.AppSuggestion) string { return store.TimeCursor(one.CreatedAt, one.ID) })
	return rows, next, nil
}

// Reply answers, once, and tells the writer. Faults: invalid (reply); not found
// outside the actor's areas; conflict for what has its reply.
func (s *Service) Reply(ctx context.Context, by model.Actor, id, reply string) (model.AppSuggestion, error) {
	reply, err := plain("reply", reply, model.SuggestionReplyMax)
	if err != nil {
		return model.AppSuggestion{}, err
	}
	var row model.AppSuggestion
	err = store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		row, err = store.From[model.AppSuggestion](tx).Where("id = ?", id).Take(ctx)
		if store.IsAbsent(err) || err == nil && !by.PermitsIn(model.PermitSuggestionAnswer, row.AreaPath) {
			return fault.NotFound("这条意见")
		}
		if err != nil {
			return fmt.Errorf("suggestion: find: %w", err)
		}
		return s.reply(ctx, tx, by, &row, reply)
	})
	if err != nil {
		return model.AppSuggestion{}, err
	}
	return row, nil
}

func (s *Service) reply(ctx context.Context, tx *gorm.DB, by model.Actor, row *model.AppSuggestion, reply string) error {
	now := s.now()
	n, err := store.From[model.AppSuggestion](tx).Where("id = ? AND state = ?", row.ID, model.SuggestionOpen).Set(clause.Assignments(map[string]any{
		"state": model.SuggestionReplied, "reply": reply, "replier_id": by.PersonID, "replier": by.Name, "replied_at": now,
	})).Update(ctx)
	if err != nil {
		return fmt.Errorf("suggestion: reply: %w", err)
	}
	if n != 1 {
		return fault.Conflict("这条意见已经有人答复了，请刷新后查看。")
	}
	row.State, row.Reply, row.ReplierID, row.Replier, row.RepliedAt = model.SuggestionReplied, reply, by.PersonID, by.Name, &now
	if err := notice.Send(ctx, tx, model.Notice{
		PersonID: row.PersonID, Happening: "suggestion/" + row.ID + "/reply", Template: model.TemplateAnswer, Title: "您对平台的" + KindWords(row.Kind) + "有答复了",
		Body: reply, Hint: "点开查看答复", Link: "pages/me/suggest", Thing: "对平台的" + KindWords(row.Kind), Name: "联络办",
	}, now); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "suggestion.reply", audit.Target{Kind: "suggestion", ID: row.ID, AreaPath: row.AreaPath}, now)
}

// plain trims words and bounds them. Fault: invalid.
func plain(field, words string, most int) (string, error) {
	words = strings.TrimSpace(words)
	if n := utf8.RuneCountInString(words); n == 0 || n > most || !utf8.ValidString(words) {
		return "", fault.InvalidField(field, fmt.Sprintf("请写 1 到 %d 个字。", most))
	}
	return words, nil
}
