package directory

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// Referral is a place where matters go, as it holds in an area. From is the area
// that said so, empty where the country as a whole does; Own says that it was the
// area itself. Above is what would hold without that, and AboveFrom whence it comes.
type Referral struct {
	model.Referral

	From      model.Area
	Above     model.Referral
	AboveFrom model.Area
}

// Referrals lists where matters go in an area, one place of each kind, in the
// order in which they are to be read; those too that are not shown at the front
// door. Without an area it is the topmost one, and the country where there is
// none. Fault: not found.
func (s *Service) Referrals(ctx context.Context, areaID string) (model.Area, []Referral, error) {
	db := s.db.Read()
	area, err := areaOrTopmost(ctx, db, areaID)
	if err != nil {
		return model.Area{}, nil, err
	}
	found, err := referralsIn(ctx, db, area)
	return area, found, err
}

func areaOrTopmost(ctx context.Context, db *gorm.DB, id string) (model.Area, error) {
	if id != "" {
		return areaOf(ctx, db, id)
	}
	topmost, err := store.From[model.Area](db).Where("parent_id = ?", "").Order("sort, pinyin, id").Limit(1).Find(ctx)
	if err != nil {
		return model.Area{}, fmt.Errorf("directory: find topmost area: %w", err)
	}
	return append(topmost, model.Area{})[0], nil
}

// referralsIn goes down from the country to the area; who is nearest has the word.
func referralsIn(ctx context.Context, db *gorm.DB, area model.Area) ([]Referral, error) {
	ids := pathIDs(area.Path)
	said, err := store.From[model.Referral](db).Where("area_id IN ?", ids).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("directory: read referrals: %w", err)
	}
	known, err := areasByID(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	referrals := []Referral{}
	for _, national := range model.NationalReferrals() {
		r := Referral{Referral: national, Above: national}
		for _, id := range ids {
			at := slices.IndexFunc(said, func(one model.Referral) bool { return one.AreaID == id && one.Kind == national.Kind })
			if at < 0 {
				continue
			}
			if id == area.ID {
				r.Above, r.AboveFrom = r.Referral, r.From
			}
			if said[at].Own {
				r.Referral, r.From = said[at], known[id]
			}
		}
		r.settle(area.ID, said)
		referrals = append(referrals, r)
	}
	slices.SortStableFunc(referrals, func(a, b Referral) int { return cmp.Compare(a.Sort, b.Sort) })
	return referrals, nil
}

// settle makes Own, Revision and Above those of the area that is looked at.
func (r *Referral) settle(areaID string, said []model.Referral) {
	r.Own = r.From.ID != "" && r.From.ID == areaID
	if !r.Own {
		r.Above, r.AboveFrom = r.Referral, r.From
	}
	r.AreaID, r.Revision = areaID, 0
	for _, one := range said {
		if one.AreaID == areaID && one.Kind == r.Kind {
			r.Revision = one.Revision
		}
	}
}

// ReferralsOf lists what KeepReferral and ClearReferral change. Fault: not found for
// an area that is not the actor's.
func (s *Service) ReferralsOf(ctx context.Context, by model.Actor, areaID string) ([]Referral, error) {
	area, err := referable(ctx, s.db.Read(), by, areaID)
	if err != nil {
		return nil, err
	}
	return referralsIn(ctx, s.db.Read(), area)
}

// referable finds an area in which the actor says where matters go. Fault: not found.
func referable(ctx context.Context, db *gorm.DB, by model.Actor, id string) (model.Area, error) {
	area, err := areaOf(ctx, db, id)
	if err == nil && by.System == "" && !by.PermitsIn(model.PermitReferralKeep, area.Path) {
		return model.Area{}, fault.NotFound("该区域")
	}
	return area, err
}

// KeepReferral says where matters of a kind go in an area and those below. The
// revision is the one that was read, 0 where the area never said anything. Faults:
// not found; invalid (kind, name, purpose, phone, address, hours, sort); conflict
// when somebody else was faster.
func (s *Service) KeepReferral(ctx context.Context, by model.Actor, r model.Referral) (Referral, error) {
	r, err := tidyReferral(r)
	if err != nil {
		return Referral{}, err
	}
	r.Own, r.UpdatedAt = true, s.now()
	return s.changeReferral(ctx, by, r.AreaID, r.Kind, func(ctx context.Context, tx *gorm.DB, area model.Area) error {
		if err := writeReferral(ctx, tx, r); err != nil {
			return err
		}
		return s.auditReferral(ctx, tx, by, "referral.set", area, r)
	})
}

