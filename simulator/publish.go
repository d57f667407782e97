package simulator

import (
	"encoding/json"
	"slices"
	"strconv"
)

// submitDraft is freepublish/submit. It takes the same draft again while the first publication
// is under way: nothing here keeps an account from publishing twice.
func submitDraft(s *Simulator, c *call) (any, error) {
	found, err := s.draftNamed(c)
	if err != nil {
		return nil, err
	}
	j := &job{id: firstPublishID + s.next(), dataID: firstPublishID + s.next(), mediaID: found.mediaID, articles: slices.Clone(found.articles)}
	s.begin(j)
	out := done()
	out["publish_id"], out["msg_data_id"] = s.shownID(j.id), s.shownID(j.dataID)
	return out, nil
}

// readPublication is freepublish/get. It takes the id as a number and as a text.
func readPublication(s *Simulator, c *call) (any, error) {
	in, err := decode[struct {
		ID json.RawMessage `json:"publish_id"`
	}](c)
	if err != nil {
		return nil, err
	}
	j := s.jobOf(in.ID, false)
	if j == nil {
		return nil, refuseBecause(40035, "invalid parameter, publish_id is unknown")
	}
	out := reply{"publish_id": s.shownID(j.id), "publish_status": j.status, "fail_idx": []int{}}
	switch j.status {
	case publishDone, publishDeleted:
		items := []reply{}
		for i, one := range j.articles {
			items = append(items, reply{"idx": i + 1, "article_url": one.URL})
		}
		out["article_id"] = j.articleID
		out["article_detail"] = reply{"count": len(items), "item": items}
	case publishRunning:
	default:
		failed := []int{}
		for i := range j.articles {
			failed = append(failed, i+1)
		}
		out["fail_idx"] = failed
	}
	return out, nil
}

func (s *Simulator) jobOf(raw json.RawMessage, mass bool) *job {
	text := string(raw)
	if unquoted, err := strconv.Unquote(text); err == nil {
		text = unquoted
	}
	id, err := strconv.ParseInt(text, 10, 64)
	at := slices.IndexFunc(s.desk.jobs, func(j *job) bool { return j.id == id && j.mass == mass })
	if err != nil || at < 0 {
		return nil
	}
	return s.desk.jobs[at]
}

type articleRequest struct {
	ArticleID string `json:"article_id"`
	Index     int    `json:"index"`
}

// publication finds a published article that the owner has not deleted.
func (s *Simulator) publication(id string) (*job, error) {
	at := slices.IndexFunc(s.desk.jobs, func(j *job) bool { return id != "" && j.articleID == id && !j.mass })
	if at < 0 || s.desk.jobs[at].status == publishDeleted {
		return nil, refuse(53600)
	}
	return s.desk.jobs[at], nil
}

// readArticle is freepublish/getarticle.
func readArticle(s *Simulator, c *call) (any, error) {
	in, err := decode[articleRequest](c)
	if err != nil {
		return nil, err
	}
	j, err := s.publication(in.ArticleID)
	if err != nil {
		return nil, err
	}
	items, err := shownItems(j.articles, false)
	return reply{"news_item": items}, err
}

// shownItems is how published articles are answered, without their text when that is not wanted.
func shownItems(articles []article, bare bool) ([]map[string]any, error) {
	items := []map[string]any{}
	for _, one := range articles {
		text, err := encodeJSON(one)
		if err != nil {
			return nil, err
		}
		var item map[string]any
		if err := json.Unmarshal(text, &item); err != nil {
			return nil, err
		}
		if bare {
			delete(item, "content")
		}
		item["is_deleted"] = one.deleted
		items = append(items, item)
	}
	return items, nil
}

const mostInBatch = 20

// listPublications is freepublish/batchget: what is public by publication, the latest first.
func listPublications(s *Simulator, c *call) (any, error) {
	in, err := decode[struct {
		Offset int `json:"offset"`
		Count  int `json:"count"`
		Bare   int `json:"no_content"`
	}](c)
	if err != nil {
		return nil, err
	}
	if in.Count < 1 || in.Count > mostInBatch || in.Offset < 0 || in.Bare < 0 || in.Bare > 1 {
		return nil, refuseBecause(40035, "invalid parameter, count is 1 to 20 and no_content is 0 or 1")
	}
	var public []*job
	for _, j := range s.desk.jobs {
		if j.articleID != "" && !j.mass && j.status == publishDone {
			public = append(public, j)
		}
	}
	slices.Reverse(public)
	page := public[min(in.Offset, len(public)):min(in.Offset+in.Count, len(public))]
	items := []reply{}
	for _, j := range page {
		articles, err := shownItems(j.articles, in.Bare == 1)
		if err != nil {
			return nil, err
		}
		items = append(items, reply{"article_id": j.articleID, "content": reply{"news_item": articles}, "update_time": j.updated.Unix()})
	}
	return reply{"total_count": len(public), "item_count": len(items), "item": items}, nil
}

// deleteArticle is freepublish/delete: without an index, all of them, for good.
func deleteArticle(s *Simulator, c *call) (any, error) {
	in, err := decode[articleRequest](c)
	if err != nil {
		return nil, err
	}
	j, err := s.publication(in.ArticleID)
	if err != nil {
		return nil, err
	}
	if in.Index < 0 || in.Index > len(j.articles) {
		return nil, refuse(40114)
	}
	j.remove(in.Index)
	return done(), nil
}

// remove deletes one article of a job, counted from 1, or with 0 all of them.
func (j *job) remove(index int) {
	left := false
	for i := range j.articles {
		if index == 0 || i == index-1 {
			j.articles[i].deleted = true
		}
		left = left || !j.articles[i].deleted
	}
	if !left {
		j.status = publishDeleted
	}
}
