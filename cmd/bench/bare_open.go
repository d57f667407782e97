package main

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"lianxin/handler/open"
	"lianxin/model"
	"lianxin/service/store"
)

const cardColumns = `SELECT r.id, r.name, r.post, r.employer, r.field, r.composition, COALESCE(t.name, ''), COALESCE(d.name, ''), COALESCE(e.name, ''),
	r.electing_unit_id, r.pinyin, r.introduction, r.office_line, r.studio_id, n.near
	FROM representatives r LEFT JOIN terms t ON t.id = r.term_id LEFT JOIN delegations d ON d.id = r.delegation_id LEFT JOIN electing_units e ON e.id = r.electing_unit_id `

const articleColumns = "SELECT id, kind, title, digest, byline, published_at, correction FROM articles "

type bareTopic struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// bareCard is open.Card with topics that can be filled from here.
type bareCard struct {
	open.Card
	Topics []bareTopic `json:"topics"`
}

type bareCards struct {
	Items []*bareCard `json:"items"`
	Next  string      `json:"next,omitempty"`
}

// extra is what a card's row holds beside the card.
type extra struct {
	pinyin, introduction, officeLine, studioID string
	near                                       int
}

func (b *bare) representatives(c *gin.Context) (any, error) {
	ctx := c.Request.Context()
	var rows *sql.Rows
	var err error
	if area := c.Query("area"); area != "" {
		rows, err = b.near(ctx, area)
	} else {
		q := strings.ToLower(c.Query("q"))
		rows, err = b.query(ctx, "named", "%"+q+"%", q+"%", "% "+q+"%")
	}
	if err != nil {
		return nil, err
	}
	cards, extras, err := scanCards(rows)
	if err != nil {
		return nil, err
	}
	list := bareCards{Items: cards}
	if len(cards) > store.DefaultLimit {
		list.Items = cards[:store.DefaultLimit]
		last := len(list.Items) - 1
		list.Next = store.Cursor(strconv.Itoa(extras[last].near)+" "+extras[last].pinyin, list.Items[last].ID)
	}
	return list, b.dress(ctx, list.Items)
}

// near finds who serves a community, its street or the district, nearest first.
func (b *bare) near(ctx context.Context, area string) (*sql.Rows, error) {
	var path string
	if err := b.statements["path"].QueryRowContext(ctx, area).Scan(&path); err != nil {
		return nil, err
	}
	line := strings.Split(strings.Trim(path, "/"), "/")
	if len(line) != communityDepth {
		return nil, errors.New("only communities are asked for")
	}
	return b.query(ctx, "near", line[2], line[1], line[2], line[1], line[0])
}

// communityDepth is how many areas the path of a community names.
const communityDepth = 3

func scanCards(rows *sql.Rows) (_ []*bareCard, _ []extra, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	cards, extras := []*bareCard{}, []extra{}
	for rows.Next() {
		var c bareCard
		var x extra
		if err := rows.Scan(&c.ID, &c.Name, &c.Post, &c.Employer, &c.Field, &c.Composition, &c.Term, &c.Delegation, &c.ElectingUnit, &c.ElectingID,
			&x.pinyin, &x.introduction, &x.officeLine, &x.studioID, &x.near); err != nil {
			return nil, nil, err
		}
		c.Areas, c.Topics = []open.AreaView{}, []bareTopic{}
		cards, extras = append(cards, &c), append(extras, x)
	}
	return cards, extras, rows.Err()
}

// dress adds areas and topics, one question each.
func (b *bare) dress(ctx context.Context, cards []*bareCard) (err error) {
	if len(cards) == 0 {
		return nil
	}
	byID, ids := map[string]*bareCard{}, []any{}
	for _, c := range cards {
		byID[c.ID], ids = c, append(ids, c.ID)
	}
	in := " IN (?" + strings.Repeat(", ?", len(ids)-1) + ")"
	var of string
	var a open.AreaView
	if err := b.each(ctx, "SELECT ra.representative_id, a.id, a.parent_id, a.level, a.name FROM representative_areas ra JOIN areas a ON a.id = ra.area_id WHERE ra.representative_id"+in+" ORDER BY a.sort, a.path", ids, func() {
		byID[of].Areas = append(byID[of].Areas, a)
	}, &of, &a.ID, &a.ParentID, &a.Level, &a.Name); err != nil {
		return err
	}
	var t bareTopic
	return b.each(ctx, "SELECT rt.representative_id, t.id, t.name FROM representative_topics rt JOIN topics t ON t.id = rt.topic_id WHERE rt.representative_id"+in+" ORDER BY t.sort, t.id", ids, func() {
		byID[of].Topics = append(byID[of].Topics, t)
	}, &of, &t.ID, &t.Name)
}

