package sample

import (
	"context"
	"strings"

	"lianxin/model"
)

// screener plays WeChat's text check by the words of the stand-in.
type screener struct{}

// CheckText judges a text by the words in it.
func (screener) CheckText(_ context.Context, _, text string) (model.Suggestion, error) {
	switch {
	case strings.Contains(text, "违规"):
		return model.SuggestRisky, nil
	case strings.Contains(text, "可疑"):
		return model.SuggestReview, nil
	}
	return model.SuggestPass, nil
}
