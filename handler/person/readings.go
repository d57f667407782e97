package person

import (
	"context"
	"net/http"
	"time"

	"lianxin/handler/endpoint"
	"lianxin/model"
)

type readingView struct {
	MessageID string             `json:"message_id"`
	Number    string             `json:"message_number"`
	Reader    string             `json:"reader" doc:"谁：以当时的职务称呼"`
	Side      model.Side         `json:"side" enum:"representative,unit,staff"`
	Depth     model.ReadingDepth `json:"depth" enum:"list,thread,restricted" doc:"list 在列表里看到称呼和开头；thread 打开了全文；restricted 审计人员依法查阅封存内容"`
	At        time.Time          `json:"at" doc:"当天第一次看到的时间"`
}

type readingList struct {
	Items []readingView `json:"items"`
	Next  string        `json:"next,omitempty"`
}

func (r Room) registerReadings(api endpoint.API) {
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: "/api/v1/me/readings", ID: "my-readings", Summary: "谁看过我的信息", Tag: "我的数据", Who: endpoint.SignedIn(),
	}, func(ctx context.Context, by model.Actor, in *endpoint.Paging) (*endpoint.Body[readingList], error) {
		looks, next, err := r.Privacy.Looks(ctx, by, in.Page())
		if err != nil {
			return nil, err
		}
		list := readingList{Items: []readingView{}, Next: next}
		for _, l := range looks {
			list.Items = append(list.Items, readingView{l.MessageID, l.Number, l.Reader, l.Side, l.Depth, l.At.In(model.Shanghai)})
		}
		return endpoint.Of(list), nil
	})
}
