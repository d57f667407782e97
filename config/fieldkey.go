package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var (
	keyIDForm     = regexp.MustCompile(`^[a-z0-9]{1,16}$`)
	keySecretForm = regexp.MustCompile(`^[0-9a-fA-F]{64}$`)
)

// fieldKeys reads keys as "2026a:64 digits,2025:64 digits", the one in force first.
func fieldKeys() form[[]FieldKey] {
	return form[[]FieldKey]{
		parse: func(s string) ([]FieldKey, error) {
			var all []FieldKey
			for one := range strings.SplitSeq(s, ",") {
				key, err := fieldKey(strings.TrimSpace(one))
				if err != nil {
					return nil, err
				}
				if slices.ContainsFunc(all, key.clashes) {
					return nil, errors.New("有两个密钥的编号或内容相同")
				}
				all = append(all, key)
			}
			return all, nil
		},
		show: func(all []FieldKey) string {
			if len(all) == 0 {
				return Secret("").String()
			}
			ids := make([]string, 0, len(all))
			for _, k := range all {
				ids = append(ids, k.ID)
			}
			return fmt.Sprintf("（已设置：%s）", strings.Join(ids, "、"))
		},
	}
}

func (k FieldKey) clashes(other FieldKey) bool {
	return k.ID == other.ID || strings.EqualFold(k.Secret.Reveal(), other.Secret.Reveal())
}

func fieldKey(s string) (FieldKey, error) {
	id, secret, ok := strings.Cut(s, ":")
	switch {
	case !ok || !keyIDForm.MatchString(id):
		return FieldKey{}, errors.New("应写成“编号:密钥”，编号是 1 到 16 个小写字母或数字；可用 lianxin keys new 生成")
	case !keySecretForm.MatchString(secret):
		return FieldKey{}, fmt.Errorf("密钥 %s 应是 64 位十六进制数；可用 lianxin keys new 生成", id)
	case !various(secret):
		return FieldKey{}, fmt.Errorf("密钥 %s 不像随机生成的；可用 lianxin keys new 生成", id)
	}
	return FieldKey{ID: id, Secret: Secret(secret)}, nil
}
