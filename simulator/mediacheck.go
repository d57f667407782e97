package simulator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
)

// The media types of media_check_async.
const (
	mediaAudio = 1
	mediaImage = 2
)

// checkMedia is media_check_async, version 2: it downloads the file and pushes the verdict.
func checkMedia(s *Simulator, c *call) (any, error) {
	in, err := decode[struct {
		MediaURL  string `json:"media_url"`
		MediaType int    `json:"media_type"`
		Version   int    `json:"version"`
		OpenID    string `json:"openid"`
		Scene     int    `json:"scene"`
	}](c)
	if err != nil {
		return nil, err
	}
	address, err := url.Parse(in.MediaURL)
	switch {
	case in.Version != 2:
		return nil, refuseBecause(40035, "invalid parameter, version must be 2")
	case in.MediaType != mediaAudio && in.MediaType != mediaImage:
		return nil, refuse(40004)
	case in.Scene < 1 || in.Scene > 4:
		return nil, refuse(40129)
	case err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https":
		return nil, refuseBecause(40035, "invalid parameter, media_url must be an http or https address")
	}
	p, err := s.visitor(c, in.OpenID)
	if err != nil {
		return nil, err
	}
	trace := traceID()
	if !s.closed {
		s.background(func(ctx context.Context) { s.inspect(ctx, p, trace, in.MediaURL, in.MediaType) })
	}
	out := done()
	out["trace_id"] = trace
	return out, nil
}

// inspect downloads what is to be checked and pushes the verdict.
func (s *Simulator) inspect(ctx context.Context, p *person, trace, address string, kind int) {
	problem := s.download(ctx, address, kind)
	if problem != nil {
		s.log.InfoContext(ctx, "media not downloaded", "trace_id", trace, "error", problem)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	mini := s.accounts[MiniAccount]
	verdict := mediaVerdict{Suggest: suggestPass, Label: labelClean}
	code, text := 0, "ok"
	if problem != nil {
		code, text = downloadFailed, "download failed"
	} else {
		verdict = s.takeVerdict(p.name)
	}
	event := s.event(mini, p, "wxa_media_check",
		field{"appid", mini.AppID}, field{"trace_id", trace}, field{"version", int64(2)},
		field{"errcode", int64(code)}, field{"errmsg", text},
		field{"result", fields{{"suggest", verdict.Suggest}, {"label", int64(verdict.Label)}}},
		field{"detail", []fields{{
			{"strategy", "content_model"},
			{"errcode", int64(code)},
			{"suggest", verdict.Suggest},
			{"label", int64(verdict.Label)},
			{"prob", int64(90)},
		}}})
	s.push(mini, pushed{person: p, label: "wxa_media_check", body: event})
}

// takeVerdict uses up the first verdict that fits: a person's own before everybody's.
func (s *Simulator) takeVerdict(user string) mediaVerdict {
	for _, whose := range []string{user, ""} {
		at := slices.IndexFunc(s.mediaVerdicts, func(v *mediaVerdict) bool { return v.User == whose })
		if at < 0 {
			continue
		}
		verdict := *s.mediaVerdicts[at]
		if s.mediaVerdicts[at].Times--; verdict.Times == untilSwitched {
			s.mediaVerdicts[at].Times = untilSwitched
		}
		if verdict.Times == 1 {
			s.mediaVerdicts = slices.Delete(s.mediaVerdicts, at, at+1)
		}
		return verdict
	}
	return mediaVerdict{Suggest: suggestPass, Label: labelClean}
}

// download fetches a file as WeChat would: no more than 10 MB, and of a kind that it checks.
func (s *Simulator) download(ctx context.Context, address string, kind int) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return fmt.Errorf("make the request: %w", err)
	}
	response, err := s.client.Do(request)
	if err != nil {
		return fmt.Errorf("fetch: %w", err)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, largestMedia+1))
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return fmt.Errorf("read: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", response.StatusCode)
	}
	if len(data) == 0 || len(data) > largestMedia {
		return fmt.Errorf("%d bytes, WeChat takes 1 to 10 MB", len(data))
	}
	if kind == mediaImage && !isImage(data) {
		return errors.New("not a jpg, png, bmp or gif")
	}
	return nil
}

func isImage(data []byte) bool {
	for _, start := range []string{"\xff\xd8\xff", "\x89PNG\r\n\x1a\n", "BM", "GIF87a", "GIF89a"} {
		if bytes.HasPrefix(data, []byte(start)) {
			return true
		}
	}
	return false
}
