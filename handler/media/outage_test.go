package media_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAStorageThatDoesNotServeIsSaidWithATimeToComeBack(t *testing.T) {
	w := newWorld(t)
	v := w.uploaded(w.raw("wang", "image/png", photo(t)))
	w.keeper.broken = true
	for what, answer := range map[string]*httptest.ResponseRecorder{
		"upload": w.raw("wang", "image/png", photo(t)), "link": w.follow(v.URL, nil), "link to a known picture": w.follow(v.URL, http.Header{"If-None-Match": {"*"}}),
	} {
		w.refused(answer, http.StatusServiceUnavailable, "图片暂时存取不了")
		if answer.Header().Get("Retry-After") == "" || answer.Header().Get("Cache-Control") != "no-store" || strings.Contains(answer.Body.String(), "rack") {
			t.Errorf("%s: %v %s", what, answer.Header(), answer.Body)
		}
	}
	w.keeper.broken = false
	if answer := w.follow(v.URL, nil); answer.Code != http.StatusOK {
		t.Errorf("afterwards: %d", answer.Code)
	}
	w.uploaded(w.raw("wang", "image/png", photo(t)))
}

func TestAStorageThatStopsInTheMiddleCutsTheLine(t *testing.T) {
	w := newWorld(t)
	v := w.uploaded(w.raw("wang", "image/png", photo(t)))
	server := httptest.NewServer(w.router)
	t.Cleanup(server.Close)
	w.keeper.after = 200
	for _, link := range []string{v.URL, v.ThumbURL} { // of one the length is known, of the other not
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+strings.TrimPrefix(link, "https://lianxin.example"), http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response, err := server.Client().Do(request)
		if err != nil {
			continue // cut before the answer had begun to travel
		}
		content, err := io.ReadAll(response.Body)
		if closed := response.Body.Close(); err == nil || closed != nil {
			t.Errorf("%d bytes of a picture came as if they were all: %v", len(content), closed)
		}
	}
	w.keeper.after = 0
	if answer := w.follow(v.ThumbURL, nil); answer.Code != http.StatusOK {
		t.Errorf("afterwards: %d", answer.Code)
	}
}
