package directory

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// sceneAlphabet has no two characters that are taken for one another and none
// that WeChat refuses in a scene; a code is a letter for its kind and nine more.
const (
	sceneAlphabet = "23456789abcdefghjkmnpqrstuvwxyz"
	sceneSize     = 9
	sceneTries    = 5
)

// Resolved is what a scanned code leads to. Representative is set for a personal
// code whose holder serves now. Otherwise Representatives lists who serves the
// place now, nearest first: an old code still leads to somebody.
type Resolved struct {
	Kind            model.SceneKind
	Code            string
	Area            model.Area
	Representative  *Card
	Representatives []Card
}

// Scene says what a scanned code leads to now, and counts the scan as well as
// it can. Fault: not found for a code that is not ours or leads nowhere any more.
func (s *Service) Scene(ctx context.Context, code string) (Resolved, error) {
	code = strings.TrimSpace(code)
	scene, err := store.From[model.Scene](s.db.Read()).Where("code = ?", code).Take(ctx)
	if store.IsAbsent(err) {
		return Resolved{}, errNoScene()
	}
	if err != nil {
		return Resolved{}, fmt.Errorf("directory: find scene: %w", err)
	}
	resolved, err := s.resolve(ctx, scene)
	if err != nil {
		return Resolved{}, err
	}
	if err := s.countScan(ctx, code); err != nil {
		s.log.WarnContext(ctx, "scan was not counted", "error", err)
	}
	return resolved, nil
}

func errNoScene() error { return fault.NotFound("这个二维码对应的内容") }

func (s *Service) resolve(ctx context.Context, scene model.Scene) (Resolved, error) {
	resolved := Resolved{Kind: scene.Kind, Code: scene.Code}
	areaID := scene.TargetID
	if scene.Kind == model.ScenePerson {
		rep, err := seatOf(ctx, s.db.Read(), scene.TargetID)
		if err != nil {
			return Resolved{}, sceneError(err)
		}
		areaID = rep.AreaID
		if rep.State == model.RepresentativeServing {
			cards, err := s.cards(ctx, []string{rep.ID})
			if err != nil {
				return Resolved{}, err
			}
			if len(cards) > 0 {
				resolved.Representative = &cards[0]
			}
		}
	}
	area, err := areaOf(ctx, s.db.Read(), areaID)
	if fault.Is(err, fault.KindNotFound) && resolved.Representative != nil {
		return resolved, nil
	}
	if err != nil {
		return Resolved{}, sceneError(err)
	}
	resolved.Area = area
	if resolved.Representative == nil {
		resolved.Representatives, _, err = s.Representatives(ctx, Find{AreaID: area.ID}, store.Page{})
	}
	return resolved, err
}

func sceneError(err error) error {
	if fault.Is(err, fault.KindNotFound) {
		return errNoScene()
	}
	return err
}

func (s *Service) countScan(ctx context.Context, code string) error {
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		if _, err := store.From[model.Scene](tx).Where("code = ?", code).Update(ctx, "scans", gorm.Expr("scans + 1")); err != nil {
			return fmt.Errorf("directory: count scan: %w", err)
		}
		return nil
	})
}

// SceneFor gives the code of a place or of a representative, and makes it when
// there is none: a target keeps its code for good, for it is printed on paper.
// Who reads the roster of the area may, and representatives for themselves and
// for the places they serve. Fault: not found.
func (s *Service) SceneFor(ctx context.Context, by model.Actor, kind model.SceneKind, targetID string) (model.Scene, error) {
	for try := 1; ; try++ {
		var scene model.Scene
		err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
			areaPath, err := sceneTarget(ctx, tx, by, kind, targetID)
			if err != nil {
				return err
			}
			scene, err = s.sceneFor(ctx, tx, by, kind, targetID, areaPath)
			return err
		})
		// Somebody else made the code of this target at the same moment, or the
		// code itself was taken: the next round sees it or draws another.
		if store.IsDuplicate(err) && try < sceneTries {
			continue
		}
		return scene, err
	}
}

