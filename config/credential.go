package config

import (
	"encoding/base64"
	"errors"
	"regexp"
	"strings"
	"unicode"
)

var (
	appIDForm    = regexp.MustCompile(`^wx[0-9A-Za-z]{4,30}$`)
	tokenForm    = regexp.MustCompile(`^[0-9A-Za-z]{3,32}$`)
	templateForm = regexp.MustCompile(`^[0-9A-Za-z_-]{4,100}(:[a-z_]+[0-9]+(,[a-z_]+[0-9]+)*)?$`)
)

const (
	linkKeyBytes = 32
	aesKeyLength = 43
	// differentBytes is how many different characters a random key has at the
	// very least; 32 random hexadecimal digits have about 14.
	differentBytes = 8
)

func appID() form[string] {
	return form[string]{
		parse: func(s string) (string, error) {
			if strings.HasPrefix(s, "gh_") {
				return "", errors.New("填的是原始 ID；应填以 wx 开头的 AppID")
			}
			if !appIDForm.MatchString(s) {
				return "", errors.New("应是以 wx 开头的 AppID，只含字母和数字")
			}
			return s, nil
		},
		show: asIs,
	}
}

func templateID() form[string] {
	return form[string]{
		parse: func(s string) (string, error) {
			if !templateForm.MatchString(s) {
				return "", errors.New("不像模板 ID；应从微信后台“我的模板”里复制；字段不同的模板写成“模板ID:thing3,phrase1”")
			}
			return s, nil
		},
		show: asIs,
	}
}

// secretForm reads a secret that passes a check.
func secretForm(check func(string) error) form[Secret] {
	return form[Secret]{
		parse: func(s string) (Secret, error) { return Secret(s), check(s) },
		show:  Secret.String,
	}
}

func secretText() form[Secret] {
	return secretForm(func(string) error { return nil })
}

func pushToken() form[Secret] {
	return secretForm(func(s string) error {
		if !tokenForm.MatchString(s) {
			return errors.New("应是 3 到 32 个字母或数字")
		}
		return nil
	})
}

// aesKey reads an EncodingAESKey: base64 of 32 bytes without its sign of
// equality. The last character usually has spare bits, which are let be.
func aesKey() form[Secret] {
	return secretForm(func(s string) error {
		if len(s) != aesKeyLength {
			return errors.New("应正好 43 个字符")
		}
		if _, err := base64.StdEncoding.DecodeString(s + "="); err != nil {
			return errors.New("含有不该有的字符；应从微信后台原样复制")
		}
		return nil
	})
}

func key() form[Secret] {
	return secretForm(func(s string) error {
		if len(s) < linkKeyBytes {
			return errors.New("太短，至少 32 字节；可用 openssl rand -hex 32 生成")
		}
		if !various(s) {
			return errors.New("不像随机生成的；可用 openssl rand -hex 32 生成")
		}
		return nil
	})
}

// various says whether a key has as many different characters as a random one.
func various(s string) bool {
	different := map[byte]bool{}
	for _, b := range []byte(s) {
		different[b] = true
	}
	return len(different) >= differentBytes
}

// unspoiled refuses what copying adds to a secret.
func unspoiled(s string) error {
	if strings.TrimSpace(s) != s {
		return errors.New("首尾有空白，请删去")
	}
	if strings.ContainsFunc(s, unicode.IsControl) {
		return errors.New("含有换行或控制字符")
	}
	return nil
}
