package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"lianxin/config"
	"lianxin/model/fault"
	"lianxin/service/account"
)

// smsTimeout is how long the gateway may take: a person waits.
const smsTimeout = 8 * time.Second

// smsGateway hands texts to the operator's own gateway, which speaks to whatever
// provider there is: a POST of {"phone", "text"}, signed with the shared secret
// (docs/operations/sms.md).
type smsGateway struct {
	url    string
	secret []byte
	client *http.Client
	now    func() time.Time
	log    *slog.Logger
}

// smsOf gives the gateway of a deployment; nil where there is none.
func smsOf(cfg config.Config, now func() time.Time, log *slog.Logger) account.SMS {
	if cfg.SMS.URL == "" {
		return nil
	}
	client := &http.Client{Timeout: smsTimeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return smsGateway{url: cfg.SMS.URL, secret: []byte(cfg.SMS.Secret.Reveal()), client: client, now: now, log: log}
}

// Send implements account.SMS. Fault: unavailable, whatever went wrong; the log
// says what, without the number and the text.
func (g smsGateway) Send(ctx context.Context, phone, text string) error {
	err := g.post(ctx, phone, text)
	if err == nil {
		return nil
	}
	g.log.ErrorContext(ctx, "a text was not taken by the SMS gateway", "error", err)
	return fault.Unavailable("短信没有发出去，请过一分钟再试，或在小程序里授权手机号。", time.Minute)
}

func (g smsGateway) post(ctx context.Context, phone, text string) error {
	body, err := json.Marshal(map[string]string{"phone": phone, "text": text})
	if err != nil {
		return fmt.Errorf("sms: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, g.url, bytes.NewReader(body))
	if err != nil {
		return errors.New("sms: the address of the gateway cannot be asked")
	}
	stamp := strconv.FormatInt(g.now().Unix(), 10)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Lianxin-Timestamp", stamp)
	request.Header.Set("X-Lianxin-Signature", signSMS(g.secret, stamp, body))
	response, err := g.client.Do(request)
	if err != nil {
		// Without the address: it may hold a key of the provider.
		if cause := (*url.Error)(nil); errors.As(err, &cause) {
			err = cause.Err
		}
		return fmt.Errorf("sms: %w", err)
	}
	_, readErr := io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10))
	err = errors.Join(readErr, response.Body.Close())
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return fmt.Errorf("sms: the gateway answered %d", response.StatusCode)
	}
	return err
}

// signSMS is the hex HMAC-SHA256 of the timestamp, a dot and the body.
func signSMS(secret []byte, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	_, _ = mac.Write([]byte(stamp + ".")) // a hash never fails
	_, _ = mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}
