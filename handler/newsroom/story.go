package newsroom

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/masking"
	"lianxin/service/newsroom"
	"lianxin/service/picture/raster"
)

const (
	storyTag = "典型案例"
	stories  = "/api/v1/staff/stories"
	oneStory = stories + "/{id}"
)

type candidateView struct {
	MessageID      string    `json:"message_id"`
	Topic          string    `json:"topic"`
	Area           string    `json:"area"`
	Representative string    `json:"representative"`
	SubmittedAt    time.Time `json:"submitted_at"`
	SolvedAt       time.Time `json:"solved_at"`
}

type candidateList struct {
	Items []candidateView `json:"items"`
	Next  string          `json:"next,omitempty"`
}

type channelView struct {
	Channel model.StoryChannel `json:"channel" enum:"mini_program,official_account,press"`
	Name    string             `json:"name"`
}

type storyConsentView struct {
	Party      model.StoryParty        `json:"party" enum:"resident,writer,representative,pictured"`
	PartyWords string                  `json:"party_words"`
	Name       string                  `json:"name,omitempty" doc:"只有照片中的人才写称呼"`
	Channel    model.StoryChannel      `json:"channel" enum:"mini_program,official_account,press"`
	State      model.StoryConsentState `json:"state" enum:"asked,given,on_paper,refused,taken_back"`
	Reachable  bool                    `json:"reachable" doc:"能在手机上自己决定；否则可以登记纸质授权"`
	Evidence   string                  `json:"evidence,omitempty"`
	AnsweredAt *time.Time              `json:"answered_at,omitempty"`
}

type storyView struct {
	ID             string               `json:"id"`
	State          model.CaseStoryState `json:"state" enum:"asking,writing,shown,agreed,declined,dropped,withdrawn"`
	StateWords     string               `json:"state_words"`
	Topic          string               `json:"topic"`
	Area           string               `json:"area"`
	Representative string               `json:"representative"`
	Beginner       string               `json:"beginner"`
	CreatedAt      time.Time            `json:"created_at"`
	DueAt          *time.Time           `json:"due_at,omitempty"`
	TakenDownAt    *time.Time           `json:"taken_down_at,omitempty"`
	Wish           string               `json:"wish,omitempty" doc:"居民希望怎样修改"`
	Reason         string               `json:"reason,omitempty"`
	Open           []channelView        `json:"open" doc:"各方都同意的渠道"`
	Consents       []storyConsentView   `json:"consents"`
	ArticleID      string               `json:"article_id,omitempty"`
	ArticleTitle   string               `json:"article_title,omitempty"`
	ArticleState   string               `json:"article_state,omitempty"`
	Revision       int                  `json:"revision,omitempty"`
	Checked        bool                 `json:"checked" doc:"现在这一稿已经有人核对过"`
	Checker        string               `json:"checker,omitempty"`
	Current        bool                 `json:"current" doc:"居民看到的就是现在这一稿"`
}

type storyList struct {
	Items []storyView `json:"items"`
	Next  string      `json:"next,omitempty"`
}

type storyQuery struct {
	endpoint.Paging
	State model.CaseStoryState `query:"state" enum:"asking,writing,shown,agreed,declined,dropped,withdrawn"`
}

type beginStoryInput struct {
	Body struct {
		MessageID string               `json:"message_id" minLength:"1" maxLength:"36"`
		Channels  []model.StoryChannel `json:"channels" minItems:"1" maxItems:"3"`
	}
}

type sheetInput struct {
	endpoint.ID
	Body struct {
		Party    model.StoryParty     `json:"party" enum:"resident,writer,representative,pictured"`
		Name     string               `json:"name,omitempty" maxLength:"100" doc:"照片中的人怎么称呼"`
		Channels []model.StoryChannel `json:"channels" minItems:"1" maxItems:"3"`
		Evidence string               `json:"evidence" maxLength:"500" doc:"授权书存放在哪里"`
	}
}

