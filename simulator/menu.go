package simulator

import (
	"encoding/json"
	"regexp"
	"slices"
)

const (
	mostButtons     = 3
	mostSubButtons  = 5
	longestTopName  = 16
	longestSubName  = 60
	longestKey      = 128
	typeClick       = "click"
	typeView        = "view"
	typeMiniProgram = "miniprogram"
)

var (
	escapedUnicode = regexp.MustCompile(`(^|[^\\])(\\\\)*\\u[0-9a-fA-F]{4}`)
	keyTypes       = []string{typeClick, "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin", "location_select"}
	mediaTypes     = []string{"media_id", "article_id", "article_view_limited"}
)

// button is one entry of a menu.
type button struct {
	Type     string   `json:"type,omitempty"`
	Name     string   `json:"name"`
	Key      string   `json:"key,omitempty"`
	URL      string   `json:"url,omitempty"`
	AppID    string   `json:"appid,omitempty"`
	PagePath string   `json:"pagepath,omitempty"`
	MediaID  string   `json:"media_id,omitempty"`
	Sub      []button `json:"sub_button,omitempty"`
}

type menu struct {
	Buttons []button `json:"button"`
}

// createMenu is menu/create. Lengths count bytes.
func createMenu(s *Simulator, c *call) (any, error) {
	if escapedUnicode.Match(c.body) {
		return nil, refuse(40033)
	}
	in, err := decode[menu](c)
	if err != nil {
		return nil, err
	}
	if len(in.Buttons) == 0 || len(in.Buttons) > mostButtons {
		return nil, refuse(40016)
	}
	for _, top := range in.Buttons {
		if err := s.checkTop(top); err != nil {
			return nil, err
		}
	}
	kept, err := encodeJSON(in)
	if err != nil {
		return nil, refuse(47001)
	}
	c.account.menu = kept
	return done(), nil
}

func (s *Simulator) checkTop(top button) error {
	if top.Name == "" || len(top.Name) > longestTopName {
		return refuse(40018)
	}
	if len(top.Sub) == 0 {
		return s.checkEntry(top)
	}
	if len(top.Sub) > mostSubButtons {
		return refuse(40023)
	}
	for _, sub := range top.Sub {
		if sub.Name == "" || len(sub.Name) > longestSubName {
			return refuseBecause(40018, "invalid sub button name size")
		}
		if len(sub.Sub) > 0 {
			return refuse(40023)
		}
		if err := s.checkEntry(sub); err != nil {
			return err
		}
	}
	return nil
}

func (s *Simulator) checkEntry(b button) error {
	switch {
	case slices.Contains(keyTypes, b.Type):
		if b.Key == "" || len(b.Key) > longestKey {
			return refuse(40019)
		}
	case b.Type == typeView:
		if !isWebAddress(b.URL) {
			return refuse(40020)
		}
	case b.Type == typeMiniProgram:
		return s.checkMiniEntry(b)
	case slices.Contains(mediaTypes, b.Type):
		return refuse(40007) // nothing can be uploaded or published yet
	default:
		return refuse(40017)
	}
	return nil
}

func (s *Simulator) checkMiniEntry(b button) error {
	mini := s.accounts[MiniAccount]
	if b.AppID != mini.AppID {
		return refuse(45064)
	}
	if !isWebAddress(b.URL) {
		return refuse(40020)
	}
	if b.PagePath == "" || !mini.hasPage(b.PagePath) {
		return refuse(40165)
	}
	return nil
}

func readMenu(_ *Simulator, c *call) (any, error) {
	if c.account.menu == nil {
		return nil, refuse(46003)
	}
	return reply{"menu": json.RawMessage(c.account.menu)}, nil
}

func deleteMenu(_ *Simulator, c *call) (any, error) {
	c.account.menu = nil
	return done(), nil
}

// entries are the menu's buttons that can be tapped. A menu that was kept always decodes.
func (a *account) entries() []button {
	var kept menu
	if a.menu == nil || json.Unmarshal(a.menu, &kept) != nil {
		return nil
	}
	var out []button
	for _, top := range kept.Buttons {
		if len(top.Sub) == 0 {
			out = append(out, top)
		}
		out = append(out, top.Sub...)
	}
	return out
}
