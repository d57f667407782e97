// Package held keeps an HTTP answer back until it is decided what becomes of it.
package held

import (
	"bytes"
	"net/http"

	"github.com/gin-gonic/gin"
)

// Writer stands in for Gin's writer and lets nothing out but headers.
type Writer struct {
	gin.ResponseWriter
	status int
	body   bytes.Buffer
}

// Take puts a Writer in the place of the request's writer.
func Take(c *gin.Context) *Writer {
	w := &Writer{ResponseWriter: c.Writer, status: http.StatusOK}
	c.Writer = w
	return w
}

// GiveBack puts the request's own writer back in its place.
func (w *Writer) GiveBack(c *gin.Context) { c.Writer = w.ResponseWriter }

// Release lets the answer out as it was given.
func (w *Writer) Release() {
	w.ResponseWriter.WriteHeader(w.status)
	_, _ = w.ResponseWriter.Write(w.body.Bytes()) // the asker may have gone
}

// Body is what was written.
func (w *Writer) Body() []byte { return w.body.Bytes() }

// WriteHeader keeps the status.
func (w *Writer) WriteHeader(status int) { w.status = status }

// WriteHeaderNow does nothing yet.
func (w *Writer) WriteHeaderNow() {}

// Write keeps the bytes.
func (w *Writer) Write(b []byte) (int, error) { return w.body.Write(b) }

// WriteString keeps the text.
func (w *Writer) WriteString(s string) (int, error) { return w.body.WriteString(s) }

// Status is the status that was set.
func (w *Writer) Status() int { return w.status }

// Written reports whether anything was written.
func (w *Writer) Written() bool { return w.body.Len() > 0 }

// Size is how many bytes were written.
func (w *Writer) Size() int { return w.body.Len() }
