package main

import (
	"context"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // WeChat signs its callbacks with it
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"lianxin/config"
	"lianxin/handler/staff"
	"lianxin/model"
	"lianxin/service/notice"
	"lianxin/service/wechat"
)

// selfPatience is how long our own address may take to answer us.
const selfPatience = 5 * time.Second

// connection looks whether WeChat and this program reach and understand each
// other.
type connection struct {
	cfg     config.Config
	gateway *wechat.Gateway
	now     func() time.Time
	client  *http.Client
	found   staff.Online
}

// online makes every check of the way to WeChat and back.
func (a *app) online(ctx context.Context) staff.Online {
	c := connection{
		cfg: a.cfg, gateway: a.gateway, now: a.now, found: staff.Online{Findings: []staff.Finding{}, Templates: []staff.TemplateCheck{}},
		client: &http.Client{Timeout: selfPatience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
	c.address()
	c.reach(ctx)
	for _, one := range accountsOf(c.cfg) {
		c.account(ctx, one)
	}
	a.menuThere(ctx, &c)
	c.domains()
	return c.found
}

type accountCheck struct {
	kind     wechat.AccountKind
	name     string
	setting  string
	account  config.Account
	ids      map[model.NoticeTemplate]notice.Template
	callback string
}

func accountsOf(cfg config.Config) []accountCheck {
	return []accountCheck{
		{wechat.MiniProgram, "小程序", "MINI", cfg.WeChat.Mini, templates(cfg.Templates.Mini, cfg.Templates.News), "/wechat/mini"},
		{wechat.OfficialAccount, "公众号", "OFFICIAL", cfg.WeChat.Official, templates(cfg.Templates.Official, ""), "/wechat/official"},
	}
}

func (c *connection) note(v verdict, check, found, do string) {
	c.found.Findings = append(c.found.Findings, staff.Finding{Check: check, Verdict: string(v), Found: found, Do: do})
}

// address looks at the address that WeChat and phones are told.
func (c *connection) address() {
	const check = "公开地址"
	at, err := url.Parse(c.cfg.PublicURL)
	switch {
	case err != nil || at.Host == "":
		c.note(verdictFail, check, "LIANXIN_PUBLIC_URL 不是一个网址："+c.cfg.PublicURL, "填成 https://域名 的样子。")
	case c.cfg.WeChat.Simulator != "":
		c.note(verdictSkip, check, c.cfg.PublicURL+"（现在接的是微信模拟器，本机地址也行）", "")
	case at.Scheme != "https":
		c.note(verdictFail, check, "不是 https："+c.cfg.PublicURL, "小程序只连 https。给域名申请证书，并把 LIANXIN_PUBLIC_URL 改成 https://…。")
	case net.ParseIP(at.Hostname()) != nil || !strings.Contains(at.Hostname(), "."):
		c.note(verdictFail, check, "不是域名："+at.Hostname(), "微信不接受 IP 和内网名称，要用备案过的域名。")
	case at.Port() != "" && at.Port() != "443":
		c.note(verdictFail, check, "端口是 "+at.Port(), "微信的回调只去 443 端口，请用反向代理转过来。")
	default:
		c.note(verdictOK, check, c.cfg.PublicURL, "")
	}
}

// ask fetches a page of our own by the public address.
func (c *connection) ask(ctx context.Context, path string) (status int, body string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.cfg.PublicURL+path, http.NoBody)
	if err != nil {
		return 0, "", err
	}
	answer, err := c.client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 4<<10))
	return answer.StatusCode, string(text), err
}

// reach looks whether the public address leads here.
func (c *connection) reach(ctx context.Context) {
	const check = "从公开地址访问自己"
	status, body, err := c.ask(ctx, "/healthz")
	switch {
	case err != nil:
		found, do := explainFailure(err.Error())
		c.note(verdictFail, check, found+"（"+c.cfg.PublicURL+"）", "检查域名解析、证书、防火墙和反向代理。"+do)
	case status != http.StatusOK || strings.TrimSpace(body) != "ok":
		c.note(verdictFail, check, fmt.Sprintf("这个地址上回答的不是本服务（状态 %d）", status), "检查反向代理是否把整个域名转给了本服务。")
	default:
		c.note(verdictOK, check, "通", "")
	}
}

// callback plays WeChat's own test: a signed question that must come back.
func (c *connection) callback(ctx context.Context, one accountCheck) {
	check := "回调（" + one.name + "）"
	address := c.cfg.PublicURL + one.callback
	if one.account.Token == "" {
		c.note(verdictWarn, check, "没有配置 Token 和 EncodingAESKey，收不到微信的消息", "在微信后台“消息推送”里设置，并填 LIANXIN_WECHAT_"+one.setting+"_TOKEN 和 …_AES_KEY。")
		return
	}
	stamp, nonce, echo := strconv.FormatInt(c.now().Unix(), 10), rand.Text(), rand.Text()
	parts := []string{one.account.Token.Reveal(), stamp, nonce}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, ""))) //nolint:gosec // WeChat's own signature
	query := url.Values{"signature": {hex.EncodeToString(sum[:])}, "timestamp": {stamp}, "nonce": {nonce}, "echostr": {echo}}
	status, body, err := c.ask(ctx, one.callback+"?"+query.Encode())
	switch {
	case err != nil:
		c.note(verdictFail, check, "访问不到 "+address, "先让“从公开地址访问自己”通过。")
	case status != http.StatusOK || body != echo:
		c.note(verdictFail, check, fmt.Sprintf("%s 没有正确回答（状态 %d）", address, status), "多半是反向代理改了地址或参数，或者这个地址上跑着另一份配置（Token 不同）。")
	default:
		c.note(verdictOK, check, address+" 能验证签名", "如果微信后台里填的不是这个地址，请在“消息推送”里改成它，消息加解密方式选“"+modeWords[one.account.Mode]+"”。")
	}
}

