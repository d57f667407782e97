package directory_test

import (
	"context"
	"testing"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
)

// lies says where the middle of an area is.
func (d *district) lies(id, centre string) {
	d.t.Helper()
	err := store.InTx(d.t.Context(), d.db, func(ctx context.Context, tx *gorm.DB) error {
		_, err := store.From[model.Area](tx).Where("id = ?", id).Update(ctx, "centre", centre)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

func TestTheNearestCommunitiesComeFirst(t *testing.T) {
	d := newDistrict(t)
	d.lies(building, "30.27000,120.17000")
	d.lies("xingfu", "30.26000,120.16000")
	d.lies("wenyuan", "30.90000,120.90000")
	d.lies("heping", "30.26100,120.16100") // a street: nobody lives in its middle
	near, err := d.AreasNear(t.Context(), model.Place{Latitude: 30.261, Longitude: 120.161})
	wantNone(t, err)
	if len(near) != 2 || near[0].Area.ID != "xingfu" || near[1].Area.ID != building {
		t.Fatalf("near are %+v", near)
	}
	if near[0].Metres > 200 || near[1].Metres < 1000 {
		t.Errorf("they are %d and %d m away", near[0].Metres, near[1].Metres)
	}
	if above := near[0].Above; len(above) != 2 || above[0].ID != "d" || above[1].ID != "heping" {
		t.Errorf("above are %+v", above)
	}
}

func TestNothingIsNearWhereNobodySaidWhereThePlacesAre(t *testing.T) {
	near, err := newDistrict(t).AreasNear(t.Context(), model.Place{Latitude: 30.261, Longitude: 120.161})
	wantNone(t, err)
	if len(near) != 0 {
		t.Errorf("near are %v", near)
	}
}

func TestAPlaceOutsideChinaIsRefused(t *testing.T) {
	_, err := newDistrict(t).AreasNear(t.Context(), model.Place{Latitude: 51.5, Longitude: 0.1})
	wantFault(t, err, fault.KindInvalid)
}
