package account

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/limit"
	"lianxin/service/notice"
	"lianxin/service/sealed"
	"lianxin/service/store"
)

// listMost bounds how many lines one list of members has.
const listMost = 2000

// memberGuesses is how often a person may name themselves wrongly.
var memberGuesses = limit.Rate{Times: 10, Per: time.Hour}

// Listed is a member as the organisation's officer sees one; Phone is masked.
type Listed struct {
	ID          string
	Name        string
	Phone       string
	ConfirmedAt *time.Time
}

// MemberReport says line by line what a list does. Wrong is empty when the list
// can be taken.
type MemberReport struct {
	Added, Renamed, Same int
	Wrong                []WrongLine
}

// WrongLine is a line of a list that cannot be read.
type WrongLine struct {
	Line  int
	Words string
}

// Rehearsal says whether a list is only tried.
type Rehearsal bool

// electingUnitOf finds an electing unit whose list the actor keeps. Fault: not
// found outside their areas.
func electingUnitOf(ctx context.Context, db *gorm.DB, by model.Actor, id string) (model.ElectingUnit, model.Area, error) {
	unit, err := store.From[model.ElectingUnit](db).Where("id = ?", id).Take(ctx)
	if store.IsAbsent(err) {
		return unit, model.Area{}, fault.NotFound("该选举单位")
	}
	if err != nil {
		return unit, model.Area{}, fmt.Errorf("account: find electing unit: %w", err)
	}
	area, err := areaOf(ctx, db, unit.AreaID)
	if err == nil && by.System == "" && !by.PermitsIn(model.PermitRosterWrite, area.Path) {
		return unit, area, fault.NotFound("该选举单位")
	}
	return unit, area, err
}

// Members lists who stands on the list of an electing unit, by name; the look
// is written down. Fault: not found outside the actor's areas.
func (s *Service) Members(ctx context.Context, by model.Actor, unitID string) ([]Listed, error) {
	var listed []Listed
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		unit, area, err := electingUnitOf(ctx, tx, by, unitID)
		if err != nil {
			return err
		}
		rows, err := store.From[model.Member](tx).Where("electing_unit_id = ?", unit.ID).Order("name, id").Limit(10 * listMost).Find(ctx)
		if err != nil {
			return fmt.Errorf("account: list members: %w", err)
		}
		listed = make([]Listed, 0, len(rows))
		for _, m := range rows {
			phone, err := s.keys.Open(sealed.MemberPhoneOf(m.ID), m.Phone)
			if err != nil {
				return fmt.Errorf("account: read phone of member: %w", err)
			}
			listed = append(listed, Listed{ID: m.ID, Name: m.Name, Phone: maskPhone(phone), ConfirmedAt: m.ConfirmedAt})
		}
		return audit.Record(ctx, tx, by, "member.list", audit.Target{
			Kind: "electing_unit", ID: unit.ID, AreaPath: area.Path, Detail: fmt.Sprintf("%s: %d shown", unit.Name, len(listed)),
		}, s.now())
	})
	return listed, err
}

// entry is a line of a list.
type entry struct{ name, phone string }

// readList reads a list as it is pasted: a name and a phone number on each line,
// in any order, with commas, tabs or blanks between.
func readList(text string) (entries []entry, wrong []WrongLine) {
	seen := map[string]int{}
	for i, line := range strings.Split(text, "\n") {
		parts := strings.FieldsFunc(line, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",，;；、\"\ufeff", r) })
		if len(parts) == 0 || i == 0 && !strings.ContainsAny(line, "0123456789") {
			continue // an empty line, or the heading
		}
		e := entry{}
		for _, p := range parts {
			if digits := plainCode(p); e.phone == "" && mobile.MatchString(digits) {
				e.phone = digits
			} else {
				e.name += p
			}
		}
		name, err := plainName(e.name)
		switch {
		case e.phone == "":
			wrong = append(wrong, WrongLine{i + 1, "没有 11 位手机号。"})
		case err != nil:
			wrong = append(wrong, WrongLine{i + 1, "没有姓名，或姓名不对。"})
		case seen[e.phone] > 0:
			wrong = append(wrong, WrongLine{i + 1, fmt.Sprintf("手机号与第 %d 行重复。", seen[e.phone])})
		default:
			e.name, seen[e.phone] = name, i+1
			entries = append(entries, e)
		}
	}
	return entries, wrong
}

