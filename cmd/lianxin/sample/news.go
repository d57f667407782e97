package sample

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"time"

	"lianxin/model"
	"lianxin/service/newsroom"
)

// The two who write: whoever writes an article, the other one reviews it.
const (
	writesMost   = "publicity"
	reviewsThose = "publicity.second"
)

// piece is an article, and how far it has come.
type piece struct {
	title, digest, column, body string
	kind                        model.ArticleKind
	// second says that the second officer wrote it.
	second bool
	// far brings it to where it stands.
	far func(t *town, ctx context.Context, n newsdesk, a model.Article) error
}

// newsdesk are those who work on an article.
type newsdesk struct{ writer, reviewer model.Actor }

const (
	columnStories = "代表故事"
	columnPolicy  = "政策解读"
	columnNews    = "工作动态"
)

func pieces() []piece {
	return []piece{
		{
			title: "议事厅里的第三十次夜谈", column: columnStories, kind: model.ArticleNews, digest: "",
			body: "<p>每周四晚上七点半，潮音社区的议事厅准时亮灯。</p><p>（待补：第三十次夜谈的现场）</p>",
			far:  func(*town, context.Context, newsdesk, model.Article) error { return nil },
		},
		{
			title: "老小区装充电桩，先听二十位居民怎么说", column: columnNews, kind: model.ArticleNews, second: true, digest: "车位、线路、消防，三件事一件一件谈妥。",
			body: "<p>望江街道的三个老小区准备装充电桩。林晓棠代表没有先看图纸，而是先请二十位居民坐下来。</p><h3>最担心的是线路</h3><p>“楼里的线是九几年的，能不能扛得住？”供电所当场答应逐栋检测，结果张贴在单元门口。</p><h3>车位不够怎么办</h3><p>先装四个公用桩，按小时预约，夜间不占位。</p>",
			far:  (*town).submitted,
		},
		{
			title: "一张便民地图，跑了十七个单位", column: columnStories, kind: model.ArticleNews, digest: "哪里能复印、哪里能量血压、哪里有无障碍厕所，都标在一张图上。",
			body: "<p>和平街道的便民地图上线了。</p><p>周立言代表带着志愿者跑了十七个单位，标出了一百二十三处便民点。</p><p>地图每季度更新一次，发现错漏可以直接来信。</p>",
			far:  (*town).returned,
		},
		{
			title: "今年冬天的供暖问题，可以这样反映", column: columnPolicy, kind: model.ArticleGuide, digest: "先打供热热线；七天没有解决，再写信给代表。",
			body: "<p>供暖季开始了。室温不到十八度，请先拨打供热单位的热线，留下受理编号。</p><ol><li>写清小区、楼号、室温和测温时间；</li><li>附上热线的受理编号；</li><li>七天没有解决，再写信给代表。</li></ol>",
			far:  (*town).approved,
		},
		{
			title: "六个工作室，明天一起开门接待", column: columnNews, kind: model.ArticleNotice, digest: "不用预约，来了就谈。记得带上需要反映的材料。",
			body: "<p>明天上午九点到十一点半，全区六个党代表工作室同时开门接待。</p><p>不用预约，来了就谈；腿脚不方便的，可以打电话请代表上门。</p>",
			far:  (*town).scheduled,
		},
		{
			title: "十二米的回家路亮了", column: columnStories, kind: model.ArticleNews, digest: "一封信，三天，七盏灯。",
			body: "<p>云台里的夜路黑了两个多月。居民写信给代表的第三天，七盏路灯全部换新。</p><blockquote><p>“现在下夜班，走这条路不用打手电了。”</p></blockquote><p>区城管局说，今后这一片的路灯每月巡查一次，坏灯四十八小时内修好。</p>",
			far:  (*town).everywhere,
		},
		{
			title: "区里的代表接待日改到每月十号", column: columnNews, kind: model.ArticleNotice, digest: "遇周末顺延到下一个工作日。",
			body: "<p>从下个月起，代表接待日改到每月十号。</p>",
			far:  (*town).corrected,
		},
		{
			title: "停水通知有误，以供水公司公告为准", column: columnNews, kind: model.ArticleNotice, digest: "",
			body: "<p>江声社区明天上午停水。</p>",
			far:  (*town).withdrawn,
		},
	}
}

