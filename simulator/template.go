package simulator

import (
	"net/url"
	"slices"
	"time"

	"lianxin/simulator/keyword"
)

const (
	dedupeLife     = 10 * time.Minute
	longestPageURL = 1024
)

// values is the data of a notice as an app sends it.
type values map[string]struct {
	Value string `json:"value"`
}

type miniTarget struct {
	AppID    string `json:"appid"`
	PagePath string `json:"pagepath"`
}

// sentTemplate remembers a client_msg_id for ten minutes.
type sentTemplate struct {
	message int64
	ends    time.Time
}

// template finds a template of an account: 40037 when it has none of that id and kind.
func (s *Simulator) template(a *account, id, kind string) (*Template, error) {
	for i := range s.templates {
		if t := &s.templates[i]; t.Account == a.name && t.ID == id && t.Kind == kind {
			return t, nil
		}
	}
	return nil, refuse(40037)
}

// check holds the data against the template: every keyword once, none besides, each value valid.
func (t *Template) check(data values) error {
	for _, f := range t.Fields {
		given, ok := data[f.Key]
		if !ok || given.Value == "" {
			return refuseBecause(47003, "argument invalid! data."+f.Key+".value is emtpy") //nolint:misspell // WeChat's own spelling
		}
		if !keyword.Valid(f.Key, given.Value, f.Listed) {
			return refuseBecause(47003, "argument invalid! data."+f.Key+".value invalid")
		}
	}
	for key := range data {
		if !slices.ContainsFunc(t.Fields, func(f Field) bool { return f.Key == key }) {
			return refuseBecause(47003, "argument invalid! data."+key+" is not a keyword of the template")
		}
	}
	return nil
}

// notice fills the template. The data were checked.
func (t *Template) notice(channel string, data values) notice {
	n := notice{Channel: channel, Account: t.Account, TemplateID: t.ID, Title: t.Title, Kind: "template", Data: map[string]string{}}
	for _, f := range t.Fields {
		value := data[f.Key].Value
		n.Data[f.Key] = value
		n.Lines = append(n.Lines, noticeLine{Key: f.Key, Label: f.Label, Value: value})
	}
	return n
}

// sendSubscribe is subscribe/send for the mini-program and bizsend for the official account:
// one grant, one message.
func sendSubscribe(s *Simulator, c *call) (any, error) {
	in, err := decode[struct {
		ToUser     string      `json:"touser"`
		TemplateID string      `json:"template_id"`
		Page       string      `json:"page"`
		State      string      `json:"miniprogram_state"`
		Lang       string      `json:"lang"`
		Mini       *miniTarget `json:"miniprogram"`
		Data       values      `json:"data"`
	}](c)
	if err != nil {
		return nil, err
	}
	p, err := s.recipient(c.account, in.ToUser)
	if err != nil {
		return nil, err
	}
	t, err := s.template(c.account, in.TemplateID, SubscribeTemplate)
	if err != nil {
		return nil, err
	}
	if !slices.Contains([]string{"", "formal", "trial", "developer"}, in.State) || !slices.Contains([]string{"", "zh_CN", "en_US", "zh_HK", "zh_TW"}, in.Lang) {
		return nil, refuse(40035)
	}
	if c.account.name == MiniAccount && in.Page != "" && !c.account.hasPage(in.Page) {
		return nil, refuse(41030)
	}
	if err := t.check(in.Data); err != nil {
		return nil, err
	}
	if p.grants[t.ID] == 0 {
		return nil, refuse(43101)
	}
	p.grants[t.ID]--
	n := t.notice(channelSubscribe, in.Data)
	n.Page = in.Page
	if in.Mini != nil && in.Mini.PagePath != "" {
		n.Page = in.Mini.PagePath
	}
	s.deliver(p, n)
	id := s.messageID()
	s.pushSubscribeEvent(c.account, p, "subscribe_msg_sent_event", []fields{{
		{"TemplateId", t.ID}, {"MsgID", itoa(id)}, {"ErrorCode", "0"}, {"ErrorStatus", "success"},
	}})
	out := done()
	out["msgid"] = id
	return out, nil
}

