package staff

import (
	"context"
	"net/http"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/message"
)

type bulkInput struct {
	Body struct {
		Batch            string            `json:"batch" minLength:"8" maxLength:"26" pattern:"^[A-Za-z0-9-]+$" doc:"这一批的编号，由客户端生成。用同一编号再发，已经办成的不会再办一次"`
		IDs              []string          `json:"ids" minItems:"1" maxItems:"200" doc:"来信编号（id），一次最多 200 封"`
		Deed             model.MessageDeed `json:"deed" enum:"acknowledge,reassign,hand_over,out_of_scope,extend,gather,ungather" doc:"gather 与 leading_id 一并答复；ungather 改为单独答复"`
		RepresentativeID string            `json:"representative_id,omitempty" maxLength:"36" doc:"改派给谁"`
		UnitID           string            `json:"unit_id,omitempty" maxLength:"36" doc:"转交给哪个单位"`
		Where            model.Elsewhere   `json:"where,omitempty" enum:",hotline_12345,petition_office,court,legal_aid,discipline,police_110,other" doc:"应当去哪里"`
		LeadingID        string            `json:"leading_id,omitempty" maxLength:"36" doc:"与哪一封一并答复"`
		Days             int               `json:"days,omitempty" minimum:"0" maximum:"60" doc:"延长几个工作日"`
		Reason           string            `json:"reason,omitempty" maxLength:"500" doc:"理由；转交时为给单位的说明"`
	}
}

type bulkView struct {
	Done  int            `json:"done" doc:"办成的有几封，包括以前用同一编号办成的"`
	Items []bulkItemView `json:"items"`
}

type bulkItemView struct {
	ID        string `json:"id"`
	Number    string `json:"number,omitempty"`
	Done      bool   `json:"done"`
	Again     bool   `json:"again" doc:"以前已经用同一编号办成，这次没有再办"`
	Why       string `json:"why,omitempty" doc:"没有办成的原因"`
	HolderWas string `json:"holder_was,omitempty" doc:"之前由谁办理（代表编号），可以据此改派回去"`
}

// registerBulk is one act on many messages. It takes no key in the header: every
// message is kept from being dealt with twice by the batch's own.
func (r Room) registerBulk(api endpoint.API) {
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodPost, Path: "/api/v1/staff/messages/bulk", ID: "act-in-bulk", Summary: "对多封来信做同一件事，逐封告知结果", Tag: tagQueue,
		Who: endpoint.Needs(model.PermitMessageOversee), Keyless: true,
	}, func(ctx context.Context, by model.Actor, in *bulkInput) (*endpoint.Body[bulkView], error) {
		b := in.Body
		dealt, err := r.Messages.ActTogether(ctx, by, message.Together{
			Batch: b.Batch, IDs: b.IDs, Deed: b.Deed, RepresentativeID: b.RepresentativeID, UnitID: b.UnitID, Where: b.Where, Days: b.Days, LeadingID: b.LeadingID, Reason: b.Reason,
		})
		if err != nil {
			return nil, err
		}
		view := bulkView{Items: make([]bulkItemView, len(dealt))}
		for i, d := range dealt {
			view.Items[i] = bulkItemView{ID: d.MessageID, Number: d.Number, Done: d.Done, Again: d.Again, Why: d.Why, HolderWas: d.HolderWas}
			if d.Done {
				view.Done++
			}
		}
		return endpoint.Of(view), nil
	})
}
