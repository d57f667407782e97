package simulator

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"lianxin/simulator/envelope"
)

// judge decides whether a callback's answer is one that WeChat takes.
type judge struct {
	mode, format string
	sealer       *envelope.Sealer
	to, from     string
}

func (a *account) judge(p *person) judge {
	j := judge{mode: a.Mode, format: a.Format, sealer: a.sealer, from: a.originalID}
	if p != nil {
		j.to = p.openIDs[a.name]
	}
	return j
}

type passiveArticle struct {
	Title       string `xml:"Title"`
	Description string `xml:"Description"`
	URL         string `xml:"Url"`
}

// passive is a reply in the answer to a push. The zero value is none.
type passive struct {
	To         string `xml:"ToUserName" json:"ToUserName"`
	From       string `xml:"FromUserName" json:"FromUserName"`
	CreateTime int64  `xml:"CreateTime" json:"CreateTime"`
	Kind       string `xml:"MsgType" json:"MsgType"`
	Content    string `xml:"Content" json:"Content"`
	Image      struct {
		MediaID string `xml:"MediaId"`
	} `xml:"Image" json:"Image"`
	Voice struct {
		MediaID string `xml:"MediaId"`
	} `xml:"Voice" json:"Voice"`
	Video struct {
		MediaID string `xml:"MediaId"`
	} `xml:"Video" json:"Video"`
	Music struct {
		Title string `xml:"Title"`
		URL   string `xml:"MusicUrl"`
	} `xml:"Music" json:"Music"`
	Count    int              `xml:"ArticleCount" json:"ArticleCount"`
	Articles []passiveArticle `xml:"Articles>item" json:"Articles"`
}

// sealedReply is the envelope of an encrypted reply.
type sealedReply struct {
	Encrypt   string `xml:"Encrypt" json:"Encrypt"`
	Signature string `xml:"MsgSignature" json:"MsgSignature"`
	Timestamp digits `xml:"TimeStamp" json:"TimeStamp"`
	Nonce     string `xml:"Nonce" json:"Nonce"`
}

// digits is a number that may come as a JSON string too.
type digits string

// UnmarshalJSON takes 123 and "123".
func (d *digits) UnmarshalJSON(data []byte) error {
	*d = digits(bytes.Trim(data, `"`))
	return nil
}

// read takes "success", an empty body or a valid reply, with status 200, and nothing else.
func (j judge) read(status int, answer []byte) (passive, error) {
	if status != http.StatusOK {
		return passive{}, fmt.Errorf("status %d", status)
	}
	text := strings.TrimSpace(string(answer))
	if text == "" || text == "success" {
		return passive{}, nil
	}
	clearText, err := j.open([]byte(text))
	if err != nil {
		return passive{}, err
	}
	var said passive
	if err := j.decode(clearText, &said); err != nil {
		return passive{}, err
	}
	return said, j.check(said)
}

// open decrypts a reply. In safe mode it must be sealed; compatible mode takes both.
func (j judge) open(answer []byte) ([]byte, error) {
	if j.mode == ModePlain {
		return answer, nil
	}
	var sealed sealedReply
	if err := j.decode(answer, &sealed); err != nil {
		return nil, err
	}
	if sealed.Encrypt == "" && j.mode == ModeCompatible {
		return answer, nil
	}
	wanted := j.sealer.Sign(string(sealed.Timestamp), sealed.Nonce, sealed.Encrypt)
	if sealed.Encrypt == "" || !envelope.Equal(wanted, sealed.Signature) {
		return nil, errors.New("the reply is not sealed with the account's signature")
	}
	opened, err := j.sealer.Open(sealed.Encrypt)
	if err != nil {
		return nil, fmt.Errorf("open the reply: %w", err)
	}
	return opened, nil
}

func (j judge) decode(data []byte, into any) error {
	if j.format == FormatJSON {
		if err := json.Unmarshal(data, into); err != nil {
			return fmt.Errorf("the reply is no JSON of WeChat's: %w", err)
		}
		return nil
	}
	if err := xml.Unmarshal(data, into); err != nil {
		return fmt.Errorf("the reply is no XML of WeChat's: %w", err)
	}
	return nil
}

func (j judge) check(said passive) error {
	if said.To != j.to || said.From != j.from {
		return errors.New("the reply does not swap ToUserName and FromUserName")
	}
	if said.CreateTime == 0 {
		return errors.New("the reply has no CreateTime")
	}
	missing := false
	switch said.Kind {
	case "text":
		missing = said.Content == ""
	case "image":
		missing = said.Image.MediaID == ""
	case "voice":
		missing = said.Voice.MediaID == ""
	case "video":
		missing = said.Video.MediaID == ""
	case "music":
		missing = said.Music.URL == ""
	case "news":
		missing = said.Count != 1 || len(said.Articles) != 1 || said.Articles[0].Title == ""
	case "transfer_customer_service":
	default:
		return fmt.Errorf("%q is no type of reply", said.Kind)
	}
	if missing {
		return fmt.Errorf("the %s reply lacks its content", said.Kind)
	}
	return nil
}

// line is how a reply shows in the chat.
func (p passive) line() (line, bool) {
	shown := line{From: fromOfficial, Kind: p.Kind}
	switch p.Kind {
	case "text":
		shown.Text = p.Content
	case "image":
		shown.Text = "［图片］"
	case "voice":
		shown.Text = "［语音］"
	case "video":
		shown.Text = "［视频］"
	case "music":
		shown.Title, shown.Text, shown.URL = p.Music.Title, "［音乐］", p.Music.URL
	case "news":
		shown.Title, shown.Text, shown.URL = p.Articles[0].Title, p.Articles[0].Description, p.Articles[0].URL
	case "transfer_customer_service":
		shown.From, shown.Kind, shown.Text = fromSystem, "text", "已转人工客服"
	default:
		return line{}, false
	}
	return shown, true
}
