package staff

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/outbox"
)

// Routine is a job that comes round.
type Routine struct {
	Name  string
	Every time.Duration
}

// work is what a kind of task does, and what it means to give one up.
type work struct{ words, dropped string }

// taskWork says it in plain words; a test looks that no kind is missing.
var taskWork = map[string]work{
	"screen_turn":         {"检查来信文字", "这段文字不再自动检查，来信停在“检查中”，到期后转人工审核。"},
	"screen_introduction": {"检查代表写的简介", "这份简介不再自动检查，停在“检查中”；代表可以撤回重写。"},
	"check_picture":       {"检查图片", "这张图片不再检查，不会给代表看。"},
	"notice":              {"推送通知", "这条通知不再经微信推送，本人在小程序的通知里仍看得到。"},
	"inbound":             {"答复公众号里的话", "这个人刚才在公众号里的话或动作不再答复。"},
	"deadline":            {"处理到期和提醒", "这一次提醒或到期处理不再做，来信可能停在原处，请改派或代办。"},
	"article_door":        {"发布文章的一步", "文章停在这个出口，请在文章里重试，或到微信后台手工发布。"},
	"article_schedule":    {"到时间发布文章", "文章不会自己发布，请在文章里发布或重新定时。"},
	"story_end":           {"撤下典型案例", "案例可能还公开着，请在文章里撤下。"},
	"follow_article":      {"告诉关注的人有新文章", "关注的人不会收到这篇文章的通知，文章照常能看。"},
	"follow_turnover":     {"告诉关注的人代表变动", "关注已经改好了，只是不再通知。"},
	"export_messages":     {"导出来信", "这次导出不会有文件，请重新导出。"},
	"erase_picture":       {"删除已注销者的图片", "图片文件可能留在存储里，请联系维护人员删除。"},
}

// TaskWords says what a kind of task does; the kind itself when it is not known.
func TaskWords(kind string) string {
	if w, known := taskWork[kind]; known {
		return w.words
	}
	return kind
}

var routineWords = map[string]string{
	"article figures": "取回文章的阅读数据", "case stories": "典型案例：到期的同意和撤下", "deadline": "期限：提醒和到期", "digest": "每日摘要", "erasure": "注销和删除个人数据", "linking": "合并账号：带上晚到的内容", "retention": "清理到期的数据",
	"forget limits": "忘掉过期的限制记录", "sweep pictures": "清理没有用上的图片", "sweep picture files": "清理没有记录的图片文件",
}

// RoutineWords says what a job that comes round does.
func RoutineWords(name string) string {
	if w, known := routineWords[name]; known {
		return w
	}
	return name
}

type queueView struct {
	Kind    string `json:"kind"`
	Words   string `json:"words"`
	Due     int64  `json:"due" doc:"到时间了，等着做"`
	Later   int64  `json:"later" doc:"还没到时间，或做失败了等着再试"`
	Running int64  `json:"running"`
	Lost    int64  `json:"lost" doc:"被已停止的进程占着，会自动收回"`
	Refused int64  `json:"refused" doc:"停下了，要人处理"`
	Seconds int64  `json:"oldest_seconds" doc:"最早一件已经等了多少秒"`
	Dropped string `json:"dropped,omitempty" doc:"不再做意味着什么"`
}

type jobView struct {
	Name    string     `json:"name"`
	Words   string     `json:"words"`
	Every   int64      `json:"every_seconds"`
	Held    bool       `json:"held" doc:"现在有进程负责"`
	Owner   string     `json:"owner,omitempty" doc:"哪个进程（编号的前八位）"`
	BeganAt *time.Time `json:"began_at,omitempty"`
	EndedAt *time.Time `json:"ended_at,omitempty"`
	Failed  *time.Time `json:"failed_at,omitempty" doc:"最近一次失败"`
	Late    bool       `json:"late" doc:"早该再做一次了"`
	Error   string     `json:"error,omitempty" doc:"最近一次没做成的原因；做成了为空"`
	Do      string     `json:"do,omitempty" doc:"该怎么办"`
}

type workOverview struct {
	Queues []queueView `json:"queues"`
	Jobs   []jobView   `json:"jobs"`
	At     time.Time   `json:"at"`
}

type taskView struct {
	ID        string          `json:"id"`
	Kind      string          `json:"kind"`
	Words     string          `json:"words"`
	State     model.TaskState `json:"state" enum:"ready,running,refused,dropped,done"`
	Attempts  int             `json:"attempts"`
	CreatedAt time.Time       `json:"created_at"`
	RunAt     time.Time       `json:"run_at" doc:"下一次什么时候做"`
	EndedAt   *time.Time      `json:"ended_at,omitempty"`
	Found     string          `json:"found,omitempty" doc:"上一次没做成的原因，用普通的话说"`
	Do        string          `json:"do,omitempty" doc:"该怎么办"`
	LastError string          `json:"last_error,omitempty" doc:"给维护人员看的原文"`
}

type taskList struct {
	Items []taskView `json:"items"`
	Next  string     `json:"next,omitempty"`
}

type taskInput struct {
	endpoint.Paging
	State model.TaskState `query:"state" enum:"ready,running,refused,dropped,done" required:"true"`
	Kind  string          `query:"kind" maxLength:"32"`
}

