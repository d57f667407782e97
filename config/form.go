package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

func asIs(s string) string { return s }

func text() form[string] {
	return form[string]{parse: func(s string) (string, error) { return s, nil }, show: asIs}
}

// word reads text of a pattern; wrong says what is expected.
func word(pattern *regexp.Regexp, wrong string) form[string] {
	return form[string]{
		parse: func(s string) (string, error) {
			if !pattern.MatchString(s) {
				return "", errors.New(wrong)
			}
			return s, nil
		},
		show: asIs,
	}
}

// choice reads one of a few words.
func choice[T ~string](allowed ...T) form[T] {
	return form[T]{
		parse: func(s string) (T, error) {
			if slices.Contains(allowed, T(s)) {
				return T(s), nil
			}
			words := make([]string, 0, len(allowed))
			for _, a := range allowed {
				words = append(words, string(a))
			}
			return "", fmt.Errorf("只能是 %s", strings.Join(words, "、"))
		},
		show: func(v T) string { return string(v) },
	}
}

// onOff also takes true and false, which is how YAML files say it.
func onOff() form[bool] {
	return form[bool]{
		bare: asSwitch,
		parse: func(s string) (bool, error) {
			switch s {
			case "on", "true":
				return true, nil
			case "off", "false":
				return false, nil
			}
			return false, errors.New("只能是 on 或 off")
		},
		show: func(on bool) string {
			if on {
				return "on"
			}
			return "off"
		},
	}
}

func number(least, most int) form[int] {
	return form[int]{
		bare: asDigits,
		parse: func(s string) (int, error) {
			n, err := strconv.Atoi(s)
			if err != nil || n < least || n > most {
				return 0, fmt.Errorf("应是 %d 到 %d 的整数", least, most)
			}
			return n, nil
		},
		show: strconv.Itoa,
	}
}

// span reads a length of time such as 90s, 2h or 30d.
func span(least, most time.Duration) form[time.Duration] {
	return form[time.Duration]{
		parse: func(s string) (time.Duration, error) {
			d, err := duration(s)
			if err != nil {
				return 0, errors.New("应写成 90s、30m、2h 或 30d 这样的时长")
			}
			if d < least || d > most {
				return 0, fmt.Errorf("应在 %s 到 %s 之间", brief(least), brief(most))
			}
			return d, nil
		},
		show: brief,
	}
}

func duration(s string) (time.Duration, error) {
	days, ok := strings.CutSuffix(s, "d")
	if !ok {
		return time.ParseDuration(s)
	}
	n, err := strconv.ParseUint(days, 10, 16)
	return time.Duration(n) * 24 * time.Hour, err
}

// brief drops the zero minutes and seconds that time.Duration writes.
func brief(d time.Duration) string {
	s := d.String()
	if whole, ok := strings.CutSuffix(s, "m0s"); ok {
		s = whole + "m"
	}
	if whole, ok := strings.CutSuffix(s, "h0m"); ok {
		s = whole + "h"
	}
	return s
}

// units are the sizes that can be written, the largest first.
var units = []struct {
	name  string
	bytes int64
}{{"MiB", 1 << 20}, {"KiB", 1 << 10}, {"", 1}}

// size reads a number of bytes such as 10MiB, 512KiB or 1000000.
func size(least, most int64) form[int64] {
	return form[int64]{
		bare: asDigits,
		parse: func(s string) (int64, error) {
			for _, u := range units {
				digits, ok := strings.CutSuffix(s, u.name)
				if !ok {
					continue
				}
				n, err := strconv.ParseInt(digits, 10, 64)
				if err != nil || n < 0 {
					return 0, errors.New("应写成 10MiB、512KiB 或字节数")
				}
				// By division, for the product may overflow.
				if n > most/u.bytes || n*u.bytes < least {
					return 0, fmt.Errorf("应在 %s 到 %s 之间", inUnits(least), inUnits(most))
				}
				return n * u.bytes, nil
			}
			return 0, nil
		},
		show: inUnits,
	}
}

func inUnits(n int64) string {
	for _, u := range units {
		if n >= u.bytes && n%u.bytes == 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10)
}

func logLevel() form[slog.Level] {
	names := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	return form[slog.Level]{
		parse: func(s string) (slog.Level, error) {
			level, ok := names[s]
			if !ok {
				return 0, errors.New("只能是 debug、info、warn、error")
			}
			return level, nil
		},
		show: func(l slog.Level) string { return strings.ToLower(l.String()) },
	}
}

// address reads host and port. No host means all addresses of the machine.
func address() form[string] {
	return form[string]{
		parse: func(s string) (string, error) {
			host, port, err := net.SplitHostPort(s)
			if err != nil || strings.ContainsAny(host, " /") {
				return "", errors.New("应写成“主机:端口”，如 127.0.0.1:8080")
			}
			if _, err := strconv.ParseUint(port, 10, 16); err != nil {
				return "", errors.New("端口应是 0 到 65535 的数字")
			}
			return s, nil
		},
		show: asIs,
	}
}

// addressOrOff is address for a listener that can be left out.
func addressOrOff() form[string] {
	given := address()
	return form[string]{
		parse: func(s string) (string, error) {
			if s == "off" {
				return "", nil
			}
			return given.parse(s)
		},
		show: func(s string) string {
			if s == "" {
				return "off"
			}
			return s
		},
	}
}

// networks reads addresses and networks, separated by commas.
func networks() form[[]netip.Prefix] {
	return form[[]netip.Prefix]{
		bare: asList,
		parse: func(s string) ([]netip.Prefix, error) {
			var all []netip.Prefix
			for one := range strings.SplitSeq(s, ",") {
				p, err := network(strings.TrimSpace(one))
				if err != nil {
					return nil, err
				}
				all = append(all, p)
			}
			return all, nil
		},
		show: func(all []netip.Prefix) string {
			words := make([]string, 0, len(all))
			for _, p := range all {
				words = append(words, p.String())
			}
			return strings.Join(words, ",")
		},
	}
}

func network(s string) (netip.Prefix, error) {
	if one, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(one.WithZone(""), one.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, errors.New("应是用逗号分开的地址或网段，如 10.0.0.0/8,192.168.1.5")
	}
	if p.Bits() == 0 {
		return netip.Prefix{}, fmt.Errorf("不能信任所有地址（%s）：任何人都能伪造来访地址", s)
	}
	return p.Masked(), nil
}
