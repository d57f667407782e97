package open

import (
	"context"
	"math"
	"net/http"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/directory"
	"lianxin/service/limit"
)

const tagFind = "找代表"

// AreaView is an area as the public sees it.
type AreaView struct {
	ID       string          `json:"id"`
	ParentID string          `json:"parent_id,omitempty"`
	Level    model.AreaLevel `json:"level" enum:"district,street,community"`
	Name     string          `json:"name"`
}

func viewArea(a model.Area) AreaView { return AreaView{a.ID, a.ParentID, a.Level, a.Name} }

func viewAreas(areas []model.Area) []AreaView {
	views := []AreaView{}
	for _, a := range areas {
		views = append(views, viewArea(a))
	}
	return views
}

// CountedArea is an area with how many representatives serve it.
type CountedArea struct {
	AreaView
	Serving int `json:"serving" doc:"有几位代表"`
}

type areaList struct {
	Items []CountedArea `json:"items"`
}

type areaPlace struct {
	CountedArea
	Above []AreaView `json:"above" doc:"上级，由大到小"`
}

type areaHit struct {
	AreaView
	Above  []AreaView           `json:"above"`
	Reason directory.AreaReason `json:"reason" enum:"name,address" doc:"按名称还是按地址找到"`
}

type areaHits struct {
	Items []areaHit `json:"items"`
}

type parentQuery struct {
	Parent string `query:"parent" maxLength:"36" doc:"上级区域；留空为最上一级"`
}

type textQuery struct {
	Text string `query:"q" minLength:"1" maxLength:"100" required:"true" doc:"社区名、拼音、首字母，或门牌地址"`
}

// nearQuery is where a phone is. It is rounded to a hundredth of a degree, about
// a kilometre, by the phone itself, and again here.
type nearQuery struct {
	Latitude  float64 `query:"latitude" required:"true" minimum:"-90" maximum:"90" doc:"纬度，精确到百分之一度即可"`
	Longitude float64 `query:"longitude" required:"true" minimum:"-180" maximum:"180" doc:"经度，精确到百分之一度即可"`
}

func (in nearQuery) place() model.Place {
	return model.Place{Latitude: math.Round(in.Latitude*100) / 100, Longitude: math.Round(in.Longitude*100) / 100}
}

type nearArea struct {
	AreaView
	Above []AreaView `json:"above" doc:"上级，由大到小"`
	Near  int        `json:"near" doc:"社区中心离这里大约多少米，取整到百米"`
}

type nearAreas struct {
	Items []nearArea `json:"items"`
}

func (r Room) registerAreas(api endpoint.API) {
	endpoint.Register(api, endpoint.Route{Method: http.MethodGet, Path: "/api/v1/areas", ID: "areas", Summary: "下一级区域", Tag: tagFind, Who: endpoint.Anyone(), Cached: true},
		func(ctx context.Context, in *parentQuery) (*endpoint.Body[areaList], error) {
			areas, err := r.Directory.Areas(ctx, in.Parent)
			if err != nil {
				return nil, err
			}
			list := areaList{Items: []CountedArea{}}
			for _, a := range areas {
				list.Items = append(list.Items, CountedArea{viewArea(a.Area), a.Serving})
			}
			return endpoint.Of(list), nil
		})
	endpoint.Register(api, endpoint.Route{Method: http.MethodGet, Path: "/api/v1/areas/search", ID: "search-areas", Limit: limit.Search, Summary: "按名称或地址找区域", Tag: tagFind, Who: endpoint.Anyone(), Cached: true},
		func(ctx context.Context, in *textQuery) (*endpoint.Body[areaHits], error) {
			found, err := r.Directory.SearchAreas(ctx, in.Text)
			if err != nil {
				return nil, err
			}
			hits := areaHits{Items: []areaHit{}}
			for _, h := range found {
				hits.Items = append(hits.Items, areaHit{viewArea(h.Area), viewAreas(h.Above), h.Reason})
			}
			return endpoint.Of(hits), nil
		})
	endpoint.Register(api, endpoint.Route{Method: http.MethodGet, Path: "/api/v1/areas/near", ID: "areas-near", Limit: limit.Search, Summary: "离一个位置最近的社区", Tag: tagFind, Who: endpoint.Anyone(), Cached: true},
		func(ctx context.Context, in *nearQuery) (*endpoint.Body[nearAreas], error) {
			found, err := r.Directory.AreasNear(ctx, in.place())
			if err != nil {
				return nil, err
			}
			near := nearAreas{Items: []nearArea{}}
			for _, n := range found {
				near.Items = append(near.Items, nearArea{viewArea(n.Area), viewAreas(n.Above), (n.Metres + 50) / 100 * 100})
			}
			return endpoint.Of(near), nil
		})
	endpoint.Register(api, endpoint.Route{Method: http.MethodGet, Path: "/api/v1/areas/{id}", ID: "area", Summary: "一个区域", Tag: tagFind, Who: endpoint.Anyone(), Cached: true},
		func(ctx context.Context, in *endpoint.ID) (*endpoint.Body[areaPlace], error) {
			a, err := r.Directory.Area(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			return endpoint.Of(areaPlace{CountedArea{viewArea(a.Area), a.Serving}, viewAreas(a.Above)}), nil
		})
}

type topicView struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type topicList struct {
	Items []topicView `json:"items"`
}

func viewTopics(topics []model.Topic) []topicView {
	views := []topicView{}
	for _, t := range topics {
		views = append(views, topicView{t.ID, t.Name})
	}
	return views
}

type unitView struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Duty string `json:"duty,omitempty"`
}