// errNotYet says that nothing is done at the official account: the program does
// those tasks once it runs.
var errNotYet = errors.New("sample: the official account is not asked while the district is filled")

// accountToBe stands for the official account while the articles are written.
type accountToBe struct{ newsroom.Official }

type noPictures struct{}

func (noPictures) Small(context.Context, string, int) ([]byte, error) { return nil, errNotYet }

// newsroomOptions let the sample's newsroom ask for what the program will do at
// the official account.
func (t *town) newsroomOptions() newsroom.Options {
	return newsroom.Options{
		DB: t.DB, Now: t.clock.now, Official: accountToBe{}, AppID: "sample", Pictures: noPictures{}, Link: func(page string) string { return page },
	}
}

// writeArticles lets the two officers work, as after everything else: their tasks
// are left for the program.
func (t *town) writeArticles(ctx context.Context) error {
	desk := map[string]model.Actor{}
	for _, o := range officers() {
		if o.Login.Login == writesMost || o.Login.Login == reviewsThose {
			actor, err := t.atDesk(ctx, o)
			if err != nil {
				return err
			}
			desk[o.Login.Login] = actor
		}
	}
	columns := map[string]string{}
	for _, name := range []string{columnStories, columnPolicy, columnNews} {
		column, err := t.newsroom.AddColumn(ctx, desk[writesMost], name)
		if err != nil {
			return fmt.Errorf("sample: add column: %w", err)
		}
		columns[name] = column.ID
	}
	for i, p := range pieces() {
		n := newsdesk{desk[writesMost], desk[reviewsThose]}
		if p.second {
			n = newsdesk{n.reviewer, n.writer}
		}
		if err := t.writeArticle(ctx, n, p, columns[p.column], i); err != nil {
			return fmt.Errorf("sample: %s: %w", p.title, err)
		}
	}
	return nil
}

func (t *town) writeArticle(ctx context.Context, n newsdesk, p piece, columnID string, i int) error {
	a, err := t.newsroom.Begin(ctx, n.writer, t.roster.ids[anArea+" "+district], p.kind, p.title)
	if err != nil {
		return err
	}
	text := newsroom.Text{Revision: a.Revision, Title: p.title, Digest: p.digest, Body: p.body, Byline: "临江区融媒体中心", ColumnID: columnID}
	if t.Upload != nil {
		if text.CoverID, err = t.Upload(ctx, n.writer, bytes.NewReader(painted(i))); err != nil {
			return err
		}
		text.Body += `<p><img src="/media/` + text.CoverID + `" alt="` + p.title + `"/></p>`
	}
	saved, err := t.newsroom.Save(ctx, n.writer, a.ID, text)
	if err != nil {
		return err
	}
	return p.far(t, ctx, n, saved.Article)
}

func (t *town) submitted(ctx context.Context, n newsdesk, a model.Article) error {
	_, err := t.newsroom.Submit(ctx, n.writer, a.ID)
	return err
}

func (t *town) returned(ctx context.Context, n newsdesk, a model.Article) error {
	if err := t.submitted(ctx, n, a); err != nil {
		return err
	}
	for _, c := range [][2]string{{"“十七个单位”请列出来，或改成“十多个单位”。", "跑了十七个单位"}, {"地图的下载地址还没有写。", ""}} {
		if _, err := t.newsroom.Comment(ctx, n.reviewer, a.ID, c[0], c[1]); err != nil {
			return err
		}
	}
	_, err := t.newsroom.Return(ctx, n.reviewer, a.ID, "数字需要核实，请按批注补充后再提交。")
	return err
}

func (t *town) approved(ctx context.Context, n newsdesk, a model.Article) error {
	if err := t.submitted(ctx, n, a); err != nil {
		return err
	}
	_, err := t.newsroom.Approve(ctx, n.reviewer, a.ID)
	return err
}

