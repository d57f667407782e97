package simulator

import (
	"slices"
	"strings"
)

const longestCustomText = 2048

type customArticle struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	URL         string `json:"url"`
	PicURL      string `json:"picurl"`
}

type customMedia struct {
	MediaID string `json:"media_id"`
}

// customMessage is the body of custom/send: exactly one of the objects belongs to MsgType.
type customMessage struct {
	ToUser  string `json:"touser"`
	MsgType string `json:"msgtype"`
	Text    *struct {
		Content string `json:"content"`
	} `json:"text"`
	Image *customMedia `json:"image"`
	Voice *customMedia `json:"voice"`
	Video *customMedia `json:"video"`
	Music *struct {
		Title string `json:"title"`
		URL   string `json:"musicurl"`
	} `json:"music"`
	News *struct {
		Articles []customArticle `json:"articles"`
	} `json:"news"`
	Article *struct {
		ID string `json:"article_id"`
	} `json:"mpnewsarticle"`
	Menu *struct {
		Head string `json:"head_content"`
		List []struct {
			ID      any    `json:"id"`
			Content string `json:"content"`
		} `json:"list"`
		Tail string `json:"tail_content"`
	} `json:"msgmenu"`
	Page *struct {
		Title   string `json:"title"`
		AppID   string `json:"appid"`
		Path    string `json:"pagepath"`
		ThumbID string `json:"thumb_media_id"`
	} `json:"miniprogrampage"`
	Link *customArticle `json:"link"`
}

// sendCustom is custom/send for both accounts.
func sendCustom(s *Simulator, c *call) (any, error) {
	in, err := decode[customMessage](c)
	if err != nil {
		return nil, err
	}
	p, err := s.recipient(c.account, in.ToUser)
	if err != nil {
		return nil, err
	}
	n, err := s.customNotice(c.account, in)
	if err != nil {
		return nil, err
	}
	if c.account.name == OfficialAccount && p.follow == nil {
		return nil, refuse(45015)
	}
	if err := p.windows[c.account.name].use(c.now); err != nil {
		return nil, err
	}
	n.Channel, n.Account, n.Kind = channelCustomer, c.account.name, in.MsgType
	s.deliver(p, n)
	return done(), nil
}

// customNotice checks the message and says what the person will see.
func (s *Simulator) customNotice(a *account, in customMessage) (notice, error) {
	official := a.name == OfficialAccount
	switch {
	case in.MsgType == "text":
		return customText(in)
	case in.MsgType == "image":
		return s.customMediaNotice(in.Image, "［图片］")
	case in.MsgType == "miniprogrampage":
		return s.customPage(a, in)
	case in.MsgType == "link" && !official:
		return customLink(in)
	case in.MsgType == "voice" && official:
		return s.customMediaNotice(in.Voice, "［语音］")
	case in.MsgType == "video" && official:
		return s.customMediaNotice(in.Video, "［视频］")
	case official:
		return customRich(in)
	}
	return notice{}, refuse(40008)
}

// customRich are the types that only an official account sends.
func customRich(in customMessage) (notice, error) {
	switch {
	case in.MsgType == "music" && in.Music != nil:
		return notice{Title: in.Music.Title, Text: "［音乐］", URL: in.Music.URL}, nil
	case in.MsgType == "news" && in.News != nil:
		if len(in.News.Articles) != 1 {
			return notice{}, refuse(45008)
		}
		one := in.News.Articles[0]
		if one.Title == "" || !isWebAddress(one.URL) {
			return notice{}, refuse(40039)
		}
		return notice{Title: one.Title, Text: one.Description, URL: one.URL}, nil
	case in.MsgType == "mpnewsarticle":
		return notice{}, refuse(40007) // the stand-in hands on published articles by mass send alone
	case in.MsgType == "msgmenu" && in.Menu != nil && len(in.Menu.List) > 0:
		words := []string{in.Menu.Head}
		for _, entry := range in.Menu.List {
			words = append(words, "· "+entry.Content)
		}
		return notice{Text: strings.Join(append(words, in.Menu.Tail), "\n")}, nil
	case slices.Contains([]string{"music", "news", "msgmenu"}, in.MsgType):
		return notice{}, refuse(44004)
	}
	return notice{}, refuse(40008)
}

func customText(in customMessage) (notice, error) {
	if in.Text == nil || in.Text.Content == "" {
		return notice{}, refuse(44004)
	}
	if len(in.Text.Content) > longestCustomText {
		return notice{}, refuse(45002)
	}
	return notice{Text: in.Text.Content}, nil
}

func customLink(in customMessage) (notice, error) {
	if in.Link == nil || in.Link.Title == "" || !isWebAddress(in.Link.URL) {
		return notice{}, refuse(40039)
	}
	return notice{Title: in.Link.Title, Text: in.Link.Description, URL: in.Link.URL}, nil
}

// customMediaNotice takes only the media that people sent: nothing can be uploaded yet.
func (s *Simulator) customMediaNotice(media *customMedia, words string) (notice, error) {
	if media == nil {
		return notice{}, refuse(40007)
	}
	if _, ok := s.media[media.MediaID]; !ok {
		return notice{}, refuse(40007)
	}
	return notice{Text: words}, nil
}

func (s *Simulator) customPage(a *account, in customMessage) (notice, error) {
	if in.Page == nil || in.Page.Title == "" {
		return notice{}, refuse(44004)
	}
	mini := s.accounts[MiniAccount]
	if a.name == OfficialAccount && in.Page.AppID != mini.AppID {
		return notice{}, refuse(40013)
	}
	if !mini.hasPage(in.Page.Path) {
		return notice{}, refuse(41030)
	}
	if _, ok := s.media[in.Page.ThumbID]; !ok {
		return notice{}, refuse(40007)
	}
	return notice{Title: in.Page.Title, Text: "［小程序］", Page: in.Page.Path}, nil
}
