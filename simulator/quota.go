package simulator

import (
	"strings"
)

func callbackAddresses(*Simulator, *call) (any, error) {
	return reply{"ip_list": []string{"127.0.0.1", "101.226.103.0/25"}}, nil
}

const resetsPerMonth = 10

// clearQuota is clear_quota: ten times a month.
func clearQuota(_ *Simulator, c *call) (any, error) {
	in, err := decode[struct {
		AppID string `json:"appid"`
	}](c)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(in.AppID) != c.account.AppID {
		return nil, refuse(40013)
	}
	month := c.now.Format("2006-01")
	count := 0
	for _, at := range c.account.quotaResets {
		if at.Format("2006-01") == month {
			count++
		}
	}
	if count >= resetsPerMonth {
		return nil, refuse(48006)
	}
	c.account.quotaResets = append(c.account.quotaResets, c.now)
	return done(), nil
}
