package main

import (
	"math"

	"lianxin/config"
	"lianxin/service/limit"
)

// limitRules are the settings of limits as the limiter takes them.
func limitRules(l config.Limits) map[limit.Class]limit.Rule {
	rules := map[limit.Class]limit.Rule{}
	for class, one := range map[limit.Class]config.Limit{
		limit.SignInWeChat: l.SignInWeChat, limit.SignInStaff: l.SignInStaff, limit.Refresh: l.Refresh, limit.Invitation: l.Invitation,
		limit.Send: l.Send, limit.Turn: l.Turn, limit.Upload: l.Upload, limit.Similar: l.Similar, limit.CheckCode: l.CheckCode,
		limit.Search: l.Search, limit.Read: l.Read, limit.Export: l.Export, limit.Write: l.Write,
	} {
		rules[class] = limit.Rule{Person: scaled(one.Person, l.Scale), Device: scaled(one.Device, l.Scale), Address: scaled(one.Address, l.Scale)}
	}
	return rules
}

// messageRateMax is the most messages of one person that are worth counting:
// beyond it there is no limit.
const messageRateMax = 2000

// messageRates are how many messages a person may send.
func messageRates(l config.Limits) []limit.Rate {
	rates := make([]limit.Rate, 0, len(l.Messages))
	for _, r := range l.Messages {
		if r := scaled(r, l.Scale); r.Times <= messageRateMax {
			rates = append(rates, r)
		}
	}
	return rates
}

// scaled multiplies a rate, as far as its tries can still be told apart.
func scaled(r config.Rate, by int) limit.Rate {
	times := min(int64(r.Times), math.MaxInt64/int64(max(1, by))) * int64(by)
	return limit.Rate{Times: int(min(times, int64(r.Per))), Per: r.Per}
}
