package roster

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/pinyin"
	"lianxin/service/store"
)

// AreaForm is what is said of an area. Centre is where its middle is, as the
// picker of a map service gives it, or empty. Addresses are the house numbers of a
// community, all of them.
type AreaForm struct {
	Name      string
	ParentID  string
	Sort      int
	Centre    string
	Addresses []AddressForm
}

// AddressForm says that the house numbers From to To of a road belong to a
// community: all of them, the odd ones (1) or the even ones (2).
type AddressForm struct {
	Road   string
	From   int
	To     int
	Parity int
}

var areaShelf = shelf[model.Area]{
	kind: "area", words: "该区域", place: "parent_id",
	all:  func(s *standing) []*model.Area { return s.areas },
	mark: func(a *model.Area) (*string, *int) { return &a.ID, &a.Revision },
	path: func(_ *standing, a *model.Area) string { return a.Path },
	columns: func(a *model.Area) map[string]any {
		return map[string]any{"name": a.Name, "parent_id": a.ParentID, "path": a.Path, "sort": a.Sort, "centre": a.Centre, "pinyin": a.Pinyin, "initials": a.Initials}
	},
}

// SaveArea adds an area below another one, renames it, or moves a community to
// another street: then everything that lies in it moves along. Faults: forbidden,
// not found, conflict, invalid (name, parent_id, centre, addresses).
func (s *Service) SaveArea(ctx context.Context, by model.Actor, known Known, f AreaForm) (model.Area, error) {
	return save(ctx, s, by, areaShelf, known, func(e *edit[model.Area]) { fillArea(e, known, f) },
		func(ctx context.Context, tx *gorm.DB, e *edit[model.Area]) error {
			if e.was != nil && e.was.Path != e.now.Path {
				if err := e.moveAlong(ctx, tx, e.was.Path, e.now.Path); err != nil {
					return err
				}
			}
			return writeAddresses(ctx, tx, e.now.ID, f.Addresses)
		})
}

func fillArea(e *edit[model.Area], known Known, f AreaForm) {
	e.now.ID, e.now.Name, e.now.Sort = e.newID(known), e.named(f.Name, 60), f.Sort
	centre, ok := readCentre(f.Centre)
	if !ok {
		e.wrong("centre", wrongCentre)
	}
	e.now.Centre = centre
	keys := pinyin.PlaceKeysFor(e.now.Name)
	e.now.Pinyin, e.now.Initials = keys.Pinyin, keys.Initials
	parent := e.area[f.ParentID]
	switch {
	case e.was != nil && e.was.ParentID == f.ParentID:
	case parent == nil:
		e.wrong("parent_id", "请选择上级区域。")
	case e.was == nil:
		below := slices.Index(levels(), parent.Level) + 1
		if below == len(levels()) {
			e.wrong("parent_id", "社区之下没有下一级区域。")
			return
		}
		e.now.Level, e.now.ParentID, e.now.Path = levels()[below], parent.ID, parent.Path+e.now.ID+"/"
	case e.was.Level != model.LevelCommunity || parent.Level != model.LevelStreet:
		e.wrong("parent_id", "只有社区可以改属另一个街道。")
	default:
		e.now.ParentID, e.now.Path = parent.ID, parent.Path+e.now.ID+"/"
	}
	e.once(e.now.Name, slices.ContainsFunc(e.areas, func(a *model.Area) bool {
		return a.ID != e.now.ID && a.ParentID == e.now.ParentID && key(a.Name) == key(e.now.Name)
	}))
	checkAddresses(&e.wrongs, e.now.Level, f.Addresses)
}

// wrongCentre says how a place is written.
const wrongCentre = "请写成“纬度,经度”，如 30.27415,120.15515；在地图服务的坐标拾取页面点一下社区的位置就能复制。"

// readCentre reads where the middle of an area is; nothing is fine.
func readCentre(text string) (string, bool) {
	text = label(text)
	if text == "" {
		return "", true
	}
	place, ok := model.ParsePlace(text)
	if !ok {
		return "", false
	}
	return place.String(), true
}

// addressesMax bounds the lines of one community.
const addressesMax = 500

func checkAddresses(w *wrongs, level model.AreaLevel, all []AddressForm) {
	switch {
	case len(all) > 0 && level != model.LevelCommunity:
		w.wrong("addresses", "门牌号只能登记在社区。")
	case len(all) > addressesMax:
		w.wrong("addresses", "一个社区最多登记 %d 段门牌号。", addressesMax)
	}
	for i, a := range all {
		at := fmt.Sprintf("addresses[%d]", i)
		road := label(a.Road)
		switch {
		case road == "" || utf8.RuneCountInString(road) > 60:
			w.wrong(at, "请填写路名，不超过 60 字。")
		case a.From < 1 || a.To < a.From || a.To > 99_999:
			w.wrong(at, "门牌号应从小到大，如 1 到 199。")
		case a.Parity < 0 || a.Parity > 2:
			w.wrong(at, "请选择全部、单号或双号。")
		}
	}
}

// writeAddresses replaces the house numbers of a community.
func writeAddresses(ctx context.Context, tx *gorm.DB, areaID string, all []AddressForm) error {
	if _, err := store.From[model.AreaAddress](tx).Where("area_id = ?", areaID).Delete(ctx); err != nil {
		return fmt.Errorf("roster: change addresses: %w", err)
	}
	var rows []*model.AreaAddress
	for _, a := range all {
		rows = append(rows, &model.AreaAddress{ID: model.NewID(), AreaID: areaID, Road: label(a.Road), FromNumber: a.From, ToNumber: a.To, Parity: a.Parity})
	}
	return insert(ctx, tx, rows)
}

// moveAlong gives everything that lies in a community its new path. The audit log
// keeps the old one: it tells what was. Fault: conflict when there is an area
// below, which no community has.
func (s *standing) moveAlong(ctx context.Context, tx *gorm.DB, from, to string) error {
	if slices.ContainsFunc(s.areas, func(a *model.Area) bool {
		return a.Path != from && len(a.Path) > len(from) && a.Path[:len(from)] == from
	}) {
		return fault.Conflict("这个区域之下还有区域，不能改属。")
	}
	for _, move := range []func() (int, error){
		moving[model.Grant](ctx, tx, from, to), moving[model.Unit](ctx, tx, from, to), moving[model.Studio](ctx, tx, from, to),
		moving[model.Representative](ctx, tx, from, to), moving[model.ReplyTemplate](ctx, tx, from, to), moving[model.Article](ctx, tx, from, to),
		moving[model.Message](ctx, tx, from, to), moving[model.AnsweredCard](ctx, tx, from, to), moving[model.Deadline](ctx, tx, from, to),
		moving[model.Correction](ctx, tx, from, to), moving[model.LibraryPicture](ctx, tx, from, to), moving[model.AppSuggestion](ctx, tx, from, to),
		moving[model.CaseStory](ctx, tx, from, to), moving[model.Introduction](ctx, tx, from, to),
	} {
		if _, err := move(); err != nil {
			return fmt.Errorf("roster: move along with an area: %w", err)
		}
	}
	return nil
}

func moving[T any](ctx context.Context, tx *gorm.DB, from, to string) func() (int, error) {
	return func() (int, error) {
		return store.From[T](tx).Where("area_path = ?", from).Set(clause.Assignments(map[string]any{"area_path": to})).Update(ctx)
	}
}
