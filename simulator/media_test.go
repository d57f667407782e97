package simulator_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"lianxin/simulator"
	"lianxin/simulator/picture"
)

// shop serves one picture and one text.
func shop(t *testing.T) string {
	t.Helper()
	drawn, err := picture.JPEG(200, "photo", "x")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data := drawn
		if r.URL.Path != "/photo.jpg" {
			data = []byte("no picture at all")
		}
		if r.URL.Path == "/gone.jpg" {
			w.WriteHeader(http.StatusNotFound)
		}
		if _, err := w.Write(data); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func plainMini(o *simulator.Options) { o.Mini.Mode = simulator.ModePlain }

func checkMedia(s *stand, address string) answer {
	s.t.Helper()
	loginCode(s)
	return s.post(s.api("mini", "/wxa/media_check_async"), answer{
		"media_url": address, "media_type": 2, "version": 2, "openid": s.openID("mini", "张三"), "scene": 2,
	})
}

func (s *stand) nextJSON() answer {
	s.t.Helper()
	var out answer
	if err := json.Unmarshal([]byte(s.next().body), &out); err != nil {
		s.t.Fatal(err)
	}
	return out
}

func TestAPictureIsDownloadedAndItsVerdictPushed(t *testing.T) {
	s := start(t, plainMini)
	out := checkMedia(s, shop(t)+"/photo.jpg")
	s.wantCode(0, out)
	event := s.nextJSON()
	if event.text("Event") != "wxa_media_check" || event.text("trace_id") != out.text("trace_id") || event.text("appid") != s.opts.Mini.AppID {
		t.Errorf("event %v", event)
	}
	if event.text("FromUserName") != s.openID("mini", "张三") || event.number("version") != 2 || event.code() != 0 {
		t.Errorf("event %v", event)
	}
	if got := verdict(event.object("result")); got != "pass 100" || len(event.list("detail")) != 1 {
		t.Errorf("verdict %s %v", got, event["detail"])
	}
}

func TestAPictureThatCannotBeFetchedIsPushedAsFailed(t *testing.T) {
	s := start(t, plainMini)
	base := shop(t)
	for _, address := range []string{base + "/gone.jpg", base + "/text.jpg", "http://127.0.0.1:1/photo.jpg"} {
		s.wantCode(0, checkMedia(s, address))
		if event := s.nextJSON(); event.code() != -1008 {
			t.Errorf("%s: %v", address, event)
		}
	}
}

func TestMediaVerdictsCanBeChosen(t *testing.T) {
	s := start(t, plainMini)
	photo := shop(t) + "/photo.jpg"
	s.control(http.MethodPost, "media-verdicts", answer{"suggest": "risky", "label": 20002})
	s.control(http.MethodPost, "media-verdicts", answer{"user": "张三", "suggest": "review"})
	for _, want := range []string{"review 21000", "risky 20002", "pass 100"} {
		checkMedia(s, photo)
		if got := verdict(s.nextJSON().object("result")); got != want {
			t.Errorf("verdict %s, want %s", got, want)
		}
	}
	s.control(http.MethodPost, "media-verdicts", answer{"suggest": "risky", "times": -1})
	for range 2 {
		checkMedia(s, photo)
		if got := verdict(s.nextJSON().object("result")); got != "risky 20006" {
			t.Errorf("verdict %s", got)
		}
	}
	s.control(http.MethodDelete, "media-verdicts", nil)
	checkMedia(s, photo)
	if got := verdict(s.nextJSON().object("result")); got != "pass 100" {
		t.Errorf("verdict %s", got)
	}
}

func TestMediaRequestsAreChecked(t *testing.T) {
	s := start(t)
	loginCode(s)
	path, mine := s.api("mini", "/wxa/media_check_async"), s.openID("mini", "张三")
	body := func(kind, version, scene int, address, openID string) answer {
		return answer{"media_url": address, "media_type": kind, "version": version, "openid": openID, "scene": scene}
	}
	s.wantCode(40004, s.post(path, body(3, 2, 1, "http://x.test/a.jpg", mine)))
	s.wantCode(40035, s.post(path, body(2, 1, 1, "http://x.test/a.jpg", mine)))
	s.wantCode(40129, s.post(path, body(2, 2, 0, "http://x.test/a.jpg", mine)))
	s.wantCode(40035, s.post(path, body(2, 2, 1, "file:///etc/passwd", mine)))
	s.wantCode(40003, s.post(path, body(2, 2, 1, "http://x.test/a.jpg", "oNobody")))
	s.wantCode(61010, s.post(path, body(2, 2, 1, "http://x.test/a.jpg", s.openID("mini", "李四"))))
}
