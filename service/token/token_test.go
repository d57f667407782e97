package token_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"lianxin/service/store/storetest"
	"lianxin/service/token"
)

const appID = "wx5a1e0000000000a1"

var noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

func save(t *testing.T, s *token.Store, value string, ends time.Time) {
	t.Helper()
	if err := s.SaveToken(t.Context(), appID, value, ends); err != nil {
		t.Fatal(err)
	}
}

func wantToken(t *testing.T, s *token.Store, value string, ends time.Time) {
	t.Helper()
	got, until, err := s.LoadToken(t.Context(), appID)
	if err != nil {
		t.Fatal(err)
	}
	if got != value || !until.Equal(ends) {
		t.Errorf("kept %q until %s, want %q until %s", got, until, value, ends)
	}
}

func TestAnAccountWithoutATokenHasNone(t *testing.T) {
	wantToken(t, token.New(storetest.Open(t)), "", time.Time{})
}

func TestTheTokenThatEndsLaterStays(t *testing.T) {
	s := token.New(storetest.Open(t))
	save(t, s, "first", noon)
	wantToken(t, s, "first", noon)
	save(t, s, "later", noon.Add(time.Hour))
	wantToken(t, s, "later", noon.Add(time.Hour))
	save(t, s, "earlier", noon.Add(time.Minute))
	wantToken(t, s, "later", noon.Add(time.Hour))
	save(t, s, "equal", noon.Add(time.Hour))
	wantToken(t, s, "equal", noon.Add(time.Hour))
}

func TestAnEndIsKeptToTheMillisecondOnEveryEngine(t *testing.T) {
	s := token.New(storetest.Open(t))
	save(t, s, "value", noon.Add(999_999_999).In(time.FixedZone("east", 8*3600)))
	wantToken(t, s, "value", noon.Add(999*time.Millisecond))
}

func TestALongTokenIsKeptWhole(t *testing.T) {
	s := token.New(storetest.Open(t))
	long := strings.Repeat("x", 2000)
	save(t, s, long, noon)
	wantToken(t, s, long, noon)
}

func TestAccountsKeepTheirTokensApart(t *testing.T) {
	s := token.New(storetest.Open(t))
	save(t, s, "ours", noon)
	if err := s.SaveToken(t.Context(), "other", "theirs", noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	wantToken(t, s, "ours", noon)
}

func TestOnlyTheDeadTokenIsDropped(t *testing.T) {
	s := token.New(storetest.Open(t))
	save(t, s, "alive", noon)
	if err := s.DropToken(t.Context(), appID, "dead"); err != nil {
		t.Fatal(err)
	}
	wantToken(t, s, "alive", noon)
	if err := s.DropToken(t.Context(), appID, "alive"); err != nil {
		t.Fatal(err)
	}
	wantToken(t, s, "", time.Time{})
	if err := s.DropToken(t.Context(), appID, "alive"); err != nil {
		t.Errorf("dropping what is gone: %v", err)
	}
	save(t, s, "shorter", noon.Add(-time.Hour))
	wantToken(t, s, "shorter", noon.Add(-time.Hour))
}

func TestNothingIsKeptForNobodyAndNoEmptyToken(t *testing.T) {
	s := token.New(storetest.Open(t))
	if err := s.SaveToken(t.Context(), appID, "", noon); err == nil {
		t.Error("an empty token was kept")
	}
	if err := s.SaveToken(t.Context(), "", "value", noon); err == nil {
		t.Error("a token was kept for no account")
	}
}

func TestOfReplicasThatSaveAtOnceTheLatestTokenStays(t *testing.T) {
	db := storetest.Open(t)
	replicas := []*token.Store{token.New(db), token.New(db)}
	const rounds = 10
	var wg sync.WaitGroup
	for r, s := range replicas {
		wg.Go(func() {
			for n := range rounds {
				minute := n*len(replicas) + r
				if err := s.SaveToken(t.Context(), appID, fmt.Sprint("token-", minute), noon.Add(time.Duration(minute)*time.Minute)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	last := rounds*len(replicas) - 1
	wantToken(t, replicas[0], fmt.Sprint("token-", last), noon.Add(time.Duration(last)*time.Minute))
}

func TestAFailureOfTheDatabaseDoesNotQuoteTheToken(t *testing.T) {
	db := storetest.Open(t)
	s := token.New(db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	const secret = "very-secret-token"
	err := s.SaveToken(t.Context(), appID, secret, noon)
	if err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("saving without a database: %v", err)
	}
	err = s.DropToken(t.Context(), appID, secret)
	if err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("dropping without a database: %v", err)
	}
	if _, _, err := s.LoadToken(t.Context(), appID); err == nil {
		t.Error("a token was loaded without a database")
	}
}
