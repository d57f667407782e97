package sealed_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/sealed"
	"lianxin/service/sealed/sealedtest"
	"lianxin/service/store"
	"lianxin/service/store/storetest"
)

const number = "13800138000"

func ring(tb testing.TB, ids ...string) *sealed.Keys {
	tb.Helper()
	var keys []sealed.Key
	for _, id := range ids {
		keys = append(keys, sealed.Key{ID: id, Secret: []byte(id + strings.Repeat("~", 32))})
	}
	k, err := sealed.New(keys...)
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

func TestASealedValueOpensWhereItWasSealedFor(t *testing.T) {
	k := ring(t, "a")
	value := k.Seal(sealed.PhoneOf("p1"), number)
	if got, err := k.Open(sealed.PhoneOf("p1"), value); err != nil || got != number {
		t.Errorf("got %q, %v", got, err)
	}
	if raw := string(value); strings.Contains(raw, number) || !strings.HasPrefix(raw, "a.") {
		t.Errorf("the value is %q", raw)
	}
	if k.Seal(sealed.PhoneOf("p1"), number) == value {
		t.Error("sealing twice gives the same value, which tells that two numbers are one")
	}
}

func TestNothingStaysNothing(t *testing.T) {
	k := ring(t, "a")
	if v := k.Seal(sealed.PhoneOf("p1"), ""); v != "" {
		t.Errorf("sealed to %q", string(v))
	}
	if got, err := k.Open(sealed.PhoneOf("p1"), ""); got != "" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if h := k.Hash(sealed.Phone, ""); h != "" {
		t.Errorf("hashed to %q: everybody without a number would be one person", h)
	}
}

func TestAValueThatWasMovedOrChangedDoesNotOpen(t *testing.T) {
	k := ring(t, "a")
	value := string(k.Seal(sealed.PhoneOf("p1"), number))
	raw, err := base64.RawURLEncoding.DecodeString(value[2:])
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)-1] ^= 1
	for what, try := range map[string]struct {
		at    sealed.Place
		value string
	}{
		"another person":  {sealed.PhoneOf("p2"), value},
		"another column":  {sealed.Place{Column: "people.name", RecordID: "p1"}, value},
		"a flipped bit":   {sealed.PhoneOf("p1"), "a." + base64.RawURLEncoding.EncodeToString(raw)},
		"cut short":       {sealed.PhoneOf("p1"), value[:len(value)-4]},
		"no text":         {sealed.PhoneOf("p1"), "a."},
		"not base64":      {sealed.PhoneOf("p1"), "a.!!!"},
		"never sealed":    {sealed.PhoneOf("p1"), number},
		"an unknown key":  {sealed.PhoneOf("p1"), "z" + value[1:]},
		"only a full dot": {sealed.PhoneOf("p1"), "."},
	} {
		if got, err := k.Open(try.at, model.Sealed(try.value)); err == nil {
			t.Errorf("%s opened as %q", what, got)
		} else if strings.Contains(err.Error(), number) || strings.Contains(err.Error(), value[2:12]) {
			t.Errorf("%s: the error shows the value: %v", what, err)
		}
	}
}

func TestAMissingKeyIsNamedAsSuch(t *testing.T) {
	value := ring(t, "old").Seal(sealed.PhoneOf("p1"), number)
	if _, err := ring(t, "new").Open(sealed.PhoneOf("p1"), value); !errors.Is(err, sealed.ErrUnknownKey) {
		t.Errorf("got %v", err)
	}
	if got, err := ring(t, "new", "old").Open(sealed.PhoneOf("p1"), value); err != nil || got != number {
		t.Errorf("with the old key behind: %q, %v", got, err)
	}
}

