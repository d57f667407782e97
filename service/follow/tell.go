package follow

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/notice"
	"lianxin/service/outbox"
	"lianxin/service/store"
)

// The kinds of outbox task that tell followers: of an article, and of a turnover.
const (
	ArticleTask  = "follow_article"
	TurnoverTask = "follow_turnover"
)

type articleTask struct{ ArticleID string }

type turnoverTask struct{ RepresentativeID string }

// batch is how many followers are told in one transaction.
const batch = 100

// News has the followers told that an article went out, in the transaction that
// lets it out. It waits for the day: nobody is woken by it.
func News(ctx context.Context, tx *gorm.DB, articleID string, now time.Time) error {
	return outbox.Enqueue(ctx, tx, outbox.Task{Kind: ArticleTask, DedupeKey: articleID, Payload: articleTask{articleID}, RunAt: daytime(now)})
}

// The hours between which news may come, in Shanghai.
const (
	morning = 8
	evening = 21
)

func daytime(now time.Time) time.Time {
	at := now.In(model.Shanghai)
	y, m, d := at.Date()
	switch {
	case at.Hour() < morning:
		return time.Date(y, m, d, morning, 0, 0, 0, model.Shanghai).UTC()
	case at.Hour() >= evening:
		return time.Date(y, m, d+1, morning, 0, 0, 0, model.Shanghai).UTC()
	}
	return now
}

// HandleArticle does one task of kind ArticleTask: it tells who follows somebody
// whom the article names, or an area that it is about. A person hears of one
// article a day at most, the first; the others wait in the feed.
func (s *Service) HandleArticle(ctx context.Context, payload []byte) error {
	var task articleTask
	if err := json.Unmarshal(payload, &task); err != nil {
		return outbox.Refuse(fmt.Errorf("follow: read task: %w", err))
	}
	a, err := store.From[model.Article](s.db.Read()).Omit("body").Where("id = ? AND state IN ?", task.ArticleID, model.ArticlePublic()).Take(ctx)
	if store.IsAbsent(err) {
		return nil // withdrawn before the morning
	}
	if err != nil {
		return fmt.Errorf("follow: find article: %w", err)
	}
	named, err := s.named(ctx, a)
	if err != nil {
		return err
	}
	about, day := s.followersOf(a, named), model.Day(s.now())
	return s.tellEach(ctx, about, func(f model.Follow) model.Notice {
		return model.Notice{
			Happening: "follow/" + day, Template: model.TemplateNews, Title: "您关注的" + named[f.TargetID] + "有新动态", Body: a.Title,
			Hint: a.Title, Link: "pages/article/detail?id=" + a.ID + "&from=follow", Thing: a.Title, Name: named[f.TargetID],
		}
	})
}

// followersOf narrows to who follows what an article is about.
func (s *Service) followersOf(a model.Article, named map[string]string) func(q store.Query[model.Follow]) store.Query[model.Follow] {
	areas, representatives := above(a), make([]string, 0, len(named))
	for id := range named {
		representatives = append(representatives, id)
	}
	return func(q store.Query[model.Follow]) store.Query[model.Follow] {
		return q.Where("(kind = ? AND target_id IN ?) OR (kind = ? AND target_id IN ?)",
			model.FollowRepresentative, representatives, model.FollowArea, areas)
	}
}

// above are the area of an article and all that it lies in.
func above(a model.Article) []string { return strings.Split(strings.Trim(a.AreaPath, "/"), "/") }

// named gives the names of those whom an article is about: representatives who
// serve, and areas.
func (s *Service) named(ctx context.Context, a model.Article) (map[string]string, error) {
	db, names := s.db.Read(), map[string]string{}
	representatives, err := store.From[model.Representative](db).
		Where("id IN (SELECT representative_id FROM article_representatives WHERE article_id = ?) AND state = ?", a.ID, model.RepresentativeServing).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("follow: read who is named: %w", err)
	}
	for _, r := range representatives {
		names[r.ID] = r.Name + "代表"
	}
	areas, err := store.From[model.Area](db).Where("id IN ?", above(a)).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("follow: read areas: %w", err)
	}
	for _, area := range areas {
		names[area.ID] = area.Name
	}
	return names, nil
}

// tellEach writes a notice for each follower, a batch at a time. Who was told
// before is not told again, so it may be cut and done anew at any time.
func (s *Service) tellEach(ctx context.Context, about func(store.Query[model.Follow]) store.Query[model.Follow], say func(model.Follow) model.Notice) error {
	last := ""
	for {
		rows, err := about(store.From[model.Follow](s.db.Read()).Where("id > ?", last)).Order("id").Limit(batch).Find(ctx)
		if err != nil {
			return fmt.Errorf("follow: find followers: %w", err)
		}
		if len(rows) == 0 {
			return nil
		}
		last = rows[len(rows)-1].ID
		err = store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
			for _, f := range rows {
				n := say(f)
				n.PersonID = f.PersonID
				if err := notice.Send(ctx, tx, n, s.now()); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}
