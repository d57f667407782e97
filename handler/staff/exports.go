package staff

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/message"
)

type exportInput struct {
	Body struct {
		Which   message.Which        `json:"which,omitempty" enum:",waiting,overdue,escalated,held,answered,ended,unassigned,unreachable" doc:"留空为全部"`
		AreaID  string               `json:"area_id,omitempty" maxLength:"36"`
		TopicID string               `json:"topic_id,omitempty" maxLength:"36"`
		Number  string               `json:"number,omitempty" maxLength:"20" pattern:"^[0-9A-Za-z-]*$"`
		States  []model.MessageState `json:"states,omitempty" maxItems:"15" enum:"submitted,held,screened,refused,delivered,acknowledged,answered,handed_over,accepted,handling,unit_answered,confirmed,closed,out_of_scope,withdrawn" doc:"只看这些状态；不填为不限"`
		Words   string               `json:"words" maxLength:"100" doc:"这样筛选的说法，显示在文件旁边，也写进审计日志"`
	}
}

type exportView struct {
	ID        string            `json:"id"`
	Words     string            `json:"words"`
	State     model.ExportState `json:"state" enum:"running,ready,failed" doc:"正在准备、可以下载、没有成功"`
	Written   int               `json:"written" doc:"已写入多少封；最多 100000 封"`
	Size      int               `json:"size" doc:"文件有多少字节，准备好以后才有"`
	CreatedAt time.Time         `json:"created_at"`
}

type exportList struct {
	Items []exportView `json:"items"`
}

type pieceInput struct {
	endpoint.ID
	Part int `path:"part" minimum:"0" maximum:"10000" doc:"第几段，从 0 起"`
}

type pieceView struct {
	Content string `json:"content" doc:"文件的这一段，Base64"`
	Last    bool   `json:"last" doc:"这是最后一段"`
}

func ofExport(e model.Export) exportView {
	return exportView{ID: e.ID, Words: e.Words, State: e.State, Written: e.Written, Size: e.Size, CreatedAt: e.CreatedAt.In(model.Shanghai)}
}

// registerExports makes files of the queue. They name people: who asks for one
// and who fetches it proves first who they are.
func (r Room) registerExports(api endpoint.API) {
	oversee := endpoint.Needs(model.PermitMessageOversee)
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/staff/exports", ID: "start-export", Summary: "把筛选出的来信导出为 Excel", Tag: tagQueue, Who: oversee, Status: http.StatusAccepted, StepUp: true,
	}, func(ctx context.Context, by model.Actor, in *exportInput) (*endpoint.Body[exportView], error) {
		b := in.Body
		started, err := r.Messages.StartExport(ctx, by, message.Wanted{Which: b.Which, AreaID: b.AreaID, TopicID: b.TopicID, Number: b.Number, States: b.States}, b.Words)
		if err != nil {
			return nil, err
		}
		return endpoint.Of(ofExport(started)), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/staff/exports", ID: "my-exports", Summary: "我导出的文件，保留一天", Tag: tagQueue, Who: oversee,
	}, func(ctx context.Context, by model.Actor, _ *endpoint.Empty) (*endpoint.Body[exportList], error) {
		found, err := r.Messages.Exports(ctx, by)
		if err != nil {
			return nil, err
		}
		list := exportList{Items: make([]exportView, len(found))}
		for i, e := range found {
			list.Items[i] = ofExport(e)
		}
		return endpoint.Of(list), nil
	})
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/staff/exports/{id}/parts/{part}", ID: "export-part", Summary: "文件的一段", Tag: tagQueue, Who: oversee, StepUp: true,
	}, func(ctx context.Context, by model.Actor, in *pieceInput) (*endpoint.Body[pieceView], error) {
		content, last, err := r.Messages.ExportPiece(ctx, by, in.ID.ID, in.Part)
		if err != nil {
			return nil, err
		}
		return endpoint.Of(pieceView{content, last}), nil
	})
}
