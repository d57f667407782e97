package callback

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"strconv"
)

// Seal prepares a passive reply: in plain mode it is the reply itself, else an
// envelope in the reply's own format. The words that only stop WeChat from
// asking again, "success" or nothing, are not replies and are sent as they are.
func (r *Receiver) Seal(reply []byte) ([]byte, error) {
	if r.options.Mode == Plain {
		return reply, nil
	}
	var random [randomLength]byte
	nonce := make([]byte, 8)
	// Neither read can fail: crypto/rand ends the program first.
	_, _ = rand.Read(random[:])
	_, _ = rand.Read(nonce)
	encrypted, err := r.cipher.Encrypt(reply, random)
	if err != nil {
		return nil, err
	}
	timestamp := r.options.Now().Unix()
	sealed := envelope{
		Encrypt:   cdata{encrypted},
		TimeStamp: timestamp,
		Nonce:     cdata{hex.EncodeToString(nonce)},
	}
	sealed.Signature = cdata{Signature(r.options.Token, strconv.FormatInt(timestamp, 10), sealed.Nonce.Text, encrypted)}
	if bytes.HasPrefix(reply, []byte("{")) {
		return json.Marshal(sealed)
	}
	return xml.Marshal(sealed)
}

type envelope struct {
	XMLName   xml.Name `json:"-"            xml:"xml"`
	Encrypt   cdata    `json:"Encrypt"      xml:"Encrypt"`
	Signature cdata    `json:"MsgSignature" xml:"MsgSignature"`
	TimeStamp int64    `json:"TimeStamp"    xml:"TimeStamp"`
	Nonce     cdata    `json:"Nonce"        xml:"Nonce"`
}

type cdata struct {
	Text string `xml:",cdata"`
}

// MarshalJSON makes it a plain string in JSON.
func (c cdata) MarshalJSON() ([]byte, error) { return json.Marshal(c.Text) }