func (t *town) scheduled(ctx context.Context, n newsdesk, a model.Article) error {
	if err := t.approvedFor(ctx, n, a, t.Upload != nil); err != nil {
		return err
	}
	_, err := t.newsroom.Schedule(ctx, n.writer, a.ID, dayAt(t.end, 1, 9*time.Hour))
	return err
}

// approvedFor has an article approved, to go to our feed and, where it may, be
// published by the official account.
func (t *town) approvedFor(ctx context.Context, n newsdesk, a model.Article, published bool) error {
	if err := t.approved(ctx, n, a); err != nil {
		return err
	}
	_, err := t.newsroom.ChooseDoors(ctx, n.writer, a.ID, newsroom.Wishes{Feed: true, Publication: published})
	return err
}

func (t *town) putOut(ctx context.Context, n newsdesk, a model.Article) error {
	if err := t.approved(ctx, n, a); err != nil {
		return err
	}
	_, err := t.newsroom.PublishNow(ctx, n.writer, a.ID)
	return err
}

// everywhere lets an article out through all doors, as far as it has a picture.
func (t *town) everywhere(ctx context.Context, n newsdesk, a model.Article) error {
	if err := t.approvedFor(ctx, n, a, t.Upload != nil); err != nil {
		return err
	}
	if _, err := t.newsroom.PublishNow(ctx, n.writer, a.ID); err != nil || t.Upload == nil {
		return err
	}
	if _, err := t.newsroom.AskMassSend(ctx, n.writer, a.ID); err != nil {
		return err
	}
	_, err := t.newsroom.ConfirmMassSend(ctx, n.reviewer, a.ID)
	return err
}

func (t *town) corrected(ctx context.Context, n newsdesk, a model.Article) error {
	if err := t.putOut(ctx, n, a); err != nil {
		return err
	}
	text := newsroom.Text{
		Revision: a.Revision, Title: a.Title, Digest: a.Digest, Byline: a.Byline, CoverID: a.CoverID, ColumnID: a.ColumnID,
		Body: "<p>从明年一月起，代表接待日改到每月十号。</p>",
	}
	_, err := t.newsroom.Correct(ctx, n.writer, a.ID, newsroom.Correction{Note: "开始时间应为明年一月，原文误写为下个月。", Text: text})
	return err
}

func (t *town) withdrawn(ctx context.Context, n newsdesk, a model.Article) error {
	if err := t.putOut(ctx, n, a); err != nil {
		return err
	}
	_, err := t.newsroom.Withdraw(ctx, n.writer, a.ID, "停水时间有变，以供水公司公告为准。")
	return err
}

// Upload takes a picture of an actor and gives its id.
type Upload func(ctx context.Context, by model.Actor, picture io.Reader) (string, error)

// painted is a picture of our own making: lamps over a road, in another light
// each time.
func painted(i int) []byte {
	const width, height, lamps = 900, 383, 6
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	shade := uint8(20 * (i % 6)) //nolint:gosec // below 120
	for y := range height {
		sky := color.RGBA{R: 40 + shade, G: uint8(60 + y/6), B: uint8(120 + y/4), A: 255}
		if y > height*3/4 {
			sky = color.RGBA{R: 60, G: 64, B: 72, A: 255}
		}
		for x := range width {
			m.SetRGBA(x, y, lit(sky, x, y, width/lamps))
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, m); err != nil { // a buffer takes everything
		return nil
	}
	return out.Bytes()
}

// lit is a colour in the light of the nearest lamp.
func lit(c color.RGBA, x, y, apart int) color.RGBA {
	const lampY, reach, bulb = 110, 70, 12
	dx, dy := x%apart-apart/2, y-lampY
	switch far := dx*dx + dy*dy; {
	case far < bulb*bulb:
		return color.RGBA{R: 255, G: 240, B: 190, A: 255}
	case far < reach*reach:
		return color.RGBA{R: c.R/2 + 110, G: c.G/2 + 90, B: c.B/2 + 40, A: 255}
	case dx > -3 && dx < 3 && y > lampY:
		return color.RGBA{R: 30, G: 32, B: 38, A: 255}
	}
	return c
}
