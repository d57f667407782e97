package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/rawbytes"
	"github.com/knadh/koanf/v2"
)

const delimiter = "."

// value is the text of a setting and where it comes from.
type value struct {
	text, from string
}

// describe tells people which value is meant. It never shows a secret, nor an
// address that somebody has put a password into.
func (v value) describe(s Setting) string {
	const longest = 60
	if s.Secret || strings.Contains(v.text, "@") {
		return fmt.Sprintf("（来自%s）", v.from)
	}
	shown := []rune(v.text)
	if len(shown) > longest {
		shown = append(shown[:longest], '…')
	}
	return fmt.Sprintf("；现在是 %q（来自%s）", string(shown), v.from)
}

// layer is what one source sets, by key.
type layer map[string]value

// gather reads the sources and lays them over each other.
func gather(lookup func(string) (string, bool), found *mistakes) (layer, error) {
	file, unread := fileLayer(lookup, found)
	merged, origins := koanf.New(delimiter), map[string]string{}
	for _, l := range []layer{standards(), file, envLayer(lookup, found)} {
		settings := make(map[string]any, len(l))
		for key, v := range l {
			settings[key] = v.text
			origins[key] = v.from
		}
		if err := merged.Load(confmap.Provider(settings, delimiter), nil); err != nil {
			return nil, fmt.Errorf("配置合并不了：%w", err)
		}
	}
	all := layer{}
	for key, from := range origins {
		all[key] = value{merged.String(key), from}
	}
	return all, unread
}

func standards() layer {
	l := layer{}
	for _, e := range table() {
		if e.Default != "" {
			l[e.Key] = value{e.Default, "默认值"}
		}
	}
	return l
}

// envLayer reads the variables, and for secrets the files they name.
func envLayer(lookup func(string) (string, bool), found *mistakes) layer {
	l := layer{}
	for _, e := range table() {
		direct, _ := lookup(e.Env)
		path := ""
		if e.Secret {
			path, _ = lookup(e.Env + "_FILE")
		} else {
			direct = strings.TrimSpace(direct)
		}
		l.take(e, twin{direct, path, "环境变量 " + e.Env, e.Env + "_FILE"}, found)
	}
	return l
}

// fileLayer reads the YAML file, if there is one. An error says that nothing
// of it could be read.
func fileLayer(lookup func(string) (string, bool), found *mistakes) (layer, error) {
	path, _ := lookup(fileSetting)
	path = strings.TrimSpace(path)
	if path == "" {
		return layer{}, nil
	}
	settings, err := readYAML(path)
	if err != nil {
		return layer{}, err
	}
	refuseUnknown(settings, found)

	l := layer{}
	open := false
	for _, e := range table() {
		direct, ok := scalar(e, settings[e.Key], found)
		if !ok {
			continue
		}
		path := ""
		if e.Secret {
			path, _ = settings[e.Key+"_file"].(string)
			open = open || direct != ""
		}
		l.take(e, twin{direct, path, "配置文件的 " + e.Key, e.Key + "_file"}, found)
	}
	if open {
		if err := guarded(path); err != nil {
			found.add(fileSetting, "配置文件里写有密钥，而%s", err)
		}
	}
	return l, nil
}

// readYAML returns what the file says, with nested keys joined by dots.
func readYAML(path string) (map[string]any, error) {
	raw, err := os.ReadFile(path) //nolint:gosec // the administrator names the file
	if err != nil {
		return nil, fmt.Errorf("读不了配置文件 %s：%w", path, plainly(err))
	}
	k := koanf.New(delimiter)
	if err := k.Load(rawbytes.Provider(raw), yaml.Parser()); err != nil {
		// The parser quotes what it could not read, and that may be a secret.
		return nil, fmt.Errorf("配置文件 %s 不是正确的 YAML%s", path, near(err))
	}
	return k.All(), nil
}

var lineOf = regexp.MustCompile(`line (\d+)`)

// near tells the line that a parser complains about, if it says so.
func near(err error) string {
	line := lineOf.FindStringSubmatch(err.Error())
	if line == nil {
		return ""
	}
	return "，问题在第 " + line[1] + " 行附近"
}

// refuseUnknown names every key of the file that means nothing. A heading
// with nothing under it is let be.
func refuseUnknown(settings map[string]any, found *mistakes) {
	known, headings := map[string]bool{}, map[string]bool{}
	for _, e := range table() {
		known[e.Key] = true
		known[e.Key+"_file"] = known[e.Key+"_file"] || e.Secret
		for i, r := range e.Key {
			if r == '.' {
				headings[e.Key[:i]] = true
			}
		}
	}
	var unknown []string
	for key, v := range settings {
		nested, isMap := v.(map[string]any)
		empty := v == nil || isMap && len(nested) == 0
		if heading := headings[key] && empty; !known[key] && !heading {
			unknown = append(unknown, key)
		}
	}
	slices.Sort(unknown)
	for _, key := range unknown {
		found.add(fileSetting, "配置文件里有不认识的键 %q，请检查拼写和缩进", key)
	}
}

// scalar turns what YAML made of a value back into text. YAML reads bare
// digits as a number and drops zeros at their head, so a number is taken only
// where nothing is lost by it.
func scalar(e entry, v any, found *mistakes) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case bool:
		if e.bare == asSwitch {
			return strconv.FormatBool(v), true
		}
	case int:
		if e.bare == asDigits {
			return strconv.Itoa(v), true
		}
	case []any:
		if e.bare == asList {
			return joined(e, v, found)
		}
	}
	found.add(e.Env, "配置文件的 %s 应是一个词，请给值加上引号", e.Key)
	return "", false
}

func joined(e entry, list []any, found *mistakes) (string, bool) {
	words := make([]string, 0, len(list))
	for _, one := range list {
		word, ok := one.(string)
		if !ok {
			found.add(e.Env, "配置文件的 %s 列表里应都是文字，请加上引号", e.Key)
			return "", false
		}
		words = append(words, word)
	}
	return strings.Join(words, ","), true
}

// plainly says in Chinese why a file could not be read.
func plainly(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("文件不存在")
	case errors.Is(err, fs.ErrPermission):
		return errors.New("没有读取权限")
	}
	return err
}
