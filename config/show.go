package config

import (
	"fmt"
	"strings"
)

// Redacted is every setting as it applies, by the name of its variable. Of
// secrets it says whether they are set; of the database, where it is.
func (c Config) Redacted() map[string]string {
	shown := map[string]string{}
	for _, e := range table() {
		shown[e.Env] = e.show(&c)
	}
	return shown
}

// String is Redacted in the order of the manual, one setting in a line.
func (c Config) String() string {
	shown := c.Redacted()
	var b strings.Builder
	for _, e := range table() {
		fmt.Fprintf(&b, "%s=%s\n", e.Env, shown[e.Env])
	}
	return b.String()
}

// Help explains every setting, for a terminal.
func Help() string {
	var b strings.Builder
	b.WriteString("设置按“默认值 < YAML 配置文件 < 环境变量”的次序生效，后者优先；空的变量等于没有设置。\n")
	for _, s := range Settings() {
		fmt.Fprintf(&b, "\n%s\n    %s\n", s.Env, s.Meaning)
		if s.Key != "" {
			fmt.Fprintf(&b, "    配置文件：%s\n", s.Key)
		}
		if s.Default != "" {
			fmt.Fprintf(&b, "    默认值：%s\n", s.Default)
		}
		if s.Secret {
			fmt.Fprintf(&b, "    密钥：可改用 %s_FILE 指定存放它的文件，文件不能谁都能读\n", s.Env)
		}
	}
	return b.String()
}
