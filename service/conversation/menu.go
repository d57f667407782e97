package conversation

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// WeChat's limits for a menu.
const (
	topMax     = 3
	subMax     = 5
	topBytes   = 16
	subBytes   = 60
	keyBytes   = 128
	menuID     = "menu"
	draftBytes = 60_000
)

// ButtonKind is what a button of the menu does, in WeChat's words.
type ButtonKind string

// The kinds that the office makes. Others that WeChat knows are kept as they are.
const (
	ButtonClick ButtonKind = "click"
	ButtonView  ButtonKind = "view"
	ButtonMini  ButtonKind = "miniprogram"
)

// Button is a button of the menu. One with Children has no kind.
type Button struct {
	Kind      ButtonKind `json:"kind,omitempty"`
	Name      string     `json:"name"`
	Key       string     `json:"key,omitempty"`
	URL       string     `json:"url,omitempty"`
	AppID     string     `json:"appid,omitempty"`
	Page      string     `json:"page,omitempty"`
	MediaID   string     `json:"media_id,omitempty"`
	ArticleID string     `json:"article_id,omitempty"`
	Children  []Button   `json:"children,omitempty"`
}

// Menus is the menu as WeChat has it.
type Menus interface {
	Menu(ctx context.Context) ([]Button, error)
	SetMenu(ctx context.Context, buttons []Button) error
}

// StandardMenu is the menu before anybody drafts another.
func StandardMenu() []Button {
	click := func(name, key string) Button { return Button{Kind: ButtonClick, Name: name, Key: key} }
	return []Button{
		click("找代表", KeyFindRepresentative), click("动态", KeyLatestArticles),
		{Name: "我的", Children: []Button{click("我的来信", KeyMyMessages), click("怎么用", KeyHowTo)}},
	}
}

// KeyWords says what the program answers to the keys it knows.
func KeyWords() []struct{ Key, Words string } {
	return []struct{ Key, Words string }{
		{KeyFindRepresentative, "怎么找代表"}, {KeyLatestArticles, "最新动态"}, {KeyMyMessages, "我的来信"}, {KeyHowTo, "使用说明"},
	}
}

// Menu is the menu as the office keeps it. Problems are what WeChat would refuse
// in the draft, or what would answer nothing.
type Menu struct {
	Draft       []Button
	Published   []Button
	Revision    int
	UpdatedAt   *time.Time
	UpdatedBy   string
	PublishedAt *time.Time
	PublishedBy string
	Problems    []fault.Field
}

// Menu gives the menu as the office keeps it. Fault: forbidden.
func (s *Service) Menu(ctx context.Context, by model.Actor) (Menu, error) {
	if err := mayKeep(by); err != nil {
		return Menu{}, err
	}
	return s.readMenu(ctx, s.db.Read())
}

func (s *Service) readMenu(ctx context.Context, db *gorm.DB) (Menu, error) {
	rows, err := store.From[model.OfficialMenu](db).Where("id = ?", menuID).Find(ctx)
	if err != nil {
		return Menu{}, fmt.Errorf("conversation: read menu: %w", err)
	}
	m := Menu{Draft: StandardMenu()}
	if len(rows) == 1 {
		row := rows[0]
		m = Menu{Revision: row.Revision, UpdatedAt: &row.UpdatedAt, UpdatedBy: row.UpdatedBy, PublishedAt: row.PublishedAt, PublishedBy: row.PublishedBy}
		if err := json.Unmarshal([]byte(row.Draft), &m.Draft); err != nil {
			return Menu{}, fmt.Errorf("conversation: read draft of menu: %w", err)
		}
		if err := json.Unmarshal([]byte(row.Published), &m.Published); err != nil {
			return Menu{}, fmt.Errorf("conversation: read published menu: %w", err)
		}
	}
	answers, err := replies(ctx, db, model.ReplyKeyword)
	if err != nil {
		return Menu{}, err
	}
	m.Problems = s.menuProblems(m.Draft, answers)
	return m, nil
}

