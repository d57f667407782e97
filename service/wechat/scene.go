package wechat

import (
	"bytes"
	"context"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	apiMiniCode     = "wxa/getwxacodeunlimit"
	apiOfficialCode = "cgi-bin/qrcode/create"
	apiURLLink      = "wxa/generate_urllink"

	maxMiniScene     = 32 // characters
	defaultMiniWidth = 430
	minMiniWidth     = 280
	maxMiniWidth     = 1280
	// sceneSigns may stand in a mini-program scene beside letters and digits.
	sceneSigns = "!#$&'()*+,/:;=?@-._~"

	maxOfficialScene = 64 // characters
	maxSceneLife     = 30 * 24 * time.Hour

	maxLinkQuery = 1024
	// linkDays is the longest life WeChat gives a link.
	linkDays = 30
)

// MiniCode draws a code that opens page of the mini-program with a scene of up
// to 32 letters, digits and !#$&'()*+,/:;=?@-._~. The page has no leading / and
// no query; empty means the first page. Width is in pixels, 280 to 1280, 430
// when zero. It returns a JPEG or PNG. Codes are unlimited and never expire.
//
// It fails with model.ErrContentRefused for a scene or page that is not allowed.
func (g *Gateway) MiniCode(ctx context.Context, scene, page string, width int) ([]byte, error) {
	if width == 0 {
		width = defaultMiniWidth
	}
	if err := checkMiniCode(scene, page, width); err != nil {
		return nil, err
	}
	picture, err := g.postRaw(ctx, MiniProgram, call{api: apiMiniCode, answer: answerPicture}, struct {
		Scene     string `json:"scene"`
		Page      string `json:"page,omitempty"`
		CheckPath bool   `json:"check_path"`
		Edition   string `json:"env_version"`
		Width     int    `json:"width"`
	}{scene, page, g.edition == EditionRelease, string(g.edition), width})
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(picture, []byte("\xff\xd8\xff")) && !bytes.HasPrefix(picture, []byte("\x89PNG\r\n\x1a\n")) {
		return nil, unreadable(apiMiniCode, "answer is not a picture")
	}
	return picture, nil
}

func checkMiniCode(scene, page string, width int) error {
	if scene == "" || utf8.RuneCountInString(scene) > maxMiniScene {
		return notSent(apiMiniCode, 40169, "a scene has 1 to 32 characters")
	}
	if strings.ContainsFunc(scene, func(r rune) bool { return !isSceneSign(r) }) {
		return notSent(apiMiniCode, 40129, "a character is not allowed in a scene")
	}
	if strings.Contains(scene, "scancode_time") {
		return notSent(apiMiniCode, 85096, "scancode_time is WeChat's own word")
	}
	if strings.HasPrefix(page, "/") || strings.ContainsAny(page, "?#") {
		return notSent(apiMiniCode, 41030, "a page has no leading / and no query")
	}
	if width < minMiniWidth || width > maxMiniWidth {
		return notSent(apiMiniCode, 40097, "the width is 280 to 1280")
	}
	return nil
}

func isSceneSign(r rune) bool {
	return isASCIIWord(r) || strings.ContainsRune(sceneSigns, r)
}

// OfficialCode makes a code that lets somebody follow the official account or,
// when they do already, sends us the event SCAN; both with the scene, 1 to 64
// characters. It lives for up to 30 days, counted in whole seconds, or for ever
// when expire is zero: there are only 100,000 of the latter. It returns the
// address of the picture.
//
// It fails with model.ErrContentRefused for a scene or life that is not allowed.
func (g *Gateway) OfficialCode(ctx context.Context, scene string, expire time.Duration) (string, error) {
	length := utf8.RuneCountInString(scene)
	if length < 1 || length > maxOfficialScene {
		return "", notSent(apiOfficialCode, 40053, "a scene has 1 to 64 characters")
	}
	if expire < 0 || expire > maxSceneLife || expire > 0 && expire < time.Second {
		return "", notSent(apiOfficialCode, 40053, "a code lives 1 second to 30 days")
	}
	type sceneName struct {
		Name string `json:"scene_str"`
	}
	type actionInfo struct {
		Scene sceneName `json:"scene"`
	}
	body := struct {
		Seconds int64      `json:"expire_seconds,omitempty"`
		Action  string     `json:"action_name"`
		Info    actionInfo `json:"action_info"`
	}{
		Seconds: int64(expire / time.Second),
		Action:  "QR_STR_SCENE",
		Info:    actionInfo{Scene: sceneName{Name: scene}},
	}
	if expire == 0 {
		body.Action = "QR_LIMIT_STR_SCENE"
	}
	var answer struct {
		Ticket string `json:"ticket"`
	}
	if err := g.post(ctx, OfficialAccount, apiOfficialCode, body, &answer); err != nil {
		return "", err
	}
	if answer.Ticket == "" {
		return "", unreadable(apiOfficialCode, "answer holds no ticket")
	}
	return g.ticketPicture(answer.Ticket)
}

func (g *Gateway) ticketPicture(ticket string) (string, error) {
	page, err := url.Parse(hostMP + "cgi-bin/showqrcode")
	if err != nil {
		return "", unreadable(apiOfficialCode, "address of the picture")
	}
	page = g.wire.place(page)
	page.RawQuery = url.Values{"ticket": {ticket}}.Encode()
	return page.String(), nil
}

// URLLink makes an address that opens path of the mini-program from a browser
// or a text message. It lives 30 days; anybody may open it.
//
// It fails with model.ErrContentRefused for a path or query that is not
// allowed, and with model.ErrChannelUnavailable when the account may not make
// links or the mini-program is not published.
func (g *Gateway) URLLink(ctx context.Context, path, query string) (string, error) {
	if len(query) > maxLinkQuery {
		return "", notSent(apiURLLink, 40212, "a query has up to 1024 bytes")
	}
	var answer struct {
		Link string `json:"url_link"`
	}
	err := g.post(ctx, MiniProgram, apiURLLink, struct {
		Path       string `json:"path,omitempty"`
		Query      string `json:"query,omitempty"`
		ExpireType int    `json:"expire_type"`
		Days       int    `json:"expire_interval"`
		Edition    string `json:"env_version"`
	}{path, query, 1, linkDays, string(g.edition)}, &answer)
	if err != nil {
		return "", err
	}
	if answer.Link == "" {
		return "", unreadable(apiURLLink, "answer holds no link")
	}
	return answer.Link, nil
}
