package directory

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"lianxin/model"
	"lianxin/service/pinyin"
	"lianxin/service/store"
)

// Find says which representatives are looked for; what is empty does not
// matter, and what is set must all hold. Text is a name, its pinyin or
// initials, or the name of a place, an employer, an electing unit or a topic.
// Address is a street address. AreaID, Topic and ElectingUnit are ids.
type Find struct {
	Text         string
	AreaID       string
	Address      string
	Topic        string
	ElectingUnit string
	Employer     string
	Composition  model.Composition
}

// entry is a representative's place in a list: nearest first, then by name.
type entry struct {
	ID     string
	Pinyin string
	near   int
}

func (e entry) compare(o entry) int {
	return cmp.Or(cmp.Compare(e.near, o.near), cmp.Compare(e.Pinyin, o.Pinyin), cmp.Compare(e.ID, o.ID))
}

func (e entry) cursor() string { return store.Cursor(strconv.Itoa(e.near)+" "+e.Pinyin, e.ID) }

// Representatives lists who serves now, by name; with an area or an address,
// nearest first: the area's own, then those of the areas within it, then those
// of each area above, so that a small place without a representative of its own
// is not left with an empty page. It gives the cursor of the next page, empty
// at the end. Faults: invalid (text, after), not found for an area that there
// is not.
func (s *Service) Representatives(ctx context.Context, find Find, page store.Page) ([]Card, string, error) {
	text, err := plainText(find.Text)
	if err != nil {
		return nil, "", err
	}
	find.Text = text
	near, placed, err := s.nearness(ctx, find)
	if err != nil {
		return nil, "", err
	}
	var entries []entry
	if placed {
		entries, err = s.entriesNear(ctx, find, near, page)
	} else {
		entries, err = s.entriesByName(ctx, find, page)
	}
	if err != nil {
		return nil, "", err
	}
	entries, next := store.Cut(entries, page, entry.cursor)
	cards, err := s.cards(ctx, ids(entries))
	return cards, next, err
}

func ids(entries []entry) []string {
	all := make([]string, 0, len(entries))
	for _, e := range entries {
		all = append(all, e.ID)
	}
	return all
}

// nearness tells how near each representative is to the area or the address
// that is asked for: 0 serves it, 1 serves a part of it, then one more for each
// area further up. False when neither is asked for.
func (s *Service) nearness(ctx context.Context, find Find) (map[string]int, bool, error) {
	if find.AreaID == "" && strings.TrimSpace(find.Address) == "" {
		return nil, false, nil
	}
	around, err := s.around(ctx, find)
	if err != nil {
		return nil, false, err
	}
	near := map[string]int{}
	for _, area := range around {
		if err := s.addNear(ctx, area, near); err != nil {
			return nil, false, err
		}
	}
	return near, true, nil
}

// around gives the areas that an area id or an address stands for; an address
// may belong to several. Faults: not found, invalid (text).
func (s *Service) around(ctx context.Context, find Find) ([]model.Area, error) {
	if find.AreaID != "" {
		area, err := areaOf(ctx, s.db.Read(), find.AreaID)
		return []model.Area{area}, err
	}
	hits, err := s.SearchAreas(ctx, find.Address)
	if err != nil {
		return nil, err
	}
	var areas []model.Area
	for _, h := range hits {
		if h.Reason == AreaByAddress {
			areas = append(areas, h.Area)
		}
	}
	return areas, nil
}

// addNear notes the nearness of everybody who serves an area, a part of it or
// an area above it. Who serves several stands with the nearest.
func (s *Service) addNear(ctx context.Context, area model.Area, near map[string]int) error {
	within, err := s.servedWithin(ctx, []string{area.Path})
	if err != nil {
		return err
	}
	line := pathIDs(area.Path)
	above, err := s.servedAt(ctx, line)
	if err != nil {
		return err
	}
	for _, x := range append(within, above...) {
		distance := 1
		if up := slices.Index(line, x.AreaID); up == len(line)-1 {
			distance = 0
		} else if up >= 0 {
			distance = len(line) - up
		}
		if known, ok := near[x.RepresentativeID]; !ok || distance < known {
			near[x.RepresentativeID] = distance
		}
	}
	return nil
}

