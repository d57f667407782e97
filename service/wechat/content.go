package wechat

import (
	"context"
	"strings"

	"github.com/silenceper/wechat/v2/miniprogram/security"

	"lianxin/model"
)

const (
	apiCheckText    = "wxa/msg_sec_check"
	apiCheckPicture = "wxa/media_check_async"

	// maxCheckedText is how many characters one check takes.
	maxCheckedText = 2500
	// checkOverlap is how many characters two neighbouring parts share, so that
	// a cut does not hide what stands across it.
	checkOverlap = 50
	// mediaPicture is WeChat's word for a picture.
	mediaPicture = 2
)

// TextScene says where a text will be shown; WeChat judges by it.
type TextScene int

// The four scenes of WeChat's content check.
const (
	SceneProfile TextScene = 1
	SceneComment TextScene = 2
	SceneForum   TextScene = 3
	SceneSocial  TextScene = 4
)

// CheckText asks what WeChat's machine thinks of a text. A long text is checked
// in parts and the worst answer counts; an answer that is not understood counts
// as review. Text without a visible character passes unasked.
//
// It fails with model.ErrNoRecentVisit when the person has not been in the
// mini-program for two hours, and with model.ErrUnknownPerson.
func (g *Gateway) CheckText(ctx context.Context, openID string, scene TextScene, text string) (model.Suggestion, error) {
	acct, err := g.account(MiniProgram, apiCheckText)
	if err != nil {
		return "", err
	}
	worst := model.SuggestPass
	for _, part := range textParts(text) {
		suggestion, err := g.checkPart(ctx, acct, &security.MsgCheckRequest{
			OpenID:  openID,
			Scene:   security.MsgScene(min(max(scene, 0), SceneSocial+1)),
			Content: part,
		})
		if err != nil {
			return "", err
		}
		worst = worse(worst, suggestion)
		if worst == model.SuggestRisky {
			break
		}
	}
	return worst, nil
}

func (g *Gateway) checkPart(ctx context.Context, acct *account, request *security.MsgCheckRequest) (model.Suggestion, error) {
	var answer security.MsgCheckResponse
	_, err := g.askWithToken(ctx, acct, call{api: apiCheckText}, func(ctx context.Context, _ string) error {
		var err error
		answer, err = acct.sdk.security.MsgCheckContext(ctx, request)
		return err
	})
	if err != nil {
		return "", err
	}
	return suggestionOf(string(answer.Result.Suggest)), nil
}

// CheckPicture asks WeChat to look at a picture. The answer comes within half
// an hour as the event wxa_media_check with the returned trace id. WeChat
// fetches the picture from mediaURL, which must be public: at most 10 MB, jpg,
// png, bmp or gif.
//
// It fails like CheckText.
func (g *Gateway) CheckPicture(ctx context.Context, openID, mediaURL string) (string, error) {
	acct, err := g.account(MiniProgram, apiCheckPicture)
	if err != nil {
		return "", err
	}
	var trace string
	// An address of ours may carry its own permission to be fetched.
	c := call{api: apiCheckPicture, secrets: []string{mediaURL}}
	_, err = g.askWithToken(ctx, acct, c, func(ctx context.Context, _ string) error {
		var err error
		trace, err = acct.sdk.security.MediaCheckAsyncContext(ctx, &security.MediaCheckAsyncRequest{
			MediaURL:  mediaURL,
			MediaType: mediaPicture,
			OpenID:    openID,
			Scene:     uint8(SceneSocial),
		})
		return err
	})
	if err != nil {
		return "", err
	}
	if trace == "" {
		return "", unreadable(apiCheckPicture, "answer holds no trace id")
	}
	return trace, nil
}

// textParts cuts a text into parts that one check takes.
func textParts(text string) []string {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	runes := []rune(text)
	var parts []string
	for len(runes) > maxCheckedText {
		parts = append(parts, string(runes[:maxCheckedText]))
		runes = runes[maxCheckedText-checkOverlap:]
	}
	return append(parts, string(runes))
}

func suggestionOf(word string) model.Suggestion {
	switch given := model.Suggestion(word); given {
	case model.SuggestPass, model.SuggestReview, model.SuggestRisky:
		return given
	default:
		return model.SuggestReview
	}
}

func worse(a, b model.Suggestion) model.Suggestion {
	rank := map[model.Suggestion]int{model.SuggestPass: 0, model.SuggestReview: 1, model.SuggestRisky: 2}
	if rank[b] > rank[a] {
		return b
	}
	return a
}
