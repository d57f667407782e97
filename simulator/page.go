package simulator

import (
	"bytes"
	"html/template"
	"net/http"
	"slices"
	"strings"
)

// pagePolicy lets an article show pictures and its own styles, and run nothing.
const pagePolicy = "default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

var articlePage = template.Must(template.ParseFS(phoneFiles, "phone/article.html"))

// pageView is what an article's page shows.
type pageView struct {
	Gone    string
	Title   string
	Author  string
	Account string
	At      string
	Source  string
	Reads   int
	Content template.HTML
}

// pageRoutes serve articles and their pictures, which WeChat has at mp.weixin.qq.com and mmbiz.qpic.cn.
func (s *Simulator) pageRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /s/{id}", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		view := s.publicPage(r)
		s.mu.Unlock()
		s.writePage(w, view)
	})
	mux.HandleFunc("GET /s", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		view := s.draftPage(r.URL.Query().Get("tempkey"))
		s.mu.Unlock()
		s.writePage(w, view)
	})
	mux.HandleFunc("GET "+pictureFolder+"{key}/0", s.showUploaded)
}

func (s *Simulator) writePage(w http.ResponseWriter, view pageView) {
	var page bytes.Buffer
	if err := articlePage.Execute(&page, view); err != nil {
		s.log.Error("an article's page cannot be drawn", "error", err)
		http.Error(w, "page not drawn", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Security-Policy", pagePolicy)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if view.Gone != "" {
		w.WriteHeader(http.StatusNotFound)
	}
	if _, err := page.WriteTo(w); err != nil {
		s.log.Warn("an article's page was not sent", "error", err)
	}
}

// publicPage is what is public at an address. Who reads (?as=) is counted; ?from= says where they came from.
func (s *Simulator) publicPage(r *http.Request) pageView {
	j, at := s.desk.publicAt(r.PathValue("id"))
	if j == nil {
		return pageView{Gone: "参数错误"}
	}
	if j.articles[at].deleted {
		return pageView{Gone: "该内容已被发布者删除"}
	}
	query := r.URL.Query()
	if p, ok := s.people[query.Get("as")]; ok {
		source, known := sources()[query.Get("from")]
		if !known {
			source = otherSource
		}
		j.readings = append(j.readings, reading{article: at, who: p.name, at: s.now(), source: source})
	}
	view := shownPage(j.articles[at])
	view.At = j.updated.In(beijing()).Format("2006年1月2日 15:04")
	for _, one := range j.readings {
		if one.article == at && !one.shared {
			view.Reads++
		}
	}
	return view
}

// draftPage is a draft as its preview shows it, as long as there is the draft.
func (s *Simulator) draftPage(key string) pageView {
	for _, d := range s.desk.drafts {
		for _, one := range d.articles {
			if key != "" && strings.HasSuffix(one.URL, "tempkey="+key) {
				view := shownPage(one)
				view.At = "预览"
				return view
			}
		}
	}
	return pageView{Gone: "临时链接已失效"}
}

func shownPage(a article) pageView {
	content := strings.NewReplacer(`src="http://`+pictureHost+"/", `src="/`, `src="https://`+pictureHost+"/", `src="/`).Replace(a.Content)
	return pageView{
		Title: a.Title, Author: a.Author, Account: "公众号", Source: a.Source,
		Content: template.HTML(content), //nolint:gosec // an article's HTML is shown as it was kept, under a policy that runs nothing
	}
}

// publicAt finds the article whose address ends in id, deleted or not.
func (d *desk) publicAt(id string) (j *job, at int) {
	for _, j := range d.jobs {
		at := slices.IndexFunc(j.articles, func(one article) bool { return j.articleID != "" && strings.HasSuffix(one.URL, "/s/"+id) })
		if at >= 0 {
			return j, at
		}
	}
	return nil, 0
}

// showUploaded serves a picture that was uploaded, by either way.
func (s *Simulator) showUploaded(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	data := s.desk.pictures["http://"+pictureHost+r.URL.Path]
	s.mu.Unlock()
	if len(data) == 0 {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", http.DetectContentType(data))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if _, err := w.Write(data); err != nil {
		s.log.InfoContext(r.Context(), "picture not delivered", "error", err)
	}
}

// share tells that a person passes a public article on.
func share(s *Simulator, c control) (any, error) {
	p, err := s.named(c.PathValue("name"))
	if err != nil {
		return nil, err
	}
	in, err := read[struct {
		URL string `json:"url"`
	}](c)
	if err != nil {
		return nil, err
	}
	_, id, found := strings.Cut(in.URL, "/s/")
	j, at := s.desk.publicAt(id)
	if !found || j == nil || j.articles[at].deleted {
		return nil, missing("no article is public at this address")
	}
	j.readings = append(j.readings, reading{article: at, who: p.name, at: s.now(), shared: true})
	return reply{"shared": true}, nil
}
