package wechat

import (
	"context"
	"fmt"
	"strings"
	"time"

	"lianxin/model"
)

const (
	apiArticleFigures = "datacube/getarticletotaldetail"
	codeNotReady      = 61503
)

// ArticleFigures is what came of one public article. DataID and Index are the
// DataID of its Submitted and its place among the articles of it, from 1.
type ArticleFigures struct {
	DataID  string
	Index   string
	Address string
	Days    []DayFigures
}

// DayFigures is what was new from the publication to the end of a day: people,
// counted once a day. BySource names where readers came from in WeChat's words.
type DayFigures struct {
	Day      time.Time
	Readers  int
	Sharers  int
	Likes    int
	Hearts   int
	Comments int
	Keepers  int
	BySource map[string]int
}

// ArticleFigures returns the figures of what was made public on a day of
// Beijing's calendar, day by day for up to thirty days. They are there from 8 in
// the morning of the next day on; ready is false before. It fails like
// UploadPicture.
func (g *Gateway) ArticleFigures(ctx context.Context, published time.Time) (list []ArticleFigures, ready bool, err error) {
	day := model.Day(published)
	var answer figuresAnswer
	err = g.post(ctx, OfficialAccount, apiArticleFigures, struct {
		Begin string `json:"begin_date"`
		End   string `json:"end_date"`
	}{day, day}, &answer)
	if codeOf(err) == codeNotReady {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	for _, one := range answer.List {
		figures, err := one.figures()
		if err != nil {
			return nil, false, unreadable(apiArticleFigures, err.Error())
		}
		list = append(list, figures)
	}
	return list, true, nil
}

type figuresAnswer struct {
	List []figuresItem `json:"list"`
}

type figuresItem struct {
	ID      string `json:"msgid"`
	Address string `json:"content_url"`
	Days    []struct {
		Day      string `json:"stat_date"`
		Readers  int    `json:"read_user"`
		BySource []struct {
			Count int    `json:"user_count"`
			Name  string `json:"scene_desc"`
		} `json:"read_user_source"`
		Sharers  int `json:"share_user"`
		Hearts   int `json:"zaikan_user"`
		Likes    int `json:"like_user"`
		Comments int `json:"comment_count"`
		Keepers  int `json:"collection_user"`
	} `json:"detail_list"`
}

// figures reads one article of the answer.
func (i figuresItem) figures() (ArticleFigures, error) {
	id, index, found := strings.Cut(i.ID, "_")
	if !found {
		return ArticleFigures{}, fmt.Errorf("msgid %q names no article", i.ID)
	}
	out := ArticleFigures{DataID: id, Index: index, Address: i.Address}
	for _, d := range i.Days {
		day, err := time.ParseInLocation(time.DateOnly, d.Day, model.Shanghai)
		if err != nil {
			return ArticleFigures{}, fmt.Errorf("stat_date: %w", err)
		}
		counted := DayFigures{
			Day: day, Readers: d.Readers, Sharers: d.Sharers, Likes: d.Likes, Hearts: d.Hearts, Comments: d.Comments, Keepers: d.Keepers,
			BySource: map[string]int{},
		}
		for _, source := range d.BySource {
			counted.BySource[source.Name] += source.Count
		}
		out.Days = append(out.Days, counted)
	}
	return out, nil
}
