package config

import (
	"errors"
	"net/url"
	"strings"
)

func smsEntries() []entry {
	return []entry{
		set("sms.url", "", func(c *Config) *string { return &c.SMS.URL }, page(),
			"短信网关的网址，用来发手机验证码；不填表示不用短信（docs/operations/sms.md）"),
		set("sms.secret", "", func(c *Config) *Secret { return &c.SMS.Secret }, secretText(), "短信网关验证签名的密钥；填了网关就必须填").secret(),
	}
}

// page is an address with a path.
func page() form[string] {
	return form[string]{
		parse: func(s string) (string, error) {
			u, err := url.Parse(s)
			if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
				return "", errors.New("应写成 https://域名/路径")
			}
			return s, nil
		},
		show: asIs,
	}
}

// smsIsWhole demands address and secret together.
func smsIsWhole(c Config, found *mistakes) {
	switch {
	case c.SMS.URL != "" && c.SMS.Secret == "":
		found.add(envOf("sms.secret"), "设置了 %s 就必须填", envOf("sms.url"))
	case c.SMS.URL == "" && c.SMS.Secret != "":
		found.add(envOf("sms.url"), "没有填，却填了 %s", envOf("sms.secret"))
	}
}

// numbersTravelSafely refuses to send phone numbers in clear to another machine.
func numbersTravelSafely(c Config, found *mistakes) {
	if c.SMS.URL != "" && !strings.HasPrefix(c.SMS.URL, "https://") && !nearby(c.SMS.URL) {
		found.add(envOf("sms.url"), "没有用 https，手机号会不加密地经过网络（本机地址除外）")
	}
}
