package model

import (
	"strings"
	"time"
)

// AreaLevel is the depth of an area: a deployment serves one district or city
// with its streets and their communities.
type AreaLevel string

// The three levels, top down.
const (
	LevelDistrict  AreaLevel = "district"
	LevelStreet    AreaLevel = "street"
	LevelCommunity AreaLevel = "community"
)

// Area is a node of the tree district → street → community. Path holds the ids
// from the root, each followed by a slash, so that "within" is a prefix. Centre
// is where its middle is, as Place writes it; empty when nobody has said.
// Revision counts the changes of a record, here and below, so that two who edit
// it notice each other.
type Area struct {
	ID       string
	ParentID string
	Level    AreaLevel
	Name     string
	Pinyin   string
	Initials string
	Path     string
	Sort     int
	Centre   string
	Revision int
}

// IsTopmost reports whether a path is that of an area with none above it.
func IsTopmost(areaPath string) bool {
	ids := strings.Trim(areaPath, "/")
	return ids != "" && !strings.Contains(ids, "/")
}

// AreaPathsDownTo lists the paths of an area and of all areas above it: "/a/b/"
// gives "/a/" and "/a/b/", with or without the slash in front.
func AreaPathsDownTo(areaPath string) []string {
	var paths []string
	for i, r := range areaPath {
		if r == '/' && strings.Trim(areaPath[:i], "/") != "" {
			paths = append(paths, areaPath[:i+1])
		}
	}
	return paths
}

// AreaAddress says that the house numbers From..To of a road belong to a
// community. Parity is 0 for all numbers, 1 for odd ones, 2 for even ones.
type AreaAddress struct {
	ID         string
	AreaID     string
	Road       string
	FromNumber int
	ToNumber   int
	Parity     int
}

// OrganisationKind is the kind of a party organisation.
type OrganisationKind string

// The three kinds (党委、党总支、党支部).
const (
	OrganisationCommittee     OrganisationKind = "committee"
	OrganisationGeneralBranch OrganisationKind = "general_branch"
	OrganisationBranch        OrganisationKind = "branch"
)

// Organisation is a party organisation; ParentID is the one above it, or empty.
type Organisation struct {
	ID       string
	ParentID string
	AreaID   string
	Kind     OrganisationKind
	Name     string
	Revision int
}

// ElectingUnit (选举单位) is the body that elected a representative.
type ElectingUnit struct {
	ID             string
	AreaID         string
	OrganisationID string
	Name           string
	Revision       int
}

// Term (届) is one congress, from election to the next.
type Term struct {
	ID       string
	Name     string
	StartsOn string
	EndsOn   string
	Revision int
}

// Delegation (代表团) groups the representatives of a term.
type Delegation struct {
	ID       string
	TermID   string
	Name     string
	Revision int
}

// Unit (承办单位) is an office that handles what is handed to it.
type Unit struct {
	ID         string
	AreaID     string
	AreaPath   string
	Name       string
	Duty       string
	OfficeLine string
	Active     bool
	Revision   int
}

// Studio (工作室) is where representatives of an area receive people, and whose
// rota takes the messages of a representative who is away or full.
type Studio struct {
	ID         string
	AreaID     string
	AreaPath   string
	Name       string
	Address    string
	OfficeLine string
	Revision   int
}

// StudioHour is one opening time. Weekday counts from 1 (Monday) to 7 (Sunday);
// Opens and Closes are "15:04" in Asia/Shanghai.
type StudioHour struct {
	ID       string
	StudioID string
	Weekday  int
	Opens    string
	Closes   string
}

// StudioDuty puts a representative on the rota of a studio for a weekday.
type StudioDuty struct {
	StudioID         string `gorm:"primaryKey"`
	Weekday          int    `gorm:"primaryKey"`
	RepresentativeID string `gorm:"primaryKey"`
}

// SceneKind says what a scene code stands for.
type SceneKind string

// A poster carries a place code; a representative may carry a personal one.
const (
	ScenePlace  SceneKind = "place"
	ScenePerson SceneKind = "person"
)

// Scene is a short code printed as a picture. A place code resolves, when it is
// scanned, to whoever serves that place now.
type Scene struct {
	Code      string `gorm:"primaryKey"`
	Kind      SceneKind
	TargetID  string
	Scans     int
	CreatedAt time.Time
}
