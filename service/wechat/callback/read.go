package callback

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"lianxin/model"
)

// The words of WeChat's that decide how a push is read.
const (
	typeEvent    = "event"
	typeLocation = "location"

	eventSubscribe  = "subscribe"
	eventScan       = "SCAN"
	eventLocation   = "LOCATION"
	eventMassEnd    = "MASSSENDJOBFINISH"
	eventMediaCheck = "wxa_media_check"

	// scenePrefix stands before the scene when somebody follows by a code.
	scenePrefix = "qrscene_"

	maxName = 512
)

// readPush reads the fields that the product uses (wechat.md, 3.4 to 3.6).
func readPush(message *node) (Push, error) {
	push := Push{
		ToUser:       message.value("ToUserName"),
		FromUser:     message.value("FromUserName"),
		MsgType:      message.value("MsgType"),
		Event:        message.value("Event"),
		MsgID:        message.value("MsgId", "MsgID"),
		Content:      message.rawValue("Content"),
		MediaID:      message.value("MediaId"),
		ThumbMediaID: message.value("ThumbMediaId"),
		PicURL:       message.value("PicUrl"),
		Format:       message.value("Format"),
		Recognition:  message.rawValue("Recognition"),
		Title:        message.rawValue("Title"),
		Description:  message.rawValue("Description"),
		URL:          message.value("Url"),
		EventKey:     message.value("EventKey"),
		Ticket:       message.value("Ticket"),
		MenuID:       message.value("MenuId", "MenuID"),
		SessionFrom:  message.rawValue("SessionFrom"),
		Status:       message.value("Status"),
		TraceID:      message.value("trace_id"),
		OpenID:       message.value("OpenID"),
		RevokeInfo:   message.value("RevokeInfo"),
	}
	if err := checkHead(push); err != nil {
		return Push{}, err
	}
	var numbers numberReader
	push.CreateTime = time.Unix(numbers.whole(message.value("CreateTime")), 0).UTC()
	if push.CreateTime.Unix() <= 0 {
		return Push{}, refuse("CreateTime is missing")
	}
	push.Scene = sceneOf(push)
	push.Location = readLocation(push, message, &numbers)
	if push.Event == eventMassEnd {
		push.Mass = readMass(message, &numbers)
	}
	if push.Event == eventMediaCheck {
		readCheck(&push, message, &numbers)
	}
	push.Publish = readPublish(message, &numbers)
	push.Subscriptions = readSubscriptions(message, &numbers)
	if numbers.bad {
		return Push{}, refuse("a number is not a number")
	}
	return push, nil
}

// checkHead refuses names that no program of WeChat's would write: they become
// keys, log attributes and addresses of answers.
func checkHead(p Push) error {
	if p.ToUser == "" || p.MsgType == "" {
		return refuse("ToUserName or MsgType is missing")
	}
	if p.MsgType == typeEvent && p.Event == "" || p.MsgType != typeEvent && (p.FromUser == "" || p.Event != "") {
		return refuse("message and event are mixed up")
	}
	names := []string{p.ToUser, p.FromUser, p.MsgType, p.Event, p.MsgID, p.TraceID, p.OpenID, p.RevokeInfo, p.MediaID, p.Status}
	for _, name := range names {
		if len(name) > maxName || strings.ContainsFunc(name, unicode.IsControl) {
			return refuse("a name is too long or has control characters")
		}
	}
	return nil
}

func sceneOf(push Push) string {
	switch push.Event {
	case eventSubscribe:
		scene, _ := strings.CutPrefix(push.EventKey, scenePrefix)
		return scene
	case eventScan:
		return push.EventKey
	default:
		return ""
	}
}

func readLocation(push Push, message *node, numbers *numberReader) *Location {
	switch {
	case push.MsgType == typeLocation:
		return &Location{
			Latitude:  numbers.real(message.value("Location_X")),
			Longitude: numbers.real(message.value("Location_Y")),
			Scale:     numbers.small(message.value("Scale")),
			Label:     message.rawValue("Label"),
		}
	case push.Event == eventLocation:
		return &Location{
			Latitude:  numbers.real(message.value("Latitude")),
			Longitude: numbers.real(message.value("Longitude")),
			Precision: numbers.real(message.value("Precision")),
		}
	default:
		return nil
	}
}

func readMass(message *node, numbers *numberReader) *Mass {
	return &Mass{
		Total:    numbers.small(message.value("TotalCount")),
		Filtered: numbers.small(message.value("FilterCount")),
		Sent:     numbers.small(message.value("SentCount")),
		Failed:   numbers.small(message.value("ErrorCount")),
	}
}

func readCheck(p *Push, message *node, numbers *numberReader) {
	p.ErrCode = numbers.small(message.value("errcode"))
	p.ErrMsg = message.value("errmsg")
	if p.ErrCode != 0 {
		return
	}
	result := message.first("result")
	p.Label = numbers.small(result.value("label"))
	p.Suggest = model.Suggestion(result.value("suggest"))
	switch p.Suggest {
	case model.SuggestPass, model.SuggestReview, model.SuggestRisky:
	default:
		// What is not understood is looked at by a person.
		p.Suggest = model.SuggestReview
	}
}

// readPublish reads PUBLISHJOBFINISH, which some samples call
// FREEPUBLISHJOBFINISH.
func readPublish(message *node, numbers *numberReader) *Publish {
	if given := message.all("PublishEventInfo"); len(given) > 0 {
		return publishOf(given[0], numbers)
	}
	return nil
}

func publishOf(given *node, numbers *numberReader) *Publish {
	publish := &Publish{
		ID:        given.value("publish_id"),
		Status:    numbers.small(given.value("publish_status")),
		ArticleID: given.value("article_id"),
	}
	for _, item := range given.first("article_detail").all("item") {
		publish.URLs = append(publish.URLs, item.value("article_url"))
	}
	for _, index := range given.all("fail_idx") {
		publish.Failed = append(publish.Failed, numbers.small(strings.TrimSpace(index.text)))
	}
	return publish
}

// readSubscriptions reads the items of the three subscription events: nested in
// XML, at the top in JSON.
func readSubscriptions(message *node, numbers *numberReader) []Subscription {
	items := message.all("List")
	for _, name := range []string{"SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent", "SubscribeMsgSentEvent"} {
		items = append(items, message.first(name).all("List")...)
	}
	var read []Subscription
	for _, item := range items {
		read = append(read, Subscription{
			TemplateID:  item.value("TemplateId"),
			Status:      item.value("SubscribeStatusString"),
			MsgID:       item.value("MsgID", "MsgId"),
			ErrorCode:   numbers.small(item.value("ErrorCode")),
			ErrorStatus: item.value("ErrorStatus"),
		})
	}
	return read
}

// numberReader reads numbers and remembers that one was none. No text is zero.
type numberReader struct{ bad bool }

func (n *numberReader) whole(text string) int64 {
	if text == "" {
		return 0
	}
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil || number > math.MaxUint32 || number < -math.MaxUint32 {
		n.bad = true
		return 0
	}
	return number
}

func (n *numberReader) small(text string) int { return int(n.whole(text)) }

func (n *numberReader) real(text string) float64 {
	if text == "" {
		return 0
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(number) || math.IsInf(number, 0) {
		n.bad = true
		return 0
	}
	return number
}
