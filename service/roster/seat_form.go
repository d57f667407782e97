package roster

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/pinyin"
	"lianxin/service/store"
)

// RepresentativeForm is what the roster says of a representative. Reading is how
// the name is read where the tables get it wrong; a syllable for each character.
type RepresentativeForm struct {
	Code           string
	Name           string
	Reading        string
	Sex            string
	BirthYear      int
	TermID         string
	ElectingUnitID string
	DelegationID   string
	AreaID         string
	Serves         []string
	StudioID       string
	Composition    model.Composition
	Field          string
	Post           string
	Employer       string
	Topics         []string
	Introduction   string
	OfficeLine     string
	PictureID      string
}

// SaveRepresentative adds a representative, who serves at once, or changes what
// the roster says of one. Faults: forbidden, not found, conflict, invalid.
func (s *Service) SaveRepresentative(ctx context.Context, by model.Actor, known Known, f RepresentativeForm) (string, error) {
	id := known.ID
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		if !by.Permits(model.PermitRosterWrite) {
			return fault.Forbidden("您没有修改名册的权限。")
		}
		there, err := readPlaces(ctx, tx)
		if err != nil {
			return err
		}
		c := change[seat]{now: &seat{Representative: model.Representative{ID: model.NewID(), State: model.RepresentativeServing, TermID: f.TermID}}}
		if known.ID != "" {
			if c, err = seatKnown(ctx, tx, by, known); err != nil {
				return err
			}
		}
		id = c.now.ID
		if err := there.fillSeat(ctx, tx, by, c, f); err != nil {
			return err
		}
		return s.writeSeat(ctx, tx, by, c)
	})
	return id, err
}

// seatKnown reads the representative that somebody edits, and a copy to be
// changed. Faults: not found outside the actor's areas, conflict.
func seatKnown(ctx context.Context, tx *gorm.DB, by model.Actor, known Known) (change[seat], error) {
	was, err := seatIn(ctx, tx, by, model.PermitRosterWrite, known.ID)
	switch {
	case err != nil:
		return change[seat]{}, err
	case slices.Contains(model.RepresentativeFlow().Final, was.State):
		return change[seat]{}, fault.Conflict("“%s”的资格已经终止或届满，不能再修改。", was.Name)
	case was.Revision != known.Revision:
		return change[seat]{}, errChanged()
	}
	now := *was
	return change[seat]{was: was, now: &now}, nil
}

// seatIn reads a representative within the actor's areas. Fault: not found.
func seatIn(ctx context.Context, db *gorm.DB, by model.Actor, permit model.Permission, id string) (*seat, error) {
	rep, err := store.From[model.Representative](db).Where("id = ?", id).Take(ctx)
	if store.IsAbsent(err) || err == nil && !by.PermitsIn(permit, rep.AreaPath) {
		return nil, fault.NotFound("该代表")
	}
	if err != nil {
		return nil, fmt.Errorf("roster: find representative: %w", err)
	}
	one := &seat{Representative: rep}
	serves, err := store.From[model.RepresentativeArea](db).Where("representative_id = ?", id).Order("area_id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("roster: read areas served: %w", err)
	}
	for _, x := range serves {
		one.serves = append(one.serves, x.AreaID)
	}
	topics, err := store.From[model.RepresentativeTopic](db).Where("representative_id = ?", id).Order("topic_id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("roster: read topics: %w", err)
	}
	for _, x := range topics {
		one.topics = append(one.topics, x.TopicID)
	}
	return one, nil
}

// fillSeat sets what the form says. Fault: invalid.
func (s *standing) fillSeat(ctx context.Context, tx *gorm.DB, by model.Actor, c change[seat], f RepresentativeForm) error {
	var w wrongs
	now := c.now
	s.fillPerson(&w, now, f)
	s.fillPlaces(&w, by, c, f)
	if err := distinct(ctx, tx, &w, now); err != nil {
		return err
	}
	if err := portrait(ctx, tx, &w, by, c, f.PictureID); err != nil {
		return err
	}
	if len(w.fields) > 0 {
		return fault.Invalid(w.fields...)
	}
	pinyin.RefreshKeys(&now.Representative)
	return nil
}

