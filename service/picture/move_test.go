package picture_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"lianxin/model"
	"lianxin/service/picture"
	"lianxin/service/store/storetest"
	"lianxin/simulator/s3"
)

// mover is a desk on a folder and a bucket to move to.
type mover struct {
	*desk
	stand     *s3.Stand
	into      picture.Keeper
	custodian *picture.Custodian
}

func newMover(t *testing.T) *mover {
	t.Helper()
	clock := storetest.NewClock(t, "2026-11-23 10:00")
	m := &mover{desk: newDeskWith(t, clock, newFolder(t, clock.Now))}
	m.stand, m.into = standIn(t, clock.Now)
	var err error
	if m.custodian, err = picture.NewCustodian(m.db, clock.Now, slog.New(slog.DiscardHandler), m.into); err != nil {
		t.Fatal(err)
	}
	return m
}

func quietly(picture.Moved) {}

func TestAMoveCopiesEveryFileThatHasARowAndKeepsTheOriginals(t *testing.T) {
	m := newMover(t)
	wang := m.resident("wang")
	pictures := []model.Picture{m.upload(wang), m.upload(wang), m.upload(wang)}
	stray := model.NewID()
	put(t, m.keeper, stray[34:]+"/"+stray+"-full.jpg", "x")
	before := m.files()
	moved, err := m.custodian.MoveFrom(t.Context(), m.keeper, quietly)
	if err != nil || moved.Copied != 6 || moved.Stray != 1 || moved.There != 0 || moved.Lost != 0 || moved.Bytes == 0 {
		t.Fatalf("moved %+v, %v", moved, err)
	}
	for _, p := range pictures {
		for _, size := range []string{"full", "thumb"} {
			name := p.ID[34:] + "/" + p.ID + "-" + size + ".jpg"
			if read(t, m.keeper, name) != read(t, m.into, name) {
				t.Errorf("%s differs", name)
			}
			if kept, found := m.stand.Object("linjiang/pictures/" + name); !found || kept.Type != "image/jpeg" {
				t.Errorf("%s is kept as %q, %t", name, kept.Type, found)
			}
		}
	}
	if after := m.files(); !slices.Equal(before, after) {
		t.Errorf("the originals were %v and are %v", before, after)
	}
}

func TestAMoveThatWasCutShortGoesOnWhereItStopped(t *testing.T) {
	m := newMover(t)
	wang := m.resident("wang")
	for range 4 {
		m.upload(wang)
	}
	m.stand.Fail(s3.Fault{Method: "PUT", Status: 403, Code: "AccessDenied", Times: 1})
	first, err := m.custodian.MoveFrom(t.Context(), m.keeper, quietly)
	if err == nil || first.Copied == 8 {
		t.Fatalf("the first move says %+v, %v", first, err)
	}
	there := len(m.stand.Keys())
	second, err := m.custodian.MoveFrom(t.Context(), m.keeper, quietly)
	// A file that was on its way when the first move gave up may have come since.
	if err != nil || second.There < there || second.Copied+second.There != 8 {
		t.Errorf("after %d files the second move says %+v, %v", there, second, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.custodian.MoveFrom(ctx, m.keeper, quietly); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestAMoveNeitherCopiesNorKeepsWhatIsSpoiled(t *testing.T) {
	m := newMover(t)
	p := m.upload(m.resident("wang"))
	name := p.ID[34:] + "/" + p.ID + "-full.jpg"
	whole := read(t, m.keeper, name)
	put(t, m.keeper, name, strings.Replace(whole, whole[100:101], "\x00", 1))
	moved, err := m.custodian.MoveFrom(t.Context(), m.keeper, quietly)
	if err != nil || !slices.Equal(moved.Spoiled, []string{name}) || moved.Copied != 1 {
		t.Errorf("a spoiled original: %+v, %v", moved, err)
	}
	if _, found := m.stand.Object("linjiang/pictures/" + name); found {
		t.Error("it was copied")
	}
	put(t, m.keeper, name, whole)
	m.stand.Place("linjiang/pictures/"+name, s3.Object{Content: bytes.Repeat([]byte("x"), len(whole))})
	if moved, err = m.custodian.MoveFrom(t.Context(), m.keeper, quietly); err != nil || moved.Copied != 1 || read(t, m.into, name) != whole {
		t.Errorf("a spoiled copy: %+v, %v", moved, err)
	}
}

func TestAMoveBackBringsTheSame(t *testing.T) {
	m := newMover(t)
	p := m.upload(m.resident("wang"))
	if _, err := m.custodian.MoveFrom(t.Context(), m.keeper, quietly); err != nil {
		t.Fatal(err)
	}
	back := newFolder(t, m.clock.Now)
	custodian, err := picture.NewCustodian(m.db, m.clock.Now, slog.New(slog.DiscardHandler), back)
	if err != nil {
		t.Fatal(err)
	}
	moved, err := custodian.MoveFrom(t.Context(), m.into, quietly)
	name := p.ID[34:] + "/" + p.ID + "-full.jpg"
	if err != nil || moved.Copied != 2 || read(t, back, name) != read(t, m.keeper, name) {
		t.Errorf("moved back %+v, %v", moved, err)
	}
}