// ListMembers adds a pasted list to the members of an electing unit: all of it,
// or nothing when a line is wrong or it is a rehearsal. Who stands there already
// stays; another name with the same number corrects the name, unless the person
// confirmed. Faults: not found outside the actor's areas; invalid (text).
func (s *Service) ListMembers(ctx context.Context, by model.Actor, unitID, text string, rehearsal Rehearsal) (MemberReport, error) {
	entries, wrong := readList(text)
	switch {
	case len(entries)+len(wrong) == 0:
		return MemberReport{}, fault.InvalidField("text", "请粘贴名单：每行一个人，姓名和手机号。")
	case len(entries)+len(wrong) > listMost:
		return MemberReport{}, fault.InvalidField("text", fmt.Sprintf("一次最多 %d 行，请分几次导入。", listMost))
	}
	report := MemberReport{}
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		report = MemberReport{Wrong: wrong}
		unit, area, err := electingUnitOf(ctx, tx, by, unitID)
		if err != nil {
			return err
		}
		if err := store.StandInLine(ctx, tx, "members"); err != nil {
			return err
		}
		write := !bool(rehearsal) && len(wrong) == 0
		for _, e := range entries {
			if err := s.listOne(ctx, tx, by, unit, e, write, &report); err != nil {
				return err
			}
		}
		if !write {
			return nil
		}
		return audit.Record(ctx, tx, by, "member.import", audit.Target{
			Kind: "electing_unit", ID: unit.ID, AreaPath: area.Path, Detail: fmt.Sprintf("%s: %d added, %d renamed", unit.Name, report.Added, report.Renamed),
		}, s.now())
	})
	return report, err
}

func (s *Service) listOne(ctx context.Context, tx *gorm.DB, by model.Actor, unit model.ElectingUnit, e entry, write bool, report *MemberReport) error {
	there, err := store.From[model.Member](tx).Where("electing_unit_id = ? AND phone_hash IN ?", unit.ID, s.keys.Hashes(sealed.MemberPhone, e.phone)).Limit(1).Find(ctx)
	if err != nil {
		return fmt.Errorf("account: find member: %w", err)
	}
	switch {
	case len(there) == 0:
		report.Added++
		if !write {
			return nil
		}
		m := model.Member{ID: model.NewID(), ElectingUnitID: unit.ID, Name: e.name, PhoneHash: s.keys.Hash(sealed.MemberPhone, e.phone), AddedBy: by.PersonID, CreatedAt: s.now()}
		m.Phone = s.keys.Seal(sealed.MemberPhoneOf(m.ID), e.phone)
		if err := store.From[model.Member](tx).Create(ctx, &m); err != nil {
			return fmt.Errorf("account: add member: %w", err)
		}
	case there[0].Name == e.name || there[0].PersonID != "":
		report.Same++
	default:
		report.Renamed++
		if !write {
			return nil
		}
		if _, err := store.From[model.Member](tx).Where("id = ? AND person_id = ?", there[0].ID, "").Update(ctx, "name", e.name); err != nil {
			return fmt.Errorf("account: rename member: %w", err)
		}
	}
	return nil
}

// RemoveMember takes somebody off the list of an electing unit. Who had
// confirmed is a member there no longer, and is told. Fault: not found.
func (s *Service) RemoveMember(ctx context.Context, by model.Actor, unitID, memberID string) error {
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		unit, area, err := electingUnitOf(ctx, tx, by, unitID)
		if err != nil {
			return err
		}
		m, err := store.From[model.Member](tx).Where("id = ? AND electing_unit_id = ?", memberID, unit.ID).Take(ctx)
		if store.IsAbsent(err) {
			return fault.NotFound("名单里的这个人")
		}
		if err != nil {
			return fmt.Errorf("account: find member: %w", err)
		}
		n, err := store.From[model.Member](tx).Where("id = ? AND person_id = ?", m.ID, m.PersonID).Delete(ctx)
		if err != nil {
			return fmt.Errorf("account: remove member: %w", err)
		}
		if n != 1 {
			return fault.Conflict("这个人刚刚确认了身份，请刷新后再试。")
		}
		if err := s.endMembership(ctx, tx, m, unit); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, "member.remove", audit.Target{Kind: "electing_unit", ID: unit.ID, AreaPath: area.Path, Detail: unit.Name + ": " + m.ID}, s.now())
	})
}

// endMembership takes the role from who is no member in the area any more.
func (s *Service) endMembership(ctx context.Context, tx *gorm.DB, m model.Member, unit model.ElectingUnit) error {
	if m.PersonID == "" {
		return nil
	}
	others, err := store.From[model.Member](tx).Where("person_id = ? AND electing_unit_id IN (?)", m.PersonID,
		tx.Model(&model.ElectingUnit{}).Select("id").Where("area_id = ?", unit.AreaID)).Count(ctx, "*")
	if err != nil {
		return fmt.Errorf("account: count memberships: %w", err)
	}
	if others == 0 {
		if _, err := store.From[model.Grant](tx).Where("person_id = ? AND role = ? AND area_id = ?", m.PersonID, model.RoleMember, unit.AreaID).Delete(ctx); err != nil {
			return fmt.Errorf("account: end role of member: %w", err)
		}
	}
	return notice.Send(ctx, tx, model.Notice{
		PersonID: m.PersonID, Happening: "member.remove/" + m.ID, Template: model.TemplateTask, Link: "pages/me/index", Hint: "如有疑问请联系所在党组织",
		Title: "党员身份已解除确认", Body: "“" + unit.Name + "”的名单里不再有您，您在这里的党员身份已经解除。如有疑问请联系所在党组织。", Thing: "党员身份解除", Phrase: "已解除",
	}, s.now())
}

