package newsroom

import (
	"context"
	"net/http"
	"strings"

	"lianxin/handler/endpoint"
	"lianxin/model"
	"lianxin/service/limit"
	"lianxin/service/newsroom"
	"lianxin/service/sheet"
	"lianxin/service/store"
)

var reportColumns = []sheet.Column[newsroom.Reported]{
	sheet.Col("标题", 44, func(a newsroom.Reported) any { return a.Title }),
	sheet.Col("类型", 10, func(a newsroom.Reported) any { return model.ArticleKindWords(a.Kind) }),
	sheet.Col("栏目", 14, func(a newsroom.Reported) any { return a.Column }),
	sheet.Col("区域", 14, func(a newsroom.Reported) any { return a.Area }),
	sheet.Col("作者", 12, func(a newsroom.Reported) any { return a.Author }),
	sheet.Col("状态", 10, func(a newsroom.Reported) any { return model.ArticleStateWords(a.State) }),
	sheet.Col("发布时间", 18, func(a newsroom.Reported) any { return sheet.Moment(newsroom.FirstOut(a.Row)) }),
	sheet.Col("渠道", 40, func(a newsroom.Reported) any { return doorsLine(a.Row) }),
	sheet.Col("本平台阅读", 11, func(a newsroom.Reported) any { return a.Feed }),
	sheet.Col("公众号阅读", 11, func(a newsroom.Reported) any { return a.Official.Readers }),
	sheet.Col("公众号转发", 11, func(a newsroom.Reported) any { return a.Official.Sharers }),
	sheet.Col("点赞", 8, func(a newsroom.Reported) any { return a.Official.Likes }),
	sheet.Col("在看", 8, func(a newsroom.Reported) any { return a.Official.Hearts }),
	sheet.Col("留言", 8, func(a newsroom.Reported) any { return a.Official.Comments }),
	sheet.Col("收藏", 8, func(a newsroom.Reported) any { return a.Official.Keepers }),
}

// doorsLine says where an article stands at each door that was opened.
func doorsLine(row newsroom.Row) string {
	var words []string
	for _, d := range row.Doors {
		if d.State != model.DoorIdle {
			words = append(words, model.DoorWords(d.Door)+"："+model.DoorStateWords(d.State))
		}
	}
	return strings.Join(words, "；")
}

func (r Room) registerReport(api endpoint.API) {
	endpoint.Act(api, endpoint.Route{
		Method: http.MethodGet, Path: under + "/export", ID: "export-articles", Summary: "筛选出的文章，连同阅读数据（Excel）", Tag: tag, Who: reviews(), Limit: limit.Export,
	}, func(ctx context.Context, by model.Actor, in *ListFilter) (*endpoint.Sheet, error) {
		return endpoint.SheetOf("文章", reportColumns, func(page store.Page) ([]newsroom.Reported, string, error) {
			return r.Newsroom.Report(ctx, by, in.wanted(), page)
		})
	})
}