// SaveMenu keeps a draft, which may be unfinished. Faults: forbidden, invalid for
// more buttons than a menu has, conflict when somebody else was faster.
func (s *Service) SaveMenu(ctx context.Context, by model.Actor, draft []Button, revision int) (Menu, error) {
	if err := mayKeep(by); err != nil {
		return Menu{}, err
	}
	if len(draft) > topMax || slices.ContainsFunc(draft, func(b Button) bool { return len(b.Children) > subMax }) {
		return Menu{}, fault.InvalidField("buttons", fmt.Sprintf("一级按钮最多 %d 个，每个下面最多 %d 个。", topMax, subMax))
	}
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		if err := s.writeDraft(ctx, tx, by, draft, revision); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, "official_menu.save", audit.Target{Kind: "official_menu", ID: menuID}, s.now())
	})
	if store.IsDuplicate(err) {
		err = errMenuChanged()
	}
	if err != nil {
		return Menu{}, err
	}
	return s.readMenu(ctx, s.db.Read())
}

func errMenuChanged() error {
	return fault.Conflict("菜单刚被别人改过，请刷新后再改。")
}

func (s *Service) writeDraft(ctx context.Context, tx *gorm.DB, by model.Actor, draft []Button, revision int) error {
	text, err := json.Marshal(draft)
	if err != nil {
		return fmt.Errorf("conversation: write draft of menu: %w", err)
	}
	if len(text) > draftBytes {
		return fault.InvalidField("buttons", "菜单里的内容太多了。")
	}
	if revision == 0 {
		return store.From[model.OfficialMenu](tx).Create(ctx, &model.OfficialMenu{
			ID: menuID, Draft: string(text), Published: "[]", Revision: 1, UpdatedAt: s.now(), UpdatedBy: by.Name,
		})
	}
	n, err := store.From[model.OfficialMenu](tx).Where("id = ? AND revision = ?", menuID, revision).Set(clause.Assignments(map[string]any{
		"draft": string(text), "revision": revision + 1, "updated_at": s.now(), "updated_by": by.Name,
	})).Update(ctx)
	if err != nil {
		return fmt.Errorf("conversation: save menu: %w", err)
	}
	if n == 0 {
		return errMenuChanged()
	}
	return nil
}

// PublishMenu sends the draft that was looked at to WeChat and notes it. Sending
// the same menu twice changes nothing. Faults: forbidden, conflict when the draft
// is another by now, invalid with everything WeChat would refuse.
func (s *Service) PublishMenu(ctx context.Context, by model.Actor, revision int) error {
	if err := mayKeep(by); err != nil {
		return err
	}
	m, err := s.readMenu(ctx, s.db.Read())
	if err != nil {
		return err
	}
	if m.Revision != revision {
		return errMenuChanged()
	}
	if len(m.Problems) > 0 {
		return fault.Invalid(m.Problems...)
	}
	if err := s.menus.SetMenu(ctx, m.Draft); err != nil {
		return err
	}
	text, err := json.Marshal(m.Draft)
	if err != nil {
		return fmt.Errorf("conversation: write published menu: %w", err)
	}
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		if revision == 0 {
			if err := s.writeDraft(ctx, tx, by, m.Draft, 0); err != nil {
				return err
			}
		}
		if _, err := store.From[model.OfficialMenu](tx).Where("id = ?", menuID).Set(clause.Assignments(map[string]any{
			"published": string(text), "published_at": s.now(), "published_by": by.Name,
		})).Update(ctx); err != nil {
			return fmt.Errorf("conversation: note published menu: %w", err)
		}
		return audit.Record(ctx, tx, by, "official_menu.publish", audit.Target{Kind: "official_menu", ID: menuID}, s.now())
	})
}

// PublishedMenu is the menu that was published last, the standard one before the
// first time.
func (s *Service) PublishedMenu(ctx context.Context) ([]Button, error) {
	m, err := s.readMenu(ctx, s.db.Read())
	if err != nil || len(m.Published) == 0 {
		return StandardMenu(), err
	}
	return m.Published, nil
}

// There gives the menu that WeChat has now. Fault: forbidden.
func (s *Service) There(ctx context.Context, by model.Actor) ([]Button, error) {
	if err := mayKeep(by); err != nil {
		return nil, err
	}
	return s.menus.Menu(ctx)
}

