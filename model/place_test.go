package model_test

import (
	"math"
	"testing"

	"lianxin/model"
)

func TestAPlaceIsReadAsMapServicesWriteIt(t *testing.T) {
	want := model.Place{Latitude: 30.27415, Longitude: 120.15515}
	for _, text := range []string{"30.27415,120.15515", "120.15515,30.27415", " 30.27415，120.15515 ", "30.27415 120.15515", want.String()} {
		if got, ok := model.ParsePlace(text); !ok || got != want {
			t.Errorf("%q: %v %v", text, got, ok)
		}
	}
}

func TestWhatIsNoPlaceInChinaIsNotTakenForOne(t *testing.T) {
	for _, text := range []string{"", "建设路12号", "30.27", "30.27,", "30.27,120.15,5", "NaN,120", "Inf,120", "51.5,0.12", "-33.8,151.2", "30.2,30.2", "1e400,120"} {
		if got, ok := model.ParsePlace(text); ok {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestTheWayBetweenTwoPlacesIsInMetres(t *testing.T) {
	a := model.Place{Latitude: 30, Longitude: 120}
	// A degree of latitude is 111.19 km; one of longitude 96.30 km at 30 degrees.
	for _, test := range []struct {
		to     model.Place
		metres float64
	}{
		{a, 0},
		{model.Place{Latitude: 30.01, Longitude: 120}, 1112},
		{model.Place{Latitude: 30, Longitude: 120.01}, 963},
	} {
		if got := a.Metres(test.to); math.Abs(got-test.metres) > 1 {
			t.Errorf("%v: %.0f m, want %.0f", test.to, got, test.metres)
		}
	}
}
