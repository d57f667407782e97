package guard

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

// Slow lines. Who sends a body must keep up a pace, or is cut off: a few bytes
// now and then would hold a line, or a place, for ever.
const (
	bodyFirst   = 5 * time.Second
	bodyPace    = 1 << 10 // bytes in a second, for what fits into memory
	bodyLongest = 30 * time.Second
	uploadFirst = 10 * time.Second
	uploadPace  = 8 << 10
	receiveStep = 4 << 10
)

// receiveMax is how much of a body is received before its request is let in;
// what is longer is refused behind the gate, which reads on for itself.
const receiveMax = BodyMax + 1

func hasBody(r *http.Request) bool { return r.Body != nil && r.Body != http.NoBody }

// pace sets until when a body may take that began at some time.
type pace struct {
	line    *http.ResponseController
	began   time.Time
	first   time.Duration
	rate    int64
	longest time.Duration
}

// after moves the end of patience on after so many bytes. A server that cannot
// set one (in a test) has no slow lines.
func (p pace) after(n int64) error {
	patience := min(p.longest, p.first+time.Duration(n)*time.Second/time.Duration(p.rate))
	if err := p.line.SetReadDeadline(p.began.Add(patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

// over ends the watch: of a whole body nothing more is read, of another the
// rest must come in the longest time there is.
func (p pace) over(whole bool) error {
	var until time.Time
	if !whole {
		until = p.began.Add(p.longest)
	}
	if err := p.line.SetReadDeadline(until); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

// received is a body in memory, with what did not fit behind it.
type received struct {
	io.Reader
	io.Closer
}

// tooSlow is what is answered to who does not keep up the pace.
var tooSlow = []byte(`{"type":"about:blank","title":"请求超时","status":408,"detail":"网络太慢，内容没有收全，请重试。","code":"timeout"}`)

// receive takes a body into memory, at a pace. False when it was answered
// already.
func (g *Gate) receive(w http.ResponseWriter, r *http.Request) (io.ReadCloser, bool) {
	select {
	case g.receiving <- struct{}{}:
		defer func() { <-g.receiving }()
	default:
		g.refuse(w, shareOf(r))
		return nil, false
	}
	p := pace{line: http.NewResponseController(w), began: g.o.Wall(), first: g.first, rate: bodyPace, longest: bodyLongest}
	body, whole, err := p.readAll(r)
	if err == nil {
		err = p.over(whole)
	}
	if err == nil {
		return received{io.MultiReader(bytes.NewReader(body), r.Body), r.Body}, true
	}
	w.Header().Set("Connection", "close")
	if errors.Is(err, os.ErrDeadlineExceeded) {
		bare(w, http.StatusRequestTimeout, tooSlow)
		return nil, false
	}
	// Broken off, or not HTTP: what stands behind the gate says so.
	return received{io.MultiReader(bytes.NewReader(body), broken{err}), r.Body}, true
}

// broken is the end of a body that was not received.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

// readAll reads to the end, or as far as is received before a request is let
// in; it says whether that was the whole.
func (p pace) readAll(r *http.Request) (body []byte, whole bool, err error) {
	body = make([]byte, 0, min(max(r.ContentLength, receiveStep), receiveMax)+1)
	for len(body) < receiveMax {
		if err := p.after(int64(len(body))); err != nil {
			return body, false, err
		}
		if len(body) == cap(body) {
			body = append(body, 0)[:len(body)]
		}
		n, err := r.Body.Read(body[len(body):min(cap(body), receiveMax)])
		body = body[:len(body)+n]
		if errors.Is(err, io.EOF) {
			return body, true, nil
		}
		if err != nil {
			return body, false, err
		}
	}
	return body, false, nil
}

// paced is an upload that must keep up a pace.
type paced struct {
	io.ReadCloser

	pace pace
	read int64
	next int64
}

func (g *Gate) paced(w http.ResponseWriter, body io.ReadCloser) io.ReadCloser {
	line := http.NewResponseController(w)
	began := g.o.Wall()
	// The answer may come as late as the last byte. A server that cannot set
	// when, has no end for it.
	_ = line.SetWriteDeadline(began.Add(uploadMax + g.o.Deadline))
	return &paced{ReadCloser: body, pace: pace{line: line, began: began, first: uploadFirst, rate: uploadPace, longest: uploadMax}}
}

// Read reads on as long as the sender keeps up.
func (p *paced) Read(b []byte) (int, error) {
	if p.read >= p.next {
		if err := p.pace.after(p.read); err != nil {
			return 0, err
		}
		p.next = p.read + uploadPace
	}
	n, err := p.ReadCloser.Read(b)
	p.read += int64(n)
	return n, err
}
