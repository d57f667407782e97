package callback_test

import (
	"encoding/json"
	"errors"
	"testing"
	"unicode/utf8"

	"lianxin/service/wechat/callback"
)

// checkOpened says what must hold for anything that was opened.
func checkOpened(t *testing.T, push callback.Push, err error) {
	t.Helper()
	if err != nil {
		if !errors.Is(err, callback.ErrRefused) || callback.Reason(err) == "" || push.MsgType != "" {
			t.Errorf("refused with %v, %+v", err, push)
		}
		return
	}
	if push.Account != appID || push.ToUser == "" || push.MsgType == "" || push.CreateTime.Unix() <= 0 {
		t.Errorf("opened %+v", push)
	}
	if key := push.DedupeKey(); len(key) > len(appID)+50 || !utf8.ValidString(key) {
		t.Errorf("key %q", key)
	}
	if _, err := json.Marshal(push); err != nil {
		t.Error(err)
	}
}

func FuzzOpenXML(f *testing.F) {
	for _, test := range pushes {
		if test.body[0] == '<' {
			f.Add(test.body[1:])
		}
	}
	plain := newReceiver(f, inMode(callback.Plain))
	safe := newReceiver(f, nil)
	f.Fuzz(func(t *testing.T, rest string) {
		body := "<" + rest
		push, err := open(plain, plainRequest(body))
		checkOpened(t, push, err)
		if len(body) > callback.MaxBody/2 {
			return
		}
		if again, sealedErr := open(safe, sealedRequest(t, body)); (err == nil) != (sealedErr == nil) && push.ToUser == originalID {
			t.Errorf("plain %v, safe %v, %+v", err, sealedErr, again)
		}
	})
}

func FuzzOpenJSON(f *testing.F) {
	for _, test := range pushes {
		if test.body[0] == '{' {
			f.Add(test.body[1:])
		}
	}
	f.Add(`"a":[[[{"b":[1,true,null,"c"]}]]]}`)
	plain := newReceiver(f, inMode(callback.Plain))
	f.Fuzz(func(t *testing.T, rest string) {
		push, err := open(plain, plainRequest("{"+rest))
		checkOpened(t, push, err)
	})
}

func FuzzDecrypt(f *testing.F) {
	f.Add([]byte(vectorEncrypt))
	f.Add([]byte("AAAA"))
	f.Add([]byte(""))
	box := newCipher(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		message, err := box.Decrypt(string(text))
		if err != nil && (!errors.Is(err, callback.ErrRefused) || message != nil) {
			t.Errorf("%q, %v", message, err)
		}
		// What is no text of ours must still decrypt when it is sealed properly.
		sealed, err := box.Encrypt(text, [16]byte{})
		if err != nil {
			return
		}
		opened, err := box.Decrypt(sealed)
		if err != nil && len(text) < callback.MaxBody-100 || err == nil && string(opened) != string(text) {
			t.Errorf("%q became %q, %v", text, opened, err)
		}
	})
}