type unitList struct {
	Items []unitView `json:"items"`
}

// Card is a representative in a list.
type Card struct {
	ID           string            `json:"id"`
	Name         string            `json:"name"`
	Post         string            `json:"post,omitempty"`
	Employer     string            `json:"employer,omitempty"`
	Field        string            `json:"field,omitempty"`
	Composition  model.Composition `json:"composition" enum:"cadre,professional,model,military"`
	Term         string            `json:"term,omitempty"`
	Delegation   string            `json:"delegation,omitempty"`
	ElectingUnit string            `json:"electing_unit,omitempty"`
	ElectingID   string            `json:"electing_unit_id,omitempty" doc:"可用于按选举单位筛选"`
	Areas        []AreaView        `json:"areas"`
	Topics       []topicView       `json:"topics"`
	PictureURL   string            `json:"picture_url,omitempty"`
	AwayUntil    string            `json:"away_until,omitempty" doc:"外出到哪一天；期间来信由工作室代办"`
}

func (r Room) cards(found []directory.Card) []Card {
	cards := []Card{}
	for _, c := range found {
		cards = append(cards, r.viewCard(c))
	}
	return cards
}

func (r Room) viewCard(c directory.Card) Card {
	rep := c.Representative
	v := Card{
		ID: rep.ID, Name: rep.Name, Post: rep.Post, Employer: rep.Employer, Field: rep.Field, Composition: rep.Composition, Term: c.Term,
		Delegation: c.Delegation, ElectingUnit: c.ElectingUnit, ElectingID: rep.ElectingUnitID, Areas: viewAreas(c.Areas), Topics: viewTopics(c.Topics), AwayUntil: rep.AwayUntil,
	}
	if rep.PictureID != "" {
		_, v.PictureURL = r.Link(rep.PictureID)
	}
	return v
}

type findQuery struct {
	endpoint.Paging
	Text         string            `query:"q" maxLength:"100" doc:"姓名、拼音、首字母，或社区、单位、主题"`
	AreaID       string            `query:"area" maxLength:"36"`
	Address      string            `query:"address" maxLength:"100" doc:"门牌地址，例如 建设路12号"`
	Topic        string            `query:"topic" maxLength:"36" doc:"主题编号"`
	ElectingUnit string            `query:"electing_unit" maxLength:"36" doc:"选举单位编号；按名称找请用 q"`
	Employer     string            `query:"employer" maxLength:"60" doc:"工作单位名称的一部分"`
	Composition  model.Composition `query:"composition" enum:"cadre,professional,model,military"`
}

type cardList struct {
	Items []Card `json:"items"`
	Next  string `json:"next,omitempty"`
}

type hourView struct {
	Weekday int    `json:"weekday" doc:"1 星期一 … 7 星期日"`
	Opens   string `json:"opens" example:"14:00"`
	Closes  string `json:"closes" example:"17:00"`
}

