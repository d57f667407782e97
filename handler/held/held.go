// Package held keeps an HTTP answer back until it is decided what becomes of
// it. Nothing of it goes out before: no header, no status, no byte.
package held

import (
	"bufio"
	"bytes"
	"maps"
	"net"
	"net/http"

	"github.com/gin-gonic/gin"
)

// unwritten is Gin's size of an answer that has not begun.
const unwritten = -1

// Writer stands in for Gin's writer and lets nothing out.
type Writer struct {
	gin.ResponseWriter

	header http.Header
	status int
	begun  bool
	body   bytes.Buffer
}

// Next lets the request through to the handlers after this one and holds back
// what they answer. When they panic, the answer is dropped and the request has
// its own writer again.
func Next(c *gin.Context) *Writer {
	w := &Writer{ResponseWriter: c.Writer, header: http.Header{}, status: http.StatusOK}
	c.Writer = w
	defer func() { c.Writer = w.ResponseWriter }()
	c.Next()
	return w
}

// Release lets the answer out as it was given. Without it the answer is dropped.
func (w *Writer) Release() {
	maps.Copy(w.ResponseWriter.Header(), w.header)
	w.ResponseWriter.WriteHeader(w.status)
	_, _ = w.ResponseWriter.Write(w.body.Bytes()) // the asker may have gone
}

// Body is what was written.
func (w *Writer) Body() []byte { return w.body.Bytes() }

// Header gives the headers of the held answer. What was set before it was held
// is not among them.
func (w *Writer) Header() http.Header { return w.header }

// WriteHeader keeps the status; what is not one changes nothing, as in Gin.
func (w *Writer) WriteHeader(status int) {
	if status > 0 {
		w.status = status
	}
}

// WriteHeaderNow only notes that the answer has begun.
func (w *Writer) WriteHeaderNow() { w.begun = true }

// Write keeps the bytes.
func (w *Writer) Write(b []byte) (int, error) {
	w.begun = true
	return w.body.Write(b)
}

// WriteString keeps the text.
func (w *Writer) WriteString(s string) (int, error) {
	w.begun = true
	return w.body.WriteString(s)
}

// Flush does nothing yet.
func (w *Writer) Flush() { w.begun = true }

// Hijack is refused: an answer that is held back has no line of its own.
func (*Writer) Hijack() (net.Conn, *bufio.ReadWriter, error) { return nil, nil, http.ErrNotSupported }

// Status is the status that was set.
func (w *Writer) Status() int { return w.status }

// Written reports whether the answer has begun.
func (w *Writer) Written() bool { return w.begun }

// Size is how many bytes were written; -1 when the answer has not begun.
func (w *Writer) Size() int {
	if !w.begun {
		return unwritten
	}
	return w.body.Len()
}