type dropInput struct {
	endpoint.ID
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"为什么不再做，记在审计日志里"`
	}
}

type retryAllInput struct {
	Body struct {
		Kind string `json:"kind" minLength:"1" maxLength:"32"`
	}
}

type retriedView struct {
	Retried int `json:"retried"`
}

func (r Room) registerOperate(api endpoint.API) {
	const tag, path = "后台任务", "/api/v1/staff/tasks"
	operate := endpoint.Needs(model.PermitSystemOperate)
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: path + "/overview", ID: "work-overview", Summary: "后台任务和定时工作的情况", Tag: tag, Who: operate}, r.workOverview)
	endpoint.Act(api, endpoint.Route{Method: http.MethodGet, Path: path, ID: "tasks", Summary: "一种状态的后台任务", Tag: tag, Who: operate}, r.tasks)
	endpoint.Act(api, endpoint.Route{Method: http.MethodPost, Path: path + "/{id}/retry", ID: "retry-task", Summary: "马上重做", Tag: tag, Who: operate, Status: http.StatusNoContent},
		func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Empty, error) {
			return nil, outbox.Retry(ctx, r.DB, by, in.ID, r.Now())
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodPost, Path: path + "/{id}/drop", ID: "drop-task", Summary: "不再做", Tag: tag, Who: operate, Status: http.StatusNoContent},
		func(ctx context.Context, by model.Actor, in *dropInput) (*endpoint.Empty, error) {
			return nil, outbox.Drop(ctx, r.DB, by, in.ID.ID, in.Body.Reason, r.Now())
		})
	endpoint.Act(api, endpoint.Route{Method: http.MethodPost, Path: path + "/retry-refused", ID: "retry-refused-tasks", Summary: "重做一类停下的任务", Tag: tag, Who: operate},
		func(ctx context.Context, by model.Actor, in *retryAllInput) (*endpoint.Body[retriedView], error) {
			n, err := outbox.RetryAll(ctx, r.DB, by, in.Body.Kind, r.Now())
			if err != nil {
				return nil, err
			}
			return endpoint.Of(retriedView{n}), nil
		})
}

func (r Room) tasks(ctx context.Context, by model.Actor, in *taskInput) (*endpoint.Body[taskList], error) {
	found, next, err := outbox.Tasks(ctx, r.DB, by, outbox.Find{State: in.State, Kind: in.Kind}, in.Page())
	if err != nil {
		return nil, err
	}
	list := taskList{Items: []taskView{}, Next: next}
	for _, t := range found {
		v := taskView{
			ID: t.ID, Kind: t.Kind, Words: TaskWords(t.Kind), State: t.State, Attempts: t.Attempts, CreatedAt: t.CreatedAt.In(model.Shanghai),
			RunAt: t.RunAt.In(model.Shanghai), EndedAt: model.InShanghai(t.EndedAt), LastError: t.LastError,
		}
		v.Found, v.Do = r.explain(t.LastError)
		list.Items = append(list.Items, v)
	}
	return endpoint.Of(list), nil
}

func (r Room) workOverview(ctx context.Context, by model.Actor, _ *struct{}) (*endpoint.Body[workOverview], error) {
	leases, err := outbox.Jobs(ctx, r.DB, by)
	if err != nil {
		return nil, err
	}
	now := r.Now()
	queues, err := outbox.Queues(ctx, r.DB, now)
	if err != nil {
		return nil, err
	}
	o := workOverview{Queues: []queueView{}, Jobs: []jobView{}, At: now.In(model.Shanghai)}
	for _, q := range queues {
		o.Queues = append(o.Queues, queueView{
			Kind: q.Kind, Words: TaskWords(q.Kind), Due: q.Due, Later: q.Later, Running: q.Running, Lost: q.Lost, Refused: q.Refused,
			Seconds: int64(max(0, q.Oldest).Seconds()), Dropped: taskWork[q.Kind].dropped,
		})
	}
	byName := map[string]model.Lease{}
	for _, l := range leases {
		byName[l.Name] = l
	}
	for _, job := range r.Routines {
		o.Jobs = append(o.Jobs, r.viewJob(job, byName[job.Name], now))
	}
	return endpoint.Of(o), nil
}

// lateAfter is how many rounds of a job may fail to come before it is called late.
const lateAfter = 3

func (r Room) viewJob(job Routine, l model.Lease, now time.Time) jobView {
	v := jobView{
		Name: job.Name, Words: RoutineWords(job.Name), Every: int64(job.Every.Seconds()), Held: l.Until.After(now),
		BeganAt: model.InShanghai(l.BeganAt), EndedAt: model.InShanghai(l.EndedAt), Failed: model.InShanghai(l.FailedAt),
	}
	if v.Held {
		v.Owner = l.Owner[:min(8, len(l.Owner))]
	}
	v.Late = l.EndedAt == nil || now.Sub(*l.EndedAt) > lateAfter*job.Every+time.Minute
	if l.LastError != "" {
		v.Error, v.Do = r.explain(l.LastError)
	}
	return v
}

// explain says in plain words what went wrong, where somebody can.
func (r Room) explain(lastError string) (found, do string) {
	if lastError == "" || r.Explain == nil {
		return lastError, ""
	}
	return r.Explain(lastError)
}
