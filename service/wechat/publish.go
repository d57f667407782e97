package wechat

import (
	"context"
	"encoding/json"
)

const (
	apiPublish        = "cgi-bin/freepublish/submit"
	apiPublishGet     = "cgi-bin/freepublish/get"
	apiPublishDelete  = "cgi-bin/freepublish/delete"
	apiPublishArticle = "cgi-bin/freepublish/getarticle"
	apiPublishList    = "cgi-bin/freepublish/batchget"
	apiMassAll        = "cgi-bin/message/mass/sendall"
	apiMassPreview    = "cgi-bin/message/mass/preview"
	apiMassGet        = "cgi-bin/message/mass/get"
	apiMassDelete     = "cgi-bin/message/mass/delete"

	codeSentBefore = 45065
	maxClientID    = 32 // bytes
)

// PublishState is how a publication stands.
type PublishState int

// The states of freepublish/get.
const (
	PublishDone            PublishState = 0
	PublishRunning         PublishState = 1
	PublishNotOriginal     PublishState = 2
	PublishFailed          PublishState = 3
	PublishRefused         PublishState = 4
	PublishDeletedByOwner  PublishState = 5
	PublishBannedByWeChat  PublishState = 6
	publishStateNotReadYet PublishState = -1
)

// Publication is how a submitted draft stands. ArticleID and Addresses are
// there once it is done.
type Publication struct {
	State     PublishState
	ArticleID string
	Addresses []string
}

// Submitted is a job that WeChat has taken on. ID is what to ask for; DataID
// (msg_data_id) is what its reading figures come under, and is empty when WeChat
// did not say it again.
type Submitted struct{ ID, DataID string }

type submittedAnswer struct {
	PublishID jobID `json:"publish_id"`
	MassID    jobID `json:"msg_id"`
	DataID    jobID `json:"msg_data_id"`
}

// Publish hands a draft in for publication and returns the id to ask for with
// Publication; the event PUBLISHJOBFINISH tells the end. WeChat publishes the
// same draft twice when asked twice at once: after model.ErrOutcomeUnknown look
// at Draft, which is gone when it was published.
//
// It fails like UploadPicture; model.ErrChannelUnavailable is an account without
// the right, whose draft a person can publish by hand.
func (g *Gateway) Publish(ctx context.Context, draftID string) (Submitted, error) {
	var answer submittedAnswer
	if err := g.post(ctx, OfficialAccount, apiPublish, draftBody{ID: draftID}, &answer); err != nil {
		return Submitted{}, doubted(apiPublish, err)
	}
	if answer.PublishID == "" {
		return Submitted{}, uncertain(apiPublish, "answer holds no id")
	}
	return Submitted{ID: string(answer.PublishID), DataID: string(answer.DataID)}, nil
}

// Publication says how a publication stands. It fails like UploadPicture.
func (g *Gateway) Publication(ctx context.Context, publishID string) (Publication, error) {
	id, err := number(apiPublishGet, publishID)
	if err != nil {
		return Publication{}, err
	}
	answer := struct {
		State     PublishState `json:"publish_status"`
		ArticleID string       `json:"article_id"`
		Detail    struct {
			Items []struct {
				URL string `json:"article_url"`
			} `json:"item"`
		} `json:"article_detail"`
	}{State: publishStateNotReadYet}
	err = g.post(ctx, OfficialAccount, apiPublishGet, struct {
		ID json.Number `json:"publish_id"`
	}{id}, &answer)
	if err != nil {
		return Publication{}, err
	}
	if answer.State == publishStateNotReadYet {
		return Publication{}, unreadable(apiPublishGet, "answer holds no status")
	}
	found := Publication{State: answer.State, ArticleID: answer.ArticleID}
	for _, item := range answer.Detail.Items {
		found.Addresses = append(found.Addresses, item.URL)
	}
	return found, nil
}

// PublishedArticles returns what is public under an article's id. It fails like
// UploadPicture; 53600 is an article that is no more.
func (g *Gateway) PublishedArticles(ctx context.Context, articleID string) ([]Article, error) {
	var answer struct {
		Articles []Article `json:"news_item"`
	}
	err := g.post(ctx, OfficialAccount, apiPublishArticle, articleBody{ID: articleID}, &answer)
	return answer.Articles, err
}

// Published is what one publication made public. The articles come without
// their content.
type Published struct {
	ArticleID string
	Articles  []PublishedArticle
}

// PublishedArticle is one article of a publication. Source is the address that
// it was given as its original.
type PublishedArticle struct {
	Title   string `json:"title"`
	Source  string `json:"content_source_url"`
	Address string `json:"url"`
}

// latestPublications is how many freepublish/batchget gives at most.
const latestPublications = 20

