package wechat

import (
	"context"
	"net/url"
	"time"
)

const apiUserInfo = "cgi-bin/user/info"

// Follower is what the official account may know of somebody. WeChat gives no
// nickname and no picture.
type Follower struct {
	OpenID     string
	Subscribed bool
	// The rest is known only while they follow.

	UnionID      string
	SubscribedAt time.Time
	// Scene is the scene of the code by which they came, without qrscene_.
	Scene string
}

// UserInfo says whether somebody follows the official account.
//
// It fails with model.ErrUnknownPerson for an openid of another account.
func (g *Gateway) UserInfo(ctx context.Context, openID string) (Follower, error) {
	var answer struct {
		Subscribe     int    `json:"subscribe"`
		OpenID        string `json:"openid"`
		UnionID       string `json:"unionid"`
		SubscribeTime int64  `json:"subscribe_time"`
		Scene         string `json:"qr_scene_str"`
	}
	query := url.Values{"openid": {openID}, "lang": {"zh_CN"}}
	if err := g.fetch(ctx, OfficialAccount, apiUserInfo, query, &answer); err != nil {
		return Follower{}, err
	}
	if answer.Subscribe == 0 {
		return Follower{OpenID: openID}, nil
	}
	return Follower{
		OpenID:       openID,
		Subscribed:   true,
		UnionID:      answer.UnionID,
		SubscribedAt: time.Unix(answer.SubscribeTime, 0).UTC(),
		Scene:        answer.Scene,
	}, nil
}
