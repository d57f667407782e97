// Package messageview is how messages look over HTTP. What every audience sees
// is in the common parts; what only one may see is in a type of its own.
package messageview

import (
	"time"

	"lianxin/model"
	"lianxin/service/message"
	"lianxin/service/message/abuse"
)

// Link makes the addresses of a picture for who may see it now.
type Link func(pictureID string) (full, thumb string)

// Summary is a message in a list.
type Summary struct {
	ID             string             `json:"id"`
	Number         string             `json:"number" doc:"来信编号，可电话查询时报出"`
	State          model.MessageState `json:"state" enum:"submitted,held,screened,refused,delivered,acknowledged,answered,handed_over,accepted,handling,unit_answered,confirmed,closed,out_of_scope,withdrawn"`
	StateWords     string             `json:"state_words" doc:"状态的中文说法"`
	Excerpt        string             `json:"excerpt" doc:"开头的 60 字"`
	Topic          string             `json:"topic,omitempty"`
	Resident       string             `json:"resident" doc:"来信人的称呼；不能透露时为“一位居民”"`
	Representative string             `json:"representative"`
	Holder         string             `json:"holder,omitempty" doc:"现在由哪位代表办理"`
	Unit           string             `json:"unit,omitempty"`
	Studio         string             `json:"studio,omitempty" doc:"由工作室代办时的工作室"`
	Round          int                `json:"round"`
	SubmittedAt    time.Time          `json:"submitted_at"`
	DueAt          *time.Time         `json:"due_at,omitempty" doc:"各方看到的同一个期限"`
	DueWords       string             `json:"due_words,omitempty" example:"3月12日前答复"`
	Overdue        bool               `json:"overdue"`
	Paused         bool               `json:"paused"`
	Word           model.Word         `json:"word,omitempty" doc:"居民自己的说法"`
}

// List is a page of messages.
type List struct {
	Items []Summary `json:"items"`
	Next  string    `json:"next,omitempty" doc:"下一页的 after 参数；没有则到底了"`
}

// Picture is a picture of a turn; its addresses are valid for some minutes.
type Picture struct {
	ID       string          `json:"id"`
	Width    int             `json:"width"`
	Height   int             `json:"height"`
	URL      string          `json:"url"`
	ThumbURL string          `json:"thumb_url"`
	State    model.Screening `json:"state" enum:"checking,shown,held,refused"`
}

// Turn is one text of the exchange.
type Turn struct {
	ID        string           `json:"id"`
	Round     int              `json:"round"`
	Side      model.Side       `json:"side" enum:"resident,representative,unit,staff,system"`
	Author    string           `json:"author"`
	Body      string           `json:"body"`
	Kind      model.TurnEffect `json:"kind" enum:"none,open,answer,unit_answer" doc:"补充、来信、答复、承办单位答复"`
	State     model.Screening  `json:"state" enum:"checking,shown,held,refused" doc:"内容检查"`
	Reason    string           `json:"reason,omitempty" doc:"没有通过，或需要人工审核的说明"`
	CanAppeal bool             `json:"can_appeal" doc:"可以申请人工复核"`
	Mine      bool             `json:"mine"`
	CheckCode string           `json:"check_code,omitempty" doc:"查验码：任何人可凭它核实这份答复"`
	At        time.Time        `json:"at"`
	Pictures  []Picture        `json:"pictures"`
}

// Fact is one thing that happened.
type Fact struct {
	Deed  model.MessageDeed `json:"deed"`
	Words string            `json:"words"`
	Round int               `json:"round"`
	Actor string            `json:"actor"`
	Note  string            `json:"note,omitempty"`
	At    time.Time         `json:"at"`
}

// Clock is the deadline that counts now.
type Clock struct {
	Kind     model.DeadlineKind `json:"kind"`
	DueAt    time.Time          `json:"due_at"`
	Paused   bool               `json:"paused"`
	Extended int                `json:"extended_days,omitempty"`
	Reason   string             `json:"reason,omitempty"`
}

// Consents are the permissions of the resident for this message.
type Consents struct {
	HandOver bool `json:"hand_over"`
	Publish  bool `json:"publish"`
}

