package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// Rota is who of a studio is on duty when. Messages that a representative cannot
// take go to whoever is on duty next.
type Rota struct {
	Studio model.Studio
	Hours  []model.StudioHour
	// Days are the seven days from Monday on.
	Days []RotaDay
	// Members are the studio's representatives who serve, by name.
	Members []model.Representative
}

// RotaDay is a weekday, 1 for Monday, with who is on duty. Gap says that the
// studio is open and nobody who can come is on duty.
type RotaDay struct {
	Weekday int
	OnDuty  []model.Representative
	Gap     bool
}

// dutiesMax is how many can be on duty on one day.
const dutiesMax = 10

// weekdayWords name the days.
var weekdayWords = []string{"", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"}

// Studios lists the studios of the areas that the actor looks after, by name.
// Fault: forbidden.
func (s *Service) Studios(ctx context.Context, by model.Actor) ([]model.Studio, error) {
	paths := by.AreaPaths(model.PermitMessageOversee)
	if len(paths) == 0 {
		return nil, fault.Forbidden("您没有安排值班的权限。")
	}
	found, err := store.From[model.Studio](s.db.Read()).Where(store.WithinAny("area_path", paths)).Order("name, id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("directory: list studios: %w", err)
	}
	return found, nil
}

// Rota tells who of a studio is on duty when. Fault: not found.
func (s *Service) Rota(ctx context.Context, by model.Actor, studioID string) (Rota, error) {
	return s.rota(ctx, s.db.Read(), by, studioID)
}

func (s *Service) rota(ctx context.Context, db *gorm.DB, by model.Actor, studioID string) (r Rota, err error) {
	if r.Studio, err = plannable(ctx, db, by, studioID); err != nil {
		return r, err
	}
	if r.Hours, err = store.From[model.StudioHour](db).Where("studio_id = ?", studioID).Order("weekday, opens").Find(ctx); err != nil {
		return r, fmt.Errorf("directory: read hours: %w", err)
	}
	r.Members, err = store.From[model.Representative](db).Where("studio_id = ? AND state = ?", studioID, model.RepresentativeServing).Order("pinyin, id").Find(ctx)
	if err != nil {
		return r, fmt.Errorf("directory: read members: %w", err)
	}
	duties, err := store.From[model.StudioDuty](db).Where("studio_id = ?", studioID).Order("weekday, representative_id").Find(ctx)
	if err != nil {
		return r, fmt.Errorf("directory: read rota: %w", err)
	}
	ids := make([]string, len(duties))
	for i, d := range duties {
		ids[i] = d.RepresentativeID
	}
	people, err := byID(ctx, db, ids, func(rep model.Representative) string { return rep.ID })
	if err != nil {
		return r, err
	}
	for weekday := 1; weekday <= 7; weekday++ {
		r.Days = append(r.Days, s.rotaDay(weekday, r.Hours, duties, people))
	}
	return r, nil
}

func (s *Service) rotaDay(weekday int, hours []model.StudioHour, duties []model.StudioDuty, people map[string]model.Representative) RotaDay {
	day := RotaDay{Weekday: weekday}
	comes := false
	for _, d := range duties {
		if d.Weekday != weekday {
			continue
		}
		rep := people[d.RepresentativeID]
		day.OnDuty = append(day.OnDuty, rep)
		comes = comes || rep.State == model.RepresentativeServing && rep.AwayUntil < model.Day(s.now())
	}
	open := slices.ContainsFunc(hours, func(h model.StudioHour) bool { return h.Weekday == weekday })
	day.Gap = open && !comes
	return day
}

// plannable finds a studio of an area that the actor looks after. Fault: not found.
func plannable(ctx context.Context, db *gorm.DB, by model.Actor, id string) (model.Studio, error) {
	studio, err := store.From[model.Studio](db).Where("id = ?", id).Take(ctx)
	if store.IsAbsent(err) || err == nil && !by.PermitsIn(model.PermitMessageOversee, studio.AreaPath) {
		return model.Studio{}, fault.NotFound("这个工作室")
	}
	if err != nil {
		return model.Studio{}, fmt.Errorf("directory: find studio: %w", err)
	}
	return studio, nil
}

// Duty is who is to be on duty on a weekday, and who was when the plan was made:
// a colleague's plan in between is not undone unseen.
type Duty struct {
	Weekday           int
	RepresentativeIDs []string
	Were              []string
}

// PlanDuty says who is on duty on a weekday. Faults: not found; invalid for a day
// that is none, for too many, and for who does not serve in this studio; conflict
// when somebody is on duty elsewhere that day, or the plan was changed meanwhile.
func (s *Service) PlanDuty(ctx context.Context, by model.Actor, studioID string, d Duty) (Rota, error) {
	wanted := slices.Compact(slices.Sorted(slices.Values(d.RepresentativeIDs)))
	switch {
	case d.Weekday < 1 || d.Weekday > 7:
		return Rota{}, fault.InvalidField("weekday", "请选择星期一到星期日。")
	case len(wanted) > dutiesMax:
		return Rota{}, fault.InvalidField("representative_ids", fmt.Sprintf("一天最多 %d 位代表值班。", dutiesMax))
	}
	var r Rota
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) (err error) {
		// Plans of one weekday stand in line: nobody is put on duty in two places at once.
		if err := store.StandInLine(ctx, tx, "studio duty "+weekdayWords[d.Weekday]); err != nil {
			return err
		}
		if r, err = s.rota(ctx, tx, by, studioID); err != nil {
			return err
		}
		if err := mayPlan(ctx, tx, r, d, wanted); err != nil {
			return err
		}
		if err := replaceDuty(ctx, tx, studioID, d.Weekday, wanted); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, by, "studio.duty", audit.Target{
			Kind: "studio", ID: studioID, AreaPath: r.Studio.AreaPath, Detail: weekdayWords[d.Weekday] + "：" + strings.Join(wanted, "、"),
		}, s.now()); err != nil {
			return err
		}
		r, err = s.rota(ctx, tx, by, studioID)
		return err
	})
	return r, err
}

