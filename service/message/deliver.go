package message

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/deadline"
	"lianxin/service/store"
)

// deliver brings a screened message to whoever must act on it and says so.
func (s *Service) deliver(ctx context.Context, tx *gorm.DB, m *model.Message) error {
	rep, err := store.From[model.Representative](tx).Where("id = ?", m.RepresentativeID).Take(ctx)
	if err != nil {
		return fmt.Errorf("message: find addressee: %w", err)
	}
	to, err := s.route(ctx, tx, rep)
	if err != nil {
		return err
	}
	err = s.move(ctx, tx, m, change{
		deed: model.DeedDeliver, by: model.SystemActor("delivery"), side: model.SideSystem, note: to.why,
		set: map[string]any{"holder_id": to.holderID, "studio_id": to.studioID, "delivered_at": s.now()},
	})
	if err != nil {
		return err
	}
	if err := s.tellResident(ctx, tx, *m, telling{
		happening: fmt.Sprintf("delivered/%d", m.Round), title: "来信已送达", phrase: "已送达", hint: model.DayWords(*m.DueAt) + "前会有回应",
		body: fmt.Sprintf("您的来信已送达%s，%s前会有回应。", to.words(rep), model.DayWords(*m.DueAt)),
	}); err != nil {
		return err
	}
	return s.tellHolder(ctx, tx, *m, telling{
		happening: fmt.Sprintf("new/%d", m.Round), title: "收到新的群众来信", phrase: "待回应",
		body: fmt.Sprintf("请在%s前回应。", model.DayWords(*m.DueAt)),
	})
}

// route is where a message goes: to the representative, or to the studio with
// whoever is on duty there, or, when nobody is, to the liaison office.
type route struct {
	holderID string
	studioID string
	why      string
}

func (r route) words(rep model.Representative) string {
	switch {
	case r.why == "":
		return rep.Name + "代表"
	case r.studioID == "":
		return "联络办（" + r.why + "）"
	}
	return "代表工作室（" + r.why + "）"
}

// route decides at the moment of delivery. A representative who is away, not
// serving, or has as many open messages as the cap, is spared; the promise to
// the resident stays the same.
func (s *Service) route(ctx context.Context, tx *gorm.DB, rep model.Representative) (route, error) {
	why, err := s.unavailable(ctx, tx, rep)
	if err != nil {
		return route{}, err
	}
	if why == "" {
		return route{holderID: rep.ID}, nil
	}
	duty, err := s.onDuty(ctx, tx, rep.StudioID, rep.ID)
	if err != nil {
		return route{}, err
	}
	return route{holderID: duty, studioID: rep.StudioID, why: rep.Name + "代表" + why}, nil
}

// unavailable says why a representative cannot take a message now; empty when
// nothing stands against it.
func (s *Service) unavailable(ctx context.Context, tx *gorm.DB, rep model.Representative) (string, error) {
	switch rep.State {
	case model.RepresentativeServing:
	case model.RepresentativeSuspended:
		return "暂停履职", nil
	case model.RepresentativeElected:
		return "还没有开始履职", nil
	case model.RepresentativeEnded, model.RepresentativeTermOver:
		return "已不再履职", nil
	}
	if rep.AwayUntil != "" && rep.AwayUntil >= model.Day(s.now()) {
		return "外出至" + rep.AwayUntil, nil
	}
	open, err := s.openCount(ctx, tx, rep.ID)
	if err != nil {
		return "", err
	}
	limit := cmp.Or(rep.MessageCap, s.cap)
	if limit > 0 && open >= int64(limit) {
		return "手上的来信较多", nil
	}
	return "", nil
}

// holding are the states in which a representative must still act.
var holding = []model.MessageState{model.MessageDelivered, model.MessageAcknowledged}

func (s *Service) openCount(ctx context.Context, tx *gorm.DB, representativeID string) (int64, error) {
	n, err := store.From[model.Message](tx).Where("holder_id = ? AND state IN ?", representativeID, holding).Count(ctx, "*")
	if err != nil {
		return 0, fmt.Errorf("message: count open: %w", err)
	}
	return n, nil
}

// onDuty finds who is next on the rota of a studio from today on and can take
// a message, the one with the fewest open first; empty when there is nobody.
func (s *Service) onDuty(ctx context.Context, tx *gorm.DB, studioID, but string) (string, error) {
	rota, err := store.From[model.StudioDuty](tx).Where("studio_id = ? AND representative_id <> ?", studioID, but).Find(ctx)
	if err != nil {
		return "", fmt.Errorf("message: read rota: %w", err)
	}
	today := (int(s.now().In(model.Shanghai).Weekday())+6)%7 + 1
	ahead := func(d model.StudioDuty) int { return (d.Weekday - today + 7) % 7 }
	slices.SortFunc(rota, func(a, b model.StudioDuty) int {
		return cmp.Or(cmp.Compare(ahead(a), ahead(b)), cmp.Compare(a.RepresentativeID, b.RepresentativeID))
	})
	best, bestDay, fewest := "", -1, int64(0)
	for _, d := range rota {
		if best != "" && ahead(d) != bestDay {
			break
		}
		open, free, err := s.load(ctx, tx, d.RepresentativeID)
		if err != nil {
			return "", err
		}
		if free && (best == "" || open < fewest) {
			best, bestDay, fewest = d.RepresentativeID, ahead(d), open
		}
	}
	return best, nil
}

// load tells how many open messages a representative has, and whether another
// one can be taken.
func (s *Service) load(ctx context.Context, tx *gorm.DB, representativeID string) (open int64, free bool, err error) {
	rep, err := store.From[model.Representative](tx).Where("id = ?", representativeID).Take(ctx)
	if err != nil {
		return 0, false, fmt.Errorf("message: find representative on duty: %w", err)
	}
	why, err := s.unavailable(ctx, tx, rep)
	if err != nil || why != "" {
		return 0, false, err
	}
	open, err = s.openCount(ctx, tx, rep.ID)
	return open, true, err
}

// Promise is what a resident can be told before writing: by when somebody
// answers, and who it will be when the representative cannot.
type Promise struct {
	FirstTouchBy time.Time
	ByStudio     bool
	Why          string
}

// Promise looks ahead at the delivery of a message that would be sent now.
// Fault: not found.
func (s *Service) Promise(ctx context.Context, representativeID string) (Promise, error) {
	rep, err := store.From[model.Representative](s.db.Read()).Where("id = ? AND state IN ?", representativeID,
		[]model.RepresentativeState{model.RepresentativeServing, model.RepresentativeSuspended}).Take(ctx)
	if store.IsAbsent(err) {
		return Promise{}, fault.NotFound("这位代表")
	}
	if err != nil {
		return Promise{}, fmt.Errorf("message: find representative: %w", err)
	}
	due, err := deadline.DueBy(ctx, s.db.Read(), rep.AreaPath, model.DeadlineFirstTouch, s.now())
	if err != nil {
		return Promise{}, err
	}
	to, err := s.route(ctx, s.db.Read(), rep)
	if err != nil {
		return Promise{}, err
	}
	return Promise{FirstTouchBy: due, ByStudio: to.studioID != "" || to.holderID == "", Why: to.why}, nil
}
