package picture_test

import (
	"testing"

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
