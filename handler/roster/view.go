package roster

import (
	"lianxin/service/roster"
)

type tallyView struct {
	Sheet     string `json:"sheet" doc:"工作表"`
	New       int    `json:"new" doc:"新增的行数"`
	Changed   int    `json:"changed" doc:"有修改的行数"`
	Unchanged int    `json:"unchanged" doc:"不变的行数"`
	Wrong     int    `json:"wrong" doc:"有误的行数"`
}

type changeView struct {
	Column string `json:"column" doc:"列名"`
	Cell   string `json:"cell" doc:"文件里的位置，如 C7；由系统补上的为空"`
	Old    string `json:"old" doc:"原来的值，新增时为空"`
	New    string `json:"new" doc:"导入后的值"`
}

type rowView struct {
	Sheet   string       `json:"sheet" doc:"工作表"`
	In      string       `json:"in" doc:"这个文件里工作表的名称"`
	Row     int          `json:"row" doc:"行号，与 Excel 里显示的一致"`
	Name    string       `json:"name" doc:"这一行说的是谁"`
	Verdict string       `json:"verdict" enum:"new,changed,unchanged,wrong" doc:"新增、修改、不变或有误"`
	Changes []changeView `json:"changes"`
}

type spotView struct {
	Sheet   string `json:"sheet" doc:"工作表"`
	Cell    string `json:"cell" doc:"单元格，如 C7；为空表示整个工作表"`
	Message string `json:"message" doc:"怎么回事，怎么改"`
}

// previewView is what importing a file would do.
type previewView struct {
	Basis        string      `json:"basis" doc:"导入时原样带回，名册在预览之后有过导入时会被拒绝"`
	Summary      []tallyView `json:"summary"`
	Rows         []rowView   `json:"rows" doc:"从 offset 起的若干行"`
	RowCount     int         `json:"row_count" doc:"总行数；unchanged 不为 true 时不含不变的行"`
	Problems     []spotView  `json:"problems" doc:"有误的地方，最多 500 处"`
	ProblemCount int         `json:"problem_count"`
	Notes        []spotView  `json:"notes" doc:"提示：跳过了什么、怎样理解的，最多 200 条"`
	NoteCount    int         `json:"note_count"`
	Untouched    int         `json:"untouched" doc:"系统里有而文件里没有的代表人数，保持不变"`
}

// importView is what an import did.
type importView struct {
	Summary   []tallyView `json:"summary"`
	Notes     []spotView  `json:"notes"`
	NoteCount int         `json:"note_count"`
	Untouched int         `json:"untouched" doc:"系统里有而文件里没有的代表人数，保持不变"`
}

func viewPreview(r roster.Report, asked piece) previewView {
	v := previewView{
		Basis: r.Basis, Summary: viewTallies(r.Tallies), Rows: []rowView{}, Problems: viewSpots(r.Problems), ProblemCount: r.ProblemCount,
		Notes: viewSpots(r.Notes), NoteCount: r.NoteCount, Untouched: r.Untouched,
	}
	for _, e := range r.Entries {
		if e.Verdict == roster.VerdictUnchanged && !asked.unchanged {
			continue
		}
		if v.RowCount++; v.RowCount <= asked.offset || len(v.Rows) >= asked.limit {
			continue
		}
		row := rowView{Sheet: e.Sheet, In: e.In, Row: e.Row, Name: e.Name, Verdict: string(e.Verdict), Changes: []changeView{}}
		for _, c := range e.Changes {
			row.Changes = append(row.Changes, changeView(c))
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

func viewImport(r roster.Report) importView {
	return importView{Summary: viewTallies(r.Tallies), Notes: viewSpots(r.Notes), NoteCount: r.NoteCount, Untouched: r.Untouched}
}

func viewTallies(tallies []roster.Tally) []tallyView {
	views := []tallyView{}
	for _, t := range tallies {
		views = append(views, tallyView(t))
	}
	return views
}

func viewSpots(problems []roster.Problem) []spotView {
	views := []spotView{}
	for _, p := range problems {
		views = append(views, spotView{p.Spot.Sheet, p.Spot.Cell(), p.Words})
	}
	return views
}
