package simulator

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"lianxin/simulator/picture"
)

const (
	longestScene   = 32
	longestMiniURL = 1024
	linkLife       = 30 * 24 * time.Hour
	permanentCodes = 100_000
	codeWidth      = 430
)

var (
	sceneForm = regexp.MustCompile(`^[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]+$`)
	queryForm = regexp.MustCompile(`^[0-9A-Za-z!#$&'()*+,/:;=?@\-._~%]*$`)
	versions  = []string{"", "release", "trial", "develop"}
)

// miniCode draws the code of getwxacodeunlimit.
func miniCode(_ *Simulator, c *call) (any, error) {
	in, err := decode[struct {
		Scene     *string `json:"scene"`
		Page      string  `json:"page"`
		CheckPath *bool   `json:"check_path"`
		Version   string  `json:"env_version"`
		Width     *int    `json:"width"`
		Hyaline   bool    `json:"is_hyaline"`
	}](c)
	if err != nil {
		return nil, err
	}
	if in.Scene == nil {
		return nil, refuse(40129)
	}
	if err := checkScene(*in.Scene); err != nil {
		return nil, err
	}
	checked := in.CheckPath == nil || *in.CheckPath
	if strings.HasPrefix(in.Page, "/") || strings.Contains(in.Page, "?") || checked && in.Page != "" && !c.account.hasPage(in.Page) {
		return nil, refuse(41030)
	}
	width := codeWidth
	if in.Width != nil {
		width = *in.Width
	}
	if width < 280 || width > 1280 || !slices.Contains(versions, in.Version) {
		return nil, refuse(40097)
	}
	return draw(width, "mini-program", *in.Scene)
}

func draw(width int, heading, text string) (any, error) {
	drawn, err := picture.JPEG(width, heading+" (sim)", text)
	if err != nil {
		return nil, fmt.Errorf("draw the code: %w", err)
	}
	return image(drawn), nil
}

func checkScene(scene string) error {
	if utf8.RuneCountInString(scene) > longestScene {
		return refuse(40169)
	}
	if !sceneForm.MatchString(scene) {
		return refuse(40129)
	}
	if strings.Contains(scene, "scancode_time") {
		return refuse(85096)
	}
	return nil
}
