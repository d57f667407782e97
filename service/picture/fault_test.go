package picture_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/picture"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
	"lianxin/simulator/s3"
)

var errStorage = errors.New("the storage broke")

// failing is a keeper that fails at the steps it is told to. A crash is a step
// that is done and never comes back.
type failing struct {
	picture.Keeper
	puts, failPut, crashPut int
	failRemove, failOpen    bool
	crash                   context.CancelFunc
}

func (f *failing) Put(ctx context.Context, name string, content []byte) error {
	f.puts++
	if f.puts == f.failPut {
		return errStorage
	}
	err := f.Keeper.Put(ctx, name, content)
	if f.puts == f.crashPut {
		f.crash()
		return ctx.Err()
	}
	return err
}

func (f *failing) Remove(ctx context.Context, name string) error {
	if f.failRemove {
		return errStorage
	}
	return f.Keeper.Remove(ctx, name)
}

func (f *failing) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	if f.failOpen {
		return nil, errStorage
	}
	return f.Keeper.Open(ctx, name)
}

func newFailingDesk(t *testing.T) (*desk, *failing) {
	t.Helper()
	clock := storetest.NewClock(t, "2026-11-23 10:00")
	f := &failing{Keeper: newFolder(t, clock.Now)}
	return newDeskWith(t, clock, f), f
}

// consistent demands that after the next sweep every file has its row, and
// every row its files.
func (d *desk) consistent(rows int) {
	d.tb.Helper()
	d.clock.Advance(2 * time.Hour)
	swept, err := d.keeping.SweepFiles(d.tb.Context(), picture.Round{Before: d.clock.Now()})
	if err != nil || swept.Lost != 0 {
		d.tb.Errorf("swept %+v, %v", swept, err)
	}
	found, err := store.From[model.Picture](d.db.Read()).Find(d.tb.Context())
	if err != nil || len(found) != rows || len(d.files()) != 2*rows {
		d.tb.Errorf("%d rows and files %v, want %d rows; %v", len(found), d.files(), rows, err)
	}
}

func TestAnUploadThatFailsOrCrashesAtAnyStepLeavesNothingForGood(t *testing.T) {
	for name, spoil := range map[string]func(*failing){
		"the first file cannot be put":         func(f *failing) { f.failPut = 1 },
		"the second file cannot be put":        func(f *failing) { f.failPut = 2 },
		"it stops after the first file is put": func(f *failing) { f.crashPut = 1 },
		"it stops after both files are put":    func(f *failing) { f.crashPut = 2 },
	} {
		t.Run(name, func(t *testing.T) {
			d, f := newFailingDesk(t)
			wang := d.resident("wang")
			spoil(f)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			f.crash = cancel
			_, err := d.svc.Upload(ctx, wang, bytes.NewReader(photo(t, 8, 8)))
			if err == nil {
				t.Fatal("it was uploaded")
			}
			if f.failPut > 0 && (!fault.Is(err, fault.KindUnavailable) || fault.Of(err).RetryAfter <= 0 || !errors.Is(err, errStorage)) {
				t.Errorf("the storage's failure is told as %v", err)
			}
			f.failPut, f.crashPut = 0, 0
			d.upload(wang)
			d.consistent(1)
		})
	}
}

func TestAnUploadWhoseRowIsRefusedLeavesNothingForGood(t *testing.T) {
	d, _ := newFailingDesk(t)
	wang := d.resident("wang")
	taken := &store.Key{PersonID: wang.PersonID, Value: "phone-key-1", At: d.clock.Now()}
	if _, err := d.svc.Upload(store.WithKey(t.Context(), taken), wang, bytes.NewReader(photo(t, 8, 8))); err != nil {
		t.Fatal(err)
	}
	again := &store.Key{PersonID: wang.PersonID, Value: "phone-key-1", At: d.clock.Now()}
	if _, err := d.svc.Upload(store.WithKey(t.Context(), again), wang, bytes.NewReader(photo(t, 8, 8))); !errors.Is(err, store.ErrKeyTaken) {
		t.Fatalf("got %v", err)
	}
	d.consistent(1)
}

