package callback_test

import (
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lianxin/service/wechat/callback"
	"lianxin/simulator/envelope"
)

// The vector of wechat.md, 3.3, made by the SDK and by two Node packages.
const (
	vectorEncrypt = "Q3stYC6hdFzMh9T8HCvyDL+DugiA3hbk0WGyVXOBb1crIG/VR1/mIN/xp5AyW+ansg70Eq7GCBDTKxiQxHz8pw=="
	vectorMessage = "0123"
)

func newCipher(tb testing.TB) *callback.Cipher {
	tb.Helper()
	box, err := callback.NewCipher(appID, aesKey)
	if err != nil {
		tb.Fatal(err)
	}
	return box
}

func TestTheKnownVectorHolds(t *testing.T) {
	box := newCipher(t)
	message, err := box.Decrypt(vectorEncrypt)
	if err != nil || string(message) != vectorMessage {
		t.Errorf("Decrypt = %q, %v", message, err)
	}
	encrypted, err := box.Encrypt([]byte(vectorMessage), [16]byte([]byte("0123456789abcdef")))
	if err != nil || encrypted != vectorEncrypt {
		t.Errorf("Encrypt = %s, %v", encrypted, err)
	}
	if got := callback.Signature(token, "1700000000", "nonce1", vectorEncrypt); got != "d1f03d4856ea37fb0064ae659331c60fb7a6a135" {
		t.Errorf("msg_signature = %s", got)
	}
	if got := callback.Signature(token, "1700000000", "nonce1"); got != "cb1280606383b6651d19b1fe525f375d316683d5" {
		t.Errorf("signature = %s", got)
	}
}

func TestWhatTheStandInSealsWeOpenAndBack(t *testing.T) {
	sealer, err := envelope.New(token, aesKey, appID)
	if err != nil {
		t.Fatal(err)
	}
	box := newCipher(t)
	rapid.Check(t, func(t *rapid.T) {
		message := rapid.SliceOf(rapid.Byte()).Draw(t, "message")
		random := [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "random"))
		theirs, err := sealer.Seal(random, message)
		if err != nil {
			t.Fatal(err)
		}
		ours, err := box.Encrypt(message, random)
		if err != nil || ours != theirs {
			t.Fatalf("ours %s, theirs %s, %v", ours, theirs, err)
		}
		opened, err := box.Decrypt(theirs)
		if err != nil || string(opened) != string(message) {
			t.Fatalf("opened %q, %v", opened, err)
		}
	})
}

func TestASpoiltEnvelopeDoesNotOpen(t *testing.T) {
	box := newCipher(t)
	whole, err := base64.StdEncoding.DecodeString(vectorEncrypt)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		spoilt := append([]byte(nil), whole...)
		spoilt[i] ^= 0x5a
		_, err := box.Decrypt(base64.StdEncoding.EncodeToString(spoilt))
		// The first block carries nothing that is checked here: msg_signature covers it.
		if i >= 16 && !errors.Is(err, callback.ErrRefused) {
			t.Errorf("byte %d: %v", i, err)
		}
	}
	for name, text := range map[string]string{
		"empty": "", "not base64": "***", "one block": base64.StdEncoding.EncodeToString(make([]byte, 16)),
		"odd size":  base64.StdEncoding.EncodeToString(make([]byte, 33)),
		"zeroes":    base64.StdEncoding.EncodeToString(make([]byte, 64)),
		"cut":       base64.StdEncoding.EncodeToString(whole[:32]),
		"too large": base64.StdEncoding.EncodeToString(make([]byte, callback.MaxBody+32)),
	} {
		if _, err := box.Decrypt(text); !errors.Is(err, callback.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestASealedReplyOpensAtWeChat(t *testing.T) {
	sealer, err := envelope.New(token, aesKey, appID)
	if err != nil {
		t.Fatal(err)
	}
	type envelopeOut struct {
		Encrypt      string
		MsgSignature string
		TimeStamp    json.Number
		Nonce        string
	}
	for reply, decode := range map[string]func([]byte, any) error{
		"<xml><Content>好</Content></xml>": xml.Unmarshal,
		`{"Content":"好"}`:                 json.Unmarshal,
	} {
		sealed, err := newReceiver(t, nil).Seal([]byte(reply))
		if err != nil {
			t.Fatal(err)
		}
		var out envelopeOut
		if err := decode(sealed, &out); err != nil {
			t.Fatalf("%s: %v", sealed, err)
		}
		if sealer.Sign(out.TimeStamp.String(), out.Nonce, out.Encrypt) != out.MsgSignature {
			t.Errorf("signature of %s", sealed)
		}
		opened, err := sealer.Open(out.Encrypt)
		if err != nil || string(opened) != reply {
			t.Errorf("opened %q, %v", opened, err)
		}
	}
}

func TestAPlainReplyStaysAsItIs(t *testing.T) {
	sealed, err := newReceiver(t, inMode(callback.Plain)).Seal([]byte("<xml/>"))
	if err != nil || string(sealed) != "<xml/>" {
		t.Errorf("Seal = %q, %v", sealed, err)
	}
	if _, err := newReceiver(t, nil).Seal([]byte(strings.Repeat("x", callback.MaxBody+1))); err == nil {
		t.Error("an endless reply was sealed")
	}
}
