package picture_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/picture"
)

// sweep clears away what is older than a span.
func (d *desk) sweep(age time.Duration) picture.Swept {
	d.tb.Helper()
	swept, err := d.keeping.Sweep(d.tb.Context(), picture.Round{Before: d.clock.Now().Add(-age)})
	if err != nil {
		d.tb.Fatal(err)
	}
	return swept
}

// counts is what a sweep says, in one line.
func counts(s picture.Swept) [3]int { return [3]int{s.Pictures, s.Files, s.Lost} }

func TestASweepTakesWhatNothingUsesAndLeavesTheRest(t *testing.T) {
	onEachDesk(t, func(t *testing.T, d *desk) {
		t.Helper()
		wang := d.resident("wang")
		old := d.upload(wang)
		sent, cover, portrait := d.inUse(wang)
		d.clock.Advance(48 * time.Hour)
		young := d.upload(wang)
		if got := counts(d.sweep(24 * time.Hour)); got != [3]int{1, 0, 0} {
			t.Fatalf("swept %v", got)
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
	})
}

func TestWhatAnArticleOrTheLibraryShowsIsKept(t *testing.T) {
	d := newDesk(t)
	wang := d.stranger("wang", model.RolePublicityOfficer)
	shown, shelved, neither := d.upload(wang), d.upload(wang), d.upload(wang)
	insert(d, &model.ArticlePicture{ArticleID: "a", PictureID: shown.ID})
	insert(d, &model.LibraryPicture{ID: "l", PictureID: shelved.ID, CreatedAt: d.clock.Now()})
	d.clock.Advance(48 * time.Hour)
	if got := counts(d.sweep(24 * time.Hour)); got != [3]int{1, 0, 0} {
		t.Errorf("swept %v", got)
	}
	for _, id := range []string{shown.ID, shelved.ID} {
		d.row(id)
		if err := d.svc.Discard(t.Context(), wang, id); !fault.Is(err, fault.KindConflict) {
			t.Errorf("discarded: %v", err)
		}
	}
	if _, err := d.svc.Small(t.Context(), shown.ID, 1<<20); err != nil {
		t.Errorf("a copy for WeChat: %v", err)
	}
	if _, err := d.svc.Small(t.Context(), neither.ID, 1<<20); !fault.Is(err, fault.KindConflict) {
		t.Errorf("a copy of what is gone: %v", err)
	}
}

func TestARehearsalCountsAndTouchesNothing(t *testing.T) {
	d := newDesk(t)
	old := d.upload(d.resident("wang"))
	stray := model.NewID()
	put(t, d.keeper, stray[34:]+"/"+stray+"-full.jpg", "x")
	d.clock.Advance(48 * time.Hour)
	swept, err := d.keeping.Sweep(t.Context(), picture.Round{Before: d.clock.Now(), Rehearsal: true})
	if err != nil || counts(swept) != [3]int{1, 1, 0} {
		t.Errorf("rehearsed %+v, %v", swept, err)
	}
	d.row(old.ID)
	if files := d.files(); len(files) != 3 {
		t.Errorf("left are %v", files)
	}
}

func TestASweepTakesFilesThatGotNoRowAndNothingThatIsNotOurs(t *testing.T) {
	d := newDesk(t)
	kept := d.upload(d.resident("wang"))
	d.set(kept.ID, "turn_id", "turn")
	stray := model.NewID()
	for _, name := range []string{
		stray[34:] + "/" + stray + "-full.jpg", stray[34:] + "/" + stray + "-thumb.jpg.partabc", // a crash left these
		kept.ID[34:] + "/" + kept.ID + "-full.jpg.partabc", // and this, beside a whole file
		"aa/" + kept.ID + "-full.jpg", "no/readme.txt",     // these are not named by us
	} {
		put(t, d.keeper, name, "x")
	}
	d.clock.Advance(2 * time.Hour)
	if got := counts(d.sweep(0)); got != [3]int{0, 3, 0} {
		t.Errorf("swept %v", got)
	}
	if files := d.files(); len(files) != 4 || strings.Contains(strings.Join(files, " "), stray) {
		t.Errorf("left are %v", files)
	}
}

func TestASweepDoesNotDisturbAnUploadThatIsRunning(t *testing.T) {
	onEachDesk(t, func(t *testing.T, d *desk) {
		t.Helper()
		running := model.NewID()
		name := running[34:] + "/" + running + "-full.jpg"
		put(t, d.keeper, name, "x")
		d.upload(d.resident("wang"))
		// Whatever time is given, what is younger than an hour stays.
		if got := counts(d.sweep(-time.Hour)); got != [3]int{} {
			t.Errorf("swept %v", got)
		}
		if !slices.Contains(d.files(), name) {
			t.Errorf("left are %v", d.files())
		}
	})
}

func TestASweepGoesOnPastOneBatch(t *testing.T) {
	d := newDesk(t)
	for range 205 {
		id := model.NewID()
		insert(d, &model.Picture{ID: id, OwnerID: "many", Screening: model.ScreeningShown, CreatedAt: d.clock.Now()})
		stray := model.NewID()
		put(t, d.keeper, stray[34:]+"/"+stray+"-full.jpg", "x")
	}
	d.clock.Advance(3 * time.Hour)
	if got := counts(d.sweep(time.Hour)); got != [3]int{205, 205, 0} {
		t.Errorf("swept %v", got)
	}
}

func TestASweepTellsWhichFilesAreLostAndLeavesTheirRows(t *testing.T) {
	onEachDesk(t, func(t *testing.T, d *desk) {
		t.Helper()
		wang := d.resident("wang")
		whole, noThumb, nothing := d.upload(wang), d.upload(wang), d.upload(wang)
		for _, p := range []model.Picture{whole, noThumb, nothing} {
			d.set(p.ID, "turn_id", "turn")
		}
		for _, name := range []string{noThumb.ID + "-thumb.jpg", nothing.ID + "-thumb.jpg", nothing.ID + "-full.jpg"} {
			if err := d.keeper.Remove(t.Context(), name[34:36]+"/"+name); err != nil {
				t.Fatal(err)
			}
		}
		if _, known := d.keeping.Lost(); known {
			t.Error("something is known before anybody looked")
		}
		d.clock.Advance(2 * time.Hour)
		young := d.upload(wang)
		if err := d.keeper.Remove(t.Context(), young.ID[34:]+"/"+young.ID+"-full.jpg"); err != nil {
			t.Fatal(err)
		}
		swept := d.sweep(time.Hour)
		if counts(swept) != [3]int{0, 0, 2} || !slices.Contains(swept.LostIDs, noThumb.ID) || !slices.Contains(swept.LostIDs, nothing.ID) {
			t.Errorf("swept %+v", swept)
		}
		if lost, known := d.keeping.Lost(); lost != 2 || !known {
			t.Errorf("the figure is %d, %t", lost, known)
		}
		d.row(nothing.ID)
	})
}

func TestTwoSweepsAtTheSameTimeDoNotDisturbEachOther(t *testing.T) {
	d := newDesk(t)
	wang := d.resident("wang")
	for range 20 {
		d.upload(wang)
	}
	d.clock.Advance(2 * time.Hour)
	done := make(chan picture.Swept, 2)
	for range 2 {
		go func() {
			swept, err := d.keeping.Sweep(t.Context(), picture.Round{Before: d.clock.Now()})
			if err != nil {
				t.Error(err)
			}
			done <- swept
		}()
	}
	if one, two := <-done, <-done; one.Pictures+two.Pictures != 20 || len(d.files()) != 0 {
		t.Errorf("took %+v and %+v, left %v", one, two, d.files())
	}
}

func TestAPictureThatIsTakenWhileASweepLooksStays(t *testing.T) {
	d := newDesk(t)
	p := d.upload(d.resident("wang"))
	d.clock.Advance(2 * time.Hour)
	// The custodian reads the row as unused and then finds it taken.
	at := d.clock.Now()
	insert(d, &model.Article{ID: "article", CoverID: p.ID, CreatedAt: at, UpdatedAt: at})
	if got := counts(d.sweep(time.Hour)); got != [3]int{} {
		t.Errorf("swept %v", got)
	}
	d.row(p.ID)
}