func (*standing) fillPerson(w *wrongs, now *seat, f RepresentativeForm) {
	now.Code = w.text("code", f.Code, 32, label)
	now.Name = personName(f.Name)
	if flaw := nameFlaw(now.Name); flaw != "" {
		w.wrong("name", "%s", flaw)
	}
	now.Reading = ""
	if strings.TrimSpace(f.Reading) != "" {
		reading, fits := pinyin.Reading(now.Name, f.Reading)
		if !fits {
			w.wrong("reading", "请按每个字写一个音节，用空格分开，如“%s”。", pinyin.Spelled(now.Name))
		}
		if now.Reading = reading; reading == pinyin.Spelled(now.Name) {
			now.Reading = "" // the tables know it
		}
	}
	now.Sex, now.Composition = f.Sex, f.Composition
	if now.BirthYear = f.BirthYear; f.BirthYear != 0 && (f.BirthYear < bornFrom || f.BirthYear > bornTo) {
		w.wrong("birth_year", "不像出生年份，请写成 1984 的样子。")
	}
	now.Field = w.text("field", f.Field, 60, label)
	now.Post = w.text("post", f.Post, 120, several)
	now.Employer = w.text("employer", f.Employer, 120, label)
	now.Introduction = w.text("introduction", f.Introduction, model.IntroductionMax, tidy)
	if now.OfficeLine = w.line("office_line", f.OfficeLine); isMobile(now.OfficeLine) {
		w.wrong("office_line", "这里是手机号码。代表的私人手机不能公开，请填单位座机，或留空。")
	}
}

// fillPlaces sets where a representative belongs. What is new must lie in the
// actor's areas.
func (s *standing) fillPlaces(w *wrongs, by model.Actor, c change[seat], f RepresentativeForm) {
	now := c.now
	if !slices.ContainsFunc(s.terms, func(t *model.Term) bool { return t.ID == now.TermID }) {
		w.wrong("term_id", "请选择届次。")
	}
	if now.ElectingUnitID = f.ElectingUnitID; s.electingUnit[f.ElectingUnitID] == nil {
		w.wrong("electing_unit_id", "请选择选举单位。")
	}
	now.DelegationID = w.orNothing("delegation_id", f.DelegationID, slices.ContainsFunc(s.delegations, func(d *model.Delegation) bool {
		return d.ID == f.DelegationID && d.TermID == now.TermID
	}))
	now.StudioID = w.orNothing("studio_id", f.StudioID, slices.ContainsFunc(s.studios, func(t *model.Studio) bool { return t.ID == f.StudioID }))
	area := s.area[f.AreaID]
	if area == nil {
		w.wrong("area_id", "请选择所在区域。")
		return
	}
	now.AreaID, now.AreaPath = area.ID, area.Path
	if !by.PermitsIn(model.PermitRosterWrite, area.Path) {
		w.wrong("area_id", "这里不在您负责的区域内，请选择您负责的区域。")
	}
	s.fillServes(w, by, c, f)
}

func (s *standing) fillServes(w *wrongs, by model.Actor, c change[seat], f RepresentativeForm) {
	var before []string
	if c.was != nil {
		before = c.was.serves
	}
	c.now.serves, c.now.topics = nil, nil
	for _, id := range f.Serves {
		area := s.area[id]
		switch {
		case area == nil:
			w.wrong("serves", "已经没有所选的区域，请重新选择。")
		case !slices.Contains(before, id) && !by.PermitsIn(model.PermitRosterWrite, area.Path):
			w.wrong("serves", "“%s”不在您负责的区域内。", area.Name)
		case !slices.Contains(c.now.serves, id):
			c.now.serves = append(c.now.serves, id)
		}
	}
	for _, id := range f.Topics {
		switch {
		case !slices.ContainsFunc(s.topics, func(t *model.Topic) bool { return t.ID == id }):
			w.wrong("topics", "已经没有所选的事项，请重新选择。")
		case !slices.Contains(c.now.topics, id):
			c.now.topics = append(c.now.topics, id)
		}
	}
}

