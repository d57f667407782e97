package workbook

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// readStrings reads the texts that cells share.
func (p *parcel) readStrings(part string) error {
	return p.scan(part, func(d *xml.Decoder, e xml.StartElement) error {
		if e.Name.Local != "si" {
			return nil
		}
		text, err := richText(d, "si")
		p.strings = append(p.strings, text)
		return err
	})
}

// richText gathers the texts of an element, without the reading aids that East
// Asian texts may carry.
func richText(d *xml.Decoder, end string) (string, error) {
	var b strings.Builder
	inText, aids := false, 0
	for {
		token, err := d.RawToken()
		if err != nil {
			return "", broken(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "rPh":
				aids++
			case "t":
				inText = aids == 0
			}
		case xml.EndElement:
			switch t.Name.Local {
			case end:
				return unescape(b.String()), nil
			case "rPh":
				aids--
			case "t":
				inText = false
			}
		case xml.CharData:
			if inText {
				b.Write(t)
			}
		}
	}
}

// plainText gathers the text up to the end of an element.
func plainText(d *xml.Decoder, end string) (string, error) {
	var b strings.Builder
	for {
		token, err := d.RawToken()
		if err != nil {
			return "", broken(err)
		}
		switch t := token.(type) {
		case xml.EndElement:
			if t.Name.Local == end {
				return b.String(), nil
			}
		case xml.CharData:
			b.Write(t)
		}
	}
}

// broken says that a part ended too early.
func broken(err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("workbook: read text: %w", err)
}

// unescape undoes how Excel writes characters that XML has no place for, such
// as _x000D_.
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for {
		at := strings.Index(s, "_x")
		if at < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:at])
		s = s[at:]
		if len(s) >= 7 && s[6] == '_' {
			if code, err := strconv.ParseUint(s[2:6], 16, 16); err == nil && utf8.ValidRune(rune(code)) {
				b.WriteRune(rune(code))
				s = s[7:]
				continue
			}
		}
		b.WriteString("_x")
		s = s[2:]
	}
}
