package callback_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lianxin/model"
	"lianxin/service/wechat/callback"
)

const xmlHead = `<ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[oABC]]></FromUserName><CreateTime>1700000000</CreateTime>`

func wrap(rest string) string { return "<xml>" + xmlHead + rest + "</xml>" }

func head(change func(*callback.Push)) callback.Push {
	push := callback.Push{
		Account: appID, ToUser: "gh_1", FromUser: "oABC",
		CreateTime: time.Unix(1700000000, 0).UTC(), MsgType: "event",
	}
	change(&push)
	return push
}

var pushes = map[string]struct {
	body string
	want callback.Push
}{
	"text": {
		wrap("<MsgType>text</MsgType><Content><![CDATA[ 第一行\n第二行 ]]></Content><MsgId>6054768590064713728</MsgId>"),
		head(func(p *callback.Push) {
			p.MsgType, p.Content, p.MsgID = "text", " 第一行\n第二行 ", "6054768590064713728"
		}),
	},
	"image": {
		wrap("<MsgType>image</MsgType><PicUrl>http://mmbiz.qpic.cn/a</PicUrl><MediaId>m1</MediaId><MsgId>2</MsgId>"),
		head(func(p *callback.Push) {
			p.MsgType, p.PicURL, p.MediaID, p.MsgID = "image", "http://mmbiz.qpic.cn/a", "m1", "2"
		}),
	},
	"location": {
		wrap("<MsgType>location</MsgType><Location_X>23.134521</Location_X><Location_Y>113.358803</Location_Y><Scale>20</Scale><Label><![CDATA[位置信息]]></Label><MsgId>3</MsgId>"),
		head(func(p *callback.Push) {
			p.MsgType, p.MsgID = "location", "3"
			p.Location = &callback.Location{Latitude: 23.134521, Longitude: 113.358803, Scale: 20, Label: "位置信息"}
		}),
	},
	"follow by a code": {
		wrap("<MsgType>event</MsgType><Event>subscribe</Event><EventKey><![CDATA[qrscene_rep_12]]></EventKey><Ticket>TICKET</Ticket>"),
		head(func(p *callback.Push) {
			p.Event, p.EventKey, p.Scene, p.Ticket = "subscribe", "qrscene_rep_12", "rep_12", "TICKET"
		}),
	},
	"follow by search": {
		wrap("<MsgType>event</MsgType><Event>subscribe</Event><EventKey></EventKey>"),
		head(func(p *callback.Push) { p.Event = "subscribe" }),
	},
	"scan": {
		wrap("<MsgType>event</MsgType><Event>SCAN</Event><EventKey>rep_12</EventKey><Ticket>TICKET</Ticket>"),
		head(func(p *callback.Push) { p.Event, p.EventKey, p.Scene, p.Ticket = "SCAN", "rep_12", "rep_12", "TICKET" }),
	},
	"where somebody is": {
		wrap("<MsgType>event</MsgType><Event>LOCATION</Event><Latitude>23.137466</Latitude><Longitude>113.352425</Longitude><Precision>119.385040</Precision>"),
		head(func(p *callback.Push) {
			p.Event = "LOCATION"
			p.Location = &callback.Location{Latitude: 23.137466, Longitude: 113.352425, Precision: 119.38504}
		}),
	},
	"a template message arrived": {
		wrap("<MsgType>event</MsgType><Event>TEMPLATESENDJOBFINISH</Event><MsgID>200163836</MsgID><Status><![CDATA[failed:user block]]></Status>"),
		head(func(p *callback.Push) {
			p.Event, p.MsgID, p.Status = "TEMPLATESENDJOBFINISH", "200163836", "failed:user block"
		}),
	},
	"a mass message ended": {
		wrap("<MsgType>event</MsgType><Event>MASSSENDJOBFINISH</Event><MsgID>1000001625</MsgID><Status>err(30003)</Status><TotalCount>5</TotalCount><FilterCount>4</FilterCount><SentCount>3</SentCount><ErrorCount>1</ErrorCount>"),
		head(func(p *callback.Push) {
			p.Event, p.MsgID, p.Status = "MASSSENDJOBFINISH", "1000001625", "err(30003)"
			p.Mass = &callback.Mass{Total: 5, Filtered: 4, Sent: 3, Failed: 1}
		}),
	},
	"a publication ended": {
		wrap("<MsgType>event</MsgType><Event>PUBLISHJOBFINISH</Event><PublishEventInfo><publish_id>2247503051</publish_id><publish_status>0</publish_status><article_id>b5O2</article_id><article_detail><count>2</count><item><idx>1</idx><article_url>https://a</article_url></item><item><idx>2</idx><article_url>https://b</article_url></item></article_detail></PublishEventInfo>"),
		head(func(p *callback.Push) {
			p.Event = "PUBLISHJOBFINISH"
			p.Publish = &callback.Publish{ID: "2247503051", ArticleID: "b5O2", URLs: []string{"https://a", "https://b"}}
		}),
	},
	"a publication failed, by its other name": {
		wrap("<MsgType>event</MsgType><Event>FREEPUBLISHJOBFINISH</Event><PublishEventInfo><publish_id>1</publish_id><publish_status>2</publish_status><fail_idx>1</fail_idx><fail_idx>2</fail_idx></PublishEventInfo>"),
		head(func(p *callback.Push) {
			p.Event = "FREEPUBLISHJOBFINISH"
			p.Publish = &callback.Publish{ID: "1", Status: 2, Failed: []int{1, 2}}
		}),
	},
	"two answers in a popup, XML": {
		wrap("<MsgType>event</MsgType><Event>subscribe_msg_popup_event</Event><SubscribeMsgPopupEvent><List><TemplateId>t1</TemplateId><SubscribeStatusString>accept</SubscribeStatusString><PopupScene>2</PopupScene></List><List><TemplateId>t2</TemplateId><SubscribeStatusString>reject</SubscribeStatusString></List></SubscribeMsgPopupEvent>"),
		head(func(p *callback.Push) {
			p.Event = "subscribe_msg_popup_event"
			p.Subscriptions = []callback.Subscription{{TemplateID: "t1", Status: "accept"}, {TemplateID: "t2", Status: "reject"}}
		}),
	},
	"one answer in a popup, JSON object and string numbers": {
		`{"ToUserName":"gh_1","FromUserName":"oABC","CreateTime":"1700000000","MsgType":"event","Event":"subscribe_msg_popup_event","List":{"PopupScene":"0","SubscribeStatusString":"accept","TemplateId":"t1"}}`,
		head(func(p *callback.Push) {
			p.Event = "subscribe_msg_popup_event"
			p.Subscriptions = []callback.Subscription{{TemplateID: "t1", Status: "accept"}}
		}),
	},
	"two ends of sent messages, JSON array": {
		`{"ToUserName":"gh_1","FromUserName":"oABC","CreateTime":1700000000,"MsgType":"event","Event":"subscribe_msg_sent_event","List":[{"TemplateId":"t1","MsgID":"1864323726461255680","ErrorCode":"0","ErrorStatus":"success"},{"TemplateId":"t2","MsgID":2,"ErrorCode":1,"ErrorStatus":"failed"}]}`,
		head(func(p *callback.Push) {
			p.Event = "subscribe_msg_sent_event"
			p.Subscriptions = []callback.Subscription{
				{TemplateID: "t1", MsgID: "1864323726461255680", ErrorStatus: "success"},
				{TemplateID: "t2", MsgID: "2", ErrorCode: 1, ErrorStatus: "failed"},
			}
		}),
	},
	"a picture was checked": {
		`{"ToUserName":"gh_1","FromUserName":"oABC","CreateTime":1700000000,"MsgType":"event","Event":"wxa_media_check","appid":"wx1","trace_id":"60ae-1","version":2,"detail":[{"strategy":"content_model","errcode":0,"suggest":"risky","label":20006,"prob":90}],"errcode":0,"errmsg":"ok","result":{"suggest":"risky","label":20006}}`,
		head(func(p *callback.Push) {
			p.Event, p.TraceID, p.Suggest, p.Label, p.ErrMsg = "wxa_media_check", "60ae-1", model.SuggestRisky, 20006, "ok"
		}),
	},
	"a picture was checked, in XML": {
		wrap("<MsgType>event</MsgType><Event>wxa_media_check</Event><trace_id>60ae-2</trace_id><errcode>0</errcode><errmsg>ok</errmsg><result><suggest>odd</suggest><label>100</label></result>"),
		head(func(p *callback.Push) {
			p.Event, p.TraceID, p.Suggest, p.Label, p.ErrMsg = "wxa_media_check", "60ae-2", model.SuggestReview, 100, "ok"
		}),
	},
	"a picture could not be fetched": {
		`{"ToUserName":"gh_1","FromUserName":"oABC","CreateTime":1700000000,"MsgType":"event","Event":"wxa_media_check","trace_id":"60ae-3","errcode":-1008,"errmsg":"download failed"}`,
		head(func(p *callback.Push) {
			p.Event, p.TraceID, p.ErrCode, p.ErrMsg = "wxa_media_check", "60ae-3", -1008, "download failed"
		}),
	},
	"a permission was withdrawn": {
		`{"ToUserName":"gh_1","FromUserName":"oABC","CreateTime":1700000000,"MsgType":"event","Event":"user_authorization_revoke","OpenID":"oXYZ","AppID":"wx1","RevokeInfo":"8"}`,
		head(func(p *callback.Push) { p.Event, p.OpenID, p.RevokeInfo = "user_authorization_revoke", "oXYZ", "8" }),
	},
	"a conversation began": {
		wrap("<MsgType>event</MsgType><Event>user_enter_tempsession</Event><SessionFrom>page=1</SessionFrom>"),
		head(func(p *callback.Push) { p.Event, p.SessionFrom = "user_enter_tempsession", "page=1" }),
	},
}

