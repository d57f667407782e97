package privacy

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// Rule says how long one kind of row is kept, why, and ends what is older (PIPL
// article 19: no longer than needed). docs/retention.md lists them all.
type Rule struct {
	Name string
	What string
	Keep time.Duration
	Why  string
	due  func(ctx context.Context, db *gorm.DB, before time.Time) (int64, *time.Time, error)
	end  func(ctx context.Context, before time.Time) (int, error)
}

// Batch bounds how many rows one transaction of a rule ends.
const Batch = 1000

const (
	aDay  = 24 * time.Hour
	aYear = 365 * aDay
)

// Rules is the one list of what is kept how long.
func (s *Service) Rules() []Rule {
	closed := "emptied_at IS NULL AND closed_at"
	return []Rule{
		old[model.IdempotencyKey](s, Rule{Name: "idempotency_keys", What: "重复提交的回执", Keep: 2 * aDay, Why: "手机断网重发时认出同一次操作"}, "created_at"),
		old[model.Inbound](s, Rule{Name: "inbounds", What: "微信推来的消息", Keep: 7 * aDay, Why: "微信会重推；处理完即无用"}, "received_at"),
		old[model.SignInChallenge](s, Rule{Name: "sign_in_challenges", What: "工作人员登录的验证步骤", Keep: aDay, Why: "过期即无用，保留一天便于排查"}, "expires_at"),
		old[model.StaffDevice](s, Rule{Name: "staff_devices", What: "工作人员的已知设备", Keep: aDay, Why: "到期后不再认"}, "expires_at"),
		old[model.Session](s, Rule{Name: "sessions", What: "登录记录", Keep: 30 * aDay, Why: "到期后再留 30 天，发现被盗用的凭证"}, "refresh_expires_at"),
		old[model.TurnMark](s, Rule{Name: "turn_marks", What: "防滥用的文字指纹", Keep: 7 * aDay, Why: "只用于发现群发"}, "created_at"),
		old[model.Invitation](s, Rule{Name: "invitations", What: "过期的绑定邀请", Keep: 30 * aDay, Why: "过期即无用；绑定本身在审计日志里"}, "expires_at"),
		old[model.Copy](s, Rule{Name: "copies", What: "下载个人数据的申请", Keep: 30 * aDay, Why: "限制每天一次；下载本身在审计日志里"}, "ends_at"),
		old[model.Export](s, Rule{Name: "exports", What: "导出来信的申请", Keep: aDay, Why: "文件只留一天；导出和下载在审计日志里"}, "created_at"),
		old[model.ExportPart](s, Rule{Name: "export_parts", What: "导出的来信文件", Keep: aDay, Why: "含个人信息，够下载即可"}, "created_at"),
		old[model.Task](s, Rule{Name: "tasks", What: "办完或放弃的后台任务", Keep: 30 * aDay, Why: "同一件事不做两遍"}, "state IN ('done', 'dropped') AND ended_at"),
		old[model.Notice](s, Rule{Name: "notices", What: "通知", Keep: aYear, Why: "方便回看"}, "created_at"),
		old[model.Consent](s, Rule{Name: "consents", What: "已注销者的授权记录", Keep: 3 * aYear, Why: "诉讼时效三年内证明处理有据"}, "person_id IN (SELECT id FROM people WHERE erased_at IS NOT NULL) AND at"),
		old[model.Correction](s, Rule{Name: "corrections", What: "办完的更正请求", Keep: 3 * aYear, Why: "诉讼时效三年内可查"}, "decided_at"),
		old[model.AppSuggestion](s, Rule{Name: "app_suggestions", What: "答复过的对平台的意见", Keep: 3 * aYear, Why: "诉讼时效三年内可查"}, "replied_at"),
		old[model.Introduction](s, Rule{Name: "introductions", What: "代表写的、已经有了结果的简介", Keep: 3 * aYear, Why: "诉讼时效三年内可查；公开的那一份在名册里"}, "ended_at"),
		old[model.ReadMark](s, Rule{Name: "read_marks", What: "文章当天数过的手机（随机记号的摘要）", Keep: aDay, Why: "只用于当天不重复计数"}, "created_at"),
		old[model.Erasure](s, Rule{Name: "erasures", What: "注销记录（只有内部编号）", Keep: 3 * aYear, Why: "证明已按申请办理"}, "ended_at"),
		old[model.Reading](s, Rule{Name: "readings", What: "谁看过来信", Keep: 3 * aYear, Why: "让本人能够监督"}, "at"),
		old[model.AuditLine](s, Rule{Name: "audit_lines", What: "审计日志", Keep: 3 * aYear, Why: "网络安全法第二十一条要求不少于六个月"}, "at"),
		old[model.LinkCode](s, Rule{Name: "link_codes", What: "合并账号的关联码（只有摘要）", Keep: aDay, Why: "十分钟后即无用，保留一天便于排查"}, "expires_at"),
		old[model.PhoneCode](s, Rule{Name: "phone_codes", What: "短信验证码（只有摘要）", Keep: aDay, Why: "五分钟后即无用，保留一天便于排查"}, "expires_at"),
		s.linkRule(),
		s.emptyRule(closed),
		s.unseenRule(),
	}
}

