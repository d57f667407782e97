package simulator

import (
	"slices"
	"strings"
	"time"
)

// jump is where a link or a scheme leads.
type jump struct {
	Path    string `json:"path"`
	Query   string `json:"query"`
	Version string `json:"env_version"`
}

// expiry is when a link or a scheme ends: at a moment (0) or after some days (1).
type expiry struct {
	Type     int   `json:"expire_type"`
	Time     int64 `json:"expire_time"`
	Interval int   `json:"expire_interval"`
}

func (j jump) check(a *account) error {
	switch {
	case !a.Verified:
		return refuseBecause(40002, "no permission to generate")
	case strings.Contains(j.Path, "?") || j.Path != "" && !a.hasPage(j.Path):
		return refuse(40165)
	case len(j.Query) > longestMiniURL || !queryForm.MatchString(j.Query):
		return refuse(40212)
	case !slices.Contains(versions, j.Version):
		return refuse(85402)
	}
	return nil
}

func (e expiry) check(now time.Time) error {
	switch {
	case e.Type == 0 && e.Time == 0:
		return nil // WeChat's own limit of 30 days holds
	case e.Type == 0:
		left := time.Unix(e.Time, 0).Sub(now)
		if left < time.Minute || left > linkLife {
			return refuse(85401)
		}
	case e.Type != 1 || e.Interval < 1 || e.Interval > 30:
		return refuse(85401)
	}
	return nil
}

func urlLink(_ *Simulator, c *call) (any, error) {
	in, err := decode[struct {
		jump
		expiry
	}](c)
	if err != nil {
		return nil, err
	}
	if err := in.jump.check(c.account); err != nil {
		return nil, err
	}
	if err := in.expiry.check(c.now); err != nil {
		return nil, err
	}
	out := done()
	out["url_link"] = "https://wxaurl.cn/" + randomHex(6)
	return out, nil
}

func urlScheme(_ *Simulator, c *call) (any, error) {
	in, err := decode[struct {
		Jump jump `json:"jump_wxa"`
		expiry
	}](c)
	if err != nil {
		return nil, err
	}
	if err := in.Jump.check(c.account); err != nil {
		return nil, err
	}
	if err := in.check(c.now); err != nil {
		return nil, err
	}
	out := done()
	out["openlink"] = "weixin://dl/business/?t=" + randomHex(8)
	return out, nil
}