func TestPushesAreReadAsWeChatWritesThem(t *testing.T) {
	receiver := newReceiver(t, inMode(callback.Plain))
	for name, test := range pushes {
		t.Run(name, func(t *testing.T) {
			push, err := open(receiver, plainRequest(test.body))
			if err != nil {
				t.Fatal(err, callback.Reason(err))
			}
			if difference := cmp.Diff(test.want, push); difference != "" {
				t.Error(difference)
			}
			stored, err := json.Marshal(push)
			if err != nil {
				t.Fatal(err)
			}
			var restored callback.Push
			if err := json.Unmarshal(stored, &restored); err != nil {
				t.Fatal(err)
			}
			if difference := cmp.Diff(push, restored); difference != "" {
				t.Error("round trip:", difference)
			}
		})
	}
}

func TestDifferentPushesHaveDifferentKeys(t *testing.T) {
	receiver := newReceiver(t, inMode(callback.Plain))
	bodies := map[string]string{}
	for name, test := range pushes {
		bodies[name] = test.body
	}
	popup := pushes["two ends of sent messages, JSON array"].body
	bodies["another sent message in the same second"] = strings.Replace(popup, "1864323726461255680", "1864323726461255681", 1)
	bodies["another button in the same second"] = wrap("<MsgType>event</MsgType><Event>CLICK</Event><EventKey>A</EventKey>")
	bodies["one more button in the same second"] = wrap("<MsgType>event</MsgType><Event>CLICK</Event><EventKey>B</EventKey>")
	bodies["a second later"] = strings.Replace(bodies["scan"], "1700000000", "1700000001", 1)
	bodies["somebody else"] = strings.Replace(bodies["scan"], "oABC", "oABD", 1)
	bodies["a long address"] = wrap("<MsgType>event</MsgType><Event>VIEW</Event><EventKey>https://a/" + strings.Repeat("b", 900) + "</EventKey>")
	seen := map[string]string{}
	for name, body := range bodies {
		push, err := open(receiver, plainRequest(body))
		if err != nil {
			t.Fatalf("%s: %v", name, callback.Reason(err))
		}
		key := push.DedupeKey()
		if other, taken := seen[key]; taken {
			t.Errorf("%s and %s have the key %s", name, other, key)
		}
		if !strings.HasPrefix(key, appID+":") || len(key) > len(appID)+50 {
			t.Errorf("%s: key %s", name, key)
		}
		seen[key] = name
	}
}

func TestAMessageIsKnownByItsNumberAlone(t *testing.T) {
	receiver := newReceiver(t, inMode(callback.Plain))
	body := pushes["text"].body
	first, err := open(receiver, plainRequest(body))
	if err != nil {
		t.Fatal(err)
	}
	if first.DedupeKey() != appID+":message:6054768590064713728" {
		t.Error(first.DedupeKey())
	}
	other := newReceiver(t, func(options *callback.Options) { options.Mode, options.AppID = callback.Plain, "wxother" })
	second, err := open(other, plainRequest(body))
	if err != nil {
		t.Fatal(err)
	}
	if first.DedupeKey() == second.DedupeKey() {
		t.Error("two accounts share a key")
	}
}