// LatestPublications returns up to twenty publications, the latest first, which
// is where to look for one whose submission was not answered. It fails like
// UploadPicture.
func (g *Gateway) LatestPublications(ctx context.Context) ([]Published, error) {
	var answer struct {
		Items []struct {
			ArticleID string `json:"article_id"`
			Content   struct {
				Articles []PublishedArticle `json:"news_item"`
			} `json:"content"`
		} `json:"item"`
	}
	body := struct {
		Offset int `json:"offset"`
		Count  int `json:"count"`
		Bare   int `json:"no_content"`
	}{0, latestPublications, 1}
	if err := g.post(ctx, OfficialAccount, apiPublishList, body, &answer); err != nil {
		return nil, err
	}
	var list []Published
	for _, item := range answer.Items {
		list = append(list, Published{ArticleID: item.ArticleID, Articles: item.Content.Articles})
	}
	return list, nil
}

// Unpublish deletes everything that is public under an article's id, for good.
// It fails like PublishedArticles.
func (g *Gateway) Unpublish(ctx context.Context, articleID string) error {
	return g.post(ctx, OfficialAccount, apiPublishDelete, articleBody{ID: articleID}, nil)
}

type articleBody struct {
	ID string `json:"article_id"`
}

type massBody struct {
	Filter   *massFilter `json:"filter,omitempty"`
	ToUser   string      `json:"touser,omitempty"`
	ToName   string      `json:"towxname,omitempty"`
	Draft    draftBody   `json:"mpnews"`
	Type     string      `json:"msgtype"`
	Reprint  *int        `json:"send_ignore_reprint,omitempty"`
	ClientID string      `json:"clientmsgid,omitempty"`
}

type massFilter struct {
	ToAll bool `json:"is_to_all"`
}

// MassSend sends a draft to all followers and returns the id of the mass send;
// the event MASSSENDJOBFINISH tells the end. ClientID has 1 to 32 bytes and is
// required: WeChat sends nothing a second time for it within 24 hours, and the
// first id is returned again, so that asking once more is safe.
//
// It fails like UploadPicture; 45028 is a quota that is used up, 89504 waits for
// the account's administrator. Retryable after a minute with 45066.
func (g *Gateway) MassSend(ctx context.Context, draftID, clientID string) (Submitted, error) {
	if clientID == "" || len(clientID) > maxClientID {
		return Submitted{}, notSent(apiMassAll, 45067, "a client id has 1 to 32 bytes")
	}
	var answer submittedAnswer
	stopAtReprint := 0
	var kept []byte
	raw, err := g.postRaw(ctx, OfficialAccount, call{api: apiMassAll, kept: &kept}, massBody{
		Filter: &massFilter{ToAll: true}, Draft: draftBody{ID: draftID}, Type: "mpnews", Reprint: &stopAtReprint, ClientID: clientID,
	})
	if codeOf(err) == codeSentBefore {
		raw, err = kept, nil
	}
	if err != nil {
		return Submitted{}, err
	}
	if decode(apiMassAll, raw, &answer) != nil || answer.MassID == "" {
		return Submitted{}, uncertain(apiMassAll, "answer holds no id")
	}
	return Submitted{ID: string(answer.MassID), DataID: string(answer.DataID)}, nil
}

// Preview shows a draft to one follower, a hundred times a day in all. It fails
// like UploadPicture, and with model.ErrNotFollowing and model.ErrUnknownPerson.
func (g *Gateway) Preview(ctx context.Context, draftID, openID string) error {
	return g.post(ctx, OfficialAccount, apiMassPreview, massBody{ToUser: openID, Draft: draftBody{ID: draftID}, Type: "mpnews"}, nil)
}

// PreviewTo shows a draft to the follower whose WeChat has a name (微信号). It
// fails like Preview.
func (g *Gateway) PreviewTo(ctx context.Context, draftID, weChatName string) error {
	return g.post(ctx, OfficialAccount, apiMassPreview, massBody{ToName: weChatName, Draft: draftBody{ID: draftID}, Type: "mpnews"}, nil)
}

// MassState is how a mass send stands.
type MassState string

// The states of mass/get.
const (
	MassSent    MassState = "SEND_SUCCESS"
	MassSending MassState = "SENDING"
	MassFailed  MassState = "SEND_FAIL"
	MassDeleted MassState = "DELETE"
)

// MassState says how a mass send stands. It fails like UploadPicture.
func (g *Gateway) MassState(ctx context.Context, massID string) (MassState, error) {
	id, err := number(apiMassGet, massID)
	if err != nil {
		return "", err
	}
	var answer struct {
		State MassState `json:"msg_status"`
	}
	if err := g.post(ctx, OfficialAccount, apiMassGet, massIDBody{ID: id}, &answer); err != nil {
		return "", err
	}
	if answer.State == "" {
		return "", unreadable(apiMassGet, "answer holds no status")
	}
	return answer.State, nil
}

// DeleteMass takes back what a mass send leads to; the message stays with those
// who have it. It fails like UploadPicture.
func (g *Gateway) DeleteMass(ctx context.Context, massID string) error {
	id, err := number(apiMassDelete, massID)
	if err != nil {
		return err
	}
	return g.post(ctx, OfficialAccount, apiMassDelete, massIDBody{ID: id}, nil)
}

type massIDBody struct {
	ID json.Number `json:"msg_id"`
}
