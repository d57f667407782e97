package main

import (
	"context"
	"errors"

	"lianxin/service/directory"
	"lianxin/service/message"
	"lianxin/service/newsroom"
)

// editionOf names everything that the public is shown.
func editionOf(places *directory.Service, news *newsroom.Service, messages *message.Service) func(ctx context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		roster, rosterErr := places.Edition(ctx)
		articles, articlesErr := news.Edition(ctx)
		answers, answersErr := messages.Edition(ctx)
		return roster + "\n" + articles + "\n" + answers, errors.Join(rosterErr, articlesErr, answersErr)
	}
}