// Thread is a message with its exchange, as far as every audience sees it.
type Thread struct {
	Summary
	AreaID         string              `json:"area_id,omitempty" doc:"来信属于哪个区域"`
	Place          string              `json:"place,omitempty"`
	AcknowledgedAt *time.Time          `json:"acknowledged_at,omitempty"`
	AnsweredAt     *time.Time          `json:"answered_at,omitempty"`
	ResultAt       *time.Time          `json:"result_at,omitempty" doc:"答复送达居民的时间"`
	ClosedAt       *time.Time          `json:"closed_at,omitempty"`
	Rating         int                 `json:"rating,omitempty"`
	RatingComment  string              `json:"rating_comment,omitempty"`
	Where          model.Elsewhere     `json:"out_of_scope_where,omitempty"`
	WhereWords     string              `json:"out_of_scope_words,omitempty"`
	Consents       Consents            `json:"consents"`
	Turns          []Turn              `json:"turns"`
	Facts          []Fact              `json:"facts"`
	Clock          *Clock              `json:"clock,omitempty"`
	Actions        []model.MessageDeed `json:"actions" doc:"现在可以做的操作"`
}

// Contact is how a resident may be called and reached by who may know.
type Contact struct {
	Name  string `json:"name,omitempty"`
	Phone string `json:"phone,omitempty"`
}

// OfficerThread is what representatives and units see: the exchange, and the
// contact as far as the resident allows.
type OfficerThread struct {
	Thread
	Contact     Contact `json:"contact"`
	Led         bool    `json:"led" doc:"与办理人手上的另一封来信一并答复，在那一封里答复"`
	AlsoAnswers int     `json:"also_answers" doc:"答复这一封，会同时答复另外几封反映同一件事的来信"`
}

// Note is an internal remark.
type Note struct {
	Author string    `json:"author"`
	Body   string    `json:"body"`
	At     time.Time `json:"at"`
}

// Finding is why a text was not simply let through, for who decides on it.
type Finding struct {
	TurnID    string             `json:"turn_id"`
	Rule      model.AbuseRule    `json:"rule" enum:"content_check,same_text,burst,advert,copied"`
	Words     string             `json:"words" doc:"规则的中文名称"`
	Outcome   model.AbuseOutcome `json:"outcome" enum:"hold,suggest_refusal" doc:"hold 请人工判断；suggest_refusal 建议拒绝。规则自己从不拒绝"`
	Evidence  string             `json:"evidence" example:"24 小时内向 6 位代表发送了相同内容"`
	Suggested string             `json:"suggested_reason,omitempty" doc:"如果拒绝，可以这样告诉来信人"`
	At        time.Time          `json:"at"`
}

// Companion is another message on the same matter.
type Companion struct {
	ID       string `json:"id"`
	Number   string `json:"number"`
	Resident string `json:"resident"`
}

// Card is the public answer that was made of a message.
type Card struct {
	Title       string     `json:"title"`
	Question    string     `json:"question"`
	Answer      string     `json:"answer"`
	AnsweredBy  string     `json:"answered_by"`
	PublishedAt time.Time  `json:"published_at"`
	WithdrawnAt *time.Time `json:"withdrawn_at,omitempty" doc:"撤下的时间；没有则正在公开"`
}

// StaffThread is what the liaison office sees.
type StaffThread struct {
	OfficerThread
	Findings    []Finding   `json:"findings" doc:"哪些内容为什么需要人工审核"`
	Notes       []Note      `json:"notes"`
	Escalated   int         `json:"escalated" doc:"0 未提级，1 联络办，2 组织部门"`
	Unreachable bool        `json:"unreachable" doc:"无法推送到居民"`
	Leading     *Companion  `json:"leading,omitempty" doc:"与哪一封一并答复；居民看不到"`
	Gathered    []Companion `json:"gathered" doc:"哪些来信与这一封一并答复；居民看不到"`
	Card        *Card       `json:"card,omitempty" doc:"由这封来信整理的公开答复，没有则还没公开过"`
	MayExtend   int         `json:"may_extend_days" doc:"现在可以把期限延长几个工作日；0 为不能延长"`
}

// OfRow shows a row of a list.
func OfRow(r message.Row) Summary {
	m := r.Message
	return Summary{
		ID: m.ID, Number: m.Number, State: m.State, StateWords: model.MessageStateWords(m.State), Excerpt: r.Excerpt, Topic: r.Topic,
		Resident: m.ResidentName, Representative: r.Representative, Holder: r.Holder, Unit: r.Unit, Studio: r.Studio, Round: m.Round,
		SubmittedAt: local(m.SubmittedAt), DueAt: model.InShanghai(m.DueAt), DueWords: dueWords(m), Overdue: m.Overdue, Paused: m.Paused, Word: m.Word,
	}
}

// OfRows shows a page of a list.
func OfRows(rows []message.Row, next string) List {
	items := make([]Summary, len(rows))
	for i, r := range rows {
		items[i] = OfRow(r)
	}
	return List{Items: items, Next: next}
}

