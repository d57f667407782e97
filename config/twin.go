package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

const (
	// secretFileMax is far more than any secret; a file beyond it is a mistake.
	secretFileMax = 64 << 10
	worldReadable = fs.FileMode(0o004)
)

// twin is what one source says about one setting: the value itself, or the
// path of a file that holds it, and how the two places are called.
type twin struct {
	direct, path string
	name, twin   string
}

// take puts into the layer what the twin says, if it says anything.
func (l layer) take(e entry, t twin, found *mistakes) {
	switch {
	case t.direct != "" && t.path != "":
		found.add(e.Env, "%s 和 %s 只能设置一个", t.name, t.twin)
	case t.direct != "":
		l[e.Key] = value{t.direct, t.name}
	case t.path != "":
		content, err := readSecret(t.path)
		if err != nil {
			found.add(e.Env, "%s 指定的文件 %s %s", t.twin, t.path, err)
			return
		}
		l[e.Key] = value{content, "文件 " + t.path}
	}
}

// readSecret reads a file that holds one secret, and drops the one line break
// that editors put at the end.
func readSecret(path string) (string, error) {
	if err := guarded(path); err != nil {
		return "", err
	}
	raw, err := os.ReadFile(path) //nolint:gosec // the administrator names the file
	if err != nil {
		return "", fmt.Errorf("读不了：%w", plainly(err))
	}
	content := strings.TrimSuffix(strings.TrimSuffix(string(raw), "\n"), "\r")
	if content == "" {
		return "", errors.New("是空的")
	}
	return content, nil
}

// guarded refuses a file that everybody on the machine can read, and what is
// no ordinary file.
func guarded(path string) error {
	about, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("读不了：%w", plainly(err))
	}
	if !about.Mode().IsRegular() || about.Size() > secretFileMax {
		return errors.New("不是普通的小文件")
	}
	if about.Mode()&worldReadable != 0 {
		return errors.New("谁都能读（请执行 chmod 640）")
	}
	return nil
}