func TestAHashFindsTheSameTextOnlyWithTheSameKeyAndColumn(t *testing.T) {
	k := ring(t, "a", "b")
	if again := ring(t, "a", "b").Hash(sealed.Phone, number); k.Hash(sealed.Phone, number) != again {
		t.Error("one text has two hashes")
	}
	others := []string{k.Hash("people.name", number), k.Hash(sealed.Phone, number+"0"), ring(t, "b").Hash(sealed.Phone, number)}
	if slices.Contains(others, k.Hash(sealed.Phone, number)) {
		t.Errorf("%v holds the hash of something else", others)
	}
	want := []string{ring(t, "a").Hash(sealed.Phone, number), ring(t, "b").Hash(sealed.Phone, number)}
	if got := k.Hashes(sealed.Phone, number); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestARingRefusesKeysThatAreNone(t *testing.T) {
	long := []byte(strings.Repeat("x", 32))
	for what, keys := range map[string][]sealed.Key{
		"no key": nil, "no id": {{Secret: long}}, "a dot in the id": {{ID: "a.b", Secret: long}}, "a pattern as id": {{ID: "%", Secret: long}},
		"a short secret": {{ID: "a", Secret: long[:31]}}, "one id twice": {{ID: "a", Secret: long}, {ID: "a", Secret: long}},
	} {
		if _, err := sealed.New(keys...); err == nil {
			t.Errorf("%s was taken", what)
		} else if strings.Contains(err.Error(), "xxxx") {
			t.Errorf("%s: the error shows the secret: %v", what, err)
		}
	}
}

func TestNothingPrintsASealedValue(t *testing.T) {
	p := model.Person{Phone: ring(t, "a").Seal(sealed.PhoneOf("p1"), number)}
	for _, verb := range []string{"%v", "%+v", "%s", "%q", "%x"} {
		if out := fmt.Sprintf(verb, p.Phone); strings.Contains(out, "a.") {
			t.Errorf("%s prints %q", verb, out)
		}
	}
}

// people writes persons p1, p2 … with numbers sealed by k, or in clear for nil.
func people(tb testing.TB, db *store.DB, k *sealed.Keys, from, n int) {
	tb.Helper()
	err := store.InTx(tb.Context(), db, func(ctx context.Context, tx *gorm.DB) error {
		for i := from; i < from+n; i++ {
			id, phone := fmt.Sprintf("p%04d", i), fmt.Sprintf("1380013%04d", i)
			p := model.Person{ID: id, Name: "某人", Phone: model.Sealed(phone)}
			if k != nil {
				p.Phone, p.PhoneHash = k.Seal(sealed.PhoneOf(id), phone), k.Hash(sealed.Phone, phone)
			}
			if err := store.From[model.Person](tx).Create(ctx, &p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
}

func rotate(tb testing.TB, db *store.DB, k *sealed.Keys) int {
	tb.Helper()
	n, err := k.Rotate(tb.Context(), db, storetest.NewClock(tb, "2026-11-23 10:00").Now, func(int) {})
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

func TestARotationSealsOldAndClearValuesWithTheKeyInForce(t *testing.T) {
	db := storetest.Open(t)
	people(t, db, ring(t, "old"), 0, 700)
	people(t, db, nil, 700, 5)
	people(t, db, ring(t, "new"), 705, 3)
	k := ring(t, "new", "old")
	if n := rotate(t, db, k); n != 705 {
		t.Errorf("%d values were changed, want 705", n)
	}
	found, err := store.From[model.Person](db.Read()).Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	alone := ring(t, "new")
	for _, p := range found {
		want := "1380013" + p.ID[1:]
		if got, err := alone.Open(sealed.PhoneOf(p.ID), p.Phone); err != nil || got != want {
			t.Fatalf("%s: %q, %v", p.ID, got, err)
		}
		if p.PhoneHash != alone.Hash(sealed.Phone, want) {
			t.Fatalf("%s is not found by its number", p.ID)
		}
	}
	if n := rotate(t, db, k); n != 0 {
		t.Errorf("a second rotation changed %d values", n)
	}
}

func TestARotationStopsAtAValueWhoseKeyIsGoneAndLeavesIt(t *testing.T) {
	db := storetest.Open(t)
	people(t, db, ring(t, "lost"), 0, 1)
	n, err := ring(t, "new").Rotate(t.Context(), db, storetest.NewClock(t, "2026-11-23 10:00").Now, func(int) {})
	if n != 0 || !errors.Is(err, sealed.ErrUnknownKey) {
		t.Errorf("changed %d, %v", n, err)
	}
	if _, err := store.From[model.Person](db.Read()).Where("phone LIKE ?", "lost.%").Take(t.Context()); err != nil {
		t.Errorf("the value is not as it was: %v", err)
	}
}

func TestAnAdministratorSeesWhichKeysAreStillNeeded(t *testing.T) {
	db := storetest.Open(t)
	people(t, db, ring(t, "old"), 0, 2)
	people(t, db, nil, 2, 1)
	people(t, db, ring(t, "new"), 3, 1)
	k := ring(t, "new")
	usages, err := k.Usages(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	want := []sealed.Usage{
		{Column: sealed.Phone, KeyID: "", Values: 1}, {Column: sealed.Phone, KeyID: "new", Values: 1, Known: true}, {Column: sealed.Phone, KeyID: "old", Values: 2},
	}
	if !slices.Equal(usages, want) {
		t.Errorf("got %+v, want %+v", usages, want)
	}
	if inClear, err := sealed.AnyClear(t.Context(), db); err != nil || !inClear {
		t.Errorf("any clear: %v, %v", inClear, err)
	}
	if _, found, err := k.Stray(t.Context(), db); err != nil || !found {
		t.Errorf("stray: %v, %v", found, err)
	}
	rotate(t, db, ring(t, "new", "old"))
	if _, found, err := k.Stray(t.Context(), db); err != nil || found {
		t.Errorf("after the rotation a stray is found: %v, %v", found, err)
	}
	if inClear, err := sealed.AnyClear(t.Context(), db); err != nil || inClear {
		t.Errorf("after the rotation some are clear: %v, %v", inClear, err)
	}
}

func TestARotationIsInTheAuditLog(t *testing.T) {
	db := storetest.Open(t)
	people(t, db, nil, 0, 1)
	rotate(t, db, sealedtest.Keys(t))
	n, err := store.From[model.AuditLine](db.Read()).Where("action = ? AND target_id = ?", "keys.rotate", sealedtest.Key().ID).Count(t.Context(), "*")
	if err != nil || n != 1 {
		t.Errorf("%d lines, %v", n, err)
	}
}

func TestARotationDoesNotMakeFindableWhoIsNotFoundByTheirPhone(t *testing.T) {
	db := storetest.Open(t)
	old := ring(t, "old")
	err := store.InTx(t.Context(), db, func(ctx context.Context, tx *gorm.DB) error {
		return store.From[model.Person](tx).Create(ctx, &model.Person{ID: "joined", Phone: old.Seal(sealed.PhoneOf("joined"), number), MergedInto: "other"})
	})
	if err != nil {
		t.Fatal(err)
	}
	rotate(t, db, ring(t, "new", "old"))
	p, err := store.From[model.Person](db.Read()).Where("id = ?", "joined").Take(t.Context())
	if got, openErr := ring(t, "new").Open(sealed.PhoneOf("joined"), p.Phone); err != nil || openErr != nil || got != number || p.PhoneHash != "" {
		t.Errorf("the number is %q, found by %q: %v, %v", got, p.PhoneHash, err, openErr)
	}
}
