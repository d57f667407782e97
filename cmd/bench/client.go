package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strconv"
	"time"
)

// request is one request of a mix. Unique makes every sending of it another
// deed: its key gets a number of its own.
type request struct {
	method, target, token, body string
	unique                      bool
}

// bytes are the request as it goes over the line.
func (r request) bytes(host string, n int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", r.method, r.target, host)
	if r.token != "" {
		fmt.Fprintf(&b, "Authorization: Bearer %s\r\n", r.token)
	}
	if r.unique {
		fmt.Fprintf(&b, "Idempotency-Key: bench-%012d\r\n", n)
	}
	if r.body != "" {
		fmt.Fprintf(&b, "Content-Type: application/json\r\nContent-Length: %d\r\n", len(r.body))
	}
	b.WriteString("\r\n" + r.body)
	return b.Bytes()
}

func (r request) key() string { return r.method + " " + r.target + " " + r.token }

// line is a connection that asks and reads answers with as little work of its
// own as can be: on a small machine the asker's work is measured along.
type line struct {
	conn net.Conn
	in   *bufio.Reader
	host string
}

func dial(ctx context.Context, host string) (*line, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", host)
	if err != nil {
		return nil, err
	}
	return &line{conn: conn, in: bufio.NewReaderSize(conn, 32<<10), host: host}, nil
}

// patience is how long an answer may take before the run is given up.
const patience = 30 * time.Second

// ask sends a request and reads the answer; the body only when it is wanted.
func (l *line) ask(raw []byte, body *bytes.Buffer) (status int, err error) {
	if err := l.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return 0, err
	}
	if _, err := l.conn.Write(raw); err != nil {
		return 0, err
	}
	first, err := l.in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(first) < 12 {
		return 0, fmt.Errorf("无法识别的回答 %q", first)
	}
	if status, err = strconv.Atoi(string(first[9:12])); err != nil {
		return 0, err
	}
	length, err := l.headers()
	if err != nil {
		return 0, err
	}
	if length != inPieces {
		return status, l.take(length, body)
	}
	for {
		size, err := l.in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		n, err := strconv.ParseInt(string(bytes.TrimSpace(size)), 16, 32)
		if err != nil {
			return 0, err
		}
		if err := errors.Join(l.take(int(n), body), l.take(len("\r\n"), nil)); err != nil || n == 0 {
			return status, err
		}
	}
}

// take reads so many bytes, into body when it is wanted.
func (l *line) take(n int, body *bytes.Buffer) (err error) {
	if body != nil {
		_, err = io.CopyN(body, l.in, int64(n))
	} else {
		_, err = l.in.Discard(n)
	}
	return err
}

// inPieces is the length of a body that comes in pieces.
const inPieces = -2

var (
	lengthName = []byte("content-length:")
	piecesName = []byte("transfer-encoding: chunked")
)

// headers reads the headers and gives the length of the body.
func (l *line) headers() (length int, err error) {
	length = -1
	for {
		h, err := l.in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		h = bytes.TrimRight(h, "\r\n")
		if len(h) == 0 {
			break
		}
		if bytes.EqualFold(h, piecesName) {
			length = inPieces
		}
		if len(h) > len(lengthName) && bytes.EqualFold(h[:len(lengthName)], lengthName) {
			if length, err = strconv.Atoi(textproto.TrimString(string(h[len(lengthName):]))); err != nil {
				return 0, err
			}
		}
	}
	if length == -1 {
		return 0, errors.New("回答没有说明长度")
	}
	return length, nil
}
