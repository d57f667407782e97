package simulator

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// How a publication stands, in the numbers of freepublish/get.
const (
	publishDone    = 0
	publishRunning = 1
	publishDeleted = 5
	publishBanned  = 6
)

const (
	massSent = "send success"
	// firstPublishID is as large as the ids of real traffic.
	firstPublishID = 2_247_000_000
	// helper is who tells of publications.
	helper = "mphelper"
)

// desk is what an official account has at mp.weixin.qq.com: pictures, drafts and articles.
type desk struct {
	materials map[string]material
	// pictures are the bytes of what was uploaded, by address.
	pictures     map[string][]byte
	pictureBytes int
	drafts       []*draft
	jobs         []*job
	previews     []time.Time
	calls        []time.Time
	clients      map[string]clientID

	hold          bool
	textIDs       bool
	publishStatus int
	massStatus    string
}

type material struct {
	kind, url string
}

// draft is one entry of the draft box.
type draft struct {
	mediaID  string
	articles []article
	updated  time.Time
}

// job is a publication or a mass send, from its submission on.
type job struct {
	id        int64
	dataID    int64 // msg_data_id: what the reading figures come under
	mass      bool
	mediaID   string
	articles  []article
	to        []*person
	status    int
	said      string
	sent      int
	articleID string
	finished  bool
	readings  []reading
	updated   time.Time
}

type clientID struct {
	job   int64
	first time.Time
	last  time.Time
}

func newDesk() desk {
	return desk{materials: map[string]material{}, pictures: map[string][]byte{}, clients: map[string]clientID{}, massStatus: massSent}
}

func (a *account) mayPublish() bool {
	return !a.Barred && (a.Verified || a.Kind == KindService)
}

func (a *account) mayMassSend() bool { return !a.Barred && a.Verified }

func (a *account) mayChoose() bool { return a.mayMassSend() && a.Kind == KindService }

// articleEndpoints are the paths by which articles are written, published and sent.
func articleEndpoints() map[string]endpoint {
	const get, post = http.MethodGet, http.MethodPost
	official := []string{OfficialAccount}
	all := map[string]endpoint{
		"/cgi-bin/media/uploadimg":        {method: post, most: largestUpload, answer: uploadPicture},
		"/cgi-bin/material/add_material":  {method: post, most: largestUpload, answer: addMaterial},
		"/cgi-bin/draft/add":              {method: post, most: largestUpload, answer: addDraft},
		"/cgi-bin/draft/get":              {method: post, answer: readDraft},
		"/cgi-bin/draft/update":           {method: post, most: largestUpload, answer: updateDraft},
		"/cgi-bin/draft/delete":           {method: post, answer: deleteDraft},
		"/cgi-bin/draft/count":            {method: get, answer: countDrafts},
		"/cgi-bin/draft/switch":           {method: post, answer: draftSwitch},
		"/cgi-bin/freepublish/submit":     {method: post, right: (*account).mayPublish, answer: submitDraft},
		"/cgi-bin/freepublish/get":        {method: post, right: (*account).mayPublish, answer: readPublication},
		"/cgi-bin/freepublish/getarticle": {method: post, right: (*account).mayPublish, answer: readArticle},
		"/cgi-bin/freepublish/batchget":   {method: post, right: (*account).mayPublish, answer: listPublications},
		"/cgi-bin/freepublish/delete":     {method: post, right: (*account).mayPublish, answer: deleteArticle},
		"/cgi-bin/message/mass/sendall":   {method: post, right: (*account).mayMassSend, answer: sendToAll},
		"/cgi-bin/message/mass/send":      {method: post, right: (*account).mayChoose, answer: sendToSome},
		"/cgi-bin/message/mass/preview":   {method: post, right: (*account).mayMassSend, answer: previewDraft},
		"/cgi-bin/message/mass/get":       {method: post, right: (*account).mayMassSend, answer: readMass},
		"/cgi-bin/message/mass/delete":    {method: post, right: (*account).mayMassSend, answer: deleteMass},
		"/datacube/getarticletotaldetail": {method: post, right: verified, answer: articleFigures},
	}
	for path, e := range all {
		e.accounts = official
		all[path] = e
	}
	return all
}

// begin starts a job. It ends in the same moment unless jobs are held.
func (s *Simulator) begin(j *job) {
	s.desk.jobs = append(s.desk.jobs, j)
	j.status, j.updated = publishRunning, s.now()
	if !s.desk.hold {
		s.finish(j)
	}
}

