package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"lianxin/model"
	"lianxin/service/newsroom"
	"lianxin/service/picture"
	"lianxin/service/wechat"
)

// officialDesk gives the newsroom the official account: WeChat's codes become the
// few errors that the newsroom acts on, beside the words for the editor.
type officialDesk struct{ gateway *wechat.Gateway }

// newsroomOptions connects the newsroom to the official account, where there is
// one.
func (a *app) newsroomOptions(pictures *picture.Service, link func(page string) string) newsroom.Options {
	o := newsroom.Options{DB: a.db, Now: a.now, Pictures: pictures, Link: link}
	if a.cfg.WeChat.Official.Configured() {
		o.Official, o.AppID = officialDesk{a.gateway}, a.cfg.WeChat.Official.AppID
	}
	return o
}

const (
	noDraft          = 40007
	noMassSend       = 40059
	noPublication    = 53600
	sameNameTooSoon  = 45066
	adminMustConfirm = 89504
	adminIsAsked     = 89505
	noRight          = 48001
	onlyAtWebsite    = 53504
	saveByHandFirst  = 53505
)

// newsFault adds to an error of the gateway what the newsroom acts on.
func newsFault(err error) error {
	failed, ok := errors.AsType[*wechat.Error](err)
	if !ok {
		return err
	}
	var sentinel error
	switch {
	case slices.Contains([]int{noDraft, noMassSend, noPublication}, failed.Code):
		sentinel = newsroom.ErrGone
	case slices.Contains([]int{noRight, onlyAtWebsite, saveByHandFirst}, failed.Code):
		sentinel = newsroom.ErrByHand
	case slices.Contains([]int{sameNameTooSoon, adminMustConfirm, adminIsAsked}, failed.Code):
		sentinel = newsroom.ErrUnderWay
	case failed.Temporary():
		sentinel = newsroom.ErrBusy
	default:
		return err
	}
	return errors.Join(sentinel, err)
}

func (d officialDesk) UploadPicture(ctx context.Context, picture []byte) (string, error) {
	address, err := d.gateway.UploadPicture(ctx, picture)
	return address, newsFault(err)
}

func (d officialDesk) UploadCover(ctx context.Context, picture []byte) (string, error) {
	id, err := d.gateway.UploadCover(ctx, picture)
	return id, newsFault(err)
}

func article(p newsroom.Paper) wechat.Article {
	return wechat.Article{Title: p.Title, Author: p.Author, Digest: p.Digest, Content: p.Content, Source: p.Source, CoverID: p.CoverID}
}

func (d officialDesk) AddDraft(ctx context.Context, p newsroom.Paper) (string, error) {
	id, err := d.gateway.AddDraft(ctx, []wechat.Article{article(p)})
	return id, newsFault(err)
}

func (d officialDesk) HasDraft(ctx context.Context, draftID string) (bool, error) {
	_, err := d.gateway.Draft(ctx, draftID)
	if err = newsFault(err); errors.Is(err, newsroom.ErrGone) {
		return false, nil
	}
	return err == nil, err
}

func (d officialDesk) UpdateDraft(ctx context.Context, draftID string, p newsroom.Paper) error {
	return newsFault(d.gateway.UpdateDraft(ctx, draftID, 0, article(p)))
}

func (d officialDesk) DeleteDraft(ctx context.Context, draftID string) error {
	return newsFault(d.gateway.DeleteDraft(ctx, draftID))
}

func (d officialDesk) Publish(ctx context.Context, draftID string) (newsroom.Receipt, error) {
	submitted, err := d.gateway.Publish(ctx, draftID)
	return newsroom.Receipt{JobID: submitted.ID, DataID: submitted.DataID}, newsFault(err)
}

// publicationWords say why something that was handed in is not public.
var publicationWords = map[wechat.PublishState]string{
	wechat.PublishNotOriginal:    "没有通过微信的原创校验，文章没有发布。请到公众平台查看校验结果，修改后点“重试”。",
	wechat.PublishFailed:         "微信没有发布成功。请到公众平台查看原因，然后点“重试”。",
	wechat.PublishRefused:        "没有通过微信平台的审核，文章没有发布。请到公众平台查看通知，修改文章后重新提交审核。",
	wechat.PublishDeletedByOwner: "文章发布以后在公众平台被删除。",
	wechat.PublishBannedByWeChat: "文章发布以后被微信封禁。请到公众平台查看通知，按提示处理。",
}

