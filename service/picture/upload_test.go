package picture_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/picture"
	"lianxin/service/store"
)

func TestAnUploadIsRepaintedKeptTwiceAndSentToTheCheck(t *testing.T) {
	d := newDesk(t)
	wang := d.resident("wang")
	p, err := d.svc.Upload(t.Context(), wang, bytes.NewReader(photo(t, 200, 100)))
	if err != nil {
		t.Fatal(err)
	}
	if p.Width != 64 || p.Height != 32 || p.OwnerID != "wang" || p.Screening != model.ScreeningChecking {
		t.Errorf("got %+v", p)
	}
	if files := d.files(); len(files) != 2 || !strings.HasPrefix(files[0], p.ID[34:]+"/"+p.ID+"-") {
		t.Errorf("kept files %v", files)
	}
	if got := d.deeds(p.ID); got != "wang picture.upload" {
		t.Errorf("audit log says %q", got)
	}
	d.settle()
	if row := d.row(p.ID); row.TraceID != "trace-1" || row.Screening != model.ScreeningChecking {
		t.Errorf("after asking WeChat: %+v", row)
	}
}

func TestNobodyUploadsWithoutSigningIn(t *testing.T) {
	d := newDesk(t)
	for name, by := range map[string]model.Actor{"nobody": {}, "a job": model.SystemActor("job")} {
		if _, err := d.svc.Upload(t.Context(), by, bytes.NewReader(photo(t, 4, 4))); !fault.Is(err, fault.KindUnauthenticated) {
			t.Errorf("%s: %v", name, err)
		}
		if err := d.svc.Discard(t.Context(), by, "some"); !fault.Is(err, fault.KindUnauthenticated) {
			t.Errorf("%s discards: %v", name, err)
		}
	}
}

func TestWhatIsNoPictureIsRefusedInPlainWords(t *testing.T) {
	d := newDesk(t)
	wang := d.resident("wang")
	broken := photo(t, 40, 30)
	for words, content := range map[string][]byte{
		"图片太大，请选择 1MB 以内的照片。":    make([]byte, 1<<20+1),
		"10 万像素以内":               photo(t, 1000, 101),
		"这个文件不是图片":               []byte("<html>"),
		"JPG、PNG、GIF、BMP 或 WebP": []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"),
		"图片已损坏":                  broken[:len(broken)/2],
	} {
		_, err := d.svc.Upload(t.Context(), wang, bytes.NewReader(content))
		f := fault.Of(err)
		if f == nil || f.Kind != fault.KindInvalid || f.Fields[0].Name != "file" || !strings.Contains(f.Fields[0].Reason, words) {
			t.Errorf("want words %q, got %v %+v", words, err, f)
		}
	}
	if files := d.files(); len(files) != 0 {
		t.Errorf("refused uploads left %v", files)
	}
}

func TestAnUploadThatBreaksOffIsNotMistakenForABadPicture(t *testing.T) {
	d := newDesk(t)
	line := io.MultiReader(bytes.NewReader(photo(t, 40, 30)[:20]), brokenLine{})
	_, err := d.svc.Upload(t.Context(), d.resident("wang"), line)
	if fault.Of(err) != nil || !errors.Is(err, errLine) {
		t.Errorf("got %v", err)
	}
}

var errLine = errors.New("line broke")

type brokenLine struct{}

func (brokenLine) Read([]byte) (int, error) { return 0, errLine }

func TestWhoUploadsAndUsesNothingIsAskedToWaitUntilADayHasPassed(t *testing.T) {
	d := newDesk(t)
	wang, li := d.resident("wang"), d.resident("li")
	first := d.upload(wang)
	d.clock.Advance(time.Hour)
	for range 29 {
		d.upload(wang)
	}
	_, err := d.svc.Upload(t.Context(), wang, bytes.NewReader(photo(t, 4, 4)))
	f := fault.Of(err)
	if f == nil || f.Kind != fault.KindTooMany || f.RetryAfter < 22*time.Hour || f.RetryAfter > 23*time.Hour {
		t.Fatalf("the thirty-first upload gave %v %+v", err, f)
	}
	d.upload(li)
	d.set(first.ID, "turn_id", "turn")
	d.upload(wang)
	if _, err := d.svc.Upload(t.Context(), wang, bytes.NewReader(photo(t, 4, 4))); !fault.Is(err, fault.KindTooMany) {
		t.Errorf("beyond the bound again: %v", err)
	}
	d.clock.Advance(24 * time.Hour)
	d.upload(wang)
}

func TestPortraitsAndCoversDoNotCountAgainstTheirUploader(t *testing.T) {
	d := newDesk(t)
	officer := d.stranger("officer", model.RolePublicityOfficer)
	cover, portrait := d.upload(officer), d.upload(officer)
	for range 28 {
		d.upload(officer)
	}
	at := d.clock.Now()
	insert(d, &model.Article{ID: "article", CoverID: cover.ID, CreatedAt: at, UpdatedAt: at})
	insert(d, &model.Representative{ID: "zhang", PictureID: portrait.ID, CreatedAt: at, UpdatedAt: at})
	d.upload(officer)
	d.upload(officer)
	if _, err := d.svc.Upload(t.Context(), officer, bytes.NewReader(photo(t, 4, 4))); !fault.Is(err, fault.KindTooMany) {
		t.Errorf("beyond the bound: %v", err)
	}
}

func TestARepeatedUploadWithTheSameKeyIsEnteredOnce(t *testing.T) {
	d := newDesk(t)
	wang := d.resident("wang")
	send := func() error {
		key := &store.Key{PersonID: wang.PersonID, Value: "phone-key-1", At: d.clock.Now()}
		_, err := d.svc.Upload(store.WithKey(t.Context(), key), wang, bytes.NewReader(photo(t, 8, 8)))
		return err
	}
	if err := send(); err != nil {
		t.Fatal(err)
	}
	if err := send(); !errors.Is(err, store.ErrKeyTaken) {
		t.Errorf("the second gave %v", err)
	}
	d.clock.Advance(3 * time.Hour)
	swept, err := d.keeping.Sweep(t.Context(), picture.Round{Before: d.clock.Now().Add(-2 * time.Hour)})
	if err != nil || swept.Pictures != 1 || swept.Files != 2 {
		t.Errorf("the sweep took %+v (one picture, two files without a row), %v", swept, err)
	}
}

func TestADeskIsNotOpenedWithoutWhatItNeeds(t *testing.T) {
	d := newDesk(t)
	for name, spoil := range map[string]func(*picture.Options){
		"no database": func(o *picture.Options) { o.DB = nil },
		"no clock":    func(o *picture.Options) { o.Now = nil },
		"no log":      func(o *picture.Options) { o.Log = nil },
		"no keeper":   func(o *picture.Options) { o.Keeper = nil },
		"no checker":  func(o *picture.Options) { o.Checker = nil },
		"short key":   func(o *picture.Options) { o.LinkKey = linkKey[:31] },
		"bare host":   func(o *picture.Options) { o.PublicURL = "lianxin.example" },
		"query":       func(o *picture.Options) { o.PublicURL = "https://lianxin.example?a=b" },
		"other way":   func(o *picture.Options) { o.PublicURL = "ftp://lianxin.example" },
		"short life":  func(o *picture.Options) { o.LinkLife = -time.Second },
	} {
		o := d.options()
		spoil(&o)
		if _, err := picture.New(o); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestACancelledUploadLeavesNoRow(t *testing.T) {
	d := newDesk(t)
	wang := d.resident("wang")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.svc.Upload(ctx, wang, bytes.NewReader(photo(t, 8, 8))); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