// old makes a rule that deletes rows whose time is past; column is the time,
// after conditions if there are any.
func old[T any](s *Service, r Rule, column string) Rule {
	at := column[strings.LastIndexByte(column, ' ')+1:]
	r.due = func(ctx context.Context, db *gorm.DB, before time.Time) (int64, *time.Time, error) {
		n, err := store.From[T](db).Where(column+" < ?", before).Count(ctx, "*")
		if err != nil || n == 0 {
			return n, nil, err
		}
		oldest, err := edge[T](ctx, db, column, at, before, 0)
		return n, oldest, err
	}
	r.end = func(ctx context.Context, before time.Time) (int, error) {
		// The rows up to the thousandth oldest: no engine needs to know LIMIT in a
		// DELETE, and rows of one moment go together.
		until, err := edge[T](ctx, s.db.Read(), column, at, before, Batch-1)
		if err != nil {
			return 0, err
		}
		if until == nil {
			if until, err = edge[T](ctx, s.db.Read(), column, at, before, 0); err != nil || until == nil {
				return 0, err
			}
			last := before.Add(-time.Millisecond)
			until = &last
		}
		n := 0
		err = store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) (err error) {
			n, err = store.From[T](tx).Where(column+" <= ?", *until).Delete(ctx)
			return err
		})
		return n, err
	}
	return r
}

// edge is the time of the n-th oldest row that is due; nil when there are fewer.
func edge[T any](ctx context.Context, db *gorm.DB, column, at string, before time.Time, n int) (*time.Time, error) {
	var times []time.Time
	err := store.From[T](db).Select(at).Where(column+" < ?", before).Order(at).Offset(n).Limit(1).Scan(ctx, &times)
	if err != nil || len(times) == 0 {
		return nil, err
	}
	return &times[0], nil
}

// emptyRule takes the words out of messages that ended long ago; that they were,
// and how they went, stays for the figures.
func (s *Service) emptyRule(closed string) Rule {
	r := Rule{Name: "messages", What: "办结的来信：抹去内容和身份，只留统计", Keep: 10 * aYear, Why: "机关文件材料归档：一般来信保管 10 年"}
	r.due = func(ctx context.Context, db *gorm.DB, before time.Time) (int64, *time.Time, error) {
		n, err := store.From[model.Message](db).Where(closed+" < ?", before).Count(ctx, "*")
		if err != nil || n == 0 {
			return n, nil, err
		}
		oldest, err := edge[model.Message](ctx, db, closed, "closed_at", before, 0)
		return n, oldest, err
	}
	r.end = func(ctx context.Context, before time.Time) (int, error) {
		found, err := store.From[model.Message](s.db.Read()).Where(closed+" < ?", before).Order("id").Limit(Batch).Find(ctx)
		if err != nil {
			return 0, err
		}
		for _, m := range found {
			err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
				if err := s.dropDerived(ctx, tx, m); err != nil {
					return err
				}
				return s.lock(ctx, tx, m, lockPlan{action: "message.empty", clean: nothing})
			})
			if err != nil {
				return 0, err
			}
		}
		return len(found), nil
	}
	return r
}

