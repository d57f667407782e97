package envelope_test

import (
	"encoding/base64"
	"errors"
	"testing"

	"lianxin/simulator/envelope"
)

// The vector was made with the Go SDK and with two independent Node packages.
const (
	vectorToken   = "tok"
	vectorKey     = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	vectorAppID   = "wxoa0001"
	vectorEncrypt = "Q3stYC6hdFzMh9T8HCvyDL+DugiA3hbk0WGyVXOBb1crIG/VR1/mIN/xp5AyW+ansg70Eq7GCBDTKxiQxHz8pw=="
)

func sealer(t *testing.T) *envelope.Sealer {
	t.Helper()
	s, err := envelope.New(vectorToken, vectorKey, vectorAppID)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSealingGivesTheKnownVector(t *testing.T) {
	got, err := sealer(t).Seal([16]byte([]byte("0123456789abcdef")), []byte("0123"))
	if err != nil {
		t.Fatal(err)
	}
	if got != vectorEncrypt {
		t.Errorf("sealed to %s", got)
	}
}

func TestOpeningTheKnownVectorGivesTheMessage(t *testing.T) {
	got, err := sealer(t).Open(vectorEncrypt)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != "0123" {
		t.Errorf("opened to %q", got)
	}
}

func TestSignaturesAreThoseOfTheVector(t *testing.T) {
	s := sealer(t)
	if got := s.Sign("1700000000", "nonce1"); got != "cb1280606383b6651d19b1fe525f375d316683d5" {
		t.Errorf("signature %s", got)
	}
	if got := s.Sign("1700000000", "nonce1", vectorEncrypt); got != "d1f03d4856ea37fb0064ae659331c60fb7a6a135" {
		t.Errorf("msg_signature %s", got)
	}
}

func TestAnEnvelopeOfSomebodyElseDoesNotOpen(t *testing.T) {
	other, err := envelope.New(vectorToken, vectorKey, "wxoa0002")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"empty":         "",
		"not base64":    "%%%",
		"not full":      base64.StdEncoding.EncodeToString([]byte("short")),
		"half a block":  base64.StdEncoding.EncodeToString(make([]byte, 16)),
		"zero bytes":    base64.StdEncoding.EncodeToString(make([]byte, 64)),
		"other account": vectorEncrypt,
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := other.Open(text); !errors.Is(err, envelope.ErrNotOpened) {
				t.Errorf("opened to %q, %v", got, err)
			}
		})
	}
}

func TestAKeyOfTheWrongLengthIsRefused(t *testing.T) {
	for _, key := range []string{"", "abc", vectorKey + "A", "!!" + vectorKey[2:]} {
		if _, err := envelope.New(vectorToken, key, vectorAppID); err == nil {
			t.Errorf("key %q was accepted", key)
		}
	}
}

func FuzzOpenNeverPanics(f *testing.F) {
	f.Add(vectorEncrypt)
	f.Add("AAAA")
	s, err := envelope.New(vectorToken, vectorKey, vectorAppID)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := s.Open(text); err != nil && !errors.Is(err, envelope.ErrNotOpened) {
			t.Errorf("unexpected error %v", err)
		}
	})
}
