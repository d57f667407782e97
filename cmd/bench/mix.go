package main

import (
	"encoding/json"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"

	"lianxin/service/message"
)

// measured is one thing that is measured: what is asked, how it is chosen, and
// which yardstick counts.
type measured struct {
	name  string
	title string
	// yardstick is the one the aim speaks of, and least the ratio aimed at.
	yardstick string
	least     float64
	requests  []request
	// skewed asks for the first ones far more often.
	skewed bool
	// writes marks what changes data: its answers are not compared word by word.
	writes bool
}

func (m measured) pick(dice *rand.Rand) request {
	if m.skewed {
		u := dice.Float64()
		return m.requests[int(u*u*u*float64(len(m.requests)))]
	}
	return m.requests[dice.IntN(len(m.requests))]
}

// How many different people take part in a mix.
const (
	askersMax = 400
	namesMax  = 100
)

// mixes are what is measured; the people who ask are those who write and are
// written to in the smallest history, so that the same ask everywhere.
func mixes(w *world, least int) []measured {
	const memory, plain = "memory", "bare"
	writing, written := w.active(least)
	return []measured{
		{name: "area", title: "按区域找代表", yardstick: memory, least: 0.9, requests: byArea(w)},
		{name: "name", title: "按姓名找代表", yardstick: memory, least: 0.9, requests: byName(w)},
		{name: "pinyin", title: "按拼音找代表", yardstick: memory, least: 0.9, requests: byPinyin(w)},
		{name: "profile", title: "代表主页", yardstick: memory, least: 0.9, requests: profiles(w), skewed: true},
		{name: "articles", title: "动态列表", yardstick: memory, least: 0.9, requests: []request{get("/api/v1/articles", "")}},
		{name: "mine", title: "我的来信", yardstick: plain, least: 0.8, requests: repeated(min(askersMax, w.signedInResidents, writing/10), func(i int) request { return get("/api/v1/messages", residentToken(i)) })},
		{name: "inbox", title: "代表收件箱", yardstick: plain, least: 0.8, requests: repeated(min(askersMax, w.signedInRepresentatives, written), func(i int) request { return get("/api/v1/representative/messages", representativeToken(i)) })},
		{name: "queue", title: "联络办队列", yardstick: plain, least: 0.8, requests: queues(w)},
		{name: "send", title: "写信", yardstick: plain, least: 0.7, requests: sends(w), writes: true},
	}
}

func get(target, token string) request { return request{method: "GET", target: target, token: token} }

func repeated(n int, one func(i int) request) []request {
	var all []request
	for i := range n {
		all = append(all, one(i))
	}
	return all
}

func byArea(w *world) []request {
	return repeated(len(w.communities), func(i int) request { return get("/api/v1/representatives?area="+w.communities[i].ID, "") })
}

// distinct are the first different words that representatives are looked for by.
func distinct(word func(i int) string) []request {
	seen := map[string]bool{}
	var all []request
	for i := 0; len(all) < namesMax; i++ {
		text := word(i)
		if !seen[text] {
			seen[text] = true
			all = append(all, get("/api/v1/representatives?q="+url.QueryEscape(text), ""))
		}
	}
	return all
}

func byName(w *world) []request {
	return distinct(func(i int) string { return w.representatives[i].Name })
}

func byPinyin(w *world) []request {
	return distinct(func(i int) string { return strings.ReplaceAll(w.representatives[i].Pinyin, " ", "") })
}

func profiles(w *world) []request {
	return repeated(len(w.representatives), func(i int) request { return get("/api/v1/representatives/"+w.representatives[i].ID, "") })
}

// queues are the queues of every officer, whole and narrowed: the district's
// reaches over everything.
func queues(w *world) []request {
	var all []request
	for _, which := range slices.Sorted(func(yield func(message.Which) bool) {
		for which := range narrowings {
			if !yield(which) {
				return
			}
		}
	}) {
		target := "/api/v1/staff/messages"
		if which != message.WhichAll {
			target += "?which=" + string(which)
		}
		for i := range w.officers {
			all = append(all, get(target, officerToken(i)))
		}
	}
	return all
}

func sends(w *world) []request {
	//nolint:gosec // the same mix every time
	dice := rand.New(rand.NewPCG(9, 9))
	return repeated(w.signedInResidents, func(i int) request {
		body, err := json.Marshal(draft{
			RepresentativeID: pick(dice, w.representatives).ID, TopicID: pick(dice, w.topics).ID, Body: prose(dice, 100), Place: "幸福路口", ConsentHandOver: true,
		})
		if err != nil {
			panic(err) // text always encodes
		}
		return request{method: "POST", target: "/api/v1/messages", token: residentToken(i), body: string(body), unique: true}
	})
}