// unseenLife is how long an account waits for its person after they were told.
const unseenLife = 60 * aDay

// unseenRule begins the erasure of people who have not been here for years: they
// are told, and keep everything by coming back.
func (s *Service) unseenRule() Rule {
	r := Rule{Name: "people", What: "长期未登录的账号：通知后 60 天注销", Keep: 3 * aYear, Why: "处理目的已实现（个人信息保护法第四十七条）"}
	unseen := "erased_at IS NULL AND merged_into = '' AND shadow = ? AND id NOT IN (SELECT person_id FROM grants) AND id NOT IN (SELECT person_id FROM erasures WHERE state IN ('waiting', 'running')) AND last_visit_at < ?"
	r.due = func(ctx context.Context, db *gorm.DB, before time.Time) (int64, *time.Time, error) {
		n, err := store.From[model.Person](db).Where(unseen, false, before).Count(ctx, "*")
		if err != nil || n == 0 {
			return n, nil, err
		}
		first, err := store.From[model.Person](db).Where(unseen, false, before).Order("last_visit_at").Limit(1).Find(ctx)
		if err != nil || len(first) == 0 {
			return n, nil, err
		}
		return n, first[0].LastVisitAt, nil
	}
	r.end = func(ctx context.Context, before time.Time) (int, error) {
		found, err := store.From[model.Person](s.db.Read()).Where(unseen, false, before).Order("last_visit_at, id").Limit(Batch).Find(ctx)
		if err != nil {
			return 0, err
		}
		for _, p := range found {
			err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
				now := s.now()
				e := model.Erasure{ID: model.NewID(), PersonID: p.ID, Cause: model.ErasureUnseen, State: model.ErasureWaiting, AskedAt: now, DueAt: now.Add(unseenLife)}
				return s.announce(ctx, tx, retention, e)
			})
			if err != nil {
				return 0, err
			}
		}
		return len(found), nil
	}
	return r
}

var retention = model.SystemActor("retention")

// Due is what a rule would end now.
type Due struct {
	Rule   Rule
	Rows   int64
	Oldest *time.Time
}

// Overdue tells what every rule would end now, and ends nothing.
func (s *Service) Overdue(ctx context.Context) ([]Due, error) {
	var found []Due
	for _, r := range s.Rules() {
		n, oldest, err := r.due(ctx, s.db.Read(), s.now().Add(-r.Keep))
		if err != nil {
			return nil, fmt.Errorf("privacy: count what %s has due: %w", r.Name, err)
		}
		found = append(found, Due{Rule: r, Rows: n, Oldest: oldest})
	}
	return found, nil
}

// Retain ends what is due by every rule, in batches that may be cut and gone on
// with at any time, and writes one line to the audit log when there was anything.
func (s *Service) Retain(ctx context.Context) ([]Due, error) {
	var ended []Due
	var words []string
	for _, r := range s.Rules() {
		total, before := 0, s.now().Add(-r.Keep)
		for {
			n, err := r.end(ctx, before)
			if err != nil {
				return ended, fmt.Errorf("privacy: end %s: %w", r.Name, err)
			}
			total += n
			if n == 0 {
				break
			}
		}
		ended = append(ended, Due{Rule: r, Rows: int64(total)})
		if total > 0 {
			words = append(words, fmt.Sprintf("%s %d 条", r.What, total))
		}
	}
	if len(words) == 0 {
		return ended, nil
	}
	return ended, store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		return audit.Record(ctx, tx, retention, "retention.run", audit.Target{Kind: "retention", Detail: strings.Join(words, "；")}, s.now())
	})
}