// distinct refuses a code that another one has, and somebody of the same name
// who cannot be told apart.
func distinct(ctx context.Context, tx *gorm.DB, w *wrongs, now *seat) error {
	others, err := store.From[model.Representative](tx).Where("term_id = ? AND id <> ? AND (code = ? OR name = ?)", now.TermID, now.ID, now.Code, now.Name).Find(ctx)
	if err != nil {
		return fmt.Errorf("roster: look for namesakes: %w", err)
	}
	for _, o := range others {
		switch {
		case now.Code != "" && key(o.Code) == key(now.Code):
			w.wrong("code", "编号 %s 已是“%s”的。", now.Code, o.Name)
		case o.Name == now.Name && o.ElectingUnitID == now.ElectingUnitID && (now.Code == "" || o.Code == ""):
			w.wrong("code", "同届同选举单位已有一位“%s”。如果是同名的两位，请给两位都填写不同的编号。", now.Name)
		default:
			continue
		}
		return nil
	}
	return nil
}

// portrait takes a picture that the actor uploaded, or none.
func portrait(ctx context.Context, tx *gorm.DB, w *wrongs, by model.Actor, c change[seat], pictureID string) error {
	before := c.now.PictureID
	if c.now.PictureID = pictureID; pictureID == "" || pictureID == before {
		return nil
	}
	_, err := store.From[model.Picture](tx).Where("id = ? AND owner_id = ? AND turn_id = '' AND screening <> ?", pictureID, by.PersonID, model.ScreeningRefused).Take(ctx)
	if store.IsAbsent(err) {
		w.wrong("picture_id", "没有这张照片，请重新上传。")
		return nil
	}
	if err != nil {
		return fmt.Errorf("roster: find picture: %w", err)
	}
	return nil
}

// writeSeat writes a representative, new or changed.
func (s *Service) writeSeat(ctx context.Context, tx *gorm.DB, by model.Actor, c change[seat]) error {
	now := s.now()
	if c.was != nil {
		if err := changeSeat(ctx, tx, c, now); err != nil {
			return err
		}
		return s.noteEdit(ctx, tx, by, entryOf("representative.change", c.now, changedColumns(c)))
	}
	c.now.CreatedAt, c.now.UpdatedAt, c.now.Revision = now, now, 1
	if err := insert(ctx, tx, []*model.Representative{&c.now.Representative}); err != nil {
		return err
	}
	if err := insert(ctx, tx, servesOf(c.now)); err != nil {
		return err
	}
	if err := insert(ctx, tx, topicsOf(c.now)); err != nil {
		return err
	}
	return s.noteEdit(ctx, tx, by, entryOf("representative.add", c.now, string(c.now.State)))
}

// MoveRepresentative takes a qualification a step on that ends nothing: an
// election is confirmed, service is suspended or taken up again. The reason goes
// into the audit log. Faults: not found, conflict, invalid (reason).
func (s *Service) MoveRepresentative(ctx context.Context, by model.Actor, known Known, deed model.RepresentativeDeed, reason string) error {
	if reason = tidy(reason); reason == "" || len([]rune(reason)) > 500 {
		return fault.InvalidField("reason", "请填写理由，不超过 500 字。")
	}
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		c, err := seatKnown(ctx, tx, by, known)
		if err != nil {
			return err
		}
		to, err := model.RepresentativeFlow().Next(c.was.State, deed)
		if err != nil || slices.Contains(model.RepresentativeFlow().Final, to) {
			return fault.Conflict("“%s”现在是“%s”，不能这样变动。", c.was.Name, stateWords.show(string(c.was.State)))
		}
		now := s.now()
		n, err := store.From[model.Representative](tx).Where("id = ? AND state = ? AND revision = ?", c.was.ID, c.was.State, known.Revision).
			Set(clause.Assignments(map[string]any{"state": to, "updated_at": now, "revision": next})).Update(ctx)
		if err != nil {
			return fmt.Errorf("roster: move qualification: %w", err)
		}
		if n != 1 {
			return errChanged()
		}
		return s.noteEdit(ctx, tx, by, audit.Entry{Action: "representative." + string(deed), Target: audit.Target{
			Kind: "representative", ID: c.was.ID, AreaPath: c.was.AreaPath, Detail: string(c.was.State) + " → " + string(to) + "：" + reason,
		}})
	})
}
