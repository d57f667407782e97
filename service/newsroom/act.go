package newsroom

import (
	"slices"

	"lianxin/model"
)

// Act is something a person can do with an article now.
type Act string

// The acts, as the console knows them.
const (
	ActWrite           Act = "write"
	ActSubmit          Act = "submit"
	ActComment         Act = "comment"
	ActReturn          Act = "return"
	ActApprove         Act = "approve"
	ActSchedule        Act = "schedule"
	ActUnschedule      Act = "unschedule"
	ActPublish         Act = "publish"
	ActRevise          Act = "revise"
	ActCorrect         Act = "correct"
	ActWithdraw        Act = "withdraw"
	ActDoors           Act = "doors"
	ActPreview         Act = "preview"
	ActAskMassSend     Act = "ask_mass_send"
	ActConfirmMassSend Act = "confirm_mass_send"
	ActCancelMassSend  Act = "cancel_mass_send"
)

// rights are what an actor has in an article's area.
type rights struct{ write, review bool }

// acts says what an actor may do with an article as it is.
func (s *Service) acts(by model.Actor, w Whole, wrote bool) []Act {
	r := rights{by.PermitsIn(model.PermitArticleWrite, w.AreaPath), by.PermitsIn(model.PermitArticleReview, w.AreaPath)}
	var acts []Act
	for _, row := range s.actTable(by, w, wrote) {
		if row.now && (r.write && row.who.write || r.review && row.who.review) {
			acts = append(acts, row.act)
		}
	}
	return append(acts, s.massActs(by, w, r)...)
}

// actRow says of an act whose it is and whether now is the time for it.
type actRow struct {
	act Act
	who rights
	now bool
}

func (s *Service) actTable(by model.Actor, w Whole, wrote bool) []actRow {
	can := func(deed model.ArticleDeed) bool {
		_, err := s.flow.Next(w.State, deed)
		return err == nil
	}
	writers, reviewers := rights{write: true}, rights{review: true}
	return []actRow{
		{ActWrite, writers, writable(w.Article)},
		{ActSubmit, writers, can(model.DeedSubmitArticle)},
		{ActComment, rights{true, true}, true},
		{ActReturn, reviewers, can(model.DeedReturnArticle)},
		{ActApprove, reviewers, can(model.DeedApprove) && !wrote},
		{ActSchedule, writers, can(model.DeedSchedule) || w.State == model.ArticleScheduled},
		{ActUnschedule, writers, can(model.DeedUnschedule)},
		{ActPublish, writers, can(model.DeedPublishArticle)},
		{ActRevise, writers, can(model.DeedRevise)},
		{ActCorrect, writers, can(model.DeedCorrect) && w.ReviewerID != by.PersonID},
		{ActWithdraw, writers, can(model.DeedWithdrawNews)},
		{ActDoors, writers, !slices.Contains(doorsFixed(), w.State)},
		{ActPreview, writers, s.official != nil && w.State != model.ArticleWithdrawn},
	}
}

// doorsFixed are the states in which the doors are no longer chosen.
func doorsFixed() []model.ArticleState {
	return []model.ArticleState{model.ArticlePublishing, model.ArticleWithdrawn}
}

// massActs says what may be done about the mass send.
func (s *Service) massActs(by model.Actor, w Whole, r rights) []Act {
	if s.official == nil {
		return nil
	}
	var acts []Act
	if r.write && sendable(w.Article) && massSendFree(w.MassSend) {
		acts = append(acts, ActAskMassSend)
	}
	if w.MassSend == nil || w.MassSend.State != model.MassSendAsked {
		return acts
	}
	if r.review && w.MassSend.AskedBy != by.PersonID {
		acts = append(acts, ActConfirmMassSend)
	}
	return append(acts, ActCancelMassSend)
}

// sendable reports whether an article may be sent to all followers: somebody
// approved the text as it is.
func sendable(a model.Article) bool {
	return a.State == model.ArticleApproved || slices.Contains(model.ArticlePublic(), a.State)
}
