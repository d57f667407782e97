package config

import (
	"fmt"
	"strings"
)

// Mistake is one thing that is wrong with a configuration.
type Mistake struct {
	// Setting is the environment variable to change.
	Setting string
	// Words say what is wrong and what is right, in Chinese. They hold no
	// secret.
	Words string
}

// String is the mistake as one line.
func (m Mistake) String() string { return m.Setting + "：" + m.Words }

// InvalidError is a configuration that cannot be used, with every mistake.
type InvalidError struct {
	Mistakes []Mistake
}

// Error lists the mistakes, one in a line.
func (e InvalidError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "配置有 %d 处错误：", len(e.Mistakes))
	for _, m := range e.Mistakes {
		b.WriteString("\n  - " + m.String())
	}
	return b.String()
}

// mistakes collects.
type mistakes []Mistake

func (m *mistakes) add(setting, format string, args ...any) {
	*m = append(*m, Mistake{Setting: setting, Words: fmt.Sprintf(format, args...)})
}

// settings are those that already have a mistake.
func (m *mistakes) settings() map[string]bool {
	set := map[string]bool{}
	for _, one := range *m {
		set[one.Setting] = true
	}
	return set
}