type sheetBackInput struct {
	endpoint.ID
	Body struct {
		Party    model.StoryParty `json:"party" enum:"resident,writer,representative,pictured"`
		Name     string           `json:"name,omitempty" maxLength:"100"`
		Evidence string           `json:"evidence" maxLength:"500" doc:"撤回的经过"`
	}
}

type checkStoryInput struct {
	endpoint.ID
	Body struct {
		Revision int      `json:"revision" minimum:"1" doc:"核对的是哪一稿"`
		Harmless []string `json:"harmless" maxItems:"200" doc:"看过、认不出人的疑似姓名和地址"`
	}
}

type showStoryInput struct {
	endpoint.ID
	Body struct {
		Evidence string `json:"evidence,omitempty" maxLength:"500" doc:"没有账号的居民当面看过、同意的经过"`
	}
}

type maskView struct {
	Field     string       `json:"field" enum:"title,digest,byline,body"`
	Kind      masking.Kind `json:"kind" enum:"identity_card,bank_card,phone,plate,mail,account,name,address"`
	KindWords string       `json:"kind_words"`
	Text      string       `json:"text"`
	Before    string       `json:"before"`
	After     string       `json:"after"`
	Instead   string       `json:"instead"`
	Certain   bool         `json:"certain" doc:"一定要隐去；否则由人判断"`
}

type maskList struct {
	Items []maskView `json:"items"`
}

