package model

import (
	"math"
	"strconv"
	"strings"
)

// Place is a point on the map of China in degrees, as the maps that are printed
// and shown there have it (GCJ-02).
type Place struct {
	Latitude  float64
	Longitude float64
}

// The bounds of China, by which a latitude and a longitude are told apart.
const (
	southmost, northmost = 3.0, 54.0
	westmost, eastmost   = 73.0, 136.0
)

// IsInChina reports whether a place lies within the bounds of China.
func (p Place) IsInChina() bool {
	return p.Latitude >= southmost && p.Latitude <= northmost && p.Longitude >= westmost && p.Longitude <= eastmost
}

// ParsePlace reads what the pickers of map services give: two numbers with a
// comma or a space between, in either order, for some services begin with the
// longitude. False for anything else and outside China.
func ParsePlace(text string) (Place, bool) {
	parts := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",，、; \t", r) })
	if len(parts) != 2 {
		return Place{}, false
	}
	first, err := strconv.ParseFloat(parts[0], 64)
	if err != nil {
		return Place{}, false
	}
	second, err := strconv.ParseFloat(parts[1], 64)
	if err != nil {
		return Place{}, false
	}
	for _, p := range []Place{{first, second}, {second, first}} {
		if p.IsInChina() {
			return p, true
		}
	}
	return Place{}, false
}

// String writes a place as ParsePlace reads it, latitude first, to about a metre.
func (p Place) String() string {
	return strconv.FormatFloat(p.Latitude, 'f', 5, 64) + "," + strconv.FormatFloat(p.Longitude, 'f', 5, 64)
}

// earthRadius is the mean radius in metres.
const earthRadius = 6_371_000.0

// Metres is how far another place is. The earth is taken as flat between the two,
// which within a city is wrong by less than a pace.
func (p Place) Metres(o Place) float64 {
	const radian = math.Pi / 180
	north := (o.Latitude - p.Latitude) * radian
	east := (o.Longitude - p.Longitude) * radian * math.Cos((p.Latitude+o.Latitude)/2*radian)
	return earthRadius * math.Hypot(north, east)
}
