package callback_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"lianxin/service/wechat/callback"
	"lianxin/simulator/envelope"
)

const (
	appID      = "wxoa0001"
	originalID = "gh_0123456789ab"
	token      = "tok"
	aesKey     = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	nonce      = "nonce1"
)

var (
	clock     = time.Unix(1700000000, 0)
	timestamp = strconv.FormatInt(clock.Unix(), 10)
)

const textMessage = `<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName><FromUserName><![CDATA[oABC]]></FromUserName>` +
	`<CreateTime>1700000000</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[路灯坏了 <b>&]]></Content><MsgId>23456</MsgId></xml>`

func newReceiver(tb testing.TB, change func(*callback.Options)) *callback.Receiver {
	tb.Helper()
	options := callback.Options{
		AppID: appID, Token: token, EncodingAESKey: aesKey, Mode: callback.Safe,
		Now: func() time.Time { return clock },
	}
	if change != nil {
		change(&options)
	}
	receiver, err := callback.New(options)
	if err != nil {
		tb.Fatal(err)
	}
	return receiver
}

func inMode(mode callback.Mode) func(*callback.Options) {
	return func(options *callback.Options) { options.Mode = mode }
}

// request is a push as WeChat would send it, made by the stand-in's envelopes.
type request struct {
	query url.Values
	body  string
}

func plainRequest(body string) request {
	return request{
		query: url.Values{
			"timestamp": {timestamp}, "nonce": {nonce}, "openid": {"oABC"},
			"signature": {envelope.Sign(token, timestamp, nonce)},
		},
		body: body,
	}
}

func sealedRequest(tb testing.TB, message string) request {
	tb.Helper()
	return sealedFor(tb, appID, message)
}

func sealedFor(tb testing.TB, app, message string) request {
	tb.Helper()
	encrypted := seal(tb, app, message)
	sealed := plainRequest(fmt.Sprintf("<xml><ToUserName><![CDATA[%s]]></ToUserName><Encrypt><![CDATA[%s]]></Encrypt></xml>", originalID, encrypted))
	if strings.HasPrefix(message, "{") {
		sealed.body = fmt.Sprintf(`{"ToUserName":%q,"Encrypt":%q}`, originalID, encrypted)
	}
	sealed.query.Set("encrypt_type", "aes")
	sealed.query.Set("msg_signature", envelope.Sign(token, timestamp, nonce, encrypted))
	return sealed
}

func seal(tb testing.TB, app, message string) string {
	tb.Helper()
	sealer, err := envelope.New(token, aesKey, app)
	if err != nil {
		tb.Fatal(err)
	}
	encrypted, err := sealer.Seal([16]byte([]byte("0123456789abcdef")), []byte(message))
	if err != nil {
		tb.Fatal(err)
	}
	return encrypted
}

func open(receiver *callback.Receiver, from request) (callback.Push, error) {
	return receiver.Open(from.query, "text/xml", []byte(from.body))
}

func TestVerifyEchoesOnlyWhatWeChatSigned(t *testing.T) {
	good := func() url.Values {
		query := plainRequest("").query
		query.Set("echostr", "5838479218127813673")
		return query
	}
	receiver := newReceiver(t, nil)
	echo, err := receiver.Verify(good())
	if err != nil || echo != "5838479218127813673" {
		t.Fatalf("Verify = %q, %v", echo, err)
	}
	for name, spoil := range map[string]func(url.Values){
		"wrong signature":     func(q url.Values) { q.Set("signature", strings.Repeat("0", 40)) },
		"no signature":        func(q url.Values) { q.Del("signature") },
		"two signatures":      func(q url.Values) { q.Add("signature", q.Get("signature")) },
		"no echo":             func(q url.Values) { q.Del("echostr") },
		"echo of a script":    func(q url.Values) { q.Set("echostr", "<script>") },
		"endless echo":        func(q url.Values) { q.Set("echostr", strings.Repeat("1", 300)) },
		"no nonce":            func(q url.Values) { q.Del("nonce") },
		"no timestamp":        func(q url.Values) { q.Del("timestamp") },
		"timestamp of 2014":   func(q url.Values) { resign(q, "1400000000") },
		"timestamp to come":   func(q url.Values) { resign(q, "1700001000") },
		"timestamp in words":  func(q url.Values) { resign(q, "now") },
		"negative timestamp":  func(q url.Values) { resign(q, "-1") },
		"enormous timestamp":  func(q url.Values) { resign(q, strings.Repeat("9", 19)) },
		"timestamp with plus": func(q url.Values) { resign(q, "999999999999") },
	} {
		t.Run(name, func(t *testing.T) {
			query := good()
			spoil(query)
			if echo, err := receiver.Verify(query); !errors.Is(err, callback.ErrRefused) || echo != "" {
				t.Errorf("Verify = %q, %v", echo, err)
			}
		})
	}
}

