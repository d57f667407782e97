package directory

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
)

// Near is an area near a place, with those above it, topmost first, and how far
// its middle is.
type Near struct {
	Area   model.Area
	Above  []model.Area
	Metres int
}

// What is near: the nearest few, within what somebody may still call their own
// neighbourhood.
const (
	nearMax    = 5
	nearMetres = 10_000
)

// AreasNear lists the communities whose middle is nearest to a place, nearest
// first: at most five, within ten kilometres. Only those count of which the
// office has said where they are. Nothing near is no fault. Fault: invalid
// (latitude) outside China.
func (s *Service) AreasNear(ctx context.Context, place model.Place) ([]Near, error) {
	if !place.IsInChina() {
		return nil, fault.InvalidField("latitude", "这个位置不在服务范围内，请改按社区名称或地址查找。")
	}
	areas, err := store.From[model.Area](s.db.Read()).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("directory: read areas: %w", err)
	}
	known := make(map[string]model.Area, len(areas))
	var near []Near
	for _, a := range areas {
		known[a.ID] = a
		centre, ok := model.ParsePlace(a.Centre)
		if !ok || a.Level != model.LevelCommunity {
			continue
		}
		if away := place.Metres(centre); away <= nearMetres {
			near = append(near, Near{Area: a, Metres: int(away)})
		}
	}
	slices.SortFunc(near, func(a, b Near) int { return cmp.Or(cmp.Compare(a.Metres, b.Metres), cmp.Compare(a.Area.ID, b.Area.ID)) })
	near = near[:min(len(near), nearMax)]
	for i, n := range near {
		near[i].Above = areasAbove(n.Area, known)
	}
	return near, nil
}
