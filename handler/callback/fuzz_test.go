package callback_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"lianxin/handler/callback"
	"lianxin/service/conversation"
	wire "lianxin/service/wechat/callback"
)

// FuzzCallback posts anything as a body, bare and sealed: whatever it is, it is
// taken or refused, and what is taken can be kept and read again.
func FuzzCallback(f *testing.F) {
	for _, body := range []string{
		textMessage, checkEvent, "", "{}", "<xml></xml>", `{"a":[[[{"b":[1,true,null,"c"]}]]]}`,
		`<xml><ToUserName>gh_0123456789ab</ToUserName><FromUserName>o</FromUserName><CreateTime>4294967295</CreateTime><MsgType>event</MsgType><Event>subscribe</Event><EventKey>qrscene_s</EventKey></xml>`,
		`{"ToUserName":"gh_0123456789ab","CreateTime":1,"MsgType":"event","Event":"subscribe_msg_change_event","List":[{"TemplateId":"t","SubscribeStatusString":"reject"}]}`,
		`{"ToUserName":"gh_0123456789ab","FromUserName":"o","CreateTime":1,"MsgType":"location","Location_X":"1e308","Location_Y":"-0"}`,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		o := newOffice(t, func(options *callback.Options) { options.Mini = receiver(t, wire.Plain) })
		checkTaken(t, o, o.ask(http.MethodPost, "/wechat/mini", signed(), body).Code)
		checkTaken(t, o, o.ask(http.MethodPost, "/wechat/official", signed(), body).Code)
		if len(body) < wire.MaxBody/2 {
			query, envelope := sealed(t, body)
			checkTaken(t, o, o.ask(http.MethodPost, "/wechat/official", query, envelope).Code)
		}
	})
}

func checkTaken(t *testing.T, o *office, status int) {
	t.Helper()
	switch status {
	case http.StatusForbidden, http.StatusRequestEntityTooLarge, http.StatusOK:
	default:
		t.Errorf("answered %d", status)
	}
	for _, k := range o.book.kept {
		var push conversation.Push
		if err := json.Unmarshal([]byte(k.payload), &push); err != nil {
			t.Errorf("%s cannot be read: %v", k.payload, err)
		}
		if k.key == "" || len(k.key) > 160 || strings.ContainsRune(k.key, 0) {
			t.Errorf("key %q", k.key)
		}
	}
}
