package wechat

import (
	"context"
	"net/url"
	"slices"
)

const (
	apiMenuCreate = "cgi-bin/menu/create"
	apiMenuGet    = "cgi-bin/menu/get"
	apiMenuDelete = "cgi-bin/menu/delete"

	// codeNoMenu is WeChat's answer when there is no menu to read.
	codeNoMenu = 46003

	maxTopButtons  = 3
	maxSubButtons  = 5
	maxTopName     = 16   // bytes
	maxSubName     = 60   // bytes
	maxMenuKey     = 128  // bytes
	maxMenuAddress = 1024 // bytes
)

// MenuButtonType is what a button does.
type MenuButtonType string

// The buttons the product uses. A button with children has none.
const (
	// ButtonClick sends us the event CLICK with the button's Key.
	ButtonClick MenuButtonType = "click"
	// ButtonView opens URL.
	ButtonView MenuButtonType = "view"
	// ButtonMini opens PagePath of the mini-program AppID, and URL where
	// mini-programs cannot be opened.
	ButtonMini MenuButtonType = "miniprogram"
)

// MenuButton is a button of the official account's menu.
type MenuButton struct {
	Type     MenuButtonType `json:"type,omitempty"`
	Name     string         `json:"name"`
	Key      string         `json:"key,omitempty"`
	URL      string         `json:"url,omitempty"`
	AppID    string         `json:"appid,omitempty"`
	PagePath string         `json:"pagepath,omitempty"`
	// MediaID and ArticleID are of the kinds that show something of the account's own.
	MediaID   string       `json:"media_id,omitempty"`
	ArticleID string       `json:"article_id,omitempty"`
	Children  []MenuButton `json:"sub_button,omitempty"`
}

// SetMenu replaces the official account's menu. People see it within five
// minutes. The menu is checked first; a mistake is model.ErrContentRefused with
// the code and the words for it, and nothing is sent.
func (g *Gateway) SetMenu(ctx context.Context, menu []MenuButton) error {
	if err := checkMenu(menu); err != nil {
		return err
	}
	return g.post(ctx, OfficialAccount, apiMenuCreate, struct {
		Buttons []MenuButton `json:"button"`
	}{menu}, nil)
}

// Menu returns the official account's menu; none when there is no menu.
func (g *Gateway) Menu(ctx context.Context) ([]MenuButton, error) {
	var answer struct {
		Menu struct {
			Buttons []MenuButton `json:"button"`
		} `json:"menu"`
	}
	err := g.fetch(ctx, OfficialAccount, apiMenuGet, url.Values{}, &answer)
	if codeOf(err) == codeNoMenu {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return answer.Menu.Buttons, nil
}

// DeleteMenu removes the official account's menu, and with it every menu made
// for a part of the followers.
func (g *Gateway) DeleteMenu(ctx context.Context) error {
	return g.fetch(ctx, OfficialAccount, apiMenuDelete, url.Values{}, nil)
}

func checkMenu(menu []MenuButton) error {
	if len(menu) == 0 || len(menu) > maxTopButtons {
		return notSent(apiMenuCreate, 40016, "a menu has one to three buttons")
	}
	for _, button := range menu {
		if button.Name == "" || len(button.Name) > maxTopName {
			return notSent(apiMenuCreate, 40018, "a button's name has 1 to 16 bytes")
		}
		if len(button.Children) == 0 {
			if err := checkLeaf(button); err != nil {
				return err
			}
			continue
		}
		if err := checkBranch(button); err != nil {
			return err
		}
	}
	return nil
}

func checkBranch(button MenuButton) error {
	if len(button.Children) > maxSubButtons {
		return notSent(apiMenuCreate, 40023, "a button has up to five buttons below it")
	}
	if button.Type != "" {
		return notSent(apiMenuCreate, 40017, "a button with buttons below it has no type")
	}
	for _, child := range button.Children {
		if child.Name == "" || len(child.Name) > maxSubName {
			return notSent(apiMenuCreate, 40018, "a lower button's name has 1 to 60 bytes")
		}
		if len(child.Children) > 0 {
			return notSent(apiMenuCreate, 40023, "a menu has two levels")
		}
		if err := checkLeaf(child); err != nil {
			return err
		}
	}
	return nil
}

func checkLeaf(button MenuButton) error {
	switch button.Type {
	case ButtonClick:
		if button.Key == "" || len(button.Key) > maxMenuKey {
			return notSent(apiMenuCreate, 40019, "a click button's key has 1 to 128 bytes")
		}
		return nil
	case ButtonMini:
		if button.AppID == "" || button.PagePath == "" {
			return notSent(apiMenuCreate, 40017, "a mini-program button needs an appid and a page")
		}
		return checkMenuURL(button.URL)
	case ButtonView:
		return checkMenuURL(button.URL)
	}
	switch {
	case slices.Contains(keyButtons, button.Type):
		if button.Key == "" || len(button.Key) > maxMenuKey {
			return notSent(apiMenuCreate, 40019, "the key of such a button has 1 to 128 bytes")
		}
		return nil
	case slices.Contains(contentButtons, button.Type):
		if button.MediaID == "" && button.ArticleID == "" {
			return notSent(apiMenuCreate, 40007, "such a button needs the id of what it shows")
		}
		return nil
	}
	return notSent(apiMenuCreate, 40017, "WeChat knows no such button")
}

// Buttons that are not made here, but kept when a menu has them.
var (
	keyButtons     = []MenuButtonType{"scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin", "location_select"}
	contentButtons = []MenuButtonType{"media_id", "view_limited", "article_id", "article_view_limited"}
)

func checkMenuURL(given string) error {
	address, err := url.Parse(given)
	if err != nil || address.Host == "" || address.Scheme != "https" && address.Scheme != "http" {
		return notSent(apiMenuCreate, 40020, "a button's address is not http(s)://…")
	}
	if len(given) > maxMenuAddress {
		return notSent(apiMenuCreate, 40020, "a button's address has up to 1024 bytes")
	}
	return nil
}
