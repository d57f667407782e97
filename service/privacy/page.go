package privacy

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"

	"lianxin/model"
)

//go:embed page.html
var pageSource string

// page is the readable part of a copy: no script, nothing from outside.
var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"picture": pictureName,
	"side":    func(s model.Side) string { return sideWords[s] },
	"given": func(given bool) string {
		if given {
			return "同意"
		}
		return "撤回"
	},
	"depth": func(d model.ReadingDepth) string { return depthWords[d] },
}).Parse(pageSource))

var sideWords = map[model.Side]string{
	model.SideResident: "您", model.SideRepresentative: "代表", model.SideUnit: "承办单位", model.SideStaff: "联络办", model.SideSystem: "系统",
}

var depthWords = map[model.ReadingDepth]string{
	model.ReadingList: "在列表里看到", model.ReadingThread: "打开全文", model.ReadingRestricted: "依法查阅封存内容",
}

func htmlHead(w io.Writer, me self) error { return render(w, "head", me) }

func htmlMessage(w io.Writer, m messageOfSelf) error { return render(w, "message", m) }

func htmlFoot(w io.Writer) error { return render(w, "foot", nil) }

func render(w io.Writer, part string, with any) error {
	if err := page.ExecuteTemplate(w, part, with); err != nil {
		return fmt.Errorf("privacy: write page: %w", err)
	}
	return nil
}
