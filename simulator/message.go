package simulator

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"strings"
)

// field is one element of a push: a string, an int64, fields, or a list of fields.
type field struct {
	name  string
	value any
}

type fields []field

// firstMessageID makes ids as long as WeChat's, beyond what a JavaScript number can hold.
const firstMessageID = 24_000_000_000_000_000

func (s *Simulator) messageID() int64 {
	return firstMessageID + s.next()
}

func itoa(n int64) string {
	return strconv.FormatInt(n, 10)
}

func sessionKey() string {
	return base64.StdEncoding.EncodeToString([]byte(random(12)))
}

// event is the clear text of an event in the account's format.
func (s *Simulator) event(a *account, p *person, name string, more ...field) string {
	all := append(s.heading(a, p), field{"MsgType", "event"}, field{"Event", name})
	return a.render(append(all, more...))
}

// message is the clear text of a person's message.
func (s *Simulator) message(a *account, p *person, kind string, more ...field) string {
	all := append(s.heading(a, p), field{"MsgType", kind})
	all = append(all, more...)
	return a.render(append(all, field{"MsgId", s.messageID()}))
}

func (s *Simulator) heading(a *account, p *person) fields {
	return fields{{"ToUserName", a.originalID}, {"FromUserName", p.openIDs[a.name]}, {"CreateTime", s.now().Unix()}}
}

// pushSubscribeEvent pushes one of the three subscribe_msg events. In XML they nest their
// list; in JSON the list stands on top, is an object when it has one item, and CreateTime is
// a string, all as in WeChat's own samples.
func (s *Simulator) pushSubscribeEvent(a *account, p *person, name string, list []fields) {
	body := s.event(a, p, name, field{camel(name), fields{{"List", list}}})
	if a.Format == FormatJSON {
		all := fields{
			{"ToUserName", a.originalID},
			{"FromUserName", p.openIDs[a.name]},
			{"CreateTime", itoa(s.now().Unix())},
			{"MsgType", "event"},
			{"Event", name},
			{"List", list},
		}
		if len(list) == 1 {
			all[len(all)-1].value = list[0]
		}
		body = a.render(all)
	}
	s.push(a, pushed{person: p, label: name, body: body})
}

// camel turns subscribe_msg_popup_event into SubscribeMsgPopupEvent.
func camel(name string) string {
	var out strings.Builder
	for word := range strings.SplitSeq(name, "_") {
		if word != "" {
			out.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return out.String()
}

func (a *account) render(all fields) string {
	var out bytes.Buffer
	if a.Format == FormatJSON {
		all.writeJSON(&out)
		return out.String()
	}
	out.WriteString("<xml>")
	all.writeXML(&out)
	out.WriteString("</xml>")
	return out.String()
}

func (f fields) writeXML(out *bytes.Buffer) {
	for _, one := range f {
		list, ok := one.value.([]fields)
		if !ok {
			writeElement(out, one.name, one.value)
			continue
		}
		for _, item := range list {
			writeElement(out, one.name, item)
		}
	}
}

func writeElement(out *bytes.Buffer, name string, value any) {
	out.WriteString("<" + name + ">")
	switch v := value.(type) {
	case string:
		out.WriteString("<![CDATA[" + strings.ReplaceAll(v, "]]>", "]]]]><![CDATA[>") + "]]>")
	case int64:
		out.WriteString(itoa(v))
	case fields:
		v.writeXML(out)
	}
	out.WriteString("</" + name + ">")
}

func (f fields) writeJSON(out *bytes.Buffer) {
	out.WriteByte('{')
	for i, one := range f {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString(quoted(one.name) + ":")
		writeValue(out, one.value)
	}
	out.WriteByte('}')
}

func writeValue(out *bytes.Buffer, value any) {
	switch v := value.(type) {
	case string:
		out.WriteString(quoted(v))
	case int64:
		out.WriteString(itoa(v))
	case fields:
		v.writeJSON(out)
	case []fields:
		out.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				out.WriteByte(',')
			}
			item.writeJSON(out)
		}
		out.WriteByte(']')
	}
}

// quoted is a JSON string in raw UTF-8.
func quoted(text string) string {
	out, err := encodeJSON(text)
	if err != nil {
		return `""` // a string always encodes
	}
	return string(out)
}
