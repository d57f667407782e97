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
	for _, one := range []accountCheck{
		{wechat.MiniProgram, "小程序", "MINI", c.cfg.WeChat.Mini, c.cfg.Templates.Mini, "/wechat/mini"},
		{wechat.OfficialAccount, "公众号", "OFFICIAL", c.cfg.WeChat.Official, c.cfg.Templates.Official, "/wechat/official"},
	} {
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
	ids      config.NoticeTemplates
	callback string
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

// meanings are what service/notice fills in, field by field, and how WeChat's
// kinds of fields that can hold it begin.
var meanings = map[model.NoticeTemplate][]struct{ words, fits string }{
	model.TemplateProgress: {{"事项", "thing"}, {"状态", "phrase thing"}, {"时间", "time date"}, {"说明", "thing"}},
	model.TemplateAnswer:   {{"事项", "thing"}, {"答复人", "name thing"}, {"时间", "time date"}, {"说明", "thing"}},
	model.TemplateTask:     {{"事项", "thing"}, {"期限", "time date"}, {"状态", "phrase thing"}, {"说明", "thing"}},
	model.TemplateSurvey:   {{"事项", "thing"}, {"时间", "time date"}, {"说明", "thing"}},
}

var noticeWords = map[model.NoticeTemplate]string{
	model.TemplateProgress: "办理进度", model.TemplateAnswer: "收到答复", model.TemplateTask: "待办提醒（代表和承办单位）", model.TemplateSurvey: "请评价",
}

func (c *connection) templates(one accountCheck, there []wechat.Template) {
	check := "通知模板（" + one.name + "）"
	worst, wrong, configured := verdictOK, 0, templates(one.ids)
	for _, kind := range []model.NoticeTemplate{model.TemplateProgress, model.TemplateAnswer, model.TemplateTask, model.TemplateSurvey} {
		t := checkTemplate(kind, configured[kind], there)
		t.Account, t.Setting = one.name, "LIANXIN_TEMPLATE_"+one.setting+"_"+strings.ToUpper(string(kind))
		c.found.Templates = append(c.found.Templates, t)
		if t.Verdict == string(verdictFail) {
			worst, wrong = verdictFail, wrong+1
		}
	}
	switch {
	case len(configured) == 0:
		c.note(verdictWarn, check, "一个也没有配置，通知不会经"+one.name+"推送", "在微信后台选好模板，填 LIANXIN_TEMPLATE_"+one.setting+"_…。")
	case worst == verdictOK:
		c.note(verdictOK, check, fmt.Sprintf("配置的 %d 个都在微信后台，字段一致", len(configured)), "")
	default:
		c.note(verdictFail, check, fmt.Sprintf("%d 个不对", wrong), "下面逐个列出哪一项不对。")
	}
}

// checkTemplate compares one template, field by field, with what WeChat has.
func checkTemplate(kind model.NoticeTemplate, t notice.Template, there []wechat.Template) staff.TemplateCheck {
	v := staff.TemplateCheck{Notice: noticeWords[kind], ID: t.ID, Verdict: string(verdictOK), Found: "字段一致", Fields: []staff.TemplateField{}}
	if t.ID == "" {
		v.Verdict, v.Found, v.Do = string(verdictSkip), "没有配置，这种通知不经这里推送", "需要时在微信后台选用模板，把模板 ID 填到这一项配置。"
		return v
	}
	at := slices.IndexFunc(there, func(one wechat.Template) bool { return one.ID == t.ID })
	if at < 0 {
		v.Verdict, v.Found, v.Do = string(verdictFail), "这个模板 ID 在微信后台不存在", "可能选错了账号，或模板被删了：在微信后台重新选用，并更新配置。"
		return v
	}
	has := there[at]
	v.Title = has.Title
	bad := false
	for i, m := range meanings[kind] {
		f := staff.TemplateField{Means: m.words}
		if i < len(t.Keys) {
			f.Key = t.Keys[i]
		}
		f.Label, f.Wrong = compareField(f.Key, m.fits, has)
		bad = bad || f.Wrong != ""
		v.Fields = append(v.Fields, f)
	}
	for i, key := range has.Keys {
		if !slices.Contains(t.Keys, key) {
			bad = true
			v.Fields = append(v.Fields, staff.TemplateField{Means: "（我们没有填）", Key: key, Label: has.Labels[i], Wrong: "微信要求每个字段都填，少了它通知发不出去。"})
		}
	}
	if bad {
		v.Verdict, v.Found = string(verdictFail), "字段对不上，这种通知发不出去"
		v.Do = "换用字段相同的模板，或在模板 ID 后面按“我们填什么”的次序写明字段，如 " + t.ID + ":" + strings.Join(suggested(kind, has), ",") + "。"
	}
	return v
}

func compareField(key, fits string, has wechat.Template) (label, wrong string) {
	if key == "" {
		return "", "没有为它写字段。"
	}
	at := slices.Index(has.Keys, key)
	if at < 0 {
		return "", "微信的模板里没有这个字段。"
	}
	for begin := range strings.FieldsSeq(fits) {
		if strings.HasPrefix(key, begin) {
			return has.Labels[at], ""
		}
	}
	return has.Labels[at], "这种字段放不下我们填的内容，应是 " + strings.ReplaceAll(fits, " ", " 或 ") + " 开头的字段。"
}

// suggested gives for each thing we fill in the first field of the template that
// can hold it.
func suggested(kind model.NoticeTemplate, has wechat.Template) []string {
	left := slices.Clone(has.Keys)
	var keys []string
	for _, m := range meanings[kind] {
		at := slices.IndexFunc(left, func(key string) bool {
			return slices.ContainsFunc(strings.Fields(m.fits), func(begin string) bool { return strings.HasPrefix(key, begin) })
		})
		if at < 0 {
			keys = append(keys, "…")
			continue
		}
		keys = append(keys, left[at])
		left = slices.Delete(left, at, at+1)
	}
	return keys
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
