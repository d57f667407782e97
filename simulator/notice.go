package simulator

import "time"

// The channels on which something reaches a person.
const (
	channelSubscribe = "subscribe"
	channelTemplate  = "template"
	channelCustomer  = "customer"
)

// The sides of a chat.
const (
	fromPerson   = "person"
	fromOfficial = "official"
	fromSystem   = "system"
)

// unavailable is what WeChat shows when a callback did not answer properly.
const unavailable = "该公众号提供的服务出现故障，请稍后再试"

// notice is one thing that reached a person outside a reply.
type notice struct {
	ID         int64             `json:"id"`
	Channel    string            `json:"channel"`
	Account    string            `json:"account"`
	TemplateID string            `json:"template_id,omitempty"`
	Title      string            `json:"title,omitempty"`
	Data       map[string]string `json:"data,omitempty"`
	Lines      []noticeLine      `json:"lines,omitempty"`
	Page       string            `json:"page,omitempty"`
	URL        string            `json:"url,omitempty"`
	Kind       string            `json:"kind,omitempty"`
	Text       string            `json:"text,omitempty"`
	At         time.Time         `json:"at"`
}

// noticeLine is one keyword with its label, in the template's order.
type noticeLine struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Value string `json:"value"`
}

// line is one line of the chat with the official account.
type line struct {
	ID    int64        `json:"id"`
	From  string       `json:"from"`
	Kind  string       `json:"kind"`
	Title string       `json:"title,omitempty"`
	Text  string       `json:"text,omitempty"`
	URL   string       `json:"url,omitempty"`
	Lines []noticeLine `json:"lines,omitempty"`
	At    time.Time    `json:"at"`
}

// deliver lets a notice reach a person; what comes from the official account by template or
// customer message also stands in the chat. Call it with the lock held.
func (s *Simulator) deliver(p *person, n notice) {
	n.ID, n.At = s.next(), s.now()
	p.notices = append(p.notices, n)
	if n.Account == OfficialAccount && n.Channel != channelSubscribe {
		s.say(p, line{From: fromOfficial, Kind: n.Kind, Title: n.Title, Text: n.Text, URL: n.URL, Lines: n.Lines})
	}
}

// say adds a line to the chat. Call it with the lock held.
func (s *Simulator) say(p *person, l line) {
	l.ID, l.At = s.next(), s.now()
	p.chat = append(p.chat, l)
}