// OfThread shows what every audience sees.
func OfThread(t message.Thread, link Link) Thread {
	m := t.Message
	row := message.Row{Message: m, Topic: t.Topic, Representative: t.Representative, Holder: t.Holder, Unit: t.Unit, Studio: t.Studio}
	v := Thread{
		Summary: OfRow(row), AreaID: m.AreaID, Place: m.Place, AcknowledgedAt: model.InShanghai(m.AcknowledgedAt), AnsweredAt: model.InShanghai(m.AnsweredAt), ResultAt: model.InShanghai(m.ResultAt),
		ClosedAt: model.InShanghai(m.ClosedAt), Rating: m.Rating, RatingComment: m.RatingComment, Where: m.OutOfScopeWhere,
		WhereWords: model.ElsewhereWords(m.OutOfScopeWhere), Consents: Consents{m.HandOverConsented, m.PublishConsented},
		Turns: []Turn{}, Facts: []Fact{}, Actions: append([]model.MessageDeed{}, t.Deeds...),
	}
	for _, turn := range t.Turns {
		v.Turns = append(v.Turns, ofTurn(turn, link))
		if turn.Effect == model.EffectOpen {
			runes := []rune(turn.Body)
			v.Excerpt = string(runes[:min(len(runes), 60)])
		}
	}
	for _, f := range t.Facts {
		v.Facts = append(v.Facts, Fact{Deed: f.Deed, Words: deedWords[f.Deed], Round: f.Round, Actor: f.Actor, Note: f.Note, At: local(f.At)})
	}
	if c := t.Clock; c != nil {
		v.Clock = &Clock{Kind: c.Kind, DueAt: local(c.DueAt), Paused: c.State == model.DeadlinePaused, Extended: c.Extended, Reason: c.Reason}
	}
	return v
}

// OfOfficer shows a message to a representative or a unit.
func OfOfficer(t message.Thread, link Link) OfficerThread {
	return OfficerThread{Thread: OfThread(t, link), Contact: Contact{t.Contact.Name, t.Contact.Phone}, Led: t.Message.LeadingID != "", AlsoAnswers: t.AlsoAnswers}
}

// OfStaff shows a message to the liaison office.
func OfStaff(t message.Thread, link Link) StaffThread {
	v := StaffThread{OfficerThread: OfOfficer(t, link), Findings: []Finding{}, Notes: []Note{}, Escalated: t.Message.Escalated, Unreachable: t.Unreachable, MayExtend: t.MayExtend}
	v.Gathered = []Companion{}
	if c := t.Card; c != nil {
		v.Card = &Card{Title: c.Title, Question: c.Question, Answer: c.Answer, AnsweredBy: c.AnsweredBy, PublishedAt: local(c.PublishedAt), WithdrawnAt: model.InShanghai(c.WithdrawnAt)}
	}
	for _, c := range t.Gathered {
		v.Gathered = append(v.Gathered, Companion{ID: c.ID, Number: c.Number, Resident: c.Resident})
	}
	if c := t.Leading; c != nil {
		v.Leading = &Companion{ID: c.ID, Number: c.Number, Resident: c.Resident}
	}
	for _, n := range t.Notes {
		v.Notes = append(v.Notes, Note{Author: n.Author, Body: n.Body, At: local(n.CreatedAt)})
	}
	for _, f := range t.Findings {
		v.Findings = append(v.Findings, Finding{
			TurnID: f.TurnID, Rule: f.Rule, Words: abuse.Words(f.Rule), Outcome: f.Outcome, Evidence: f.Evidence, Suggested: abuse.Refusal(f.Rule), At: local(f.CreatedAt),
		})
	}
	return v
}

func ofTurn(t message.ShownTurn, link Link) Turn {
	v := Turn{
		ID: t.ID, Round: t.Round, Side: t.Side, Author: t.Author, Body: t.Body, Kind: t.Effect, State: t.Screening, Reason: t.Reason,
		CanAppeal: t.Mine && t.Screening == model.ScreeningRefused && !t.Appealed, Mine: t.Mine, At: local(t.CreatedAt), Pictures: []Picture{},
	}
	if t.CheckCode != nil && t.Screening == model.ScreeningShown {
		v.CheckCode = grouped(*t.CheckCode)
	}
	for _, p := range t.Pictures {
		shown := Picture{ID: p.ID, Width: p.Width, Height: p.Height, State: p.Screening}
		if p.Screening != model.ScreeningRefused {
			shown.URL, shown.ThumbURL = link(p.ID)
		}
		v.Pictures = append(v.Pictures, shown)
	}
	return v
}

// grouped makes a check code easier to read out.
func grouped(code string) string {
	if len(code) <= 4 {
		return code
	}
	return code[:4] + "-" + code[4:]
}

func local(at time.Time) time.Time { return at.In(model.Shanghai) }
