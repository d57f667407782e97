package bucket

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"lianxin/model/fault"
)

// errSpoiled says that what was read is not what was written.
var errSpoiled = errors.New("what was read is not what was written")

// Check puts a small file aside, reads it, lists it and removes it: all that
// keeping pictures needs. Fault: unavailable, with words for the administrator
// that say what to do.
func (b *Bucket) Check(ctx context.Context) error {
	name := "00/check-" + strings.ToLower(rand.Text())
	for _, step := range []struct {
		what string
		do   func(context.Context, string) error
	}{
		{"列出", b.checkList}, {"写入", b.checkPut}, {"读取", b.checkOpen}, {"删除", b.Remove},
	} {
		if err := step.do(ctx, name); err != nil {
			said := "图片存储不能" + step.what + "：" + words(err)
			if errors.Is(err, errSpoiled) {
				said = "图片存储读出的内容与写入的不同，请检查存储前面的代理和存储本身。"
			}
			return fmt.Errorf("%w: %w", fault.Unavailable(said, b.timeout), err)
		}
	}
	return nil
}

var checkContent = []byte("lianxin storage check\n")

func (b *Bucket) checkPut(ctx context.Context, name string) error {
	return b.Put(ctx, name, checkContent)
}

func (b *Bucket) checkOpen(ctx context.Context, name string) error {
	body, err := b.Open(ctx, name)
	if err != nil {
		return err
	}
	content, err := io.ReadAll(body)
	if err = errors.Join(err, body.Close()); err != nil {
		return err
	}
	if !bytes.Equal(content, checkContent) {
		return errSpoiled
	}
	return nil
}

// errEnough ends a list that has shown that there can be one.
var errEnough = errors.New("enough")

func (b *Bucket) checkList(ctx context.Context, _ string) error {
	err := b.List(ctx, func(string, int64, time.Time) error { return errEnough })
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}
