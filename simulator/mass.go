package simulator

import (
	"encoding/json"
	"regexp"
	"slices"
	"time"
)

const (
	longestClientID  = 32
	clientIDLife     = 24 * time.Hour
	clientIDPause    = time.Minute
	massCallsMinute  = 60
	previewsPerDay   = 100
	massPerMonth     = 4
	fewestRecipients = 2
	mostRecipients   = 10_000
	typeArticles     = "mpnews"
)

var massFailure = regexp.MustCompile(`^err\([0-9]{1,6}\)$`)

func isMassStatus(said string) bool {
	return said == massSent || said == "send fail" || massFailure.MatchString(said)
}

type massRequest struct {
	Filter *struct {
		ToAll bool `json:"is_to_all"`
		Tag   int  `json:"tag_id"`
	} `json:"filter"`
	Articles *mediaRequest `json:"mpnews"`
	Type     string        `json:"msgtype"`
	ClientID string        `json:"clientmsgid"`
}

// sendToAll is mass/sendall. Without is_to_all it goes to a tag, and the stand-in has none.
func sendToAll(s *Simulator, c *call) (any, error) {
	in, err := decode[massRequest](c)
	if err != nil {
		return nil, err
	}
	if in.Filter == nil || !in.Filter.ToAll {
		return nil, refuse(45159)
	}
	var to []*person
	for _, name := range s.names {
		if p := s.people[name]; p.follow != nil {
			to = append(to, p)
		}
	}
	return s.massSend(c, in, to)
}

// sendToSome is mass/send, to a list of openids.
func sendToSome(s *Simulator, c *call) (any, error) {
	in, err := decode[struct {
		massRequest
		To []string `json:"touser"`
	}](c)
	if err != nil {
		return nil, err
	}
	if len(in.To) < fewestRecipients || len(in.To) > mostRecipients {
		return nil, refuse(40130)
	}
	var to []*person
	for _, openID := range in.To {
		p, err := s.recipient(c.account, openID)
		if err != nil {
			return nil, err
		}
		to = append(to, p)
	}
	return s.massSend(c, in.massRequest, to)
}

func (s *Simulator) massSend(c *call, in massRequest, to []*person) (any, error) {
	if err := s.desk.countCall(c.now); err != nil {
		return nil, err
	}
	if len(in.ClientID) > longestClientID {
		return nil, refuse(45067)
	}
	if known, ok := s.desk.clients[in.ClientID]; ok && in.ClientID != "" && c.now.Before(known.first.Add(clientIDLife)) {
		return s.sentBefore(c, in.ClientID, known)
	}
	found, err := s.massDraft(in)
	if err != nil {
		return nil, err
	}
	if !s.massQuota(c, to) {
		return nil, refuse(45028)
	}
	j := &job{id: firstPublishID + s.next(), dataID: firstPublishID + s.next(), mass: true, mediaID: found.mediaID, articles: slices.Clone(found.articles), to: to}
	if in.ClientID != "" {
		s.desk.clients[in.ClientID] = clientID{job: j.id, first: c.now, last: c.now}
	}
	s.begin(j)
	return reply{"errcode": 0, "errmsg": "send job submission success", "msg_id": j.id, "msg_data_id": j.dataID}, nil
}

// sentBefore answers the second use of a clientmsgid: never another mass send.
func (s *Simulator) sentBefore(c *call, id string, known clientID) (any, error) {
	again := c.now.Before(known.last.Add(clientIDPause))
	known.last = c.now
	s.desk.clients[id] = known
	if again {
		return nil, refuse(45066)
	}
	c.code = 45065
	return reply{"errcode": c.code, "errmsg": texts[c.code], "msg_id": known.job}, nil
}

func (s *Simulator) massDraft(in massRequest) (*draft, error) {
	if in.Type != typeArticles {
		return nil, refuse(40008)
	}
	if in.Articles == nil {
		return nil, refuse(40007)
	}
	return s.draftOf(in.Articles.MediaID)
}

func (d *desk) countCall(now time.Time) error {
	d.calls = slices.DeleteFunc(d.calls, func(at time.Time) bool { return !now.Before(at.Add(time.Minute)) })
	if len(d.calls) >= massCallsMinute {
		return refuse(45011)
	}
	d.calls = append(d.calls, now)
	return nil
}

// massQuota tells whether anybody can still be reached: a subscription account sends once a
// day, a service account reaches each follower four times in a calendar month.
func (s *Simulator) massQuota(c *call, to []*person) bool {
	if c.account.Kind == KindSubscription {
		return !slices.ContainsFunc(s.desk.jobs, func(j *job) bool {
			return j.mass && j.counts() && sameIn(j.updated, c.now, time.DateOnly)
		})
	}
	return len(to) == 0 || slices.ContainsFunc(to, func(p *person) bool { return s.reached(p, c.now) < massPerMonth })
}

