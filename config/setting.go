package config

import "strings"

// prefix starts the name of every variable.
const prefix = "LIANXIN_"

// fileSetting names the variable that names the YAML file. It is the only one
// that cannot stand in that file.
const fileSetting = prefix + "CONFIG"

// Setting describes one setting to people.
type Setting struct {
	// Env is the environment variable, Key the place in the YAML file. Key is
	// empty for the variable that names the file.
	Env, Key string
	// Default applies where nothing is set. It may be empty.
	Default string
	// Meaning says in Chinese what the setting does.
	Meaning string
	// Secret settings are never shown, and may be read from a file whose path
	// stands in Env + "_FILE", or Key + "_file".
	Secret bool
}

// Settings lists everything that can be set, in the order of the manual.
func Settings() []Setting {
	list := []Setting{{Env: fileSetting, Meaning: "YAML 配置文件的路径；不填则只用环境变量"}}
	for _, e := range table() {
		list = append(list, e.Setting)
	}
	return list
}

// entry is a setting that knows how to be read and shown. Load, Redacted and
// Settings all go by the same entries.
type entry struct {
	Setting
	bare shape
	put  func(*Config, string) error
	show func(*Config) string
}

// secret marks an entry. Its value must have no blanks at its ends: they come
// from copying and would be part of the secret.
func (e entry) secret() entry {
	e.Secret = true
	put := e.put
	e.put = func(c *Config, value string) error {
		if err := unspoiled(value); err != nil {
			return err
		}
		return put(c, value)
	}
	return e
}

// shape is what the YAML file may hold for a setting beside a string.
type shape int

const (
	asString shape = iota
	asDigits
	asSwitch
	asList
)

// form is how one kind of value is read and shown. The errors of parse are
// Chinese, and do not repeat the value.
type form[T any] struct {
	bare  shape
	parse func(string) (T, error)
	show  func(T) string
}

// set makes the entry of a setting whose value goes to one place.
func set[T any](key, standard string, at func(*Config) *T, f form[T], meaning string) entry {
	return entry{
		Setting: Setting{Env: envOf(key), Key: key, Default: standard, Meaning: meaning},
		bare:    f.bare,
		put: func(c *Config, value string) error {
			parsed, err := f.parse(value)
			if err != nil {
				return err
			}
			*at(c) = parsed
			return nil
		},
		show: func(c *Config) string { return f.show(*at(c)) },
	}
}

// envOf derives the name of the variable from the key, so that the two cannot
// drift apart.
func envOf(key string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}