type studioView struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Address    string     `json:"address,omitempty"`
	OfficeLine string     `json:"office_line,omitempty" doc:"办公电话"`
	Hours      []hourView `json:"hours"`
}

type figures struct {
	Received             int      `json:"received"`
	Answered             int      `json:"answered"`
	MedianFirstTouchDays *float64 `json:"median_first_touch_days,omitempty"`
}

type profile struct {
	Card
	Introduction string        `json:"introduction,omitempty"`
	AwayNote     string        `json:"away_note,omitempty"`
	OfficeLine   string        `json:"office_line,omitempty"`
	Hours        []hourView    `json:"hours,omitempty" doc:"代表自己说的接待时间"`
	Studio       *studioView   `json:"studio,omitempty"`
	Articles     []ArticleView `json:"articles"`
	Figures      *figures      `json:"figures,omitempty" doc:"样本太少时不显示"`
}

func (r Room) registerRepresentatives(api endpoint.API) {
	endpoint.Register(api, endpoint.Route{Method: http.MethodGet, Path: "/api/v1/topics", ID: "topics", Summary: "可以反映的主题", Tag: tagFind, Who: endpoint.Anyone(), Cached: true},
		func(ctx context.Context, _ *struct{}) (*endpoint.Body[topicList], error) {
			topics, err := r.Directory.Topics(ctx)
			if err != nil {
				return nil, err
			}
			return endpoint.Of(topicList{viewTopics(topics)}), nil
		})
	endpoint.Register(api, endpoint.Route{Method: http.MethodGet, Path: "/api/v1/units", ID: "units", Summary: "承办单位", Tag: tagFind, Who: endpoint.Anyone(), Cached: true},
		func(ctx context.Context, _ *struct{}) (*endpoint.Body[unitList], error) {
			units, err := r.Directory.Units(ctx)
			if err != nil {
				return nil, err
			}
			list := unitList{Items: []unitView{}}
			for _, u := range units {
				list.Items = append(list.Items, unitView{u.ID, u.Name, u.Duty})
			}
			return endpoint.Of(list), nil
		})
	endpoint.Register(api, endpoint.Route{Method: http.MethodGet, Path: "/api/v1/representatives", ID: "representatives", Limit: limit.Search, Summary: "找代表", Tag: tagFind, Who: endpoint.Anyone(), Cached: true},
		func(ctx context.Context, in *findQuery) (*endpoint.Body[cardList], error) {
			found, next, err := r.Directory.Representatives(ctx, directory.Find{
				Text: in.Text, AreaID: in.AreaID, Address: in.Address, Topic: in.Topic, ElectingUnit: in.ElectingUnit, Employer: in.Employer, Composition: in.Composition,
			}, in.Page())
			if err != nil {
				return nil, err
			}
			return endpoint.Of(cardList{r.cards(found), next}), nil
		})
	endpoint.Register(api, endpoint.Route{Method: http.MethodGet, Path: "/api/v1/representatives/{id}", ID: "representative", Summary: "一位代表", Tag: tagFind, Who: endpoint.Anyone(), Cached: true},
		func(ctx context.Context, in *endpoint.ID) (*endpoint.Body[profile], error) {
			p, err := r.Directory.Profile(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			return endpoint.Of(r.viewProfile(p)), nil
		})
}

func (r Room) viewProfile(p directory.Profile) profile {
	rep := p.Representative
	v := profile{Card: r.viewCard(p.Card), Introduction: rep.Introduction, AwayNote: rep.AwayNote, OfficeLine: rep.OfficeLine, Articles: []ArticleView{}}
	if p.Studio != nil {
		v.Studio = &studioView{ID: p.Studio.ID, Name: p.Studio.Name, Address: p.Studio.Address, OfficeLine: p.Studio.OfficeLine, Hours: []hourView{}}
		for _, h := range p.Studio.Hours {
			v.Studio.Hours = append(v.Studio.Hours, hourView{h.Weekday, h.Opens, h.Closes})
		}
	}
	for _, h := range p.Hours {
		v.Hours = append(v.Hours, hourView{h.Weekday, h.Opens, h.Closes})
	}
	for _, a := range p.Articles {
		v.Articles = append(v.Articles, r.viewArticle(a))
	}
	if p.Figures != nil {
		f := figures(*p.Figures)
		v.Figures = &f
	}
	return v
}