func resign(query url.Values, at string) {
	query.Set("timestamp", at)
	query.Set("signature", envelope.Sign(token, at, query.Get("nonce")))
}

func TestEveryModeOpensItsOwnPushes(t *testing.T) {
	sealed := sealedRequest(t, textMessage)
	both := sealed
	both.body = strings.Replace(sealed.body, "<Encrypt>", "<MsgType>text</MsgType><Content>forged</Content><Encrypt>", 1)
	for name, test := range map[string]struct {
		mode callback.Mode
		from request
	}{
		"plain":                {callback.Plain, plainRequest(textMessage)},
		"safe":                 {callback.Safe, sealed},
		"compatible":           {callback.Compatible, both},
		"safe without clear":   {callback.Compatible, sealed},
		"forged clear is idle": {callback.Safe, both},
	} {
		t.Run(name, func(t *testing.T) {
			push, err := open(newReceiver(t, inMode(test.mode)), test.from)
			if err != nil {
				t.Fatal(err, callback.Reason(err))
			}
			if push.Content != "路灯坏了 <b>&" || push.MsgID != "23456" || push.Account != appID {
				t.Errorf("push = %+v", push)
			}
		})
	}
}

func TestAModeIsNeverDowngraded(t *testing.T) {
	sealed := sealedRequest(t, textMessage)
	noSignature := sealedRequest(t, textMessage)
	noSignature.query.Del("signature")
	unsigned := sealedRequest(t, textMessage)
	unsigned.query.Del("msg_signature")
	wrong := sealedRequest(t, textMessage)
	wrong.query.Set("msg_signature", strings.Repeat("a", 40))
	claimed := plainRequest(textMessage)
	claimed.query.Set("encrypt_type", "aes")
	claimed.query.Set("msg_signature", claimed.query.Get("signature"))
	raw := sealedRequest(t, textMessage)
	raw.query.Set("encrypt_type", "raw")
	twice := sealedRequest(t, textMessage)
	twice.body = strings.Replace(twice.body, "<Encrypt>", "<Encrypt>AAAA</Encrypt><Encrypt>", 1)
	badOuter := sealedRequest(t, textMessage)
	badOuter.query.Set("signature", strings.Repeat("a", 40))
	elsewhere := sealedRequest(t, textMessage)
	elsewhere.body = strings.Replace(elsewhere.body, originalID, "gh_other", 1)
	for name, test := range map[string]struct {
		mode callback.Mode
		from request
	}{
		"clear in safe mode":              {callback.Safe, plainRequest(textMessage)},
		"clear in compatible mode":        {callback.Compatible, plainRequest(textMessage)},
		"clear that claims encryption":    {callback.Compatible, claimed},
		"encrypted in plain mode":         {callback.Plain, sealed},
		"raw in safe mode":                {callback.Safe, raw},
		"no signature":                    {callback.Safe, noSignature},
		"no msg_signature":                {callback.Safe, unsigned},
		"wrong msg_signature":             {callback.Compatible, wrong},
		"wrong signature beside":          {callback.Safe, badOuter},
		"two encrypted parts":             {callback.Safe, twice},
		"encrypted for another account":   {callback.Safe, sealedFor(t, "wxother", textMessage)},
		"envelope names another account":  {callback.Safe, elsewhere},
		"encrypted text is not a message": {callback.Safe, sealedRequest(t, "0123")},
		"encrypted in an encrypted one":   {callback.Safe, sealedRequest(t, sealed.body)},
	} {
		t.Run(name, func(t *testing.T) {
			push, err := open(newReceiver(t, inMode(test.mode)), test.from)
			if !errors.Is(err, callback.ErrRefused) || push.MsgType != "" {
				t.Errorf("Open = %+v, %v", push, err)
			}
		})
	}
}

func TestPlainModeChecksTheSignature(t *testing.T) {
	from := plainRequest(textMessage)
	from.query.Set("signature", strings.Repeat("f", 40))
	if _, err := open(newReceiver(t, inMode(callback.Plain)), from); !errors.Is(err, callback.ErrRefused) {
		t.Errorf("err = %v", err)
	}
}

