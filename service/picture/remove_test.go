package picture_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/picture"
)

func TestAnUnusedPictureOfOnesOwnCanBeDiscarded(t *testing.T) {
	d := newDesk(t)
	wang, li := d.resident("wang"), d.resident("li")
	p := d.upload(wang)
	link := d.svc.Link(p.ID, picture.SizeFull, d.clock.Now())
	if err := d.svc.Discard(t.Context(), li, p.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("somebody else discards: %v", err)
	}
	if err := d.svc.Discard(t.Context(), wang, p.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := d.follow(link); !fault.Is(err, fault.KindNotFound) || len(d.files()) != 0 {
		t.Errorf("afterwards the link gives %v, files %v", err, d.files())
	}
	if got := d.deeds(p.ID); got != "wang picture.upload, wang picture.discard" {
		t.Errorf("audit log says %q", got)
	}
	if err := d.svc.Discard(t.Context(), wang, p.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("a second time: %v", err)
	}
}

func TestAPictureInUseCannotBeDiscarded(t *testing.T) {
	d := newDesk(t)
	wang := d.resident("wang")
	sent, cover, portrait := d.inUse(wang)
	for name, id := range map[string]string{"sent": sent, "cover": cover, "portrait": portrait} {
		if err := d.svc.Discard(t.Context(), wang, id); !fault.Is(err, fault.KindConflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// inUse uploads a picture for a turn, one for a cover and one for a portrait.
func (d *desk) inUse(by model.Actor) (sent, cover, portrait string) {
	d.tb.Helper()
	sent, cover, portrait = d.upload(by).ID, d.upload(by).ID, d.upload(by).ID
	at := d.clock.Now()
	d.set(sent, "turn_id", "turn")
	insert(d, &model.Article{ID: "article", CoverID: cover, CreatedAt: at, UpdatedAt: at})
	insert(d, &model.Representative{ID: "zhang", PictureID: portrait, CreatedAt: at, UpdatedAt: at})
	return sent, cover, portrait
}

func TestASweepTakesWhatNothingUsesAndLeavesTheRest(t *testing.T) {
	d := newDesk(t)
	wang := d.resident("wang")
	old := d.upload(wang)
	sent, cover, portrait := d.inUse(wang)
	d.clock.Advance(48 * time.Hour)
	young := d.upload(wang)
	n, err := d.svc.Sweep(t.Context(), d.clock.Now().Add(-24*time.Hour))
	if err != nil || n != 1 {
		t.Fatalf("swept %d, %v", n, err)
	}
	kept := strings.Join(d.files(), " ")
	for _, id := range []string{sent, cover, portrait, young.ID} {
		d.row(id)
		if strings.Count(kept, id) != 2 {
			t.Errorf("files of %s are gone: %s", id, kept)
		}
	}
	if strings.Contains(kept, old.ID) {
		t.Errorf("files of the old picture stay: %s", kept)
	}
	if got := d.deeds(old.ID); !strings.HasSuffix(got, "picture sweep picture.sweep") {
		t.Errorf("audit log says %q", got)
	}
}

func TestASweepTakesFilesThatGotNoRowAndNothingThatIsNotOurs(t *testing.T) {
	d := newDesk(t)
	kept := d.upload(d.resident("wang"))
	d.set(kept.ID, "turn_id", "turn")
	stray := model.NewID()
	for _, name := range []string{
		stray[34:] + "/" + stray + "-full.jpg", stray[34:] + "/" + stray + "-thumb.jpg.partabc", // a crash left these
		"aa/" + kept.ID + "-full.jpg", "no/readme.txt", // these are not named by us
	} {
		if err := d.keeper.Put(t.Context(), name, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	d.clock.Advance(2 * time.Hour)
	n, err := d.svc.Sweep(t.Context(), d.clock.Now())
	if err != nil || n != 2 {
		t.Errorf("swept %d, %v", n, err)
	}
	if files := d.files(); len(files) != 4 || strings.Contains(strings.Join(files, " "), stray) {
		t.Errorf("left are %v", files)
	}
}

func TestASweepDoesNotDisturbAnUploadThatIsRunning(t *testing.T) {
	d := newDesk(t)
	running := model.NewID()
	name := running[34:] + "/" + running + "-full.jpg"
	if err := d.keeper.Put(t.Context(), name, []byte("x")); err != nil {
		t.Fatal(err)
	}
	d.upload(d.resident("wang"))
	// Whatever time is given, what is younger than an hour stays.
	n, err := d.svc.Sweep(t.Context(), d.clock.Now().Add(time.Hour))
	if err != nil || n != 0 {
		t.Errorf("swept %d, %v", n, err)
	}
	if !slices.Contains(d.files(), name) {
		t.Errorf("left are %v", d.files())
	}
}

func TestASweepGoesOnPastOneBatch(t *testing.T) {
	d := newDesk(t)
	for i := range 205 {
		id := model.NewID()
		insert(d, &model.Picture{ID: id, OwnerID: "many", Screening: model.ScreeningShown, CreatedAt: d.clock.Now()})
		stray := model.NewID()
		if err := d.keeper.Put(t.Context(), stray[34:]+"/"+stray+"-full.jpg", bytes.Repeat([]byte("x"), i)); err != nil {
			t.Fatal(err)
		}
	}
	d.clock.Advance(3 * time.Hour)
	if n, err := d.svc.Sweep(t.Context(), d.clock.Now().Add(-time.Hour)); err != nil || n != 410 {
		t.Errorf("swept %d, %v", n, err)
	}
}