func (d officialDesk) Publication(ctx context.Context, jobID string) (newsroom.Publication, error) {
	got, err := d.gateway.Publication(ctx, jobID)
	if err != nil {
		return newsroom.Publication{}, newsFault(err)
	}
	p := newsroom.Publication{Outcome: newsroom.OutcomeRefused, RemoteID: got.ArticleID, Why: publicationWords[got.State]}
	if len(got.Addresses) > 0 {
		p.Address = got.Addresses[0]
	}
	switch got.State {
	case wechat.PublishDone:
		p.Outcome = newsroom.OutcomeDone
	case wechat.PublishRunning:
		p.Outcome = newsroom.OutcomeRunning
	case wechat.PublishDeletedByOwner, wechat.PublishBannedByWeChat:
		p.Outcome = newsroom.OutcomeRemoved
	case wechat.PublishNotOriginal, wechat.PublishFailed, wechat.PublishRefused:
	default:
		p.Why = publicationWords[wechat.PublishFailed]
	}
	return p, nil
}

func (d officialDesk) Latest(ctx context.Context) ([]newsroom.Published, error) {
	latest, err := d.gateway.LatestPublications(ctx)
	if err != nil {
		return nil, newsFault(err)
	}
	var all []newsroom.Published
	for _, one := range latest {
		for _, a := range one.Articles {
			all = append(all, newsroom.Published{RemoteID: one.ArticleID, Source: a.Source, Address: a.Address})
		}
	}
	return all, nil
}

func (d officialDesk) Unpublish(ctx context.Context, remoteID string) error {
	return newsFault(d.gateway.Unpublish(ctx, remoteID))
}

func (d officialDesk) MassSend(ctx context.Context, draftID, onceID string) (newsroom.Receipt, error) {
	submitted, err := d.gateway.MassSend(ctx, draftID, onceID)
	return newsroom.Receipt{JobID: submitted.ID, DataID: submitted.DataID}, newsFault(err)
}

func (d officialDesk) MassState(ctx context.Context, jobID string) (newsroom.Outcome, error) {
	state, err := d.gateway.MassState(ctx, jobID)
	if err != nil {
		return "", newsFault(err)
	}
	switch state {
	case wechat.MassSent:
		return newsroom.OutcomeDone, nil
	case wechat.MassFailed:
		return newsroom.OutcomeRefused, nil
	case wechat.MassDeleted:
		return newsroom.OutcomeRemoved, nil
	case wechat.MassSending:
	}
	return newsroom.OutcomeRunning, nil
}

func (d officialDesk) DeleteMass(ctx context.Context, jobID string) error {
	return newsFault(d.gateway.DeleteMass(ctx, jobID))
}

func (d officialDesk) Preview(ctx context.Context, draftID, openID string) error {
	return newsFault(d.gateway.Preview(ctx, draftID, openID))
}

func (d officialDesk) PreviewTo(ctx context.Context, draftID, weChatName string) error {
	return newsFault(d.gateway.PreviewTo(ctx, draftID, weChatName))
}

func (d officialDesk) Figures(ctx context.Context, publishedOn time.Time) ([]newsroom.Counted, error) {
	found, _, err := d.gateway.ArticleFigures(ctx, publishedOn)
	if err != nil {
		return nil, newsFault(err)
	}
	var counted []newsroom.Counted
	for _, one := range found {
		if one.Index != "1" { // a draft of ours holds one article
			continue
		}
		for _, day := range one.Days {
			counted = append(counted, newsroom.Counted{
				DataID: one.DataID, Day: model.Day(day.Day), Readers: day.Readers, Sharers: day.Sharers, Likes: day.Likes, Hearts: day.Hearts,
				Comments: day.Comments, Keepers: day.Keepers,
			})
		}
	}
	return counted, nil
}