// TakeOver makes the menu that WeChat has the draft. Faults: forbidden, not found
// when WeChat has none, conflict when somebody else was faster.
func (s *Service) TakeOver(ctx context.Context, by model.Actor, revision int) (Menu, error) {
	there, err := s.There(ctx, by)
	if err != nil {
		return Menu{}, err
	}
	if len(there) == 0 {
		return Menu{}, fault.NotFound("微信那边的菜单")
	}
	err = store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		if err := s.writeDraft(ctx, tx, by, there, revision); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, "official_menu.take_over", audit.Target{Kind: "official_menu", ID: menuID}, s.now())
	})
	if store.IsDuplicate(err) {
		err = errMenuChanged()
	}
	if err != nil {
		return Menu{}, err
	}
	return s.readMenu(ctx, s.db.Read())
}

// menuProblems lists what is wrong with a menu, by the place of the button.
func (s *Service) menuProblems(menu []Button, answers []model.OfficialReply) []fault.Field {
	var wrong []fault.Field
	if len(menu) == 0 {
		wrong = append(wrong, fault.Field{Name: "buttons", Reason: "菜单里至少要有一个按钮。"})
	}
	for i, top := range menu {
		at := fmt.Sprintf("buttons.%d", i)
		wrong = append(wrong, nameProblems(at, top.Name, topBytes)...)
		if len(top.Children) == 0 {
			wrong = append(wrong, s.leafProblems(at, top, answers)...)
			continue
		}
		for j, child := range top.Children {
			below := fmt.Sprintf("%s.children.%d", at, j)
			wrong = append(wrong, nameProblems(below, child.Name, subBytes)...)
			wrong = append(wrong, s.leafProblems(below, child, answers)...)
			if len(child.Children) > 0 {
				wrong = append(wrong, fault.Field{Name: below + ".children", Reason: "菜单只有两级。"})
			}
		}
	}
	return wrong
}

func nameProblems(at, name string, bytes int) []fault.Field {
	switch {
	case name == "":
		return []fault.Field{{Name: at + ".name", Reason: "请填写名称。"}}
	case len(name) > bytes:
		return []fault.Field{{Name: at + ".name", Reason: fmt.Sprintf("名称有 %d 字节，微信最多 %d 字节（一个汉字 3 字节）。", len(name), bytes)}}
	}
	return nil
}

func (s *Service) leafProblems(at string, b Button, answers []model.OfficialReply) []fault.Field {
	one := func(field, reason string) []fault.Field {
		return []fault.Field{{Name: at + "." + field, Reason: reason}}
	}
	switch b.Kind {
	case "":
		return one("kind", "请选择点了以后做什么。")
	case ButtonClick:
		return keyProblems(one, b.Key, answers)
	case ButtonView:
		if !isAddress(b.URL) {
			return one("url", "网址应以 https:// 或 http:// 开头，最长 1024 字节。")
		}
	case ButtonMini:
		switch {
		case !isPage(b.Page):
			return one("page", "小程序页面应写成 pages/… 的样子。")
		case b.AppID == "":
			return one("appid", "还没有配置小程序的 AppID。")
		case !isAddress(b.URL):
			return one("url", "请填写打不开小程序时去的网址，以 https:// 开头。")
		}
	default:
		if b.Key == "" && b.MediaID == "" && b.ArticleID == "" && b.URL == "" {
			return one("kind", "这种按钮缺少内容，请换一种。")
		}
	}
	return nil
}

func keyProblems(one func(field, reason string) []fault.Field, key string, answers []model.OfficialReply) []fault.Field {
	if len(key) > keyBytes {
		return one("key", fmt.Sprintf("键值最长 %d 字节。", keyBytes))
	}
	for _, k := range KeyWords() {
		if k.Key == key {
			return nil
		}
	}
	at := slices.IndexFunc(answers, func(r model.OfficialReply) bool { return KeyReply+r.ID == key })
	switch {
	case at < 0:
		return one("key", "请选择点了以后回答什么。")
	case !answers[at].Enabled:
		return one("key", "这条自动回复停用了，点了只会回答使用说明。")
	}
	return nil
}
