package simulator

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// sceneCode is a code of the official account that people scan.
type sceneCode struct {
	Scene  string    `json:"scene"`
	Ticket string    `json:"ticket"`
	Ends   time.Time `json:"ends,omitzero"`
}

// createSceneCode is qrcode/create.
func createSceneCode(s *Simulator, c *call) (any, error) {
	in, err := decode[struct {
		ExpireSeconds int    `json:"expire_seconds"`
		ActionName    string `json:"action_name"`
		ActionInfo    struct {
			Scene struct {
				ID   *uint32 `json:"scene_id"`
				Text *string `json:"scene_str"`
			} `json:"scene"`
		} `json:"action_info"`
	}](c)
	if err != nil {
		return nil, err
	}
	scene, permanent, err := sceneOf(in.ActionName, in.ActionInfo.Scene.ID, in.ActionInfo.Scene.Text)
	if err != nil {
		return nil, err
	}
	made := &sceneCode{Scene: scene, Ticket: random(60)}
	out := reply{"ticket": made.Ticket, "url": "http://weixin.qq.com/q/" + random(16)}
	if !permanent {
		seconds := in.ExpireSeconds
		if seconds == 0 {
			seconds = 60
		}
		if seconds < 0 || seconds > int(linkLife.Seconds()) {
			return nil, refuse(40053)
		}
		made.Ends = c.now.Add(time.Duration(seconds) * time.Second)
		out["expire_seconds"] = seconds
	}
	s.sceneCodes = append(s.sceneCodes, made)
	return out, nil
}

// sceneOf reads the scene that an action of qrcode/create wants and whether it lasts.
func sceneOf(action string, id *uint32, text *string) (string, bool, error) {
	permanent := strings.HasPrefix(action, "QR_LIMIT_")
	switch action {
	case "QR_SCENE", "QR_LIMIT_SCENE":
		if id == nil || *id == 0 || permanent && *id > permanentCodes {
			return "", false, refuse(40053)
		}
		return strconv.FormatUint(uint64(*id), 10), permanent, nil
	case "QR_STR_SCENE", "QR_LIMIT_STR_SCENE":
		if text == nil || *text == "" || utf8.RuneCountInString(*text) > 64 {
			return "", false, refuse(40053)
		}
		return *text, permanent, nil
	default:
		return "", false, refuse(40052)
	}
}

// liveCode finds a code that can be scanned now, the newest of a scene.
func (s *Simulator) liveCode(scene string) (*sceneCode, bool) {
	for _, made := range slices.Backward(s.sceneCodes) {
		if made.Scene == scene && (made.Ends.IsZero() || s.now().Before(made.Ends)) {
			return made, true
		}
	}
	return nil, false
}

// showSceneCode is showqrcode: the picture of a ticket, 404 for any other.
func (s *Simulator) showSceneCode(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	s.mu.Lock()
	at := slices.IndexFunc(s.sceneCodes, func(made *sceneCode) bool { return made.Ticket == ticket })
	scene := ""
	if at >= 0 {
		scene = s.sceneCodes[at].Scene
	}
	s.record(callRecord{Path: r.URL.Path, Account: OfficialAccount, At: s.now()})
	s.mu.Unlock()
	if at < 0 {
		http.NotFound(w, r)
		return
	}
	drawn, err := draw(codeWidth, "official", scene)
	if err != nil {
		http.Error(w, "picture not drawn", http.StatusInternalServerError)
		return
	}
	s.write(w, r, drawn)
}
