package directory

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
)

// Card is a representative as the public sees them in a list: no person id, no
// search keys, no settings. An absence that is over is not shown.
type Card struct {
	Representative model.Representative
	Areas          []model.Area
	Topics         []model.Topic
	ElectingUnit   string
	Term           string
	Delegation     string
}

func errForeignCursor() error {
	return fault.InvalidField("after", "翻页位置无效，请从第一页重新开始。")
}

// cards loads the cards of representatives in the order of the ids: a fixed
// number of questions, however many there are.
func (s *Service) cards(ctx context.Context, ids []string) ([]Card, error) {
	db := s.db.Read()
	found, err := byID(ctx, db, ids, func(r model.Representative) string { return r.ID })
	if err != nil || len(found) == 0 {
		return nil, err
	}
	var electing, terms, delegations []string
	for _, r := range found {
		electing, terms, delegations = append(electing, r.ElectingUnitID), append(terms, r.TermID), append(delegations, r.DelegationID)
	}
	units, err := byID(ctx, db, electing, func(u model.ElectingUnit) string { return u.ID })
	if err != nil {
		return nil, err
	}
	termOf, err := byID(ctx, db, terms, func(t model.Term) string { return t.ID })
	if err != nil {
		return nil, err
	}
	delegationOf, err := byID(ctx, db, delegations, func(d model.Delegation) string { return d.ID })
	if err != nil {
		return nil, err
	}
	areas, err := areasOf(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	topics, err := topicsOf(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	cards := make([]Card, 0, len(found))
	for _, id := range ids {
		r, ok := found[id]
		if !ok {
			continue
		}
		cards = append(cards, Card{
			Representative: s.public(r), Areas: areas[id], Topics: topics[id], ElectingUnit: units[r.ElectingUnitID].Name,
			Term: termOf[r.TermID].Name, Delegation: delegationOf[r.DelegationID].Name,
		})
	}
	return cards, nil
}

// public leaves out of a record what is nobody else's business.
func (s *Service) public(r model.Representative) model.Representative {
	r.PersonID, r.SearchKeys, r.BirthYear, r.MessageCap, r.DailyDigest = "", "", 0, 0, false
	if r.AwayUntil < model.Day(s.now()) {
		r.AwayUntil, r.AwayNote = "", ""
	}
	return r
}

func areasOf(ctx context.Context, db *gorm.DB, representativeIDs []string) (map[string][]model.Area, error) {
	links, err := store.From[model.RepresentativeArea](db).Where("representative_id IN ?", representativeIDs).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("directory: read areas served: %w", err)
	}
	ids := make([]string, 0, len(links))
	for _, l := range links {
		ids = append(ids, l.AreaID)
	}
	areas, err := areasByID(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	served := map[string][]model.Area{}
	for _, l := range links {
		if a, ok := areas[l.AreaID]; ok {
			served[l.RepresentativeID] = append(served[l.RepresentativeID], a)
		}
	}
	for _, list := range served {
		slices.SortFunc(list, func(a, b model.Area) int { return compareSorted(a.Sort, b.Sort, a.Path, b.Path) })
	}
	return served, nil
}

func topicsOf(ctx context.Context, db *gorm.DB, representativeIDs []string) (map[string][]model.Topic, error) {
	links, err := store.From[model.RepresentativeTopic](db).Where("representative_id IN ?", representativeIDs).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("directory: read topics: %w", err)
	}
	ids := make([]string, 0, len(links))
	for _, l := range links {
		ids = append(ids, l.TopicID)
	}
	topics, err := byID(ctx, db, ids, func(t model.Topic) string { return t.ID })
	if err != nil {
		return nil, err
	}
	helped := map[string][]model.Topic{}
	for _, l := range links {
		if t, ok := topics[l.TopicID]; ok {
			helped[l.RepresentativeID] = append(helped[l.RepresentativeID], t)
		}
	}
	for _, list := range helped {
		slices.SortFunc(list, func(a, b model.Topic) int { return compareSorted(a.Sort, b.Sort, a.ID, b.ID) })
	}
	return helped, nil
}
