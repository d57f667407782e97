package simulator

import (
	"strconv"
	"time"
)

const (
	// figuresReadyAt is the hour in Beijing at which yesterday's figures are there.
	figuresReadyAt = 8
	// figuresDays is how long an article is counted, its day of publication included.
	figuresDays = 30
	everySource = "全部"
	otherSource = "其他"
)

// sources are where readers come from, as the figures name them, by what the phone says.
func sources() map[string]string {
	return map[string]string{"message": "公众号消息", "profile": "公众号主页", "friend": "聊天会话", "moments": "朋友圈"}
}

// reading is one opening of an article by a person, or a sharing of it.
type reading struct {
	article int
	who     string
	at      time.Time
	source  string
	shared  bool
}

func beijing() *time.Location { return time.FixedZone("CST", 8*60*60) }

// dayOf is the calendar day of WeChat, at its beginning.
func dayOf(at time.Time) time.Time {
	year, month, day := at.In(beijing()).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, beijing())
}

// lastFigures is the last day whose figures are there.
func lastFigures(now time.Time) time.Time {
	today := dayOf(now)
	if now.In(beijing()).Hour() < figuresReadyAt {
		return today.AddDate(0, 0, -2)
	}
	return today.AddDate(0, 0, -1)
}

// articleFigures is datacube/getarticletotaldetail: of what was made public on one day, what came
// of it until each later day. The figures of a day are what was new since the publication.
func articleFigures(s *Simulator, c *call) (any, error) {
	in, err := decode[struct {
		Begin string `json:"begin_date"`
		End   string `json:"end_date"`
	}](c)
	if err != nil {
		return nil, err
	}
	begin, err := time.ParseInLocation(time.DateOnly, in.Begin, beijing())
	if err != nil {
		return nil, refuse(61500)
	}
	end, err := time.ParseInLocation(time.DateOnly, in.End, beijing())
	switch last := lastFigures(c.now); {
	case err != nil:
		return nil, refuse(61500)
	case !begin.Equal(end) || !end.Before(dayOf(c.now)):
		return nil, refuse(61501)
	case end.After(last):
		return nil, refuse(61503)
	}
	list := []reply{}
	for _, j := range s.desk.jobs {
		if j.articleID == "" || !dayOf(j.updated).Equal(begin) {
			continue
		}
		for i, one := range j.articles {
			published := 1
			if j.mass {
				published = 0
			}
			list = append(list, reply{
				"ref_date": in.Begin, "msgid": strconv.FormatInt(j.dataID, 10) + "_" + strconv.Itoa(i+1), "publish_type": published,
				"title": one.Title, "content_url": one.URL, "detail_list": j.figures(i, begin, lastFigures(c.now)),
			})
		}
	}
	return reply{"list": list, "is_delay": false}, nil
}

// figures counts the readers of an article from its day on, for each day to the last.
func (j *job) figures(article int, from, last time.Time) []reply {
	if most := from.AddDate(0, 0, figuresDays-1); last.After(most) {
		last = most
	}
	var list []reply
	for day := from; !day.After(last); day = day.AddDate(0, 0, 1) {
		bySource, shares := j.count(article, day.AddDate(0, 0, 1))
		counted := []reply{}
		for _, source := range append([]string{everySource}, sourceNames()...) {
			if n := bySource[source]; n > 0 {
				counted = append(counted, reply{"user_count": n, "scene_desc": source})
			}
		}
		list = append(list, reply{
			"stat_date": day.Format(time.DateOnly), "read_user": bySource[everySource], "read_user_source": counted, "share_user": shares,
			"zaikan_user": 0, "like_user": 0, "comment_count": 0, "collection_user": 0,
		})
	}
	return list
}

func sourceNames() []string {
	return []string{sources()["message"], sources()["profile"], sources()["friend"], sources()["moments"], otherSource}
}

// count adds up each day's readers by source and those who shared, until a moment.
func (j *job) count(article int, until time.Time) (bySource map[string]int, shares int) {
	type once struct {
		who, source, day string
		shared           bool
	}
	bySource, seen := map[string]int{}, map[once]bool{}
	for _, r := range j.readings {
		key := once{r.who, "", dayOf(r.at).Format(time.DateOnly), r.shared}
		if r.article != article || !r.at.Before(until) || seen[key] {
			continue
		}
		seen[key] = true
		if r.shared {
			shares++
			continue
		}
		bySource[everySource]++
		bySource[r.source]++
	}
	return bySource, shares
}