func (s *Service) sceneFor(
	ctx context.Context, tx *gorm.DB, by model.Actor, kind model.SceneKind, targetID, areaPath string,
) (model.Scene, error) {
	known, err := store.From[model.Scene](tx).Where("kind = ? AND target_id = ?", kind, targetID).Limit(1).Find(ctx)
	if err != nil {
		return model.Scene{}, fmt.Errorf("directory: find scene: %w", err)
	}
	if len(known) > 0 {
		return known[0], nil
	}
	scene := model.Scene{Code: newSceneCode(kind), Kind: kind, TargetID: targetID, CreatedAt: s.now()}
	if err := store.From[model.Scene](tx).Create(ctx, &scene); err != nil {
		return model.Scene{}, fmt.Errorf("directory: make scene: %w", err)
	}
	return scene, audit.Record(ctx, tx, by, "scene.issue", audit.Target{
		Kind: string(kind), ID: targetID, AreaPath: areaPath, Detail: scene.Code,
	}, s.now())
}

// sceneTarget gives the area path of what a code is for, if the actor may have
// one. Fault: not found.
func sceneTarget(ctx context.Context, tx *gorm.DB, by model.Actor, kind model.SceneKind, targetID string) (string, error) {
	switch kind {
	case model.ScenePlace:
		area, err := areaOf(ctx, tx, targetID)
		if err != nil || by.System != "" || by.PermitsIn(model.PermitRosterRead, area.Path) {
			return area.Path, err
		}
		served, err := store.From[model.RepresentativeArea](tx).Where("area_id = ? AND representative_id IN ?", area.ID, by.RepresentativeIDs()).Count(ctx, "*")
		if err != nil {
			return "", fmt.Errorf("directory: read areas served: %w", err)
		}
		if served == 0 {
			return "", fault.NotFound("该区域")
		}
		return area.Path, nil
	case model.ScenePerson:
		rep, err := seatOf(ctx, tx, targetID)
		if err != nil {
			return "", err
		}
		own := slices.Contains(by.RepresentativeIDs(), rep.ID)
		if by.System == "" && !own && !by.PermitsIn(model.PermitRosterRead, rep.AreaPath) {
			return "", errNoRepresentative()
		}
		return rep.AreaPath, nil
	}
	return "", errNoScene()
}

// SeatScene gives the code of a representative, or the code of a place they
// serve; without an area, of the place they were elected for. The name is what
// stands under the picture. Who sits on the seat may, and the liaison office of
// the area. Fault: not found.
func (s *Service) SeatScene(ctx context.Context, by model.Actor, representativeID string, kind model.SceneKind, areaID string) (scene model.Scene, name string, err error) {
	rep, err := settable(ctx, s.db.Read(), by, representativeID)
	if err != nil {
		return model.Scene{}, "", err
	}
	target, name := rep.ID, rep.Name
	if kind == model.ScenePlace {
		area, err := s.placeOf(ctx, rep, areaID)
		if err != nil {
			return model.Scene{}, "", err
		}
		target, name = area.ID, area.Name
	}
	scene, err = s.SceneFor(ctx, by, kind, target)
	return scene, name, err
}

// placeOf is a place that a representative serves. Fault: not found.
func (s *Service) placeOf(ctx context.Context, rep model.Representative, areaID string) (model.Area, error) {
	served, err := areasOf(ctx, s.db.Read(), []string{rep.ID})
	if err != nil {
		return model.Area{}, err
	}
	wanted := cmp.Or(areaID, rep.AreaID)
	for _, area := range served[rep.ID] {
		if area.ID == wanted {
			return area, nil
		}
	}
	// Who was elected for the whole district may serve a few of its places only.
	if areaID == "" && len(served[rep.ID]) > 0 {
		return served[rep.ID][0], nil
	}
	return model.Area{}, fault.NotFound("该区域")
}

// newSceneCode draws a code: a for a place (area), r for a representative.
func newSceneCode(kind model.SceneKind) string {
	code := []byte{'a'}
	if kind == model.ScenePerson {
		code[0] = 'r'
	}
	one := make([]byte, 1)
	for len(code) < 1+sceneSize {
		_, _ = rand.Read(one)
		// Bytes beyond the last full round would favour the first characters.
		if int(one[0]) < 256/len(sceneAlphabet)*len(sceneAlphabet) {
			code = append(code, sceneAlphabet[int(one[0])%len(sceneAlphabet)])
		}
	}
	return string(code)
}
