package account

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
)

func grantsOf(ctx context.Context, db *gorm.DB, personID string) ([]model.Grant, error) {
	grants, err := store.From[model.Grant](db).Where("person_id = ?", personID).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("account: read grants: %w", err)
	}
	return grants, nil
}

func personOf(ctx context.Context, db *gorm.DB, id string) (model.Person, error) {
	person, err := store.From[model.Person](db).Where("id = ?", id).Take(ctx)
	if store.IsAbsent(err) {
		return model.Person{}, fault.NotFound("该用户")
	}
	if err != nil {
		return model.Person{}, fmt.Errorf("account: find person: %w", err)
	}
	return person, nil
}

func areaOf(ctx context.Context, db *gorm.DB, id string) (model.Area, error) {
	area, err := store.From[model.Area](db).Where("id = ?", id).Take(ctx)
	if store.IsAbsent(err) {
		return model.Area{}, fault.NotFound("该区域")
	}
	if err != nil {
		return model.Area{}, fmt.Errorf("account: find area: %w", err)
	}
	return area, nil
}

// areaNames gives the names of areas by id.
func areaNames(ctx context.Context, db *gorm.DB, ids []string) (map[string]string, error) {
	areas, err := store.From[model.Area](db).Where("id IN ?", ids).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("account: read areas: %w", err)
	}
	names := make(map[string]string, len(areas))
	for _, a := range areas {
		names[a.ID] = a.Name
	}
	return names, nil
}
