package simulator

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"path"
	"slices"
	"strings"
)

const (
	largestUpload  = 12 << 20
	largestPicture = 1 << 20
)

// materialRule is what a kind of permanent material may be.
type materialRule struct {
	most    int
	endings []string
	picture bool
}

func materialRules() map[string]materialRule {
	return map[string]materialRule{
		"image": {most: 10 << 20, endings: []string{".bmp", ".png", ".jpeg", ".jpg", ".gif"}, picture: true},
		"thumb": {most: 64 << 10, endings: []string{".jpg", ".jpeg"}, picture: true},
		"voice": {most: 2 << 20, endings: []string{".mp3", ".wma", ".wav", ".amr"}},
		"video": {most: 10 << 20, endings: []string{".mp4"}},
	}
}

// upload reads the part media of a multipart body.
func (c *call) upload() (name string, data []byte, fields map[string]string, err error) {
	kind, params, err := mime.ParseMediaType(c.kind)
	if err != nil || kind != "multipart/form-data" {
		return "", nil, nil, refuse(41005)
	}
	fields = map[string]string{}
	parts := multipart.NewReader(bytes.NewReader(c.body), params["boundary"])
	for {
		part, err := parts.NextPart()
		if err != nil {
			break
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return "", nil, nil, refuse(41005)
		}
		if part.FormName() == "media" && part.FileName() != "" {
			name, data = part.FileName(), content
			continue
		}
		fields[part.FormName()] = string(content)
	}
	if len(data) == 0 {
		return "", nil, nil, refuse(41005)
	}
	return name, data, fields, nil
}

// uploadPicture is media/uploadimg: a picture for use in an article's text.
func uploadPicture(s *Simulator, c *call) (any, error) {
	name, data, _, err := c.upload()
	if err != nil {
		return nil, err
	}
	if !slices.Contains([]string{".jpg", ".jpeg", ".png"}, strings.ToLower(path.Ext(name))) || !isImage(data) {
		return nil, refuse(40005)
	}
	if len(data) >= largestPicture {
		return nil, refuse(40009)
	}
	address := pictureAddress()
	s.desk.keepPicture(address, data)
	return reply{"url": address}, nil
}

const (
	pictureHost   = "mmbiz.qpic.cn"
	pictureFolder = "/mmbiz_jpg/"
	// mostPictureBytes is what is kept of pictures in all; of those beyond it only the address is.
	mostPictureBytes = 64 << 20
)

func pictureAddress() string { return "http://" + pictureHost + pictureFolder + random(24) + "/0" }

func (d *desk) keepPicture(address string, data []byte) {
	if d.pictureBytes+len(data) > mostPictureBytes {
		data = nil
	}
	d.pictureBytes += len(data)
	d.pictures[address] = data
}

// addMaterial is material/add_material.
func addMaterial(s *Simulator, c *call) (any, error) {
	kind := c.query.Get("type")
	rule, ok := materialRules()[kind]
	if !ok {
		return nil, refuse(40004)
	}
	name, data, more, err := c.upload()
	switch {
	case err != nil:
		return nil, err
	case !slices.Contains(rule.endings, strings.ToLower(path.Ext(name))) || rule.picture && !isImage(data):
		return nil, refuse(40005)
	case len(data) > rule.most:
		return nil, refuse(40009)
	case kind == "video" && more["description"] == "":
		return nil, refuseBecause(40035, "invalid parameter, description is needed")
	}
	made, id := material{kind: kind}, random(32)
	out := reply{"media_id": id}
	if kind == "image" {
		address := pictureAddress()
		s.desk.keepPicture(address, data)
		made.url = address + "?wx_fmt=jpeg"
		out["url"] = made.url
	}
	s.desk.materials[id] = made
	return out, nil
}
