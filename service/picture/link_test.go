package picture_test

import (
	"bytes"
	"image/jpeg"
	"net/url"
	"strings"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/picture"
)

func TestALinkShowsThePictureAndItsThumbnailForAWhile(t *testing.T) {
	d := newDesk(t)
	p := d.upload(d.resident("wang"))
	now := d.clock.Now()
	for size, width := range map[picture.Size]int{picture.SizeFull: 40, picture.SizeThumb: 16} {
		link := d.svc.Link(p.ID, size, now)
		data, err := d.follow(link)
		if err != nil {
			t.Fatal(err)
		}
		if shown, err := jpeg.DecodeConfig(bytes.NewReader(data)); err != nil || shown.Width != width {
			t.Errorf("%s is %d wide, %v", size, shown.Width, err)
		}
	}
	link := d.svc.Link(p.ID, picture.SizeFull, now)
	if again := d.svc.Link(p.ID, picture.SizeFull, now.Add(time.Millisecond)); again != link {
		t.Errorf("a moment later the address is another one:\n%s\n%s", link, again)
	}
	d.clock.Advance(9 * time.Minute)
	if _, err := d.follow(link); err != nil {
		t.Errorf("after nine minutes: %v", err)
	}
	d.clock.Advance(2 * time.Minute)
	if _, err := d.follow(link); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("after eleven minutes: %v", err)
	}
}

func TestALinkThatWasChangedShowsNothing(t *testing.T) {
	d := newDesk(t)
	wang := d.resident("wang")
	p, other := d.upload(wang), d.upload(wang)
	link := d.svc.Link(p.ID, picture.SizeThumb, d.clock.Now())
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	sig := u.Query().Get("sig")
	flipped := "A" + sig[1:]
	if flipped == sig {
		flipped = "B" + sig[1:]
	}
	for name, forged := range map[string]string{
		"another picture": strings.Replace(link, p.ID, other.ID, 1),
		"another size":    strings.Replace(link, "size=thumb", "size=full", 1),
		"a longer life":   strings.Replace(link, "until=1", "until=2", 1),
		"no signature":    strings.Replace(link, "sig="+sig, "sig=", 1),
		"a signature cut": strings.Replace(link, sig, sig[:len(sig)-1], 1),
		"a signature bit": strings.Replace(link, sig, flipped, 1),
	} {
		if forged == link {
			t.Fatalf("%s: nothing was changed", name)
		}
		if _, err := d.follow(forged); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnotherKeyMakesOtherLinks(t *testing.T) {
	d := newDesk(t)
	p := d.upload(d.resident("wang"))
	o := d.options()
	o.LinkKey = bytes.Repeat([]byte("x"), 32)
	other, err := picture.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.follow(other.Link(p.ID, picture.SizeFull, d.clock.Now())); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("got %v", err)
	}
}

func TestARefusedPictureIsNeverServedAndOneInCheckIs(t *testing.T) {
	d := newDesk(t)
	p := d.upload(d.resident("wang"))
	link := d.svc.Link(p.ID, picture.SizeFull, d.clock.Now())
	for _, state := range []model.Screening{model.ScreeningChecking, model.ScreeningHeld, model.ScreeningShown} {
		d.set(p.ID, "screening", state)
		if _, err := d.follow(link); err != nil {
			t.Errorf("%s: %v", state, err)
		}
	}
	d.set(p.ID, "screening", model.ScreeningRefused)
	if _, err := d.follow(link); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("refused: %v", err)
	}
}

func TestAFileThatIsLostIsNotFound(t *testing.T) {
	d := newDesk(t)
	p := d.upload(d.resident("wang"))
	for _, name := range d.files() {
		if err := d.keeper.Remove(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.follow(d.svc.Link(p.ID, picture.SizeFull, d.clock.Now())); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("got %v", err)
	}
}
