package simulator

import (
	"regexp"
	"slices"
)

const mostTemplatesPerTap = 3

var mobileForm = regexp.MustCompile(`^1\d{10}$`)

// personView is a person as the control API shows them.
type personView struct {
	Name    string            `json:"name"`
	Phone   string            `json:"phone"`
	UnionID string            `json:"unionid"`
	OpenIDs map[string]string `json:"openids"`
	Follows bool              `json:"follows"`
	Grants  map[string]int    `json:"grants"`
}

func (p *person) view() personView {
	return personView{Name: p.name, Phone: p.phone, UnionID: p.unionID, OpenIDs: p.openIDs, Follows: p.follow != nil, Grants: p.grants}
}

func listUsers(s *Simulator, _ control) (any, error) {
	views := make([]personView, 0, len(s.names))
	for _, name := range s.names {
		views = append(views, s.people[name].view())
	}
	return reply{"users": views}, nil
}

func createUser(s *Simulator, c control) (any, error) {
	in, err := read[struct {
		Name  string `json:"name"`
		Phone string `json:"phone"`
	}](c)
	if err != nil {
		return nil, err
	}
	if in.Phone != "" && !mobileForm.MatchString(in.Phone) {
		return nil, wrong("phone is eleven digits and begins with 1")
	}
	p, err := s.named(in.Name)
	if err != nil {
		return nil, err
	}
	if in.Phone != "" {
		p.phone = in.Phone
	}
	return p.view(), nil
}

func readUser(s *Simulator, c control) (any, error) {
	p, err := s.existing(c)
	if err != nil {
		return nil, err
	}
	return p.view(), nil
}

func readNotices(s *Simulator, c control) (any, error) {
	p, err := s.existing(c)
	if err != nil {
		return nil, err
	}
	return reply{"notices": append([]notice{}, p.notices...)}, nil
}

func readChat(s *Simulator, c control) (any, error) {
	p, err := s.existing(c)
	if err != nil {
		return nil, err
	}
	return reply{"chat": append([]line{}, p.chat...)}, nil
}

// mintLoginCode is wx.login for the mini-program, and a web login for the official account.
func mintLoginCode(s *Simulator, c control) (any, error) {
	in, err := read[struct {
		Account  string `json:"account"`
		User     string `json:"user"`
		Scope    string `json:"scope"`
		Snapshot bool   `json:"snapshot"`
	}](c)
	if err != nil {
		return nil, err
	}
	a, err := s.accountNamed(in.Account)
	if err != nil {
		return nil, err
	}
	if in.Scope == "" {
		in.Scope = scopeBase
	}
	if in.Scope != scopeBase && in.Scope != scopeUser {
		return nil, wrong("scope is snsapi_base or snsapi_userinfo")
	}
	p, err := s.named(in.User)
	if err != nil {
		return nil, err
	}
	if a.name == OfficialAccount {
		return reply{"code": s.mint(code{use: webCode, person: p, scope: in.Scope, snapshot: in.Snapshot})}, nil
	}
	p.lastVisit = s.now()
	return reply{"code": s.mint(code{use: loginCode, person: p})}, nil
}

// mintPhoneCode is a tap on the button open-type=getPhoneNumber.
func mintPhoneCode(s *Simulator, c control) (any, error) {
	in, err := read[struct {
		User string `json:"user"`
	}](c)
	if err != nil {
		return nil, err
	}
	p, err := s.named(in.User)
	if err != nil {
		return nil, err
	}
	p.lastVisit = s.now()
	return reply{"code": s.mint(code{use: phoneCode, person: p}), "phone": p.phone}, nil
}

func visit(s *Simulator, c control) (any, error) {
	p, err := s.named(c.PathValue("name"))
	if err != nil {
		return nil, err
	}
	p.lastVisit = s.now()
	return reply{"visited_at": p.lastVisit}, nil
}

func readGrants(s *Simulator, c control) (any, error) {
	p, err := s.existing(c)
	if err != nil {
		return nil, err
	}
	return reply{"grants": p.grants}, nil
}

type grantBody struct {
	Account     string   `json:"account"`
	TemplateIDs []string `json:"template_ids"`
	Answer      string   `json:"answer"`
}

func (s *Simulator) readGrant(c control) (*person, *account, grantBody, error) {
	in, err := read[grantBody](c)
	if err != nil {
		return nil, nil, in, err
	}
	a, err := s.accountNamed(in.Account)
	if err != nil {
		return nil, nil, in, err
	}
	if len(in.TemplateIDs) == 0 || len(in.TemplateIDs) > mostTemplatesPerTap {
		return nil, nil, in, wrong("one tap asks for 1 to 3 templates")
	}
	for _, id := range in.TemplateIDs {
		if _, err := s.template(a, id, SubscribeTemplate); err != nil {
			return nil, nil, in, wrong("the account has no subscribe template " + id)
		}
	}
	if !slices.Contains([]string{"", "accept", "reject"}, in.Answer) {
		return nil, nil, in, wrong("answer is accept or reject")
	}
	p, err := s.named(c.PathValue("name"))
	return p, a, in, err
}

// giveGrants is the person's tap on 允许 (or 取消, with "answer":"reject").
func giveGrants(s *Simulator, c control) (any, error) {
	p, a, in, err := s.readGrant(c)
	if err != nil {
		return nil, err
	}
	if in.Answer == "" {
		in.Answer = "accept"
	}
	if a.name == MiniAccount {
		p.lastVisit = s.now()
	}
	var list []fields
	for _, id := range in.TemplateIDs {
		if in.Answer == "accept" {
			p.grants[id]++
		}
		list = append(list, fields{{"TemplateId", id}, {"SubscribeStatusString", in.Answer}, {"PopupScene", "0"}})
	}
	s.pushSubscribeEvent(a, p, "subscribe_msg_popup_event", list)
	return reply{"grants": p.grants}, nil
}

// withdrawGrants is the person's change of mind in the settings: what was granted is gone.
func withdrawGrants(s *Simulator, c control) (any, error) {
	p, a, in, err := s.readGrant(c)
	if err != nil {
		return nil, err
	}
	var list []fields
	for _, id := range in.TemplateIDs {
		delete(p.grants, id)
		list = append(list, fields{{"TemplateId", id}, {"SubscribeStatusString", "reject"}})
	}
	s.pushSubscribeEvent(a, p, "subscribe_msg_change_event", list)
	return reply{"grants": p.grants}, nil
}
