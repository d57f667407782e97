package simulator

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"lianxin/simulator/picture"
)

const pictureWidth = 320

// said is what a person sends to an account.
type said struct {
	Account     string  `json:"account"`
	Type        string  `json:"type"`
	Text        string  `json:"text"`
	URL         string  `json:"url"`
	Recognition string  `json:"recognition"`
	Latitude    float64 `json:"latitude"`
	Longitude   float64 `json:"longitude"`
	Scale       int     `json:"scale"`
	Label       string  `json:"label"`
	Title       string  `json:"title"`
	Description string  `json:"description"`
}

// sendMessage is a person's message to the official account, or to the mini-program's
// customer service. It opens the window of 48 hours.
func sendMessage(s *Simulator, c control) (any, error) {
	in, err := read[said](c)
	if err != nil {
		return nil, err
	}
	if in.Account == "" {
		in.Account = OfficialAccount
	}
	a, err := s.accountNamed(in.Account)
	if err != nil {
		return nil, err
	}
	p, err := s.named(c.PathValue("name"))
	if err != nil {
		return nil, err
	}
	if a.name == OfficialAccount && p.follow == nil {
		return nil, conflict("only a follower can write to the official account")
	}
	content, shown, err := s.messageOf(in, "http://"+c.Host)
	if err != nil {
		return nil, err
	}
	p.windows[a.name].openByMessage(s.now())
	if a.name == OfficialAccount {
		shown.From, shown.Kind = fromPerson, in.Type
		s.say(p, shown)
	} else {
		p.lastVisit = s.now()
	}
	made := s.push(a, pushed{person: p, label: in.Type, body: s.message(a, p, in.Type, content...), spoken: true})
	return reply{"push": made.ID}, nil
}

// messageOf is the part of a message that depends on its type, and its line in the chat.
func (s *Simulator) messageOf(in said, here string) (fields, line, error) {
	switch in.Type {
	case "text":
		if in.Text == "" {
			return nil, line{}, wrong("text is needed")
		}
		return fields{{"Content", in.Text}}, line{Text: in.Text}, nil
	case "image":
		id := random(48)
		address := in.URL
		if address == "" {
			address = here + "/simulator/pictures/" + id
		}
		s.media[id] = address
		return fields{{"PicUrl", address}, {"MediaId", id}}, line{Text: "［图片］", URL: address}, nil
	case "voice":
		id := random(48)
		s.media[id] = ""
		content := fields{{"MediaId", id}, {"Format", "amr"}}
		if in.Recognition != "" {
			content = append(content, field{"Recognition", in.Recognition})
		}
		return content, line{Text: "［语音］" + in.Recognition}, nil
	case "location":
		return locationOf(in)
	case "link":
		if in.Title == "" || !isWebAddress(in.URL) {
			return nil, line{}, wrong("title and an http or https url are needed")
		}
		return fields{{"Title", in.Title}, {"Description", in.Description}, {"Url", in.URL}}, line{Title: in.Title, Text: in.Description, URL: in.URL}, nil
	default:
		return nil, line{}, wrong("type is text, image, voice, location or link")
	}
}

func locationOf(in said) (fields, line, error) {
	if in.Latitude < -90 || in.Latitude > 90 || in.Longitude < -180 || in.Longitude > 180 {
		return nil, line{}, wrong("latitude is -90 to 90, longitude -180 to 180")
	}
	scale := in.Scale
	if scale == 0 {
		scale = 15
	}
	return fields{
		{"Location_X", strconv.FormatFloat(in.Latitude, 'f', 6, 64)},
		{"Location_Y", strconv.FormatFloat(in.Longitude, 'f', 6, 64)},
		{"Scale", int64(scale)},
		{"Label", in.Label},
	}, line{Text: "［位置］" + in.Label}, nil
}

type sceneBody struct {
	Scene string `json:"scene"`
}

// follow is 关注, by search or, with a scene, by scanning its code.
func follow(s *Simulator, c control) (any, error) {
	in, err := read[sceneBody](c)
	if err != nil {
		return nil, err
	}
	p, err := s.named(c.PathValue("name"))
	if err != nil {
		return nil, err
	}
	if p.follow != nil {
		return nil, conflict("this person follows already")
	}
	if in.Scene == "" {
		s.startFollowing(p, nil)
		return p.view(), nil
	}
	made, ok := s.liveCode(in.Scene)
	if !ok {
		return nil, missing("no live code has this scene: make one with /cgi-bin/qrcode/create")
	}
	s.startFollowing(p, made)
	return p.view(), nil
}

func (s *Simulator) startFollowing(p *person, by *sceneCode) {
	a := s.accounts[OfficialAccount]
	p.follow = &following{since: s.now(), how: "ADD_SCENE_SEARCH"}
	more := fields{{"EventKey", ""}}
	if by != nil {
		p.follow.how, p.follow.scene = "ADD_SCENE_QR_CODE", by.Scene
		more = fields{{"EventKey", "qrscene_" + by.Scene}, {"Ticket", by.Ticket}}
	}
	p.windows[OfficialAccount].openByAction(s.now())
	s.say(p, line{From: fromSystem, Kind: "text", Text: "你已关注该公众号"})
	s.push(a, pushed{person: p, label: "subscribe", body: s.event(a, p, "subscribe", more...), spoken: true})
}

