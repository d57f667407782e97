package config

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// limitEntries are how often people may do what.
func limitEntries() []entry {
	class := func(name, standard string, at func(*Limits) *Limit, what string) entry {
		return set("limit."+name, standard, func(c *Config) *Limit { return at(&c.Limits) }, limits(),
			what+"的次数上限：person 每人、device 每次登录的设备、address 每个来访地址（只限未登录的人），写成“次数/时长”；off 为不限")
	}
	return []entry{
		set("limit.scale", "1", func(c *Config) *int { return &c.Limits.Scale }, number(1, 1_000_000),
			"把下面所有次数上限都乘以几；压力测试时用大的数，平时用 1"),
		set("limit.messages", "10/10m 50/1d", func(c *Config) *[]Rate { return &c.Limits.Messages }, rates(),
			"每人最多写多少封来信，可写几条，都要满足；off 为不限"),
		class("sign_in_wechat", "address=600/1m", func(l *Limits) *Limit { return &l.SignInWeChat }, "用微信登录"),
		class("sign_in_staff", "address=300/10m", func(l *Limits) *Limit { return &l.SignInStaff }, "工作人员登录"),
		class("refresh", "address=1200/1m", func(l *Limits) *Limit { return &l.Refresh }, "换新登录凭证"),
		class("invitation", "person=30/1h", func(l *Limits) *Limit { return &l.Invitation }, "输入邀请码"),
		class("send", "person=30/1m", func(l *Limits) *Limit { return &l.Send }, "提交来信（含重试）"),
		class("turn", "person=30/10m", func(l *Limits) *Limit { return &l.Turn }, "居民补充、继续反映、申请复核"),
		class("upload", "person=120/10m", func(l *Limits) *Limit { return &l.Upload }, "上传图片和文件"),
		class("similar", "person=120/1m address=1200/1m", func(l *Limits) *Limit { return &l.Similar }, "查找相似答复"),
		class("check_code", "person=60/1m address=600/1m", func(l *Limits) *Limit { return &l.CheckCode }, "核实查验码"),
		class("search", "person=240/1m address=6000/1m", func(l *Limits) *Limit { return &l.Search }, "搜索"),
		class("read", "person=1200/1m device=900/1m address=12000/1m", func(l *Limits) *Limit { return &l.Read }, "其他查看"),
		class("export", "person=20/1h", func(l *Limits) *Limit { return &l.Export }, "导出"),
		class("write", "person=600/1m device=450/1m address=1200/1m", func(l *Limits) *Limit { return &l.Write }, "其他提交"),
	}
}

// off says that there is no limit.
const off = "off"

// The bounds of a rate: what is longer or more is a slip of the pen.
const (
	rateTimesMax = 10_000_000
	ratePerMax   = 31 * 24 * time.Hour
)

// rate reads a number of times in a length of time, such as 30/1m.
func rate(s string) (Rate, error) {
	times, per, _ := strings.Cut(s, "/")
	n, err := strconv.Atoi(times)
	if err != nil || n < 1 || n > rateTimesMax {
		return Rate{}, errors.New("次数上限应写成 30/1m 这样的“次数/时长”")
	}
	d, err := duration(per)
	if err != nil || d < time.Second || d > ratePerMax {
		return Rate{}, errors.New("次数上限的时长应写成 1m、1h 或 1d，最短 1s，最长 31d")
	}
	return Rate{n, d}, nil
}

func showRate(r Rate) string { return strconv.Itoa(r.Times) + "/" + brief(r.Per) }

// rates reads several rates, separated by blanks.
func rates() form[[]Rate] {
	return form[[]Rate]{
		parse: func(s string) ([]Rate, error) {
			if s == off {
				return nil, nil
			}
			var all []Rate
			for one := range strings.FieldsSeq(s) {
				r, err := rate(one)
				if err != nil {
					return nil, err
				}
				all = append(all, r)
			}
			return all, nil
		},
		show: func(all []Rate) string {
			words := make([]string, 0, len(all))
			for _, r := range all {
				words = append(words, showRate(r))
			}
			return orOff(words)
		},
	}
}

func orOff(words []string) string {
	if len(words) == 0 {
		return off
	}
	return strings.Join(words, " ")
}

// limits reads the rates of person, device and address, separated by blanks.
func limits() form[Limit] {
	return form[Limit]{parse: parseLimit, show: showLimit}
}

func parseLimit(s string) (Limit, error) {
	var l Limit
	if s == off {
		return l, nil
	}
	var seen []string
	for one := range strings.FieldsSeq(s) {
		whose, text, _ := strings.Cut(one, "=")
		at := map[string]*Rate{"person": &l.Person, "device": &l.Device, "address": &l.Address}[whose]
		if at == nil || slices.Contains(seen, whose) {
			return Limit{}, errors.New("应写成 person=30/1m device=30/1m address=600/1m，每种至多一次，或 off")
		}
		r, err := rate(text)
		if err != nil {
			return Limit{}, err
		}
		*at, seen = r, append(seen, whose)
	}
	return l, nil
}

func showLimit(l Limit) string {
	var words []string
	for _, one := range []struct {
		whose string
		rate  Rate
	}{{"person", l.Person}, {"device", l.Device}, {"address", l.Address}} {
		if one.rate != (Rate{}) {
			words = append(words, fmt.Sprintf("%s=%s", one.whose, showRate(one.rate)))
		}
	}
	return orOff(words)
}
