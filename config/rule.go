package config

import "strings"

// rule is a condition on several settings. It is not checked when one of them
// is broken already: one mistake must not be reported as two.
type rule struct {
	settings []string
	check    func(Config, *mistakes)
}

func (r rule) concerns(broken map[string]bool) bool {
	for _, s := range r.settings {
		if broken[s] {
			return true
		}
	}
	return false
}

// about makes a rule over settings given by key.
func about(check func(Config, *mistakes), keys ...string) rule {
	r := rule{check: check}
	for _, key := range keys {
		r.settings = append(r.settings, envOf(key))
	}
	return r
}

// rules hold for every command.
func rules() []rule {
	all := []rule{
		about(publicURLIsSafe, "public_url"),
		about(realWeChatNeedsPublicURL, "public_url", "wechat.simulator", "wechat.mini.app_id", "wechat.official.app_id"),
		about(simulatorIsNear, "wechat.simulator", "allow_remote_simulator"),
		about(accountsDiffer, "wechat.mini.app_id", "wechat.official.app_id"),
		about(refreshOutlivesSession, "session_life", "refresh_life"),
	}
	all = append(all, storageRules()...)
	all = append(all, about(smsIsWhole, "sms.url", "sms.secret"), about(numbersTravelSafely, "sms.url"))
	for _, a := range accounts() {
		all = append(all, a.rules()...)
	}
	return all
}

// servingRules hold for a program that serves people.
func servingRules() []rule {
	return []rule{
		about(func(c Config, found *mistakes) {
			if c.LinkKey == "" {
				found.add(envOf("link_key"), "提供服务时必填；可用 openssl rand -hex 32 生成，也可用 %s_FILE 指定文件", envOf("link_key"))
			}
		}, "link_key"),
		about(func(c Config, found *mistakes) {
			if len(c.FieldKeys) == 0 {
				found.add(envOf("field_keys"), "提供服务时必填；可用 lianxin keys new 生成，也可用 %s_FILE 指定文件。请另存一份：丢了密钥，手机号就再也读不出来", envOf("field_keys"))
			}
		}, "field_keys"),
		about(func(c Config, found *mistakes) {
			if !c.WeChat.Mini.Configured() && !c.WeChat.Official.Configured() {
				found.add(envOf("wechat.mini.app_id"), "小程序和公众号至少配置一个（另一个是 %s）", envOf("wechat.official.app_id"))
			}
		}, "wechat.mini.app_id", "wechat.official.app_id"),
	}
}

func publicURLIsSafe(c Config, found *mistakes) {
	if c.PublicURL == "" || strings.HasPrefix(c.PublicURL, "https://") || nearby(c.PublicURL) {
		return
	}
	found.add(envOf("public_url"), "必须以 https:// 开头（本机地址除外）；现在是 %q", c.PublicURL)
}

func realWeChatNeedsPublicURL(c Config, found *mistakes) {
	used := c.WeChat.Mini.Configured() || c.WeChat.Official.Configured()
	if used && c.WeChat.Simulator == "" && c.PublicURL == "" {
		found.add(envOf("public_url"), "连接真实微信时必填；只想演示请设置 %s", envOf("wechat.simulator"))
	}
}

func simulatorIsNear(c Config, found *mistakes) {
	if c.WeChat.Simulator == "" || c.WeChat.AllowRemoteSimulator || nearby(c.WeChat.Simulator) {
		return
	}
	found.add(envOf("wechat.simulator"), "模拟器不在本机：密钥和来信会发往 %q；确实需要时设置 %s=on",
		c.WeChat.Simulator, envOf("allow_remote_simulator"))
}

func accountsDiffer(c Config, found *mistakes) {
	if c.WeChat.Mini.Configured() && c.WeChat.Mini.AppID == c.WeChat.Official.AppID {
		found.add(envOf("wechat.official.app_id"), "与 %s 相同；小程序和公众号各有自己的 AppID", envOf("wechat.mini.app_id"))
	}
}

func refreshOutlivesSession(c Config, found *mistakes) {
	if c.RefreshLife < c.SessionLife {
		found.add(envOf("refresh_life"), "是 %s，不能短于 %s 的 %s", brief(c.RefreshLife), envOf("session_life"), brief(c.SessionLife))
	}
}