var modeWords = map[config.Mode]string{config.Plain: "明文模式", config.Compatible: "兼容模式", config.Safe: "安全模式"}

// account speaks to WeChat as one account: that shows the network, the secret, the
// list of allowed addresses and the rights at once.
func (c *connection) account(ctx context.Context, one accountCheck) {
	check := "AppID 和密钥（" + one.name + "）"
	if !one.account.Configured() {
		c.note(verdictSkip, check, "没有配置", "")
		return
	}
	c.callback(ctx, one)
	list, err := c.gateway.Templates(ctx, one.kind)
	if err != nil {
		found, do := weChatTrouble(err)
		c.note(verdictFail, check, found, do)
		return
	}
	c.note(verdictOK, check, "AppID "+one.account.AppID+"，AppSecret 正确，本机 IP 在白名单里", "")
	if !list.At.IsZero() && list.At.Sub(c.now()).Abs() > skewMost && c.cfg.WeChat.Simulator == "" {
		c.note(verdictWarn, "时钟（"+one.name+"）", "本机时钟和微信相差 "+list.At.Sub(c.now()).Abs().Round(time.Second).String(), "让本机与时间服务器同步。")
	}
	c.templates(one, list.Templates)
}

// menuThere compares the menu that was published with what WeChat has.
func (a *app) menuThere(ctx context.Context, c *connection) {
	const check = "公众号菜单"
	if !c.cfg.WeChat.Official.Configured() {
		return
	}
	there, err := c.gateway.Menu(ctx)
	if err != nil {
		found, do := weChatTrouble(err)
		c.note(verdictFail, check, "读不到微信那边的菜单："+found, do)
		return
	}
	ours, err := a.talk.PublishedMenu(ctx)
	if err != nil {
		c.note(verdictFail, check, "读不到我们的菜单", "先排除数据库的故障。")
		return
	}
	left, errLeft := json.Marshal(weChatButtons(ours))
	right, errRight := json.Marshal(there)
	switch {
	case errLeft != nil || errRight != nil:
		c.note(verdictFail, check, "两边的菜单没法比较", "请把这一行交给维护人员。")
	case len(there) == 0:
		c.note(verdictWarn, check, "微信那边没有菜单", "在管理台“公众号 → 菜单”里发布一次。")
	case string(left) != string(right):
		c.note(verdictWarn, check, "微信那边的菜单不是我们上次发布的", "有人在别处改过：在管理台“公众号 → 菜单”里取过来，或重新发布。")
	default:
		c.note(verdictOK, check, "和上次发布的一样", "")
	}
}

// domains says what must stand at WeChat's own pages, which no interface tells.
func (c *connection) domains() {
	at, err := url.Parse(c.cfg.PublicURL)
	if err != nil || at.Host == "" || c.cfg.WeChat.Simulator != "" {
		return
	}
	if c.cfg.WeChat.Official.Configured() {
		c.note(verdictSkip, "网页授权域名（公众号）", "微信不提供查询", "在公众号后台“设置与开发 → 功能设置”里，“网页授权域名”“业务域名”“JS 接口安全域名”都应是 "+at.Host+"。错了的话，网页登录时会提示 redirect_uri 域名与后台配置不一致（10003）。")
	}
	if c.cfg.WeChat.Mini.Configured() {
		c.note(verdictSkip, "服务器域名（小程序）", "微信不提供查询", "在小程序后台“开发管理 → 服务器域名”里，request、uploadFile、downloadFile 合法域名都应有 "+at.Scheme+"://"+at.Host+"；“业务域名”里应有 "+at.Host+"。错了的话，手机上会提示“不在以下 request 合法域名列表中”。")
	}
}

// checkOnline prints the checks for people, as the console shows them.
func checkOnline(ctx context.Context, w world, cfg config.Config) (err error) {
	db, err := openDatabase(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	a, err := build(cfg, db, w.now, silent())
	if err != nil {
		return err
	}
	defer a.gateway.Close()
	lines := linesOf(a.online(ctx))
	if err := showFindings(w.stdout, lines, false); err != nil {
		return err
	}
	failed := 0
	for _, l := range lines {
		if l.Verdict == verdictFail {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("有 %d 项故障", failed)
	}
	return nil
}

// linesOf puts what was found of templates below the rest.
func linesOf(found staff.Online) []finding {
	var lines []finding
	for _, f := range found.Findings {
		lines = append(lines, finding{Check: f.Check, Verdict: verdict(f.Verdict), Found: f.Found, Do: f.Do})
	}
	for _, t := range found.Templates {
		if t.Verdict != string(verdictFail) {
			continue
		}
		lines = append(lines, finding{Check: "模板 " + t.Setting, Verdict: verdictFail, Found: t.Found, Do: t.Do})
		for _, f := range t.Fields {
			if f.Wrong != "" {
				lines = append(lines, finding{Check: "模板 " + t.Setting, Verdict: verdictFail, Found: f.Means + "（" + f.Key + "）：" + f.Wrong})
			}
		}
	}
	return lines
}
