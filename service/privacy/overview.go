package privacy

import (
	"context"
	"fmt"

	"lianxin/model"
	"lianxin/service/store"
)

// Category is one kind of data that is kept of a person: how much, what for,
// and how long (PIPL articles 17 and 45).
type Category struct {
	Name  string
	What  string
	Why   string
	Keep  string
	Count int64
}

// Overview lists what is kept of the actor. Fault: unauthenticated.
func (s *Service) Overview(ctx context.Context, by model.Actor) ([]Category, error) {
	if err := signedIn(by); err != nil {
		return nil, err
	}
	db, me := s.db.Read(), by.PersonID
	mine := "message_id IN (SELECT id FROM messages WHERE (resident_id = ? OR writer_id = ?) AND restricted_at IS NULL)"
	var found []Category
	for _, c := range []struct {
		Category
		count func() (int64, error)
	}{
		{Category{Name: "account", What: "账号：称呼、手机号（加密存放）、最近登录时间", Why: "称呼您、与您联系、认出别人替您写的来信", Keep: "直到注销；连续 3 年未登录会先通知再注销"}, func() (int64, error) {
			return store.From[model.Person](db).Where("id = ?", me).Count(ctx, "*")
		}},
		{Category{Name: "wechat_identities", What: "微信身份编号（openid、unionid）", Why: "认出您，向您推送通知", Keep: "直到注销"}, func() (int64, error) {
			return store.From[model.WeChatIdentity](db).Where("person_id = ?", me).Count(ctx, "*")
		}},
		{Category{Name: "sessions", What: "登录记录：设备、网络地址、时间（凭证只存摘要）", Why: "保持登录、发现被盗用", Keep: "到期后 30 天"}, func() (int64, error) {
			return store.From[model.Session](db).Where("person_id = ?", me).Count(ctx, "*")
		}},
		{Category{Name: "messages", What: "您的来信：内容、地点、办理经过、评价", Why: "办理来信", Keep: "办结后 10 年，之后抹去内容和身份"}, func() (int64, error) {
			return store.From[model.Message](db).Where("resident_id = ? AND restricted_at IS NULL", me).Count(ctx, "*")
		}},
		{Category{Name: "written_for_others", What: "您替别人写的来信", Why: "办理来信，让您也收到回复", Keep: "来信属于当事人，随当事人保存"}, func() (int64, error) {
			return store.From[model.Message](db).Where("writer_id = ? AND resident_id <> ? AND restricted_at IS NULL", me, me).Count(ctx, "*")
		}},
		{Category{Name: "turns", What: "来信往来中的文字", Why: "办理来信", Keep: "与来信相同"}, func() (int64, error) {
			return store.From[model.Turn](db).Where(mine, me, me).Count(ctx, "*")
		}},
		{Category{Name: "pictures", What: "您上传的图片（已重新绘制，不含拍摄地点）", Why: "说明情况", Keep: "与来信相同；没有使用的 24 小时后删除"}, func() (int64, error) {
			return store.From[model.Picture](db).Where("owner_id = ?", me).Count(ctx, "*")
		}},
		{Category{Name: "consents", What: "授权记录", Why: "证明您同意或撤回过什么", Keep: "直到注销后 3 年"}, func() (int64, error) {
			return store.From[model.Consent](db).Where("person_id = ?", me).Count(ctx, "*")
		}},
		{Category{Name: "notices", What: "收到的通知", Why: "告诉您办理进展", Keep: "1 年"}, func() (int64, error) {
			return store.From[model.Notice](db).Where("person_id = ?", me).Count(ctx, "*")
		}},
		{Category{Name: "subscriptions", What: "允许推送的次数", Why: "按微信规则推送通知", Keep: "直到用完或取消"}, func() (int64, error) {
			return store.From[model.NoticeGrant](db).Where("person_id = ?", me).Count(ctx, "*")
		}},
		{Category{Name: "follows", What: "您关注的代表和区域", Why: "有新动态时告诉您", Keep: "直到取消关注或注销"}, func() (int64, error) {
			return store.From[model.Follow](db).Where("person_id = ?", me).Count(ctx, "*")
		}},
		{Category{Name: "app_suggestions", What: "您对平台的投诉和建议，以及答复", Why: "改进平台，答复您", Keep: "答复后 3 年，或直到注销"}, func() (int64, error) {
			return store.From[model.AppSuggestion](db).Where("person_id = ?", me).Count(ctx, "*")
		}},
		{Category{Name: "introductions", What: "您以代表身份写的个人简介，以及怎样定的", Why: "看过后公开给居民", Keep: "有结果后 3 年，或直到注销；公开的那一份在名册里"}, func() (int64, error) {
			return store.From[model.Introduction](db).Where("person_id = ?", me).Count(ctx, "*")
		}},
		{Category{Name: "roles", What: "担任的职务", Why: "确定您能办理什么", Keep: "直到解除"}, func() (int64, error) {
			return store.From[model.Grant](db).Where("person_id = ?", me).Count(ctx, "*")
		}},
		{Category{Name: "corrections", What: "更正请求", Why: "办理更正", Keep: "3 年"}, func() (int64, error) {
			return store.From[model.Correction](db).Where("person_id = ?", me).Count(ctx, "*")
		}},
		{Category{Name: "memberships", What: "党组织名单上您确认过的党员身份：姓名、手机号（加密存放）", Why: "确定您能参加哪个选举单位的评议和询问", Keep: "直到党组织从名单去掉"}, func() (int64, error) {
			return store.From[model.Member](db).Where("person_id = ?", me).Count(ctx, "*")
		}},
		{Category{Name: "links", What: "合并账号的记录：哪两个账号、何时、移过来的条目编号、放在一边的手机号（加密存放）", Why: "让您能在 30 天内撤销合并", Keep: "30 天；撤销过的留到注销，免得再被自动合并"}, func() (int64, error) {
			return store.From[model.PersonLink](db).Where("kept_id = ?", me).Count(ctx, "*")
		}},
		{Category{Name: "readings", What: "谁看过您的来信", Why: "让您能够监督", Keep: "3 年"}, func() (int64, error) {
			return store.From[model.Reading](db).Where(mine, me, me).Count(ctx, "*")
		}},
		{Category{Name: "audit_lines", What: "审计日志中您的操作", Why: "网络安全法要求留存，防止抵赖和滥用", Keep: "3 年"}, func() (int64, error) {
			return store.From[model.AuditLine](db).Where("actor_id = ?", me).Count(ctx, "*")
		}},
	} {
		n, err := c.count()
		if err != nil {
			return nil, fmt.Errorf("privacy: count %s: %w", c.Name, err)
		}
		c.Count = n
		found = append(found, c.Category)
	}
	return found, nil
}
