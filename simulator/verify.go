package simulator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"lianxin/simulator/envelope"
)

// verifyCallback does what the console does when a callback address is saved: a GET whose
// echostr must come back unchanged. It holds no lock.
func (s *Simulator) verifyCallback(ctx context.Context, address, secret string, now time.Time) (attempt, error) {
	tried := attempt{At: now}
	timestamp, nonce, echo := strconv.FormatInt(now.Unix(), 10), randomHex(5), itoa(now.UnixNano())
	query := url.Values{"timestamp": {timestamp}, "nonce": {nonce}, "echostr": {echo}, "signature": {envelope.Sign(secret, timestamp, nonce)}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, withQuery(address, query.Encode()), http.NoBody)
	if err != nil {
		return tried, fmt.Errorf("make the request: %w", err)
	}
	response, err := s.client.Do(request)
	if err != nil {
		return tried, fmt.Errorf("get: %w", err)
	}
	answer, err := io.ReadAll(io.LimitReader(response.Body, largestAnswer))
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return tried, fmt.Errorf("read the answer: %w", err)
	}
	tried.Status, tried.Answer = response.StatusCode, string(bytes.ToValidUTF8(answer[:min(len(answer), shownAnswer)], nil))
	if response.StatusCode != http.StatusOK || string(answer) != echo {
		return tried, errors.New("the callback did not answer 200 with echostr alone")
	}
	return tried, nil
}