// ClearReferral takes back what an area said of a kind: what the area above says
// holds again, or the country. Faults: not found, also when the area says nothing
// itself; conflict when somebody else was faster.
func (s *Service) ClearReferral(ctx context.Context, by model.Actor, areaID string, kind model.Elsewhere, revision int) (Referral, error) {
	return s.changeReferral(ctx, by, areaID, kind, func(ctx context.Context, tx *gorm.DB, area model.Area) error {
		was, err := store.From[model.Referral](tx).Where("area_id = ? AND kind = ? AND own = ?", areaID, kind, true).Take(ctx)
		if store.IsAbsent(err) {
			return fault.NotFound("本区域自己的这一项去处")
		}
		if err != nil {
			return fmt.Errorf("directory: find referral: %w", err)
		}
		n, err := store.From[model.Referral](tx).Where("area_id = ? AND kind = ? AND own = ? AND revision = ?", areaID, kind, true, revision).
			Set(clause.Assignments(map[string]any{"own": false, "revision": revision + 1, "updated_at": s.now()})).Update(ctx)
		if err != nil {
			return fmt.Errorf("directory: clear referral: %w", err)
		}
		if n != 1 {
			return errReferralMoved(kind)
		}
		return s.auditReferral(ctx, tx, by, "referral.clear", area, was)
	})
}

func (s *Service) changeReferral(ctx context.Context, by model.Actor, areaID string, kind model.Elsewhere, change func(context.Context, *gorm.DB, model.Area) error) (Referral, error) {
	var now Referral
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		area, err := referable(ctx, tx, by, areaID)
		if err != nil {
			return err
		}
		if err := change(ctx, tx, area); err != nil {
			return err
		}
		all, err := referralsIn(ctx, tx, area)
		if err != nil {
			return err
		}
		now = all[slices.IndexFunc(all, func(r Referral) bool { return r.Kind == kind })]
		return nil
	})
	return now, err
}

func writeReferral(ctx context.Context, tx *gorm.DB, r model.Referral) error {
	if r.Revision == 0 {
		r.Revision = 1
		err := store.From[model.Referral](tx).Create(ctx, &r)
		if store.IsDuplicate(err) {
			return errReferralMoved(r.Kind)
		}
		if err != nil {
			return fmt.Errorf("directory: write referral: %w", err)
		}
		return nil
	}
	n, err := store.From[model.Referral](tx).Where("area_id = ? AND kind = ? AND revision = ?", r.AreaID, r.Kind, r.Revision).Set(clause.Assignments(map[string]any{
		"own": true, "name": r.Name, "purpose": r.Purpose, "phone": r.Phone, "address": r.Address, "hours": r.Hours, "sort": r.Sort, "shown": r.Shown,
		"revision": r.Revision + 1, "updated_at": r.UpdatedAt,
	})).Update(ctx)
	if err != nil {
		return fmt.Errorf("directory: change referral: %w", err)
	}
	if n != 1 {
		return errReferralMoved(r.Kind)
	}
	return nil
}

func errReferralMoved(kind model.Elsewhere) error {
	return fault.Conflict("“%s”这一项刚被别人改过，请看过现在的再改。", model.ElsewhereWords(kind))
}

func (s *Service) auditReferral(ctx context.Context, tx *gorm.DB, by model.Actor, action string, area model.Area, r model.Referral) error {
	return audit.Record(ctx, tx, by, action, audit.Target{
		Kind: "area", ID: area.ID, AreaPath: area.Path, Detail: model.ElsewhereWords(r.Kind) + "：" + r.Name,
	}, s.now())
}

// callable is a number that a phone can dial as it is.
var callable = regexp.MustCompile(`^[0-9][0-9 -]{1,}[0-9]$`)

// tidyReferral brings the words to one form. Fault: invalid.
func tidyReferral(r model.Referral) (model.Referral, error) {
	var wrong []fault.Field
	refuse := func(field, format string, args ...any) {
		wrong = append(wrong, fault.Field{Name: field, Reason: fmt.Sprintf(format, args...)})
	}
	text := func(field string, value *string, most int) {
		*value = oneLine(*value)
		if n := utf8.RuneCountInString(*value); n > most {
			refuse(field, "不能超过 %d 字，现在有 %d 字。", most, n)
		}
	}
	if model.ElsewhereWords(r.Kind) == "" {
		refuse("kind", "没有这一种去处。")
	}
	text("name", &r.Name, model.ReferralNameMax)
	text("purpose", &r.Purpose, model.ReferralPurposeMax)
	text("address", &r.Address, model.ReferralAddressMax)
	text("hours", &r.Hours, model.ReferralHoursMax)
	r.Phone = dashes.Replace(width.Narrow.String(oneLine(r.Phone)))
	if r.Name == "" {
		refuse("name", "请填写居民看到的名称。")
	}
	if r.Phone != "" && (len(r.Phone) > model.ReferralPhoneMax || !callable.MatchString(r.Phone)) {
		refuse("phone", "请写一个能直接拨打的号码，如 12345 或 0571-86000112；分机和第二个号码请写进“办什么事”。")
	}
	if r.Sort < 1 || r.Sort > model.ReferralSortMax {
		refuse("sort", "请填 1 到 %d 的整数，小的排在前面。", model.ReferralSortMax)
	}
	if len(wrong) > 0 {
		return r, fault.Invalid(wrong...)
	}
	return r, nil
}

// dashes are what is typed between the parts of a number.
var dashes = strings.NewReplacer("－", "-", "—", "-", "–", "-", "−", "-", "‐", "-")

// oneLine is a text without line breaks, without what nobody can see, and with
// single spaces.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, norm.NFC.String(strings.ToValidUTF8(text, "")))
	return strings.Join(strings.Fields(text), " ")
}