type storyPictureView struct {
	ID     string `json:"id"`
	URL    string `json:"url"`
	Thumb  string `json:"thumb"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

type storyPictureList struct {
	Items []storyPictureView `json:"items"`
}

// BoxBody is a part of a picture, in shares of its width and height.
type BoxBody struct {
	X      float64 `json:"x" minimum:"0" maximum:"1"`
	Y      float64 `json:"y" minimum:"0" maximum:"1"`
	Width  float64 `json:"width" exclusiveMinimum:"0" maximum:"1"`
	Height float64 `json:"height" exclusiveMinimum:"0" maximum:"1"`
}

type coverInput struct {
	endpoint.ID
	PictureID string `path:"picture_id" maxLength:"36"`
	Body      struct {
		Boxes []BoxBody `json:"boxes" minItems:"1" maxItems:"50" doc:"要遮住的人脸和车牌"`
	}
}

func viewStory(s newsroom.Story) storyView {
	v := storyView{
		ID: s.ID, State: s.State, StateWords: model.CaseStoryWords(s.State), Topic: s.Topic, Area: s.Area, Representative: s.Representative, Beginner: s.Beginner,
		CreatedAt: s.CreatedAt.In(model.Shanghai), DueAt: model.InShanghai(s.DueAt), TakenDownAt: model.InShanghai(s.TakenDownAt), Wish: s.Wish, Reason: s.Reason,
		Open: []channelView{}, Consents: []storyConsentView{}, ArticleID: s.ArticleID, Checker: s.Checker, Current: s.Current,
	}
	for _, channel := range s.Open {
		v.Open = append(v.Open, channelView{channel, model.StoryChannelWords(channel)})
	}
	for _, c := range s.Consents {
		v.Consents = append(v.Consents, storyConsentView{
			Party: c.Party, PartyWords: model.PartyWords(c.Party), Name: c.Name, Channel: c.Channel, State: c.State, Reachable: s.Reachable(c),
			Evidence: c.Evidence, AnsweredAt: model.InShanghai(c.AnsweredAt),
		})
	}
	if s.Article != nil {
		v.ArticleTitle, v.ArticleState, v.Revision = s.Article.Title, model.ArticleStateWords(s.Article.State), s.Article.Revision
		v.Checked = s.IsChecked()
	}
	return v
}

func (r Room) wholeStory(ctx context.Context, by model.Actor, id string) (*endpoint.Body[storyView], error) {
	s, err := r.Newsroom.Story(ctx, by, id)
	if err != nil {
		return nil, err
	}
	return endpoint.Of(viewStory(s)), nil
}

// storyAct registers a deed that is answered with the story as it is then.
func storyAct[In any](api endpoint.API, r Room, route endpoint.Route, id func(*In) string, do func(ctx context.Context, by model.Actor, in *In) error) {
	route.Tag, route.Method, route.Who = storyTag, http.MethodPost, writes()
	endpoint.Act(api, route, func(ctx context.Context, by model.Actor, in *In) (*endpoint.Body[storyView], error) {
		if err := do(ctx, by, in); err != nil {
			return nil, err
		}
		return r.wholeStory(ctx, by, id(in))
	})
}

func (r Room) registerStories(api endpoint.API) {
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: "/api/v1/staff/story-candidates", ID: "story-candidates", Summary: "可以写成典型案例的来信", Tag: storyTag, Who: writes()},
		func(ctx context.Context, by model.Actor, in *endpoint.Paging) (*endpoint.Body[candidateList], error) {
			found, next, err := r.Newsroom.Candidates(ctx, by, in.Page())
			if err != nil {
				return nil, err
			}
			list := candidateList{Items: []candidateView{}, Next: next}
			for _, c := range found {
				list.Items = append(list.Items, candidateView{c.MessageID, c.Topic, c.Area, c.Representative, c.SubmittedAt.In(model.Shanghai), c.SolvedAt.In(model.Shanghai)})
			}
			return endpoint.Of(list), nil
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: stories, ID: "stories", Summary: "典型案例", Tag: storyTag, Who: reviews()},
		func(ctx context.Context, by model.Actor, in *storyQuery) (*endpoint.Body[storyList], error) {
			found, next, err := r.Newsroom.Stories(ctx, by, in.State, in.Page())
			if err != nil {
				return nil, err
			}
			list := storyList{Items: []storyView{}, Next: next}
			for _, s := range found {
				list.Items = append(list.Items, viewStory(s))
			}
			return endpoint.Of(list), nil
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodPost, Path: stories, ID: "begin-story", Summary: "向各方征求同意", Tag: storyTag, Who: writes(), Status: http.StatusCreated},
		func(ctx context.Context, by model.Actor, in *beginStoryInput) (*endpoint.Body[storyView], error) {
			id, err := r.Newsroom.BeginStory(ctx, by, in.Body.MessageID, in.Body.Channels)
			if err != nil {
				return nil, err
			}
			return r.wholeStory(ctx, by, id)
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: oneStory, ID: "story", Summary: "一个典型案例：授权、文章、进展", Tag: storyTag, Who: reviews()},
		func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Body[storyView], error) {
			return r.wholeStory(ctx, by, in.ID)
		})
	r.registerStoryDeeds(api)
	r.registerStoryCheck(api)
	r.registerStoryPictures(api)
}

func (r Room) registerStoryDeeds(api endpoint.API) {
	storyAct(api, r, endpoint.Route{Path: oneStory + "/sheets", ID: "keep-story-sheet", Summary: "登记纸质授权，也用于照片中的人"}, func(in *sheetInput) string { return in.ID.ID },
		func(ctx context.Context, by model.Actor, in *sheetInput) error {
			b := in.Body
			return r.Newsroom.KeepSheet(ctx, by, in.ID.ID, newsroom.StorySheet{Party: b.Party, Name: b.Name, Channels: b.Channels, Evidence: b.Evidence})
		})
	storyAct(api, r, endpoint.Route{Path: oneStory + "/sheets/take-back", ID: "take-story-sheet-back", Summary: "登记纸质授权的撤回，文章随即撤下"}, func(in *sheetBackInput) string { return in.ID.ID },
		func(ctx context.Context, by model.Actor, in *sheetBackInput) error {
			return r.Newsroom.TakeSheetBack(ctx, by, in.ID.ID, in.Body.Party, in.Body.Name, in.Body.Evidence)
		})
	storyAct(api, r, endpoint.Route{Path: oneStory + "/write", ID: "write-story", Summary: "自动起草文章"}, idOf,
		func(ctx context.Context, by model.Actor, in *endpoint.ID) error {
			return r.Newsroom.WriteStory(ctx, by, in.ID)
		})
	storyAct(api, r, endpoint.Route{Path: oneStory + "/show", ID: "show-story", Summary: "请居民看过要刊登的文章"}, func(in *showStoryInput) string { return in.ID.ID },
		func(ctx context.Context, by model.Actor, in *showStoryInput) error {
			return r.Newsroom.ShowStory(ctx, by, in.ID.ID, in.Body.Evidence)
		})
	storyAct(api, r, endpoint.Route{Path: oneStory + "/drop", ID: "drop-story", Summary: "放弃典型案例，文章随即撤下"}, func(in *reasonInput) string { return in.ID.ID },
		func(ctx context.Context, by model.Actor, in *reasonInput) error {
			return r.Newsroom.DropStory(ctx, by, in.ID.ID, in.Body.Reason)
		})
}

func (r Room) registerStoryCheck(api endpoint.API) {
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: oneStory + "/findings", ID: "story-findings", Summary: "文中可能认出人的地方", Tag: storyTag, Who: reviews()},
		func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Body[maskList], error) {
			found, err := r.Newsroom.Findings(ctx, by, in.ID)
			if err != nil {
				return nil, err
			}
			list := maskList{Items: []maskView{}}
			for _, f := range found {
				list.Items = append(list.Items, maskView{f.Field, f.Kind, f.Kind.Words(), f.Text, f.Before, f.After, f.Instead, f.Certain()})
			}
			return endpoint.Of(list), nil
		})
	storyAct(api, r, endpoint.Route{Path: oneStory + "/check", ID: "check-story", Summary: "确认已经逐字核对，认不出人"}, func(in *checkStoryInput) string { return in.ID.ID },
		func(ctx context.Context, by model.Actor, in *checkStoryInput) error {
			return r.Newsroom.CheckStory(ctx, by, in.ID.ID, in.Body.Revision, in.Body.Harmless)
		})
}

func (r Room) registerStoryPictures(api endpoint.API) {
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: oneStory + "/pictures", ID: "story-pictures", Summary: "来信的图片，遮住人脸和车牌以后才能用", Tag: storyTag, Who: writes()},
		func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Body[storyPictureList], error) {
			found, err := r.Newsroom.StoryPictures(ctx, by, in.ID)
			if err != nil {
				return nil, err
			}
			list := storyPictureList{Items: []storyPictureView{}}
			for _, p := range found {
				list.Items = append(list.Items, r.viewPicture(p))
			}
			return endpoint.Of(list), nil
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodPost, Path: oneStory + "/pictures/{picture_id}/cover", ID: "cover-story-picture", Summary: "遮住图片的几个地方，得到一张新图片", Tag: storyTag, Who: writes(), Status: http.StatusCreated},
		func(ctx context.Context, by model.Actor, in *coverInput) (*endpoint.Body[storyPictureView], error) {
			if _, err := r.Newsroom.StoryPicture(ctx, by, in.ID.ID, in.PictureID); err != nil {
				return nil, err
			}
			boxes := make([]raster.Box, len(in.Body.Boxes))
			for i, b := range in.Body.Boxes {
				boxes[i] = raster.Box(b)
			}
			covered, err := r.Pictures.Cover(ctx, by, in.PictureID, boxes)
			if err != nil {
				return nil, err
			}
			return endpoint.Of(r.viewPicture(covered)), nil
		})
}

func (r Room) viewPicture(p model.Picture) storyPictureView {
	full, thumb := r.Link(p.ID)
	return storyPictureView{ID: p.ID, URL: full, Thumb: thumb, Width: p.Width, Height: p.Height}
}
