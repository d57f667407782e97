package newsroom

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
)

// Wanted says which articles the newsroom is asked for; what is empty does not
// matter. Text is looked for in the titles.
type Wanted struct {
	State    model.ArticleState
	Kind     model.ArticleKind
	AreaID   string
	ColumnID string
	Text     string
	// Mine keeps those that the actor began or wrote in.
	Mine bool
}

// Row is an article in the newsroom's list, without its text.
type Row struct {
	model.Article

	Area   string
	Column string
	Doors  []model.ArticleDoor
}

// List lists the articles of the areas in which the actor writes or reviews,
// those changed last first. Faults: invalid (after); not found for an area that
// is not theirs.
func (s *Service) List(ctx context.Context, by model.Actor, w Wanted, page store.Page) ([]Row, string, error) {
	paths := reach(by)
	if w.AreaID != "" {
		area, err := s.ownArea(ctx, s.db.Read(), by, w.AreaID)
		if err != nil {
			return nil, "", err
		}
		paths = []string{area.Path}
	}
	q := store.From[model.Article](s.db.Read()).Omit("body").Where(store.WithinAny("area_path", paths))
	for column, value := range map[string]string{"state": string(w.State), "kind": string(w.Kind), "column_id": w.ColumnID} {
		if value != "" {
			q = q.Where(clause.Eq{Column: clause.Column{Name: column}, Value: value})
		}
	}
	if text := strings.TrimSpace(w.Text); text != "" {
		q = q.Where("title LIKE ? ESCAPE '!'", "%"+escapeLike.Replace(text)+"%")
	}
	if w.Mine {
		q = q.Where("(author_id = ? OR id IN (SELECT article_id FROM article_writers WHERE person_id = ?))", by.PersonID, by.PersonID)
	}
	if page.After != "" {
		at, id, err := page.SplitTime()
		if err != nil {
			return nil, "", err
		}
		q = q.Where("(updated_at < ? OR (updated_at = ? AND id < ?))", at, at, id)
	}
	articles, err := q.Order("updated_at DESC, id DESC").Limit(page.Rows() + 1).Find(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("newsroom: list articles: %w", err)
	}
	articles, next := store.Cut(articles, page, func(a model.Article) string { return store.TimeCursor(a.UpdatedAt, a.ID) })
	rows, err := s.rows(ctx, articles)
	return rows, next, err
}

var escapeLike = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// reach lists the areas whose articles an actor sees.
func reach(by model.Actor) []string {
	paths := by.AreaPaths(model.PermitArticleWrite)
	for _, path := range by.AreaPaths(model.PermitArticleReview) {
		if !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	return paths
}

// sees reports whether an actor sees the articles of an area.
func sees(by model.Actor, areaPath string) bool {
	return by.PermitsIn(model.PermitArticleWrite, areaPath) || by.PermitsIn(model.PermitArticleReview, areaPath)
}

// ownArea finds an area whose articles the actor sees. Fault: not found.
func (s *Service) ownArea(ctx context.Context, db *gorm.DB, by model.Actor, id string) (model.Area, error) {
	area, err := s.area(ctx, db, id)
	if err == nil && !sees(by, area.Path) {
		return model.Area{}, fault.NotFound("该区域")
	}
	return area, err
}

// rows adds names and doors to articles.
func (s *Service) rows(ctx context.Context, articles []model.Article) ([]Row, error) {
	var areaIDs, columnIDs, ids []string
	for _, a := range articles {
		areaIDs, columnIDs, ids = append(areaIDs, a.AreaID), append(columnIDs, a.ColumnID), append(ids, a.ID)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	db := s.db.Read()
	areas, err := store.From[model.Area](db).Select("id, name").Where("id IN ?", areaIDs).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("newsroom: name areas: %w", err)
	}
	columns, err := store.From[model.ArticleColumn](db).Where("id IN ?", columnIDs).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("newsroom: name columns: %w", err)
	}
	doors, err := store.From[model.ArticleDoor](db).Where("article_id IN ?", ids).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("newsroom: read doors: %w", err)
	}
	names := map[string]string{}
	for _, area := range areas {
		names[area.ID] = area.Name
	}
	for _, c := range columns {
		names[c.ID] = c.Name
	}
	rows := make([]Row, len(articles))
	for i, a := range articles {
		rows[i] = Row{Article: a, Area: names[a.AreaID], Column: names[a.ColumnID], Doors: doorsOf(a, doors)}
	}
	return rows, nil
}

// doorsOf gives an article's doors in the order of the screen. A door that was
// never touched has no row.
func doorsOf(a model.Article, kept []model.ArticleDoor) []model.ArticleDoor {
	var doors []model.ArticleDoor
	for _, name := range model.Doors() {
		door := freshDoor(a, name)
		for _, d := range kept {
			if d.ArticleID == a.ID && d.Door == name {
				door = d
			}
		}
		doors = append(doors, door)
	}
	return doors
}