// nearFew is up to how many representatives are asked for by id: those near a
// community are few, those within a district are nearly all.
const nearFew = 500

// entriesNear sorts here, not in the database: nearness is no column, and those
// who serve one place and what lies above it are few.
func (s *Service) entriesNear(ctx context.Context, find Find, near map[string]int, page store.Page) ([]entry, error) {
	after, err := entryAfter(page)
	if err != nil {
		return nil, err
	}
	q := s.matching(find)
	if len(near) <= nearFew {
		q = q.Where("id IN ?", append(slices.Collect(maps.Keys(near)), ""))
	}
	all, err := q.Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("directory: find representatives: %w", err)
	}
	var entries []entry
	for _, e := range all {
		distance, ok := near[e.ID]
		if e.near = distance; ok && (page.After == "" || e.compare(after) > 0) {
			entries = append(entries, e)
		}
	}
	slices.SortFunc(entries, entry.compare)
	return entries[:min(len(entries), page.Rows()+1)], nil
}

func (s *Service) entriesByName(ctx context.Context, find Find, page store.Page) ([]entry, error) {
	q := s.matching(find)
	if page.After != "" {
		after, err := entryAfter(page)
		if err != nil {
			return nil, err
		}
		q = q.Where("(pinyin > ? OR (pinyin = ? AND id > ?))", after.Pinyin, after.Pinyin, after.ID)
	}
	entries, err := q.Order("pinyin, id").Limit(page.Rows() + 1).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("directory: find representatives: %w", err)
	}
	return entries, nil
}

// entryAfter reads the cursor of a page.
func entryAfter(page store.Page) (entry, error) {
	if page.After == "" {
		return entry{}, nil
	}
	key, id, err := page.Split()
	if err != nil {
		return entry{}, err
	}
	distance, spelling, _ := strings.Cut(key, " ")
	near, err := strconv.Atoi(distance)
	if err != nil {
		return entry{}, errForeignCursor()
	}
	return entry{ID: id, Pinyin: spelling, near: near}, nil
}

// matching is the question to the database, without place and order.
func (s *Service) matching(find Find) store.Query[entry] {
	q := store.From[entry](s.db.Read()).Table("representatives").Select("id, pinyin").Where("state = ?", model.RepresentativeServing)
	if find.Topic != "" {
		q = q.Where("id IN (SELECT representative_id FROM representative_topics WHERE topic_id = ?)", find.Topic)
	}
	if find.ElectingUnit != "" {
		q = q.Where("electing_unit_id = ?", find.ElectingUnit)
	}
	if employer := strings.TrimSpace(find.Employer); employer != "" {
		q = q.Where("employer LIKE ? ESCAPE '!'", like(employer))
	}
	if find.Composition != "" {
		q = q.Where("composition = ?", find.Composition)
	}
	if find.Text != "" {
		condition, args := matchingText(find.Text)
		q = q.Where(condition, args...)
	}
	return q
}

// matchingText looks for a text in names, their keys, and the names of what a
// representative belongs to. Keys are matched from their start.
func matchingText(text string) (string, []any) {
	as := like(text)
	conditions := []string{
		"name LIKE ? ESCAPE '!'",
		"employer LIKE ? ESCAPE '!'",
		"electing_unit_id IN (SELECT id FROM electing_units WHERE name LIKE ? ESCAPE '!')",
		`id IN (SELECT rt.representative_id FROM representative_topics rt JOIN topics t ON t.id = rt.topic_id
			WHERE t.name LIKE ? ESCAPE '!')`,
		`id IN (SELECT ra.representative_id FROM representative_areas ra JOIN areas a ON a.id = ra.area_id
			WHERE a.name LIKE ? ESCAPE '!')`,
	}
	args := []any{as, as, as, as, as}
	if key := escape(pinyin.Fold(text)); key != "" {
		conditions = append(conditions,
			"search_keys LIKE ? ESCAPE '!'", "search_keys LIKE ? ESCAPE '!'",
			`id IN (SELECT ra.representative_id FROM representative_areas ra JOIN areas a ON a.id = ra.area_id
				WHERE a.pinyin LIKE ? ESCAPE '!' OR a.initials = ?)`)
		args = append(args, key+"%", "% "+key+"%", key+"%", key)
	}
	return "(" + strings.Join(conditions, " OR ") + ")", args
}
