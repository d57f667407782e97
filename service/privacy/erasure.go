package privacy

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/notice"
	"lianxin/service/store"
)

// CoolingOff is how long an erasure that was asked for can be taken back: it
// protects whose phone was in other hands.
const CoolingOff = 72 * time.Hour

// Forecast says what an erasure would do, before it is asked for.
type Forecast struct {
	// Roles are what the person does in function: while there is any, nothing is erased.
	Roles []model.Role
	// Open messages are withdrawn; Erased and Kept count all by what becomes of
	// them; Pictures and Cards go.
	Open, Erased, Kept, Pictures, Cards int64
	// Pending is an erasure that waits or runs.
	Pending *model.Erasure
}

// Goes says in plain words what an erasure removes.
func Goes() []string {
	return []string{
		"账号：称呼、手机号、微信身份编号、登录记录。再次登录会成为一个全新的用户。",
		"没有答复过的来信：全部文字和图片。还没办结的来信同时撤回。",
		"答复过的来信里：您的称呼、手机号、地点、评价文字和您上传的图片。",
		"公开的问答、收到的通知、推送订阅、发给公众号的消息、更正请求。",
	}
}

// Stays says in plain words what an erasure leaves, and on what ground.
func Stays() []string {
	return []string{
		"答复过的来信的往来文字：属于机关办理来信形成的档案，依照档案法封存，隐去身份；除审计人员依法说明理由查阅外，任何人都不能再看；办结满 10 年后抹去。",
		"审计日志：依照网络安全法留存 3 年，只留内部编号，不留姓名。",
		"授权记录：为证明处理有据，依照个人信息保护法留存 3 年，只留内部编号。",
		"您替别人写的来信：属于当事人，随当事人保存，不再显示您是代写人。",
		"统计数字：不含个人信息。",
		"党组织的党员名单：属于党组织，您的确认一并撤销；从名单去掉请联系所在党组织。",
		"数据备份中的副本：不再使用，随备份轮换消失。",
	}
}

// Foresee shows what would be erased and what stays (PIPL article 47). Fault:
// unauthenticated.
func (s *Service) Foresee(ctx context.Context, by model.Actor) (Forecast, error) {
	if err := signedIn(by); err != nil {
		return Forecast{}, err
	}
	db := s.db.Read()
	roles, err := inFunction(ctx, db, by.PersonID)
	if err != nil {
		return Forecast{}, err
	}
	f := Forecast{Roles: roles}
	own := func() store.Query[model.Message] {
		return store.From[model.Message](db).Where("resident_id = ? AND restricted_at IS NULL", by.PersonID)
	}
	mine := "message_id IN (SELECT id FROM messages WHERE resident_id = ? AND restricted_at IS NULL)"
	for _, n := range []struct {
		into  *int64
		count func() (int64, error)
	}{
		{&f.Open, func() (int64, error) {
			return own().Where("state NOT IN ?", model.MessageFlow().Final).Count(ctx, "*")
		}},
		{&f.Erased, func() (int64, error) { return own().Where("answered_at IS NULL").Count(ctx, "*") }},
		{&f.Kept, func() (int64, error) { return own().Where("answered_at IS NOT NULL").Count(ctx, "*") }},
		{&f.Pictures, func() (int64, error) {
			return store.From[model.Picture](db).Where("owner_id = ? AND (message_id = ? OR "+mine+")", by.PersonID, "", by.PersonID).Count(ctx, "*")
		}},
		{&f.Cards, func() (int64, error) {
			return store.From[model.AnsweredCard](db).Where(mine, by.PersonID).Count(ctx, "*")
		}},
	} {
		if *n.into, err = n.count(); err != nil {
			return Forecast{}, fmt.Errorf("privacy: foresee erasure: %w", err)
		}
	}
	old, err := pending(ctx, db, by.PersonID)
	if len(old) > 0 {
		f.Pending = &old[0]
	}
	return f, err
}

// inFunction lists the roles a person holds beside being a resident.
func inFunction(ctx context.Context, db *gorm.DB, personID string) ([]model.Role, error) {
	grants, err := store.From[model.Grant](db).Where("person_id = ?", personID).Order("role").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("privacy: read grants: %w", err)
	}
	var roles []model.Role
	for _, g := range grants {
		if g.Role != model.RoleResident && g.Role != model.RoleMember && (len(roles) == 0 || roles[len(roles)-1] != g.Role) {
			roles = append(roles, g.Role)
		}
	}
	return roles, nil
}

// pending finds the wish of a person that has not come true yet; none is an empty list.
func pending(ctx context.Context, db *gorm.DB, personID string) ([]model.Erasure, error) {
	found, err := store.From[model.Erasure](db).Where("person_id = ? AND state IN ?", personID, []model.ErasureState{model.ErasureWaiting, model.ErasureRunning}).Limit(1).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("privacy: look for erasure: %w", err)
	}
	return found, nil
}

