package staff

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/account"
)

type partyMemberView struct {
	ID          string     `json:"id"`
	Name        string     `json:"name"`
	Phone       string     `json:"phone" doc:"隐去中间四位"`
	ConfirmedAt *time.Time `json:"confirmed_at,omitempty" doc:"本人在手机上确认的时间"`
}

type partyMemberList struct {
	Items []partyMemberView `json:"items"`
}

type partyListInput struct {
	endpoint.ID
	Body struct {
		Text string `json:"text" maxLength:"200000" doc:"名单：每行一个人，姓名和手机号，用逗号、制表符或空格分开；最多 2000 行"`
		Dry  bool   `json:"dry" doc:"true 只核对，不写入"`
	}
}

type wrongLineView struct {
	Line  int    `json:"line"`
	Words string `json:"words"`
}

type partyReportView struct {
	Dry     bool            `json:"dry"`
	Written bool            `json:"written" doc:"有一行不对就一行也不写"`
	Added   int             `json:"added"`
	Renamed int             `json:"renamed" doc:"手机号相同、姓名更正"`
	Same    int             `json:"same"`
	Wrong   []wrongLineView `json:"wrong"`
}

type partyMemberInput struct {
	endpoint.ID
	MemberID string `path:"member_id" minLength:"1" maxLength:"36"`
}

// registerMembers adds the lists of members that the organisation's officers keep.
func (r Room) registerMembers(api endpoint.API) {
	const tag, path = "党员名单", "/api/v1/staff/roster/electing-units/{id}/members"
	write := endpoint.Needs(model.PermitRosterWrite)
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: path, ID: "members", Summary: "选举单位的党员名单；查看会记入审计日志", Tag: tag, Who: write,
	}, func(ctx context.Context, by model.Actor, in *endpoint.ID) (*endpoint.Body[partyMemberList], error) {
		found, err := r.Accounts.Members(ctx, by, in.ID)
		if err != nil {
			return nil, err
		}
		list := partyMemberList{Items: []partyMemberView{}}
		for _, m := range found {
			v := partyMemberView{ID: m.ID, Name: m.Name, Phone: m.Phone}
			v.ConfirmedAt = model.InShanghai(m.ConfirmedAt)
			list.Items = append(list.Items, v)
		}
		return endpoint.Of(list), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: path, ID: "list-members", Summary: "导入党员名单，可以先只核对", Tag: tag, Who: write,
	}, func(ctx context.Context, by model.Actor, in *partyListInput) (*endpoint.Body[partyReportView], error) {
		report, err := r.Accounts.ListMembers(ctx, by, in.ID.ID, in.Body.Text, account.Rehearsal(in.Body.Dry))
		if err != nil {
			return nil, err
		}
		v := partyReportView{Dry: in.Body.Dry, Written: !in.Body.Dry && len(report.Wrong) == 0, Added: report.Added, Renamed: report.Renamed, Same: report.Same, Wrong: []wrongLineView{}}
		for _, w := range report.Wrong {
			v.Wrong = append(v.Wrong, wrongLineView(w))
		}
		return endpoint.Of(v), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodDelete, Path: path + "/{member_id}", ID: "remove-member", Summary: "从名单里去掉一个人，党员身份随之解除", Tag: tag, Who: write, Status: http.StatusNoContent,
	}, func(ctx context.Context, by model.Actor, in *partyMemberInput) (*endpoint.Empty, error) {
		return nil, r.Accounts.RemoveMember(ctx, by, in.ID.ID, in.MemberID)
	})
}