func mayPlan(ctx context.Context, tx *gorm.DB, r Rota, d Duty, wanted []string) error {
	var now []string
	for _, rep := range r.Days[d.Weekday-1].OnDuty {
		now = append(now, rep.ID)
	}
	if !slices.Equal(slices.Sorted(slices.Values(now)), slices.Compact(slices.Sorted(slices.Values(d.Were)))) {
		return fault.Conflict("%s的值班刚刚被别人改过，请看过现在的安排再改。", weekdayWords[d.Weekday])
	}
	for _, id := range wanted {
		if !slices.Contains(now, id) && !slices.ContainsFunc(r.Members, func(m model.Representative) bool { return m.ID == id }) {
			return fault.InvalidField("representative_ids", "只能安排本工作室正在履职的代表。")
		}
	}
	elsewhere, err := store.From[model.StudioDuty](tx).Where("weekday = ? AND studio_id <> ? AND representative_id IN ?", d.Weekday, r.Studio.ID, append(wanted, "")).Limit(1).Find(ctx)
	if err != nil {
		return fmt.Errorf("directory: look for duties elsewhere: %w", err)
	}
	if len(elsewhere) == 0 {
		return nil
	}
	rep, err := seatOf(ctx, tx, elsewhere[0].RepresentativeID)
	if err != nil {
		return err
	}
	return fault.Conflict("%s代表%s已在另一个工作室值班，同一天不能安排两处。", rep.Name, weekdayWords[d.Weekday])
}

func replaceDuty(ctx context.Context, tx *gorm.DB, studioID string, weekday int, wanted []string) error {
	if _, err := store.From[model.StudioDuty](tx).Where("studio_id = ? AND weekday = ?", studioID, weekday).Delete(ctx); err != nil {
		return fmt.Errorf("directory: clear duty: %w", err)
	}
	for _, id := range wanted {
		if err := store.From[model.StudioDuty](tx).Create(ctx, &model.StudioDuty{StudioID: studioID, Weekday: weekday, RepresentativeID: id}); err != nil {
			return fmt.Errorf("directory: plan duty: %w", err)
		}
	}
	return nil
}