type templateMessage struct {
	ToUser      string      `json:"touser"`
	TemplateID  string      `json:"template_id"`
	URL         string      `json:"url"`
	Mini        *miniTarget `json:"miniprogram"`
	Data        values      `json:"data"`
	ClientMsgID string      `json:"client_msg_id"`
}

// sendTemplate is template/send, to followers only.
func sendTemplate(s *Simulator, c *call) (any, error) {
	in, err := decode[templateMessage](c)
	if err != nil {
		return nil, err
	}
	p, t, err := s.checkTemplate(c.account, in)
	if err != nil {
		return nil, err
	}
	key := in.ToUser + "\n" + in.ClientMsgID
	if sent, ok := s.clientIDs[key]; ok && in.ClientMsgID != "" && c.now.Before(sent.ends) {
		return templateReply(sent.message), nil
	}
	n := t.notice(channelTemplate, in.Data)
	n.URL = in.URL
	if in.Mini != nil {
		n.Page = in.Mini.PagePath
	}
	s.deliver(p, n)
	id := s.messageID()
	s.clientIDs[key] = sentTemplate{message: id, ends: c.now.Add(dedupeLife)}
	event := s.event(c.account, p, "TEMPLATESENDJOBFINISH", field{"MsgID", id}, field{"Status", "success"})
	s.push(c.account, pushed{person: p, label: "TEMPLATESENDJOBFINISH", body: event})
	return templateReply(id), nil
}

func templateReply(id int64) reply {
	out := done()
	out["msgid"] = id
	return out
}

func (s *Simulator) checkTemplate(a *account, in templateMessage) (*person, *Template, error) {
	p, err := s.recipient(a, in.ToUser)
	if err != nil {
		return nil, nil, err
	}
	t, err := s.template(a, in.TemplateID, FollowerTemplate)
	if err != nil {
		return nil, nil, err
	}
	if in.URL != "" && !isWebAddress(in.URL) {
		return nil, nil, refuse(40039)
	}
	// The SDK always sends the object, with two empty strings; WeChat takes that for none.
	if in.Mini != nil && in.Mini.AppID != "" && in.Mini.AppID != s.accounts[MiniAccount].AppID {
		return nil, nil, refuse(40013)
	}
	if err := t.check(in.Data); err != nil {
		return nil, nil, err
	}
	if p.follow == nil {
		return nil, nil, refuse(43004)
	}
	return p, t, nil
}

// isWebAddress tells whether WeChat takes text for a link: absolute, http or https, 1024 bytes.
func isWebAddress(text string) bool {
	address, err := url.Parse(text)
	return err == nil && len(text) <= longestPageURL && address.Host != "" && (address.Scheme == "http" || address.Scheme == "https")
}

// listTemplates is newtmpl/gettemplate: the account's subscribe templates.
func listTemplates(s *Simulator, c *call) (any, error) {
	list := []reply{}
	for _, t := range s.templates {
		if t.Account != c.account.name || t.Kind != SubscribeTemplate {
			continue
		}
		content, example := t.layout()
		enums := []reply{}
		for _, f := range t.Fields {
			if len(f.Listed) > 0 {
				enums = append(enums, reply{"keywordCode": f.Key + ".DATA", "enumValueList": f.Listed})
			}
		}
		list = append(list, reply{
			"priTmplId": t.ID, "title": t.Title, "type": 2,
			"content": content, "example": example,
			"keywordEnumValueList": enums,
		})
	}
	out := done()
	out["data"] = list
	return out, nil
}

// layout is how a template's fields are written down, and how they look filled in.
func (t *Template) layout() (content, example string) {
	for _, f := range t.Fields {
		content += f.Label + ":{{" + f.Key + ".DATA}}\n"
		example += f.Label + ":示例\n"
	}
	return content, example
}

// listFollowerTemplates is template/get_all_private_template: the templates of an official
// account for its followers.
func listFollowerTemplates(s *Simulator, c *call) (any, error) {
	list := []reply{}
	for _, t := range s.templates {
		if t.Account != c.account.name || t.Kind != FollowerTemplate {
			continue
		}
		content, example := t.layout()
		list = append(list, reply{
			"template_id": t.ID, "title": t.Title, "primary_industry": "", "deputy_industry": "", "content": content, "example": example,
		})
	}
	return reply{"template_list": list}, nil
}
