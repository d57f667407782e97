package directory

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
)

// service says that a representative serves an area.
type service struct {
	RepresentativeID string
	AreaID           string
	Path             string
}

// servedWithin lists who serves which area now, within the paths given.
func (s *Service) servedWithin(ctx context.Context, paths []string) ([]service, error) {
	served, err := store.From[service](s.db.Read()).Raw(`SELECT ra.representative_id, ra.area_id, a.path
		FROM representative_areas ra
		JOIN areas a ON a.id = ra.area_id
		JOIN representatives r ON r.id = ra.representative_id
		WHERE r.state = ? AND (?)`, model.RepresentativeServing, store.WithinAny("a.path", paths)).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("directory: read who serves: %w", err)
	}
	return served, nil
}

// servedAt lists who serves one of the areas now.
func (s *Service) servedAt(ctx context.Context, areaIDs []string) ([]service, error) {
	served, err := store.From[service](s.db.Read()).Raw(`SELECT ra.representative_id, ra.area_id, a.path
		FROM representative_areas ra
		JOIN areas a ON a.id = ra.area_id
		JOIN representatives r ON r.id = ra.representative_id
		WHERE r.state = ? AND ra.area_id IN ?`, model.RepresentativeServing, areaIDs).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("directory: read who serves: %w", err)
	}
	return served, nil
}

// byID reads the records of a table that have one of the ids.
func byID[T any](ctx context.Context, db *gorm.DB, ids []string, idOf func(T) string) (map[string]T, error) {
	found := make(map[string]T, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	rows, err := store.From[T](db).Where("id IN ?", ids).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("directory: read %T: %w", *new(T), err)
	}
	for _, row := range rows {
		found[idOf(row)] = row
	}
	return found, nil
}

func areasByID(ctx context.Context, db *gorm.DB, ids []string) (map[string]model.Area, error) {
	return byID(ctx, db, ids, func(a model.Area) string { return a.ID })
}

// seatOf finds a representative in whatever state. Fault: not found.
func seatOf(ctx context.Context, db *gorm.DB, id string) (model.Representative, error) {
	rep, err := store.From[model.Representative](db).Where("id = ?", id).Take(ctx)
	if store.IsAbsent(err) {
		return model.Representative{}, errNoRepresentative()
	}
	if err != nil {
		return model.Representative{}, fmt.Errorf("directory: find representative: %w", err)
	}
	return rep, nil
}

func errNoRepresentative() error { return fault.NotFound("该代表") }

// Topics lists what a message can be about.
func (s *Service) Topics(ctx context.Context) ([]model.Topic, error) {
	topics, err := store.From[model.Topic](s.db.Read()).Order("sort, id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("directory: list topics: %w", err)
	}
	return topics, nil
}

// UnitCard is a unit as the public sees it.
type UnitCard struct {
	ID     string
	AreaID string
	Name   string
	Duty   string
}

// Units lists the active units with what each is for.
func (s *Service) Units(ctx context.Context) ([]UnitCard, error) {
	units, err := store.From[model.Unit](s.db.Read()).Where("active = ?", true).Order("area_path, name, id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("directory: list units: %w", err)
	}
	cards := make([]UnitCard, 0, len(units))
	for _, u := range units {
		cards = append(cards, UnitCard{ID: u.ID, AreaID: u.AreaID, Name: u.Name, Duty: u.Duty})
	}
	return cards, nil
}