// finish ends a job as the settings say, and tells the callback.
func (s *Simulator) finish(j *job) {
	j.finished, j.updated = true, s.now()
	if j.mass {
		s.finishMass(j)
		return
	}
	j.status = s.desk.publishStatus
	if j.status == publishDone {
		s.putOut(j)
	}
	a := s.accounts[OfficialAccount]
	told := fields{{"publish_id", j.id}, {"publish_status", int64(j.status)}}
	switch j.status {
	case publishDone:
		told = append(told, field{"article_id", j.articleID}, field{"article_detail", fields{{"count", int64(len(j.articles))}, {"item", j.addresses("idx", "article_url")}}})
	default:
		for i := range j.articles {
			told = append(told, field{"fail_idx", int64(i + 1)})
		}
	}
	s.tell(a, "PUBLISHJOBFINISH", field{"PublishEventInfo", told})
}

// putOut makes the articles of a job public; their draft is no more.
func (s *Simulator) putOut(j *job) {
	j.articleID = random(24)
	for i := range j.articles {
		j.articles[i].URL = "http://mp.weixin.qq.com/s/" + random(16)
	}
	s.desk.forget(j.mediaID)
}

func (j *job) addresses(index, address string) []fields {
	var list []fields
	for i, one := range j.articles {
		list = append(list, fields{{index, int64(i + 1)}, {address, one.URL}})
	}
	return list
}

// tell pushes an event that no person caused.
func (s *Simulator) tell(a *account, name string, more ...field) {
	all := fields{{"ToUserName", a.originalID}, {"FromUserName", helper}, {"CreateTime", s.now().Unix()}, {"MsgType", "event"}, {"Event", name}}
	s.push(a, pushed{label: name, body: a.render(append(all, more...))})
}

// articleView is a public article as the control API shows it.
type articleView struct {
	ArticleID string    `json:"article_id"`
	Index     int       `json:"idx"`
	Title     string    `json:"title"`
	Digest    string    `json:"digest"`
	Content   string    `json:"content,omitempty"`
	URL       string    `json:"url"`
	Cover     string    `json:"cover"`
	By        string    `json:"by"`
	At        time.Time `json:"at"`
	Deleted   bool      `json:"deleted"`
}

func listArticles(s *Simulator, _ control) (any, error) {
	return reply{"articles": s.articleViews()}, nil
}

func (s *Simulator) articleViews() []articleView {
	views := []articleView{}
	for _, j := range s.desk.jobs {
		if j.articleID == "" {
			continue
		}
		by := "publish"
		if j.mass {
			by = "mass"
		}
		for i, one := range j.articles {
			views = append(views, articleView{
				ArticleID: j.articleID, Index: i + 1, Title: one.Title, Digest: one.Digest, Content: one.Content, URL: one.URL, By: by, At: j.updated, Deleted: one.deleted,
				Cover: strings.TrimPrefix(one.ThumbURL, "http://"+pictureHost),
			})
		}
	}
	return views
}

func readPublishing(s *Simulator, _ control) (any, error) {
	waiting := 0
	for _, j := range s.desk.jobs {
		if !j.finished {
			waiting++
		}
	}
	return reply{
		"hold": s.desk.hold, "publish_status": s.desk.publishStatus, "mass_status": s.desk.massStatus, "text_ids": s.desk.textIDs, "waiting": waiting,
	}, nil
}

// changePublishing sets how jobs end; what was held ends when hold does.
func changePublishing(s *Simulator, c control) (any, error) {
	in, err := read[struct {
		Hold          *bool   `json:"hold"`
		TextIDs       *bool   `json:"text_ids"`
		PublishStatus *int    `json:"publish_status"`
		MassStatus    *string `json:"mass_status"`
	}](c)
	if err != nil {
		return nil, err
	}
	if in.PublishStatus != nil && (*in.PublishStatus < publishDone || *in.PublishStatus > publishBanned || *in.PublishStatus == publishRunning) {
		return nil, wrong("publish_status is 0 or 2 to 6; hold keeps jobs running")
	}
	if in.MassStatus != nil && !isMassStatus(*in.MassStatus) {
		return nil, wrong("mass_status is send success, send fail or err(number)")
	}
	put(&s.desk.hold, in.Hold)
	put(&s.desk.textIDs, in.TextIDs)
	put(&s.desk.publishStatus, in.PublishStatus)
	put(&s.desk.massStatus, in.MassStatus)
	for _, j := range s.desk.jobs {
		if !j.finished && !s.desk.hold {
			s.finish(j)
		}
	}
	return readPublishing(s, c)
}

// shownID is a publication's id as the account's traffic has it: a number, or a text.
func (s *Simulator) shownID(id int64) any {
	if s.desk.textIDs {
		return strconv.FormatInt(id, 10)
	}
	return id
}
