package directory_test

import (
	"context"
	"regexp"
	"sync"
	"testing"

	"lianxin/model"
	"lianxin/model/fault"
)

func TestAPlaceCodeLeadsToWhoeverServesThereNow(t *testing.T) {
	d := newDistrict(t)
	scene, err := d.SceneFor(t.Context(), officer, model.ScenePlace, building)
	wantNone(t, err)
	if !regexp.MustCompile(`^a[2-9a-hjkmnp-z]{9}$`).MatchString(scene.Code) {
		t.Errorf("got code %q", scene.Code)
	}
	first := func() string {
		resolved, err := d.Scene(t.Context(), scene.Code)
		wantNone(t, err)
		if resolved.Area.ID != building || resolved.Representative != nil {
			t.Errorf("got %+v", resolved)
		}
		return resolved.Representatives[0].Representative.Name
	}
	if got := first(); got != "张三" {
		t.Errorf("got %s", got)
	}
	d.set("zhang", "state", model.RepresentativeEnded)
	d.elect("wang", "王五", building)
	if got := first(); got != "王五" {
		t.Errorf("after a change: got %s", got)
	}
	if kept := rows[model.Scene](d, "code = ?", scene.Code)[0]; kept.Scans != 2 {
		t.Errorf("%d scans, want 2", kept.Scans)
	}
}

func TestAPersonalCodeLeadsToThePersonOrOnToTheirPlace(t *testing.T) {
	d := newDistrict(t)
	scene, err := d.SceneFor(t.Context(), zhang, model.ScenePerson, "zhang")
	wantNone(t, err)
	resolved, err := d.Scene(t.Context(), scene.Code)
	if err != nil || resolved.Representative == nil || resolved.Representative.Representative.Name != "张三" {
		t.Errorf("got %+v, %v", resolved, err)
	}
	d.set("zhang", "state", model.RepresentativeEnded)
	resolved, err = d.Scene(t.Context(), scene.Code)
	if err != nil || resolved.Representative != nil || len(resolved.Representatives) != 2 {
		t.Errorf("after the end: got %+v, %v", resolved, err)
	}
}

func TestATargetKeepsItsCode(t *testing.T) {
	d := newDistrict(t)
	var wg sync.WaitGroup
	var codes [4]string
	for i := range codes {
		wg.Go(func() {
			scene, err := d.SceneFor(context.WithoutCancel(t.Context()), officer, model.ScenePlace, building)
			if err != nil {
				t.Error(err)
			}
			codes[i] = scene.Code
		})
	}
	wg.Wait()
	for _, code := range codes {
		if code != codes[0] {
			t.Errorf("got codes %v, want one", codes)
		}
	}
}

func TestACodeOrTargetThatIsNotYoursIsNotFound(t *testing.T) {
	d := newDistrict(t)
	for _, code := range []string{"", "aaaaaaaaaa", "' OR 1=1", "%"} {
		_, err := d.Scene(t.Context(), code)
		wantFault(t, err, fault.KindNotFound)
	}
	for _, by := range []model.Actor{nobody, distant, sitting("zeng")} {
		_, err := d.SceneFor(t.Context(), by, model.ScenePlace, building)
		wantFault(t, err, fault.KindNotFound)
		_, err = d.SceneFor(t.Context(), by, model.ScenePerson, "zhang")
		wantFault(t, err, fault.KindNotFound)
	}
	for _, kind := range []model.SceneKind{model.ScenePlace, model.ScenePerson, "thing"} {
		_, err := d.SceneFor(t.Context(), officer, kind, "nowhere")
		wantFault(t, err, fault.KindNotFound)
	}
}