func unfollow(s *Simulator, c control) (any, error) {
	p, err := s.named(c.PathValue("name"))
	if err != nil {
		return nil, err
	}
	if p.follow == nil {
		return nil, conflict("this person does not follow")
	}
	a := s.accounts[OfficialAccount]
	p.follow = nil
	p.windows[OfficialAccount] = &window{}
	s.say(p, line{From: fromSystem, Kind: "text", Text: "你已取消关注该公众号"})
	s.push(a, pushed{person: p, label: "unsubscribe", body: s.event(a, p, "unsubscribe", field{"EventKey", ""})})
	return p.view(), nil
}

// scan is the scan of the official account's code: SCAN for a follower, subscribe for others.
func scan(s *Simulator, c control) (any, error) {
	in, err := read[sceneBody](c)
	if err != nil {
		return nil, err
	}
	p, err := s.named(c.PathValue("name"))
	if err != nil {
		return nil, err
	}
	made, ok := s.liveCode(in.Scene)
	if !ok {
		return nil, missing("no live code has this scene: make one with /cgi-bin/qrcode/create")
	}
	if p.follow == nil {
		s.startFollowing(p, made)
		return p.view(), nil
	}
	a := s.accounts[OfficialAccount]
	p.windows[OfficialAccount].openByAction(s.now())
	s.say(p, line{From: fromSystem, Kind: "text", Text: "你扫描了二维码 " + in.Scene})
	body := s.event(a, p, "SCAN", field{"EventKey", made.Scene}, field{"Ticket", made.Ticket})
	s.push(a, pushed{person: p, label: "SCAN", body: body, spoken: true})
	return p.view(), nil
}

// click is a tap on an entry of the menu: by its key, its url or its pagepath.
func click(s *Simulator, c control) (any, error) {
	in, err := read[struct {
		Key      string `json:"key"`
		URL      string `json:"url"`
		PagePath string `json:"pagepath"`
	}](c)
	if err != nil {
		return nil, err
	}
	p, err := s.named(c.PathValue("name"))
	if err != nil {
		return nil, err
	}
	if p.follow == nil {
		return nil, conflict("only a follower sees the menu")
	}
	for _, entry := range s.accounts[OfficialAccount].entries() {
		byKey := in.Key != "" && entry.Key == in.Key
		byURL := in.URL != "" && entry.Type == typeView && entry.URL == in.URL
		byPage := in.PagePath != "" && entry.Type == typeMiniProgram && entry.PagePath == in.PagePath
		if byKey || byURL || byPage {
			return s.tap(p, entry), nil
		}
	}
	return nil, missing("the menu has no such entry: make one with /cgi-bin/menu/create")
}

func (s *Simulator) tap(p *person, entry button) reply {
	a := s.accounts[OfficialAccount]
	switch entry.Type {
	case typeView:
		s.push(a, pushed{person: p, label: "VIEW", body: s.event(a, p, "VIEW", field{"EventKey", entry.URL}, field{"MenuId", s.messageID()})})
		return reply{"open": entry.URL}
	case typeMiniProgram:
		p.lastVisit = s.now()
		s.push(a, pushed{person: p, label: "view_miniprogram", body: s.event(a, p, "view_miniprogram", field{"EventKey", entry.PagePath}, field{"MenuId", s.messageID()})})
		return reply{"page": entry.PagePath}
	case typeClick:
		p.windows[OfficialAccount].openByAction(s.now())
		s.push(a, pushed{person: p, label: "CLICK", body: s.event(a, p, "CLICK", field{"EventKey", entry.Key}), spoken: true})
	default:
		if strings.HasPrefix(entry.Type, "scancode_") {
			p.windows[OfficialAccount].openByAction(s.now())
		}
		s.push(a, pushed{person: p, label: entry.Type, body: s.event(a, p, entry.Type, field{"EventKey", entry.Key}), spoken: true})
	}
	return reply{"key": entry.Key}
}

// enter opens a link of open.weixin.qq.com as this person and says where WeChat sends them.
func enter(s *Simulator, c control) (any, error) {
	in, err := read[struct {
		URL      string `json:"url"`
		Snapshot bool   `json:"snapshot"`
	}](c)
	if err != nil {
		return nil, err
	}
	p, err := s.named(c.PathValue("name"))
	if err != nil {
		return nil, err
	}
	address, err := url.Parse(in.URL)
	if err != nil || address.Path != "/connect/oauth2/authorize" {
		return nil, wrong("url is a link to /connect/oauth2/authorize")
	}
	asked, problem := s.readAuthorize(address.RawQuery)
	if problem != "" {
		return nil, wrong(problem)
	}
	return reply{"redirect": s.grantLogin(asked, p, in.Snapshot)}, nil
}

// showPicture draws the picture that a person sent.
func (s *Simulator) showPicture(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	s.mu.Lock()
	address, ok := s.media[id]
	s.mu.Unlock()
	if !ok || address == "" {
		http.NotFound(w, r)
		return
	}
	drawn, err := picture.JPEG(pictureWidth, "photo (sim)", id[:8])
	if err != nil {
		http.Error(w, "picture not drawn", http.StatusInternalServerError)
		return
	}
	s.write(w, r, image(drawn))
}
