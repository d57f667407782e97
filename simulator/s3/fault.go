package s3

import (
	"net/http"
	"strconv"
	"strings"
)

// Fault is a way to fail. It strikes requests of its method whose address
// holds its text; an empty one fits everything.
type Fault struct {
	Method, Path string
	// Times is how often it strikes; zero until Mend.
	Times int
	// Status and Code make an error of the protocol; HTML is what a stranger in
	// between would answer instead.
	Status int
	Code   string
	HTML   bool
	// Hang keeps the caller waiting until the caller gives up.
	Hang bool
	// Drop cuts the line without an answer.
	Drop bool
	// After cuts the answer's content after so many bytes; Stall keeps the
	// caller waiting there instead.
	After int
	Stall bool
}

// Fail makes requests fail from now on.
func (s *Stand) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// Mend ends every fault.
func (s *Stand) Mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// strike notes a request and gives the fault that strikes it.
func (s *Stand) strike(r *http.Request) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, r.Method+" "+r.URL.Path)
	for i, f := range s.faults {
		if f.Method != "" && f.Method != r.Method || !strings.Contains(r.URL.RequestURI(), f.Path) {
			continue
		}
		struck := *f
		if f.Times == 1 {
			s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
		}
		f.Times--
		return struck
	}
	return Fault{}
}

// happens tells whether the request ends with the fault.
func (f Fault) happens(w http.ResponseWriter, r *http.Request) bool {
	switch {
	case f.Hang:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case f.Drop:
		panic(http.ErrAbortHandler) // net/http's way of cutting a line without a word
	case f.HTML:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.Status)
		_, _ = w.Write([]byte("<html><body>Welcome to nginx</body></html>"))
		return true
	case f.Status != 0:
		refuse(w, r, f.Status, trouble{Code: f.Code, Message: f.Code})
		return true
	}
	return false
}

// cut gives a writer that stops in the middle, when the fault is such.
func (f Fault) cut(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
	if f.After == 0 {
		return w
	}
	return &cutting{ResponseWriter: w, asker: r, left: f.After, stall: f.Stall}
}

type cutting struct {
	http.ResponseWriter
	asker *http.Request
	left  int
	stall bool
}

func (c *cutting) Write(b []byte) (int, error) {
	if len(b) <= c.left {
		c.left -= len(b)
		return c.ResponseWriter.Write(b)
	}
	_, _ = c.ResponseWriter.Write(b[:c.left])
	if flusher, ok := c.ResponseWriter.(http.Flusher); ok {
		flusher.Flush()
	}
	if c.stall {
		<-c.asker.Context().Done()
	}
	panic(http.ErrAbortHandler)
}

// String tells the fault in a test's name.
func (f Fault) String() string {
	switch {
	case f.Hang:
		return "hangs"
	case f.Drop:
		return "drops"
	case f.HTML:
		return "answers HTML"
	case f.After > 0:
		return "cuts after " + strconv.Itoa(f.After)
	}
	return strconv.Itoa(f.Status) + " " + f.Code
}
