package newsroom

import (
	"time"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/newsroom"
	"lianxin/service/newsroom/richtext"
)

type doorView struct {
	Door       model.Door      `json:"door" enum:"feed,draft,publication,mass_send"`
	Name       string          `json:"name"`
	Wanted     bool            `json:"wanted" doc:"发布时是否走这个渠道"`
	State      model.DoorState `json:"state" enum:"idle,working,submitted,open,by_hand,failed,closing,stuck,closed"`
	StateWords string          `json:"state_words"`
	Problem    string          `json:"problem,omitempty" doc:"出了什么问题、接下来怎么办"`
	Link       string          `json:"link,omitempty"`
	Outdated   bool            `json:"outdated" doc:"这个渠道上还是更正前的内容"`
	OpenedAt   *time.Time      `json:"opened_at,omitempty"`
	UpdatedAt  time.Time       `json:"updated_at"`
}

// RowView is an article in the newsroom's list.
type RowView struct {
	ID          string             `json:"id"`
	Title       string             `json:"title"`
	Kind        model.ArticleKind  `json:"kind" enum:"news,case_story,guide,notice"`
	State       model.ArticleState `json:"state" enum:"draft,in_review,returned,approved,scheduled,publishing,live,failed,corrected,withdrawn"`
	StateWords  string             `json:"state_words"`
	AreaID      string             `json:"area_id"`
	Area        string             `json:"area"`
	ColumnID    string             `json:"column_id,omitempty"`
	Column      string             `json:"column,omitempty"`
	Author      string             `json:"author"`
	UpdatedAt   time.Time          `json:"updated_at"`
	ScheduledAt *time.Time         `json:"scheduled_at,omitempty"`
	PublishedAt *time.Time         `json:"published_at,omitempty"`
	Doors       []doorView         `json:"doors"`
}