// AskErasure takes the wish to be erased. It comes true after CoolingOff, by a
// job; until then it can be taken back. Asked twice, it is one. Faults:
// unauthenticated; conflict while the person acts in function: what somebody
// did in office is the office's record, not theirs.
func (s *Service) AskErasure(ctx context.Context, by model.Actor) (model.Erasure, error) {
	if err := signedIn(by); err != nil {
		return model.Erasure{}, err
	}
	var asked model.Erasure
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		roles, err := inFunction(ctx, tx, by.PersonID)
		if err != nil {
			return err
		}
		if len(roles) > 0 {
			return fault.Conflict("您目前担任代表或工作人员，履职记录属于公务记录，不能注销。请先由管理单位解除职务，再申请注销居民账号。")
		}
		// Touching the person first makes two that ask at once wait for one another.
		n, err := store.From[model.Person](tx).Where("id = ? AND erased_at IS NULL", by.PersonID).Update(ctx, "last_visit_at", s.now())
		if err != nil {
			return fmt.Errorf("privacy: touch person: %w", err)
		}
		if n != 1 {
			return fault.Unauthenticated("登录已过期，请重新登录。")
		}
		old, err := pending(ctx, tx, by.PersonID)
		if err != nil {
			return err
		}
		if len(old) > 0 {
			asked = old[0]
			return nil
		}
		now := s.now()
		asked = model.Erasure{ID: model.NewID(), PersonID: by.PersonID, Cause: model.ErasureAsked, State: model.ErasureWaiting, AskedAt: now, DueAt: now.Add(CoolingOff)}
		return s.announce(ctx, tx, by, asked)
	})
	return asked, err
}

// announce writes an erasure down, tells the person, and keeps the audit line.
func (s *Service) announce(ctx context.Context, tx *gorm.DB, by model.Actor, e model.Erasure) error {
	if err := store.From[model.Erasure](tx).Create(ctx, &e); err != nil {
		return fmt.Errorf("privacy: write erasure: %w", err)
	}
	n := model.Notice{
		PersonID: e.PersonID, Happening: "erasure/" + e.ID, Template: model.TemplateProgress, Title: "已收到注销申请", Thing: "账号注销", Phrase: "待生效", Hint: "如非本人操作请尽快撤回",
		Body: "您的账号将于" + dayAndTime(e.DueAt) + "注销。如果不是您本人操作，或改变了主意，请在此之前到“我的数据”里撤回。", Link: "pages/me/data", DueAt: &e.DueAt,
	}
	if e.Cause == model.ErasureUnseen {
		n.Title, n.Hint = "长期未登录的账号将注销", "重新进入小程序即可保留"
		n.Body = "您已很久没有登录，账号将于" + dayAndTime(e.DueAt) + "注销。重新进入小程序即可保留。"
	}
	if err := notice.Send(ctx, tx, n, e.AskedAt); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "erasure.ask", audit.Target{Kind: "person", ID: e.PersonID, Detail: string(e.Cause)}, e.AskedAt)
}

func dayAndTime(at time.Time) string { return at.In(model.Shanghai).Format("1月2日15:04") }

// TakeBack keeps an erasure from coming true. Faults: unauthenticated; not
// found when none waits; conflict when it has begun.
func (s *Service) TakeBack(ctx context.Context, by model.Actor) error {
	if err := signedIn(by); err != nil {
		return err
	}
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		old, err := pending(ctx, tx, by.PersonID)
		if err != nil {
			return err
		}
		if len(old) == 0 {
			return fault.NotFound("等待生效的注销申请")
		}
		moved, err := s.turnErasure(ctx, tx, old[0], model.ErasureWaiting, model.ErasureTakenBack)
		if err != nil {
			return err
		}
		if !moved {
			return fault.Conflict("注销已经开始，不能撤回。")
		}
		return audit.Record(ctx, tx, by, "erasure.take_back", audit.Target{Kind: "person", ID: by.PersonID}, s.now())
	})
}

// turnErasure moves an erasure by compare-and-set; false when it stands elsewhere.
func (s *Service) turnErasure(ctx context.Context, tx *gorm.DB, e model.Erasure, from, to model.ErasureState) (bool, error) {
	set := map[string]any{"state": to}
	switch to {
	case model.ErasureRunning:
		set["begun_at"] = s.now()
	case model.ErasureTakenBack, model.ErasureDone:
		set["ended_at"] = s.now()
	case model.ErasureWaiting:
	}
	n, err := store.From[model.Erasure](tx).Where("id = ? AND state = ?", e.ID, from).Set(clause.Assignments(set)).Update(ctx)
	if err != nil {
		return false, fmt.Errorf("privacy: move erasure: %w", err)
	}
	return n == 1, nil
}
