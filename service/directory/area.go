package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
)

// AreaCount is an area with the number of representatives who serve it or a
// part of it now.
type AreaCount struct {
	model.Area

	Serving int
}

// Areas lists the areas below one, or the topmost ones for "". An area that
// there is not has none below.
func (s *Service) Areas(ctx context.Context, parentID string) ([]AreaCount, error) {
	areas, err := store.From[model.Area](s.db.Read()).Where("parent_id = ?", parentID).Order("sort, pinyin, id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("directory: list areas: %w", err)
	}
	return s.counted(ctx, areas)
}

// counted adds to areas how many representatives serve within them.
func (s *Service) counted(ctx context.Context, areas []model.Area) ([]AreaCount, error) {
	if len(areas) == 0 {
		return nil, nil
	}
	paths := make([]string, 0, len(areas))
	for _, a := range areas {
		paths = append(paths, a.Path)
	}
	served, err := s.servedWithin(ctx, paths)
	if err != nil {
		return nil, err
	}
	counts := make([]AreaCount, 0, len(areas))
	for _, a := range areas {
		people := map[string]bool{}
		for _, x := range served {
			if strings.HasPrefix(x.Path, a.Path) {
				people[x.RepresentativeID] = true
			}
		}
		counts = append(counts, AreaCount{Area: a, Serving: len(people)})
	}
	return counts, nil
}

// AreaPlace is an area with those above it, topmost first.
type AreaPlace struct {
	AreaCount

	Above []model.Area
}

// Area gives one area. Fault: not found.
func (s *Service) Area(ctx context.Context, id string) (AreaPlace, error) {
	area, err := areaOf(ctx, s.db.Read(), id)
	if err != nil {
		return AreaPlace{}, err
	}
	counts, err := s.counted(ctx, []model.Area{area})
	if err != nil {
		return AreaPlace{}, err
	}
	known, err := areasByID(ctx, s.db.Read(), pathIDs(area.Path))
	if err != nil {
		return AreaPlace{}, err
	}
	return AreaPlace{AreaCount: counts[0], Above: areasAbove(area, known)}, nil
}

// AreaReason says why an area was found.
type AreaReason string

// An area is found by its name or by an address that belongs to it.
const (
	AreaByName    AreaReason = "name"
	AreaByAddress AreaReason = "address"
)

// AreaHit is an area that was found, with those above it, topmost first.
type AreaHit struct {
	Area   model.Area
	Above  []model.Area
	Reason AreaReason
}

// hitsMax bounds how many areas a search gives.
const hitsMax = 20

// SearchAreas finds areas by what a person types: a name, its pinyin or
// initials, a street address such as "建设路12号", or a longer text with one of
// them in it. Addresses come first. Nothing found is no fault. Fault: invalid
// (text) when it is too long.
func (s *Service) SearchAreas(ctx context.Context, text string) ([]AreaHit, error) {
	text, err := plainText(text)
	if err != nil || text == "" {
		return nil, err
	}
	areas, err := store.From[model.Area](s.db.Read()).Order("path").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("directory: read areas: %w", err)
	}
	byAddress, err := s.areasAt(ctx, text)
	if err != nil {
		return nil, err
	}
	// A few thousand areas at most: matching them here ranks them as no
	// condition of a database could.
	named := matchNames(areas, text)
	byID := make(map[string]model.Area, len(areas))
	for _, a := range areas {
		byID[a.ID] = a
	}
	var hits []AreaHit
	for _, id := range withinNamed(byAddress, byID, named) {
		hits = append(hits, AreaHit{Area: byID[id], Reason: AreaByAddress})
	}
	for _, a := range named {
		if !slices.ContainsFunc(hits, func(h AreaHit) bool { return h.Area.ID == a.ID }) {
			hits = append(hits, AreaHit{Area: a, Reason: AreaByName})
		}
	}
	hits = hits[:min(len(hits), hitsMax)]
	for i, h := range hits {
		hits[i].Above = areasAbove(h.Area, byID)
	}
	return hits, nil
}

// areasAbove lists the areas above one, topmost first.
func areasAbove(area model.Area, known map[string]model.Area) []model.Area {
	var above []model.Area
	for _, id := range pathIDs(area.Path) {
		if a, ok := known[id]; ok && id != area.ID {
			above = append(above, a)
		}
	}
	return above
}

// withinNamed keeps the addresses in the areas that the text names as well, if
// any is: the same road may run in two streets.
func withinNamed(ids []string, areas map[string]model.Area, named []model.Area) []string {
	var known, narrowed []string
	for _, id := range ids {
		area, ok := areas[id]
		if !ok {
			continue
		}
		known = append(known, id)
		if slices.ContainsFunc(named, func(n model.Area) bool { return strings.HasPrefix(area.Path, n.Path) }) {
			narrowed = append(narrowed, id)
		}
	}
	if len(narrowed) > 0 {
		return narrowed
	}
	return known
}

// areasAt finds the areas that the addresses in a text belong to, those on the
// road with the longest matching name.
func (s *Service) areasAt(ctx context.Context, text string) ([]string, error) {
	var ids []string
	longest := 0
	for _, a := range parseAddresses(text) {
		q := store.From[model.AreaAddress](s.db.Read()).Where("road IN ?", a.roads)
		if a.number > 0 {
			parity := 2 - a.number%2
			q = q.Where("from_number <= ? AND to_number >= ? AND (parity = 0 OR parity = ?)", a.number, a.number, parity)
		}
		found, err := q.Order("from_number, id").Limit(store.MaxLimit).Find(ctx)
		if err != nil {
			return nil, fmt.Errorf("directory: find address: %w", err)
		}
		for _, f := range found {
			if len(f.Road) > longest {
				longest, ids = len(f.Road), nil
			}
			if len(f.Road) == longest && !slices.Contains(ids, f.AreaID) {
				ids = append(ids, f.AreaID)
			}
		}
	}
	return ids, nil
}

func areaOf(ctx context.Context, db *gorm.DB, id string) (model.Area, error) {
	area, err := store.From[model.Area](db).Where("id = ?", id).Take(ctx)
	if store.IsAbsent(err) {
		return model.Area{}, fault.NotFound("该区域")
	}
	if err != nil {
		return model.Area{}, fmt.Errorf("directory: find area: %w", err)
	}
	return area, nil
}

// pathIDs lists the ids in an area's path, topmost first.
func pathIDs(path string) []string { return strings.Split(strings.Trim(path, "/"), "/") }

// AreaNames gives the names of areas by their paths; what is not there is not in
// the answer.
func (s *Service) AreaNames(ctx context.Context, paths []string) (map[string]string, error) {
	byID := make(map[string]string, len(paths))
	ids := make([]string, 0, len(paths))
	for _, path := range paths {
		above := pathIDs(path)
		if len(above) == 0 {
			continue
		}
		id := above[len(above)-1]
		byID[id] = path
		ids = append(ids, id)
	}
	known, err := areasByID(ctx, s.db.Read(), ids)
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(known))
	for id, area := range known {
		names[byID[id]] = area.Name
	}
	return names, nil
}
