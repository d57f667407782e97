package sample

import (
	"context"
	"strings"
	"sync"

	"lianxin/model"
	"lianxin/service/outbox"
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

// failure keeps the first error of the tasks: a dispatcher would put the task
// off, but in a story that is told once nothing may fail.
type failure struct {
	mu  sync.Mutex
	err error
}

func (f *failure) watch(handle outbox.Handler) outbox.Handler {
	return func(ctx context.Context, payload []byte) error {
		err := handle(ctx, payload)
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.err == nil {
			f.err = err
		}
		return err
	}
}

func (f *failure) first() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}
