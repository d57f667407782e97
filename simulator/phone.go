package simulator

import (
	"embed"
	"encoding/json"
	"io/fs"
	"maps"
	"net/http"
	"slices"
)

//go:embed phone
var phoneFiles embed.FS

// phonePolicy lets the phone show its own pages and those of the app.
func (s *Simulator) phonePolicy() string {
	return "default-src 'self'; img-src 'self' data: http: https:; frame-src 'self' " + s.appURL + "; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
}

func (s *Simulator) phoneRoutes(mux *http.ServeMux) {
	page := func(w http.ResponseWriter, r *http.Request, name string) {
		w.Header().Set("Content-Security-Policy", s.phonePolicy())
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-cache")
		http.ServeFileFS(w, r, phoneFiles, name) //nolint:gosec // embedded files only
	}
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { page(w, r, "phone/phone.html") })
	mux.HandleFunc("GET /phone/{file}", func(w http.ResponseWriter, r *http.Request) {
		name := "phone/" + r.PathValue("file")
		if _, err := fs.Stat(phoneFiles, name); err != nil {
			http.NotFound(w, r)
			return
		}
		page(w, r, name)
	})
}

// templateView is a template that a person can allow, with what is left of their grants.
type templateView struct {
	Account string `json:"account"`
	ID      string `json:"id"`
	Title   string `json:"title"`
	Left    int    `json:"left"`
}

// readPhone is everything that the phone page shows, in one answer.
func readPhone(s *Simulator, c control) (any, error) {
	out := reply{
		"now": s.now(), "app_url": s.appURL, "users": s.names, "faults": append([]*fault{}, s.faults...),
		"paths": slices.Sorted(maps.Keys(endpoints())), "codes": s.liveScenes(), "menu": json.RawMessage("null"),
		"accounts": reply{MiniAccount: s.accounts[MiniAccount].view(), OfficialAccount: s.accounts[OfficialAccount].view()},
		"pushes":   s.failedPushes(),
	}
	if kept := s.accounts[OfficialAccount].menu; kept != nil {
		out["menu"] = json.RawMessage(kept)
	}
	p, ok := s.people[c.URL.Query().Get("user")]
	if !ok {
		return out, nil
	}
	public := s.articleViews()
	for i := range public {
		public[i].Content = "" // the page is asked for it
	}
	out["articles"] = public
	out["person"] = p.view()
	out["chat"] = append([]line{}, p.chat...)
	out["texts"] = s.textsOf(p)
	out["notices"] = append([]notice{}, p.notices...)
	views := []templateView{}
	for _, t := range s.templates {
		if t.Kind == SubscribeTemplate {
			views = append(views, templateView{Account: t.Account, ID: t.ID, Title: t.Title, Left: p.grants[t.ID]})
		}
	}
	out["templates"] = views
	return out, nil
}

func (s *Simulator) liveScenes() []string {
	scenes := []string{}
	for _, made := range s.sceneCodes {
		if _, ok := s.liveCode(made.Scene); ok && !slices.Contains(scenes, made.Scene) {
			scenes = append(scenes, made.Scene)
		}
	}
	return scenes
}

// failedPushes counts the pushes that nobody took.
func (s *Simulator) failedPushes() reply {
	failed, unsent := 0, 0
	for _, p := range s.pushes {
		switch p.State {
		case pushFailed:
			failed++
		case pushUnsent:
			unsent++
		}
	}
	return reply{"failed": failed, "unsent": unsent, "total": len(s.pushes)}
}