func (b *bare) each(ctx context.Context, statement string, args []any, row func(), into ...any) (err error) {
	rows, err := b.read.QueryContext(ctx, statement, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		row()
	}
	return rows.Err()
}

type bareHour struct {
	Weekday int    `json:"weekday"`
	Opens   string `json:"opens"`
	Closes  string `json:"closes"`
}

type bareStudio struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Address    string     `json:"address,omitempty"`
	OfficeLine string     `json:"office_line,omitempty"`
	Hours      []bareHour `json:"hours"`
}

type bareFigures struct {
	Received             int      `json:"received"`
	Answered             int      `json:"answered"`
	MedianFirstTouchDays *float64 `json:"median_first_touch_days,omitempty"`
}

type bareProfile struct {
	*bareCard
	Introduction string             `json:"introduction,omitempty"`
	OfficeLine   string             `json:"office_line,omitempty"`
	Studio       *bareStudio        `json:"studio,omitempty"`
	Articles     []open.ArticleView `json:"articles"`
	Figures      *bareFigures       `json:"figures,omitempty"`
}

func (b *bare) representative(c *gin.Context) (any, error) {
	ctx, id := c.Request.Context(), c.Param("id")
	rows, err := b.query(ctx, "one", id)
	if err != nil {
		return nil, err
	}
	cards, extras, err := scanCards(rows)
	if err != nil || len(cards) == 0 {
		return nil, errors.Join(err, errors.New("no such representative"))
	}
	p := bareProfile{bareCard: cards[0], Introduction: extras[0].introduction, OfficeLine: extras[0].officeLine}
	if err := b.dress(ctx, cards); err != nil {
		return nil, err
	}
	if p.Studio, err = b.studio(ctx, extras[0].studioID); err != nil {
		return nil, err
	}
	if p.Articles, err = b.articlesOf(ctx, "about", id); err != nil {
		return nil, err
	}
	p.Figures, err = b.figures(ctx, id)
	return p, err
}

func (b *bare) studio(ctx context.Context, id string) (_ *bareStudio, err error) {
	s := bareStudio{Hours: []bareHour{}}
	if err := b.statements["studio"].QueryRowContext(ctx, id).Scan(&s.ID, &s.Name, &s.Address, &s.OfficeLine); err != nil {
		return nil, err
	}
	rows, err := b.query(ctx, "hours", id)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var h bareHour
		if err := rows.Scan(&h.Weekday, &h.Opens, &h.Closes); err != nil {
			return nil, err
		}
		s.Hours = append(s.Hours, h)
	}
	return &s, rows.Err()
}

func (b *bare) figures(ctx context.Context, id string) (_ *bareFigures, err error) {
	rows, err := b.query(ctx, "figures", id)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var f bareFigures
	var touched []time.Duration
	for rows.Next() {
		var delivered time.Time
		var acknowledged, answered *time.Time
		if err := rows.Scan(&delivered, &acknowledged, &answered); err != nil {
			return nil, err
		}
		f.Received++
		if answered != nil {
			f.Answered++
		}
		if first := cmp.Or(acknowledged, answered); first != nil {
			touched = append(touched, first.Sub(delivered))
		}
	}
	if f.Received < 5 {
		return nil, rows.Err()
	}
	if len(touched) >= 5 {
		slices.Sort(touched)
		middle := len(touched) / 2
		half := touched[middle]
		if len(touched)%2 == 0 {
			half = (touched[middle-1] + half) / 2
		}
		days := math.Round(half.Hours()/24*10) / 10
		f.MedianFirstTouchDays = &days
	}
	return &f, rows.Err()
}

type bareArticles struct {
	Items []open.ArticleView `json:"items"`
	Next  string             `json:"next,omitempty"`
}

func (b *bare) articles(c *gin.Context) (any, error) {
	found, err := b.articlesOf(c.Request.Context(), "articles")
	if err != nil {
		return nil, err
	}
	list := bareArticles{Items: found}
	if len(found) > store.DefaultLimit {
		list.Items = found[:store.DefaultLimit]
		last := list.Items[store.DefaultLimit-1]
		list.Next = store.TimeCursor(*last.PublishedAt, last.ID)
	}
	return list, nil
}

func (b *bare) articlesOf(ctx context.Context, statement string, args ...any) (_ []open.ArticleView, err error) {
	rows, err := b.query(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	found := []open.ArticleView{}
	for rows.Next() {
		var a open.ArticleView
		var at time.Time
		if err := rows.Scan(&a.ID, &a.Kind, &a.Title, &a.Digest, &a.Byline, &at, &a.Correction); err != nil {
			return nil, err
		}
		at = at.In(model.Shanghai)
		a.PublishedAt = &at
		found = append(found, a)
	}
	return found, rows.Err()
}
