package person

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/newsroom"
	"lianxin/service/newsroom/richtext"
)

type storyAskView struct {
	Channel    model.StoryChannel      `json:"channel" enum:"mini_program,official_account,press"`
	Name       string                  `json:"name"`
	Party      model.StoryParty        `json:"party" enum:"resident,writer,representative,pictured"`
	State      model.StoryConsentState `json:"state" enum:"asked,given,on_paper,refused,taken_back"`
	Wording    wordingView             `json:"wording" doc:"同意前应完整显示的文字"`
	AnsweredAt *time.Time              `json:"answered_at,omitempty"`
}

type storyPreview struct {
	Title    string `json:"title"`
	Digest   string `json:"digest,omitempty"`
	Byline   string `json:"byline,omitempty"`
	CoverURL string `json:"cover_url,omitempty"`
	Body     string `json:"body" doc:"HTML，与刊登的一字不差"`
}

type myStoryView struct {
	ID         string               `json:"id"`
	State      model.CaseStoryState `json:"state" enum:"asking,writing,shown,agreed,declined,dropped,withdrawn"`
	StateWords string               `json:"state_words"`
	Topic      string               `json:"topic"`
	Asked      []storyAskView       `json:"asked" doc:"征求您同意的渠道"`
	CanJudge   bool                 `json:"can_judge" doc:"文章要您确认以后才刊登"`
	Shown      string               `json:"shown,omitempty" doc:"看到的这一稿的编号，确认时原样交回"`
	Preview    *storyPreview        `json:"preview,omitempty"`
	Wish       string               `json:"wish,omitempty"`
	DueBy      string               `json:"due_by,omitempty" doc:"请在这一天以前决定"`
	ArticleID  string               `json:"article_id,omitempty" doc:"已经刊登的文章"`
}

type myStoryList struct {
	Items []myStoryView `json:"items"`
}

type decideStoryInput struct {
	endpoint.ID
	Body struct {
		Channels []struct {
			Channel model.StoryChannel `json:"channel" enum:"mini_program,official_account,press"`
			Given   bool               `json:"given" doc:"true 为同意，false 为不同意或撤回"`
			Version string             `json:"version,omitempty" maxLength:"32" doc:"同意时必填：所看文字的版本"`
		} `json:"channels" minItems:"1" maxItems:"3"`
	}
}

type judgeStoryInput struct {
	endpoint.ID
	Body struct {
		Shown  string `json:"shown" minLength:"1" maxLength:"64"`
		Agrees bool   `json:"agrees"`
		Wish   string `json:"wish,omitempty" maxLength:"2000" doc:"不同意时写明希望怎样修改"`
	}
}

func (r Room) viewMyStory(m newsroom.MyStory) myStoryView {
	v := myStoryView{
		ID: m.ID, State: m.State, StateWords: model.CaseStoryWords(m.State), Topic: m.Topic, Asked: []storyAskView{}, CanJudge: m.Judges, Wish: m.Wish, DueBy: m.DueAt, ArticleID: m.ArticleID,
	}
	for _, c := range m.Asked {
		wording, _ := model.CurrentWording(c.Channel.Purpose())
		ask := storyAskView{Channel: c.Channel, Name: model.StoryChannelWords(c.Channel), Party: c.Party, State: c.State, Wording: viewWording(wording)}
		ask.AnsweredAt = model.InShanghai(c.AnsweredAt)
		v.Asked = append(v.Asked, ask)
	}
	if m.Preview == nil {
		return v
	}
	v.Shown = m.Shown
	v.Preview = &storyPreview{Title: m.Preview.Title, Digest: m.Preview.Digest, Byline: m.Preview.Byline, Body: richtext.WithPictures(m.Preview.Body, func(id string) string {
		full, _ := r.Link(id)
		return full
	})}
	if m.Preview.CoverID != "" {
		v.Preview.CoverURL, _ = r.Link(m.Preview.CoverID)
	}
	return v
}

func (r Room) myStory(ctx context.Context, by model.Actor, id string) (*endpoint.Body[myStoryView], error) {
	one, err := r.Newsroom.MyStory(ctx, by, id)
	if err != nil {
		return nil, err
	}
	return endpoint.Of(r.viewMyStory(one)), nil
}

func (r Room) registerStories(api endpoint.API) {
	const tag = "典型案例授权"
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: "/api/v1/me/stories", ID: "my-stories", Summary: "征求我同意的典型案例", Tag: tag, Who: endpoint.SignedIn()},
		func(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Body[myStoryList], error) {
			found, err := r.Newsroom.MyStories(ctx, by)
			if err != nil {
				return nil, err
			}
			list := myStoryList{Items: []myStoryView{}}
			for _, one := range found {
				list.Items = append(list.Items, r.viewMyStory(one))
			}
			return endpoint.Of(list), nil
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: "/api/v1/me/stories/{id}", ID: "my-story", Summary: "一个典型案例：授权的文字，和要刊登的全文", Tag: tag, Who: endpoint.SignedIn()},
		func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Body[myStoryView], error) {
			return r.myStory(ctx, by, in.ID)
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodPut, Path: "/api/v1/me/stories/{id}/consents", ID: "decide-story", Summary: "逐个渠道同意、不同意或撤回", Tag: tag, Who: endpoint.SignedIn()},
		func(ctx context.Context, by model.Actor, in *decideStoryInput) (*endpoint.Body[myStoryView], error) {
			var answers []newsroom.StoryAnswer
			for _, c := range in.Body.Channels {
				answers = append(answers, newsroom.StoryAnswer{Channel: c.Channel, Given: c.Given, Version: c.Version})
			}
			if err := r.Newsroom.DecideStory(ctx, by, in.ID.ID, answers); err != nil {
				return nil, err
			}
			return r.myStory(ctx, by, in.ID.ID)
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodPost, Path: "/api/v1/me/stories/{id}/judge", ID: "judge-story", Summary: "看过全文，确认或提出修改", Tag: tag, Who: endpoint.SignedIn()},
		func(ctx context.Context, by model.Actor, in *judgeStoryInput) (*endpoint.Body[myStoryView], error) {
			if err := r.Newsroom.JudgeStory(ctx, by, in.ID.ID, in.Body.Shown, in.Body.Agrees, in.Body.Wish); err != nil {
				return nil, err
			}
			return r.myStory(ctx, by, in.ID.ID)
		})
}
