package config

import "regexp"

// The forms that the real WeChat uses. A stand-in may be laxer.
var realAppID = regexp.MustCompile(`^wx[0-9a-f]{16}$`)

const realSecretLength = 32

// accountAt is one of the two accounts and where it is set.
type accountAt struct {
	key, templates string
	account        func(Config) Account
	ids            func(Config) NoticeTemplates
}

func accounts() []accountAt {
	return []accountAt{
		{"wechat.mini", "template.mini", func(c Config) Account { return c.WeChat.Mini }, func(c Config) NoticeTemplates { return c.Templates.Mini }},
		{"wechat.official", "template.official", func(c Config) Account { return c.WeChat.Official }, func(c Config) NoticeTemplates { return c.Templates.Official }},
	}
}

func (a accountAt) rules() []rule {
	appID := a.key + ".app_id"
	return []rule{
		about(a.secretBelongsToAccount, appID, a.key+".secret"),
		about(a.pushesCanBeVerified, appID, a.key+".token", a.key+".mode"),
		about(a.pushesCanBeOpened, appID, a.key+".aes_key", a.key+".mode"),
		about(a.formsAreReal, appID, a.key+".secret", "wechat.simulator"),
		about(a.templatesHaveAccount, appID),
	}
}

func (a accountAt) secretBelongsToAccount(c Config, found *mistakes) {
	account := a.account(c)
	switch {
	case account.Configured() && account.Secret == "":
		found.add(envOf(a.key+".secret"), "设置了 %s 就必须填", envOf(a.key+".app_id"))
	case !account.Configured() && (account.Secret != "" || account.Token != "" || account.EncodingAESKey != ""):
		found.add(envOf(a.key+".app_id"), "没有填，却填了这个账号的 AppSecret、Token 或 EncodingAESKey")
	}
}

func (a accountAt) pushesCanBeVerified(c Config, found *mistakes) {
	if account := a.account(c); account.Configured() && account.Token == "" {
		found.add(envOf(a.key+".token"), "设置了 %s 就必须填，否则分不清推送是不是微信发的", envOf(a.key+".app_id"))
	}
}

func (a accountAt) pushesCanBeOpened(c Config, found *mistakes) {
	account := a.account(c)
	if account.Configured() && account.Mode != Plain && account.EncodingAESKey == "" {
		found.add(envOf(a.key+".aes_key"), "%s 是 %s 时必填", envOf(a.key+".mode"), account.Mode)
	}
}

// formsAreReal catches identifiers that were copied in part, when they are
// meant for the real WeChat.
func (a accountAt) formsAreReal(c Config, found *mistakes) {
	account := a.account(c)
	if c.WeChat.Simulator != "" || !account.Configured() {
		return
	}
	if !realAppID.MatchString(account.AppID) {
		found.add(envOf(a.key+".app_id"), "微信的 AppID 是 wx 加 16 位小写十六进制；现在是 %q", account.AppID)
	}
	if account.Secret != "" && len(account.Secret) != realSecretLength {
		found.add(envOf(a.key+".secret"), "微信的 AppSecret 是 32 位，现在是 %d 位，可能没有复制完整", len(account.Secret))
	}
}

func (a accountAt) templatesHaveAccount(c Config, found *mistakes) {
	if !a.account(c).Configured() && a.ids(c) != (NoticeTemplates{}) {
		found.add(envOf(a.key+".app_id"), "没有填，却填了 %s_… 模板 ID", envOf(a.templates))
	}
}
