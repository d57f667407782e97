package newsroom

import (
	"context"
	"strings"

	"lianxin/model"
	"lianxin/service/comparison"
	"lianxin/service/newsroom/richtext"
)

// Compare gives what changed from an older version to a newer one, paragraph by
// paragraph and word by word: the title, the digest and the text as a reader sees
// them. Number 0 is the text as it is now. Fault: not found.
func (s *Service) Compare(ctx context.Context, by model.Actor, id string, older, newer int) ([]comparison.Paragraph, error) {
	before, err := s.Version(ctx, by, id, older)
	if err != nil {
		return nil, err
	}
	after, err := s.Version(ctx, by, id, newer)
	if err != nil {
		return nil, err
	}
	return comparison.Of(linesOf(before), linesOf(after)), nil
}

func linesOf(v model.ArticleVersion) []string {
	lines := []string{v.Title}
	if v.Digest != "" {
		lines = append(lines, v.Digest)
	}
	if text := richtext.Text(v.Body); text != "" {
		lines = append(lines, strings.Split(text, "\n")...)
	}
	return lines
}