// freshDoor is a door that nobody has touched yet: an article goes into our own
// feed unless somebody says otherwise. What the system brought along is there.
func freshDoor(a model.Article, name model.Door) model.ArticleDoor {
	door := model.ArticleDoor{ArticleID: a.ID, Door: name, State: model.DoorFlow().Start, UpdatedAt: a.CreatedAt}
	if name == model.DoorFeed {
		door.Wanted = true
		if a.PublishedAt != nil && slices.Contains(model.ArticlePublic(), a.State) {
			door.State, door.OpenedAt, door.Version = model.DoorOpen, a.PublishedAt, a.Version
		}
	}
	return door
}

// Whole is an article with all that belongs to it, as one actor may see it.
type Whole struct {
	Row

	RepresentativeIDs []string
	Comments          []model.ArticleComment
	MassSend          *model.MassSend
	Measure           Measure
	// Reader is who reads, and Acts are what they may do now.
	Reader string
	Acts   []Act
}

// Whole gives one article whole. Fault: not found, also for an area that is not
// the actor's.
func (s *Service) Whole(ctx context.Context, by model.Actor, id string) (Whole, error) {
	db := s.db.Read()
	a, err := s.mine(ctx, db, by, id)
	if err != nil {
		return Whole{}, err
	}
	rows, err := s.rows(ctx, []model.Article{a})
	if err != nil {
		return Whole{}, err
	}
	w := Whole{Row: rows[0], Measure: s.measure(a), Reader: by.PersonID}
	links, err := store.From[model.ArticleRepresentative](db).Where("article_id = ?", id).Order("representative_id").Find(ctx)
	if err != nil {
		return Whole{}, fmt.Errorf("newsroom: read representatives: %w", err)
	}
	for _, l := range links {
		w.RepresentativeIDs = append(w.RepresentativeIDs, l.RepresentativeID)
	}
	if w.Comments, err = store.From[model.ArticleComment](db).Where("article_id = ?", id).Order("created_at, id").Find(ctx); err != nil {
		return Whole{}, fmt.Errorf("newsroom: read comments: %w", err)
	}
	if w.MassSend, err = lastMassSend(ctx, db, id); err != nil {
		return Whole{}, err
	}
	wrote, err := hasWritten(ctx, db, id, by.PersonID)
	if err != nil {
		return Whole{}, err
	}
	w.Acts = s.acts(by, w, wrote)
	return w, nil
}

// mine finds an article that the actor sees. Fault: not found.
func (s *Service) mine(ctx context.Context, db *gorm.DB, by model.Actor, id string) (model.Article, error) {
	a, err := store.From[model.Article](db).Where("id = ?", id).Take(ctx)
	if store.IsAbsent(err) || err == nil && by.System == "" && !sees(by, a.AreaPath) {
		return model.Article{}, fault.NotFound("这篇文章")
	}
	if err != nil {
		return model.Article{}, fmt.Errorf("newsroom: find article: %w", err)
	}
	return a, nil
}

// permitted finds an article in whose area the actor has a permission. Faults:
// not found; forbidden for who sees it and has another one.
func (s *Service) permitted(ctx context.Context, tx *gorm.DB, by model.Actor, p model.Permission, id string) (model.Article, error) {
	a, err := s.mine(ctx, tx, by, id)
	if err == nil && by.System == "" && !by.PermitsIn(p, a.AreaPath) {
		return model.Article{}, fault.Forbidden("您没有这项操作的权限。")
	}
	return a, err
}

func hasWritten(ctx context.Context, db *gorm.DB, articleID, personID string) (bool, error) {
	n, err := store.From[model.ArticleWriter](db).Where("article_id = ? AND person_id = ?", articleID, personID).Count(ctx, "*")
	if err != nil {
		return false, fmt.Errorf("newsroom: look for writers: %w", err)
	}
	return n > 0, nil
}

// Outdated reports whether what stands behind a door is an older version than
// the article.
func Outdated(a model.Article, d model.ArticleDoor) bool {
	out := d.State == model.DoorOpen || d.State == model.DoorByHand || d.State == model.DoorSubmitted
	return out && d.Version < a.Version && a.State == model.ArticleCorrected
}

// FirstOut is when an article left the house first; nil when it has not.
func FirstOut(row Row) *time.Time {
	first := row.PublishedAt
	for _, d := range row.Doors {
		if d.OpenedAt != nil && (first == nil || d.OpenedAt.Before(*first)) {
			first = d.OpenedAt
		}
	}
	return first
}