func TestWhatIsOlderThanTheWindowIsRefused(t *testing.T) {
	for name, test := range map[string]struct {
		age    time.Duration
		window time.Duration
		want   bool
	}{
		"a retry":                 {15 * time.Second, 0, true},
		"just inside":             {10 * time.Minute, 0, true},
		"just outside":            {10*time.Minute + time.Second, 0, false},
		"from a clock before us":  {-5 * time.Minute, 0, true},
		"from the far future":     {-11 * time.Minute, 0, false},
		"outside a narrow window": {31 * time.Second, 30 * time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			receiver := newReceiver(t, func(options *callback.Options) {
				options.Window = test.window
				options.Now = func() time.Time { return clock.Add(test.age) }
			})
			if _, err := open(receiver, sealedRequest(t, textMessage)); (err == nil) != test.want {
				t.Errorf("err = %v", err)
			}
		})
	}
}

func TestARepetitionOpensAgainWithTheSameKey(t *testing.T) {
	receiver := newReceiver(t, nil)
	first, err := open(receiver, sealedRequest(t, textMessage))
	if err != nil {
		t.Fatal(err)
	}
	second, err := open(receiver, sealedRequest(t, textMessage))
	if err != nil {
		t.Fatal(err)
	}
	if first.DedupeKey() != second.DedupeKey() {
		t.Errorf("%s and %s", first.DedupeKey(), second.DedupeKey())
	}
}

func TestAnotherAccountsPushIsRefused(t *testing.T) {
	receiver := newReceiver(t, func(options *callback.Options) { options.OriginalID = "gh_other" })
	if _, err := open(receiver, sealedRequest(t, textMessage)); !errors.Is(err, callback.ErrRefused) {
		t.Errorf("err = %v", err)
	}
}

func TestTheConfiguredFormatIsTheOnlyOne(t *testing.T) {
	asJSON := `{"ToUserName":"gh_0123456789ab","FromUserName":"oABC","CreateTime":1700000000,"MsgType":"text","Content":"x","MsgId":1}`
	for format, want := range map[callback.Format][2]bool{
		callback.XML: {true, false}, callback.JSON: {false, true}, "": {true, true},
	} {
		receiver := newReceiver(t, func(options *callback.Options) { options.Format = format })
		for i, message := range []string{textMessage, asJSON} {
			if _, err := open(receiver, sealedRequest(t, message)); (err == nil) != want[i] {
				t.Errorf("format %q, message %d: %v", format, i, err)
			}
		}
	}
}

func TestStrangeBodiesAreRefusedWithoutPanic(t *testing.T) {
	head := `<ToUserName>gh_1</ToUserName><FromUserName>o</FromUserName><CreateTime>1700000000</CreateTime><MsgType>text</MsgType>`
	headJSON := `"ToUserName":"gh_1","FromUserName":"o","CreateTime":1700000000,"MsgType":"text"`
	for name, body := range map[string]string{
		"empty":                   "",
		"space":                   "  \n",
		"words":                   "hello",
		"too large":               "<xml>" + head + "<Content>" + strings.Repeat("x", callback.MaxBody) + "</Content></xml>",
		"cut off":                 "<xml>" + head,
		"not xml":                 "<html>" + head + "</html>",
		"two roots":               "<xml>" + head + "</xml><xml></xml>",
		"text behind":             "<xml>" + head + "</xml>x",
		"document type":           `<!DOCTYPE xml [<!ENTITY a "b">]><xml>` + head + "</xml>",
		"external entity":         `<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml>` + head + "<Content>&a;</Content></xml>",
		"unknown entity":          "<xml>" + head + "<Content>&a;</Content></xml>",
		"other charset":           `<?xml version="1.0" encoding="gbk"?><xml>` + head + "</xml>",
		"invalid UTF-8":           "<xml>" + head + "<Content>\xff\xfe</Content></xml>",
		"control character":       "<xml>" + head + "<Content>a&#1;b</Content></xml>",
		"newline in a name":       strings.Replace("<xml>"+head+"</xml>", ">o<", ">o\na<", 1),
		"two senders":             "<xml>" + head + "<FromUserName>p</FromUserName></xml>",
		"deep":                    "<xml>" + head + strings.Repeat("<a>", 40) + strings.Repeat("</a>", 40) + "</xml>",
		"many":                    "<xml>" + head + "<b>" + strings.Repeat("<a/>", 9000) + "</b></xml>",
		"many pieces":             "<xml>" + head + "<Content>" + strings.Repeat("a<!---->", 9000) + "</Content></xml>",
		"no sender":               "<xml><ToUserName>gh_1</ToUserName><CreateTime>1</CreateTime><MsgType>text</MsgType></xml>",
		"no time":                 strings.Replace("<xml>"+head+"</xml>", "1700000000", "", 1),
		"time in words":           strings.Replace("<xml>"+head+"</xml>", "1700000000", "now", 1),
		"enormous time":           strings.Replace("<xml>"+head+"</xml>", "1700000000", strings.Repeat("9", 40), 1),
		"event without a name":    strings.Replace("<xml>"+head+"</xml>", ">text<", ">event<", 1),
		"message with an event":   "<xml>" + head + "<Event>CLICK</Event></xml>",
		"location nowhere":        strings.Replace("<xml>"+head+"<Location_X>NaN</Location_X></xml>", ">text<", ">location<", 1),
		"json cut off":            "{" + headJSON,
		"json goes on":            "{" + headJSON + "}{}",
		"json array":              "[" + headJSON + "]",
		"json twice":              "{" + headJSON + `,"FromUserName":"p"}`,
		"json control character":  "{" + headJSON + `,"Content":"a\u0000b"}`,
		"json raw control":        "{" + headJSON + ",\"Content\":\"a\x01b\"}",
		"json invalid UTF-8":      "{" + headJSON + ",\"Content\":\"\xff\"}",
		"json deep objects":       "{" + headJSON + `,"a":` + strings.Repeat(`{"a":`, 50) + "1" + strings.Repeat("}", 50) + "}",
		"json deep arrays":        "{" + headJSON + `,"a":` + strings.Repeat("[", 50) + strings.Repeat("]", 50) + "}",
		"json many":               "{" + headJSON + `,"List":[` + strings.Repeat("1,", 9000) + "1]}",
		"json number for a brace": "{" + headJSON + ",1:2}",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := open(newReceiver(t, inMode(callback.Plain)), plainRequest(body))
			if !errors.Is(err, callback.ErrRefused) {
				t.Errorf("plain: %v", err)
			}
			if len(body) > callback.MaxBody {
				return
			}
			if _, err := open(newReceiver(t, nil), sealedRequest(t, body)); !errors.Is(err, callback.ErrRefused) {
				t.Errorf("safe: %v", err)
			}
		})
	}
}