func TestWhatCannotBeRemovedNowIsSweptLater(t *testing.T) {
	d, f := newFailingDesk(t)
	wang := d.resident("wang")
	discarded, unused := d.upload(wang), d.upload(wang)
	link := d.svc.Link(discarded.ID, picture.SizeFull, d.clock.Now())
	f.failRemove = true
	if err := d.svc.Discard(t.Context(), wang, discarded.ID); err != nil {
		t.Errorf("the picture is gone, and its owner is told %v", err)
	}
	if _, err := d.follow(link); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("its link gives %v", err)
	}
	d.clock.Advance(2 * time.Hour)
	if _, err := d.keeping.SweepUnused(t.Context(), picture.Round{Before: d.clock.Now()}); !errors.Is(err, errStorage) {
		t.Errorf("a sweep that could not remove says %v", err)
	}
	f.failRemove = false
	if got := d.deeds(unused.ID); !strings.HasSuffix(got, "picture.sweep") {
		t.Errorf("audit log says %q", got)
	}
	d.consistent(0)
}

func TestAStorageThatDoesNotServeIsNoFaultOfThePicture(t *testing.T) {
	d, f := newFailingDesk(t)
	p := d.upload(d.resident("wang"))
	link := d.svc.Link(p.ID, picture.SizeFull, d.clock.Now())
	f.failOpen = true
	_, err := d.follow(link)
	if !fault.Is(err, fault.KindUnavailable) || fault.Of(err).RetryAfter <= 0 || strings.Contains(fault.Of(err).Words, "broke") {
		t.Errorf("got %v", err)
	}
	f.failOpen = false
	if _, err := d.follow(link); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestABucketThatFailsInAnyWayIsUnavailableAndLosesNothing(t *testing.T) {
	for _, f := range []s3.Fault{
		{Status: 403, Code: "SignatureDoesNotMatch"},
		{Status: 404, Code: "NoSuchBucket"},
		{Status: 503, Code: "SlowDown"},
		{Status: 500, Code: "InternalError"},
		{Status: 507, Code: "XMinioStorageFull"},
		{Status: 502, HTML: true},
		{Drop: true},
	} {
		t.Run(fmt.Sprint(f), func(t *testing.T) {
			clock := storetest.NewClock(t, "2026-11-23 10:00")
			stand, b := standIn(t, clock.Now)
			d := newDeskWith(t, clock, b)
			wang := d.resident("wang")
			before := d.upload(wang)
			link := d.svc.Link(before.ID, picture.SizeFull, d.clock.Now())
			stand.Fail(f)
			if _, err := d.svc.Upload(t.Context(), wang, bytes.NewReader(photo(t, 8, 8))); !fault.Is(err, fault.KindUnavailable) {
				t.Errorf("uploading gives %v", err)
			}
			if _, err := d.follow(link); !fault.Is(err, fault.KindUnavailable) {
				t.Errorf("showing gives %v", err)
			}
			stand.Mend()
			if _, err := d.follow(link); err != nil {
				t.Errorf("afterwards: %v", err)
			}
			d.set(before.ID, "turn_id", "turn")
			d.consistent(1)
		})
	}
}

func TestAnAnswerOfTheBucketThatIsCutIsNotTakenForTheWhole(t *testing.T) {
	clock := storetest.NewClock(t, "2026-11-23 10:00")
	stand, b := standIn(t, clock.Now)
	d := newDeskWith(t, clock, b)
	p := d.upload(d.resident("wang"))
	link := d.svc.Link(p.ID, picture.SizeThumb, d.clock.Now())
	stand.Fail(s3.Fault{Method: "GET", Path: p.ID, After: 100, Times: 1})
	if _, err := d.follow(link); err == nil {
		t.Error("it was read to its end")
	}
	if _, err := d.follow(link); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
