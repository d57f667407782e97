package s3

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	algorithm = "AWS4-HMAC-SHA256"
	dateForm  = "20060102T150405Z"
	// skew is how far the date of a request may be from ours.
	skew = 15 * time.Minute
)

// signature is what a request says of its own signature.
type signature struct {
	key, day, region, service, end string
	headers                        []string
	sum                            string
}

func readSignature(authorization string) (signature, bool) {
	rest, found := strings.CutPrefix(authorization, algorithm+" ")
	if !found {
		return signature{}, false
	}
	parts := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		parts[name] = value
	}
	scope := strings.Split(parts["Credential"], "/")
	if len(scope) != 5 || parts["SignedHeaders"] == "" || parts["Signature"] == "" {
		return signature{}, false
	}
	return signature{scope[0], scope[1], scope[2], scope[3], scope[4], strings.Split(parts["SignedHeaders"], ";"), parts["Signature"]}, true
}

// verify checks who asks, when, and that nothing was changed on the way. A
// trouble without a code is none.
func (s *Stand) verify(r *http.Request, body []byte) (int, trouble) {
	signed, ok := readSignature(r.Header.Get("Authorization"))
	if !ok {
		return http.StatusForbidden, trouble{Code: "AccessDenied", Message: "Access Denied."}
	}
	at, err := time.Parse(dateForm, r.Header.Get("X-Amz-Date"))
	digest := sha256.Sum256(body)
	switch {
	case signed.key != s.options.AccessKey:
		return http.StatusForbidden, trouble{Code: "InvalidAccessKeyId", Message: "The Access Key Id you provided does not exist in our records."}
	case err != nil || at.Format("20060102") != signed.day:
		return http.StatusForbidden, trouble{Code: "AccessDenied", Message: "a valid date is needed"}
	case at.Sub(s.options.Now()).Abs() > skew:
		return http.StatusForbidden, trouble{Code: "RequestTimeTooSkewed", Message: "The difference between the request time and the current time is too large."}
	case signed.region != s.options.Region || signed.service != "s3" || signed.end != "aws4_request":
		return http.StatusBadRequest, trouble{
			Code: "AuthorizationHeaderMalformed", Region: s.options.Region,
			Message: "The authorization header is malformed; the region '" + signed.region + "' is wrong; expecting '" + s.options.Region + "'",
		}
	case !coversWhatMatters(r, signed.headers) || !hmac.Equal([]byte(signed.sum), []byte(s.sign(r, signed))):
		return http.StatusForbidden, trouble{Code: "SignatureDoesNotMatch", Message: "The request signature we calculated does not match the signature you provided."}
	case r.Header.Get("X-Amz-Content-Sha256") != hex.EncodeToString(digest[:]):
		// A body that is not covered is not taken either.
		return http.StatusBadRequest, trouble{Code: "XAmzContentSHA256Mismatch"}
	}
	return 0, trouble{}
}

// coversWhatMatters demands that host, date, digest and every header of the
// protocol are signed.
func coversWhatMatters(r *http.Request, headers []string) bool {
	needed := []string{"host", "x-amz-date", "x-amz-content-sha256"}
	for name := range r.Header {
		if lower := strings.ToLower(name); strings.HasPrefix(lower, "x-amz-") {
			needed = append(needed, lower)
		}
	}
	return !slices.ContainsFunc(needed, func(name string) bool { return !slices.Contains(headers, name) })
}

// sign computes what the signature must be.
func (s *Stand) sign(r *http.Request, signed signature) string {
	var canonical strings.Builder
	canonical.WriteString(r.Method + "\n" + escape(r.URL.Path, true) + "\n" + canonicalQuery(r.URL.Query()) + "\n")
	for _, name := range signed.headers {
		value := strings.Join(r.Header.Values(name), ",")
		if name == "host" {
			value = r.Host
		}
		if name == "content-length" {
			value = r.Header.Get("Content-Length")
		}
		canonical.WriteString(name + ":" + strings.Join(strings.Fields(value), " ") + "\n")
	}
	canonical.WriteString("\n" + strings.Join(signed.headers, ";") + "\n" + r.Header.Get("X-Amz-Content-Sha256"))
	digest := sha256.Sum256([]byte(canonical.String()))
	scope := strings.Join([]string{signed.day, signed.region, signed.service, signed.end}, "/")
	words := algorithm + "\n" + r.Header.Get("X-Amz-Date") + "\n" + scope + "\n" + hex.EncodeToString(digest[:])
	key := []byte("AWS4" + s.options.SecretKey)
	for _, part := range []string{signed.day, signed.region, signed.service, signed.end} {
		key = mac(key, part)
	}
	return hex.EncodeToString(mac(key, words))
}

func mac(key []byte, words string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(words))
	return h.Sum(nil)
}

func canonicalQuery(q url.Values) string {
	var pairs []string
	for name, values := range q {
		for _, value := range values {
			pairs = append(pairs, escape(name, false)+"="+escape(value, false))
		}
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
}

// escape writes text as the protocol's URI encoding; a slash may stay.
func escape(text string, slash bool) string {
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(text) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-._~", c) >= 0, slash && c == '/':
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', hexDigits[c>>4], hexDigits[c&15]})
		}
	}
	return b.String()
}