func TestAnotherCharsetIsRefused(t *testing.T) {
	from := plainRequest(textMessage)
	receiver := newReceiver(t, inMode(callback.Plain))
	for contentType, want := range map[string]bool{
		"": true, "text/xml": true, "application/json; charset=UTF-8": true, "///": true, "text/xml; charset=gbk": false,
	} {
		if _, err := receiver.Open(from.query, contentType, []byte(from.body)); (err == nil) != want {
			t.Errorf("%q: %v", contentType, err)
		}
	}
}

func TestOnlyTheLogLearnsTheReason(t *testing.T) {
	from := sealedRequest(t, textMessage)
	from.query.Set("msg_signature", "wrong")
	_, err := open(newReceiver(t, nil), from)
	if err == nil || err.Error() != callback.ErrRefused.Error() || fmt.Sprintf("%+v", err) != callback.ErrRefused.Error() {
		t.Errorf("outwards: %+v", err)
	}
	if callback.Reason(err) != "msg_signature is wrong" || callback.Reason(errors.New("other")) != "" {
		t.Errorf("reason = %q", callback.Reason(err))
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Error("refused", "error", err)
	if !strings.Contains(log.String(), "msg_signature is wrong") {
		t.Errorf("log = %s", log.String())
	}
}

func TestAReceiverNeedsItsSecrets(t *testing.T) {
	for name, change := range map[string]func(*callback.Options){
		"no app":          func(o *callback.Options) { o.AppID = "" },
		"no token":        func(o *callback.Options) { o.Token = "" },
		"no clock":        func(o *callback.Options) { o.Now = nil },
		"no mode":         func(o *callback.Options) { o.Mode = "" },
		"odd mode":        func(o *callback.Options) { o.Mode = "secret" },
		"odd format":      func(o *callback.Options) { o.Format = "yaml" },
		"no key":          func(o *callback.Options) { o.EncodingAESKey = "" },
		"short key":       func(o *callback.Options) { o.EncodingAESKey = aesKey[1:] },
		"odd key":         func(o *callback.Options) { o.EncodingAESKey = strings.Repeat("*", 43) },
		"negative window": func(o *callback.Options) { o.Window = -1 },
	} {
		t.Run(name, func(t *testing.T) {
			options := callback.Options{AppID: appID, Token: token, EncodingAESKey: aesKey, Mode: callback.Safe, Now: time.Now}
			change(&options)
			if _, err := callback.New(options); err == nil || strings.Contains(err.Error(), aesKey[1:]) {
				t.Errorf("err = %v", err)
			}
		})
	}
}