// counts tells whether a mass send uses up quota: what failed does not.
func (j *job) counts() bool { return !j.finished || j.said == massSent }

// reached is how often a person was sent something in this month.
func (s *Simulator) reached(p *person, now time.Time) int {
	times := 0
	for _, j := range s.desk.jobs {
		if j.mass && j.counts() && sameIn(j.updated, now, "2006-01") && slices.Contains(j.to, p) {
			times++
		}
	}
	return times
}

// sameIn compares two moments by WeChat's calendar, which is Beijing's.
func sameIn(a, b time.Time, layout string) bool {
	return a.In(beijing()).Format(layout) == b.In(beijing()).Format(layout)
}

func (s *Simulator) finishMass(j *job) {
	total := len(j.to)
	open := slices.DeleteFunc(slices.Clone(j.to), func(p *person) bool {
		// The job itself is counted already.
		return s.accounts[OfficialAccount].Kind == KindService && s.reached(p, j.updated) > massPerMonth
	})
	j.said = s.desk.massStatus
	if j.said == massSent {
		s.putOut(j)
		j.status, j.to, j.sent = publishDone, open, len(open)
		for _, p := range open {
			s.showArticles(p, j.articles, "")
		}
	}
	s.tell(s.accounts[OfficialAccount], "MASSSENDJOBFINISH",
		field{"MsgID", j.id}, field{"Status", j.said}, field{"TotalCount", int64(total)}, field{"FilterCount", int64(len(open))},
		field{"SentCount", int64(j.sent)}, field{"ErrorCount", int64(len(open) - j.sent)},
		field{"ArticleUrlResult", fields{{"Count", int64(len(j.articles))}, {"ResultList", fields{{"item", j.addresses("ArticleIdx", "ArticleUrl")}}}}})
}

func (s *Simulator) showArticles(p *person, articles []article, before string) {
	for _, one := range articles {
		s.say(p, line{From: fromOfficial, Kind: "news", Title: before + one.Title, Text: one.Digest, URL: one.URL})
	}
}

// previewDraft is mass/preview: to one person, by openid or by the name of their WeChat.
func previewDraft(s *Simulator, c *call) (any, error) {
	in, err := decode[struct {
		massRequest
		To     string `json:"touser"`
		ToName string `json:"towxname"`
	}](c)
	if err != nil {
		return nil, err
	}
	p := s.people[in.ToName]
	if p == nil {
		if p, err = s.recipient(c.account, in.To); err != nil {
			return nil, err
		}
	}
	if p.follow == nil {
		return nil, refuse(43004)
	}
	found, err := s.massDraft(in.massRequest)
	if err != nil {
		return nil, err
	}
	s.desk.previews = slices.DeleteFunc(s.desk.previews, func(at time.Time) bool { return !sameIn(at, c.now, time.DateOnly) })
	if len(s.desk.previews) >= previewsPerDay {
		return nil, refuse(45009)
	}
	s.desk.previews = append(s.desk.previews, c.now)
	s.showArticles(p, found.articles, "［预览］")
	out := done()
	out["errmsg"], out["msg_id"] = "preview success", s.messageID()
	return out, nil
}

// massOf finds the mass send that a request names.
func (s *Simulator) massOf(id json.RawMessage) (*job, error) {
	j := s.jobOf(id, true)
	if j == nil {
		return nil, refuse(40059)
	}
	return j, nil
}

// readMass is mass/get.
func readMass(s *Simulator, c *call) (any, error) {
	in, err := decode[struct {
		ID json.RawMessage `json:"msg_id"`
	}](c)
	if err != nil {
		return nil, err
	}
	j, err := s.massOf(in.ID)
	if err != nil {
		return nil, err
	}
	status := "SEND_FAIL"
	switch {
	case !j.finished:
		status = "SENDING"
	case j.status == publishDeleted:
		status = "DELETE"
	case j.said == massSent:
		status = "SEND_SUCCESS"
	}
	return reply{"msg_id": j.id, "msg_status": status}, nil
}

// deleteMass is mass/delete. Who has the message keeps it; what it leads to is gone.
func deleteMass(s *Simulator, c *call) (any, error) {
	in, err := decode[struct {
		ID    json.RawMessage `json:"msg_id"`
		Index int             `json:"article_idx"`
	}](c)
	if err != nil {
		return nil, err
	}
	j, err := s.massOf(in.ID)
	if err != nil {
		return nil, err
	}
	if !j.finished || j.said != massSent || in.Index < 0 || in.Index > len(j.articles) {
		return nil, refuse(40059)
	}
	j.remove(in.Index)
	return done(), nil
}