// ConfirmMembership makes the actor a member wherever an organisation's list has
// their name and their bound phone, and says where that is. Again, it changes
// nothing. Faults: unauthenticated; invalid (name) when no list has the two;
// conflict without a bound phone, and when somebody else confirmed; too many.
func (s *Service) ConfirmMembership(ctx context.Context, by model.Actor, name string) ([]Membership, error) {
	if err := signedIn(by); err != nil {
		return nil, err
	}
	name, err := plainName(name)
	if err != nil {
		return nil, err
	}
	var refused error
	err = store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		refused = nil
		guess := limit.Try{Purpose: "membership", Subject: by.PersonID, Rate: memberGuesses}
		if err := s.limits.Spend(ctx, tx, guess); err != nil {
			return err
		}
		found, err := s.onLists(ctx, tx, by, name)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			refused = fault.InvalidField("name", "名单里没有这个姓名和您绑定的手机号，请核对，或联系所在党组织。")
			return nil // the guess is written down, so this transaction must commit
		}
		for _, m := range found {
			if err := s.confirmOne(ctx, tx, by, m); err != nil {
				return err
			}
		}
		return s.limits.Return(ctx, tx, guess)
	})
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return nil, refused
	}
	return memberships(ctx, s.db.Read(), by.PersonID)
}

// onLists finds where a name and the actor's bound phone stand together. Fault:
// conflict without a bound phone.
func (s *Service) onLists(ctx context.Context, tx *gorm.DB, by model.Actor, name string) ([]model.Member, error) {
	person, err := personOf(ctx, tx, by.PersonID)
	if err != nil {
		return nil, err
	}
	phone, err := s.keys.Open(sealed.PhoneOf(person.ID), person.Phone)
	if err != nil {
		return nil, fmt.Errorf("account: read phone: %w", err)
	}
	if phone == "" {
		return nil, fault.Conflict("请先绑定手机号，再确认党员身份。")
	}
	found, err := store.From[model.Member](tx).Where("phone_hash IN ? AND name = ?", s.keys.Hashes(sealed.MemberPhone, phone), name).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("account: look through lists: %w", err)
	}
	return found, nil
}

func (s *Service) confirmOne(ctx context.Context, tx *gorm.DB, by model.Actor, m model.Member) error {
	if m.PersonID == by.PersonID {
		return nil
	}
	n, err := store.From[model.Member](tx).Where("id = ? AND person_id = ?", m.ID, "").
		Set(clause.Assignments(map[string]any{"person_id": by.PersonID, "confirmed_at": s.now()})).Update(ctx)
	if err != nil {
		return fmt.Errorf("account: confirm membership: %w", err)
	}
	if n != 1 {
		return fault.Conflict("名单里的这个人已由另一个微信确认，请联系所在党组织。")
	}
	unit, err := store.From[model.ElectingUnit](tx).Where("id = ?", m.ElectingUnitID).Take(ctx)
	if err != nil {
		return fmt.Errorf("account: find electing unit: %w", err)
	}
	area, err := areaOf(ctx, tx, unit.AreaID)
	if err != nil {
		return err
	}
	if err := addGrant(ctx, tx, model.Grant{PersonID: by.PersonID, Role: model.RoleMember, AreaID: area.ID, AreaPath: area.Path, GrantedBy: m.AddedBy}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "member.confirm", audit.Target{Kind: "electing_unit", ID: unit.ID, AreaPath: area.Path, Detail: unit.Name}, s.now())
}

// Membership is an electing unit that a person is a confirmed member of.
type Membership struct {
	ElectingUnitID string
	Name           string
	ConfirmedAt    time.Time
}

func memberships(ctx context.Context, db *gorm.DB, personID string) ([]Membership, error) {
	found, err := store.From[Membership](db).Raw(`SELECT m.electing_unit_id, COALESCE(e.name, '') AS name, m.confirmed_at FROM members m
		LEFT JOIN electing_units e ON e.id = m.electing_unit_id WHERE m.person_id = ? AND m.confirmed_at IS NOT NULL ORDER BY m.confirmed_at, m.id`, personID).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("account: read memberships: %w", err)
	}
	return found, nil
}