type commentView struct {
	ID        string     `json:"id"`
	Author    string     `json:"author"`
	Mine      bool       `json:"mine"`
	Text      string     `json:"text"`
	Quote     string     `json:"quote,omitempty"`
	Version   int        `json:"version"`
	SettledBy string     `json:"settled_by,omitempty"`
	SettledAt *time.Time `json:"settled_at,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
}

type findingView struct {
	Field  string `json:"field"`
	Reason string `json:"reason"`
}

type limitsView struct {
	Title      int `json:"title"`
	Author     int `json:"author"`
	Digest     int `json:"digest"`
	Characters int `json:"characters"`
	Bytes      int `json:"bytes"`
}

type measureView struct {
	Words      int           `json:"words" doc:"读者看到的字数"`
	Characters int           `json:"characters" doc:"连同格式的字符数，微信按此计算"`
	Bytes      int           `json:"bytes"`
	Title      int           `json:"title"`
	Digest     int           `json:"digest"`
	Author     int           `json:"author"`
	Limits     limitsView    `json:"limits" doc:"微信的上限"`
	Findings   []findingView `json:"findings" doc:"发到公众号之前要改的地方"`
}

type massSendBrief struct {
	State       model.MassSendState `json:"state" enum:"asked,confirmed,sent,failed,cancelled"`
	Asker       string              `json:"asker"`
	AskedAt     time.Time           `json:"asked_at"`
	Confirmer   string              `json:"confirmer,omitempty"`
	ConfirmedAt *time.Time          `json:"confirmed_at,omitempty"`
	EndedAt     *time.Time          `json:"ended_at,omitempty"`
	Reach       int                 `json:"reach"`
	Sent        int                 `json:"sent"`
}

type wholeView struct {
	RowView

	Digest            string         `json:"digest"`
	Body              string         `json:"body" doc:"HTML，图片带短时有效的地址；保存时原样交回即可"`
	Byline            string         `json:"byline"`
	CoverID           string         `json:"cover_id"`
	CoverURL          string         `json:"cover_url,omitempty"`
	RepresentativeIDs []string       `json:"representative_ids"`
	Revision          int            `json:"revision"`
	Version           int            `json:"version"`
	Reviewer          string         `json:"reviewer,omitempty"`
	Reason            string         `json:"reason,omitempty" doc:"退回或撤下的原因"`
	Correction        string         `json:"correction,omitempty"`
	CorrectedAt       *time.Time     `json:"corrected_at,omitempty"`
	WithdrawnAt       *time.Time     `json:"withdrawn_at,omitempty"`
	CreatedAt         time.Time      `json:"created_at"`
	Comments          []commentView  `json:"comments"`
	MassSend          *massSendBrief `json:"mass_send,omitempty"`
	Acts              []newsroom.Act `json:"acts" doc:"现在能做的事：write submit comment return approve schedule unschedule publish revise correct withdraw doors preview ask_mass_send confirm_mass_send cancel_mass_send"`
	Measure           measureView    `json:"measure"`
}

func viewDoor(a model.Article, d model.ArticleDoor) doorView {
	return doorView{
		Door: d.Door, Name: model.DoorWords(d.Door), Wanted: d.Wanted, State: d.State, StateWords: model.DoorStateWords(d.State), Problem: d.Problem,
		Link: d.Link, Outdated: newsroom.Outdated(a, d), OpenedAt: model.InShanghai(d.OpenedAt), UpdatedAt: d.UpdatedAt.In(model.Shanghai),
	}
}

func viewDoors(row newsroom.Row) []doorView {
	doors := []doorView{}
	for _, d := range row.Doors {
		doors = append(doors, viewDoor(row.Article, d))
	}
	return doors
}

func viewRow(row newsroom.Row) RowView {
	return RowView{
		ID: row.ID, Title: row.Title, Kind: row.Kind, State: row.State, StateWords: model.ArticleStateWords(row.State), AreaID: row.AreaID, Area: row.Area,
		ColumnID: row.ColumnID, Column: row.Column, Author: row.Author, UpdatedAt: row.UpdatedAt.In(model.Shanghai),
		ScheduledAt: model.InShanghai(row.ScheduledAt), PublishedAt: model.InShanghai(newsroom.FirstOut(row)), Doors: viewDoors(row),
	}
}

func viewFindings(fields []fault.Field) []findingView {
	findings := []findingView{}
	for _, f := range fields {
		findings = append(findings, findingView{f.Name, f.Reason})
	}
	return findings
}

func viewMeasure(m newsroom.Measure) measureView {
	return measureView{
		Words: m.Words, Characters: m.Characters, Bytes: m.Bytes, Title: m.Title, Digest: m.Digest, Author: m.Author, Findings: viewFindings(m.Findings),
		Limits: limitsView{richtext.MostTitle, richtext.MostAuthor, richtext.MostDigest, richtext.MostContentCharacters, richtext.MostContentBytes},
	}
}

// shown gives a text with addresses of its pictures that are good for a while.
func (r Room) shown(body string) string {
	return richtext.WithPictures(body, func(id string) string {
		full, _ := r.Link(id)
		return full
	})
}

func (r Room) coverURL(id string) string {
	if id == "" {
		return ""
	}
	full, _ := r.Link(id)
	return full
}

func (r Room) viewWhole(w newsroom.Whole) wholeView {
	v := wholeView{
		RowView: viewRow(w.Row), Digest: w.Digest, Body: r.shown(w.Body), Byline: w.Byline, CoverID: w.CoverID, CoverURL: r.coverURL(w.CoverID),
		RepresentativeIDs: append([]string{}, w.RepresentativeIDs...), Revision: w.Revision, Version: w.Version, Reviewer: w.Reviewer, Reason: w.Reason,
		Correction: w.Correction, CorrectedAt: model.InShanghai(w.CorrectedAt), WithdrawnAt: model.InShanghai(w.WithdrawnAt), CreatedAt: w.CreatedAt.In(model.Shanghai),
		Comments: []commentView{}, Acts: append([]newsroom.Act{}, w.Acts...), Measure: viewMeasure(w.Measure),
		MassSend: viewMassBrief(w.MassSend),
	}
	for _, c := range w.Comments {
		v.Comments = append(v.Comments, viewComment(c, w.Reader))
	}
	return v
}

func viewComment(c model.ArticleComment, readerID string) commentView {
	return commentView{
		ID: c.ID, Author: c.Author, Mine: c.AuthorID == readerID, Text: c.Body, Quote: c.Quote, Version: c.Version,
		SettledBy: c.SettledBy, SettledAt: model.InShanghai(c.SettledAt), CreatedAt: c.CreatedAt.In(model.Shanghai),
	}
}
