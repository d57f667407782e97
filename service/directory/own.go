package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/store"
)

// The limits of what representatives say of themselves.
const (
	ownTopicsMax = 10
	ownHoursMax  = 14
)

// OwnProfile is what a representative sees of their own page, and what of it they
// may change alone: the topics and the hours. Name, post and introduction are the
// roster's. Revision is the one of the roster's record.
type OwnProfile struct {
	Card

	Studio   *StudioCard
	Hours    []model.RepresentativeHour
	Revision int
}

// OwnWords are what a representative says of themselves: what they can help with
// and when they receive people. They are chosen and not written, so nobody needs
// to check them before they are shown. Revision is the one that was read.
type OwnWords struct {
	TopicIDs []string
	Hours    []model.RepresentativeHour
	Revision int
}

// OwnProfile shows a seat to who sits on it, and to the liaison office of the
// area. Fault: not found.
func (s *Service) OwnProfile(ctx context.Context, by model.Actor, representativeID string) (OwnProfile, error) {
	rep, err := settable(ctx, s.db.Read(), by, representativeID)
	if err != nil {
		return OwnProfile{}, err
	}
	cards, err := s.cards(ctx, []string{rep.ID})
	if err != nil {
		return OwnProfile{}, err
	}
	if len(cards) == 0 {
		return OwnProfile{}, errNoRepresentative()
	}
	own := OwnProfile{Card: cards[0], Revision: rep.Revision}
	if own.Studio, err = s.studioOf(ctx, rep); err != nil {
		return OwnProfile{}, err
	}
	own.Hours, err = hoursOf(ctx, s.db.Read(), rep.ID)
	return own, err
}

// SetOwnProfile replaces the topics and the hours of a seat. Who sits on it may,
// and the liaison office of the area. Faults: not found; invalid (topic_ids,
// hours); conflict when the record was changed meanwhile or the seat has ended.
func (s *Service) SetOwnProfile(ctx context.Context, by model.Actor, representativeID string, w OwnWords) error {
	hours, err := ownHours(representativeID, w.Hours)
	if err != nil {
		return err
	}
	return store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		rep, err := settable(ctx, tx, by, representativeID)
		if err != nil {
			return err
		}
		names, err := ownTopics(ctx, tx, w.TopicIDs)
		if err != nil {
			return err
		}
		open := model.RepresentativeFlow().Open()
		n, err := store.From[model.Representative](tx).Where("id = ? AND state IN ? AND revision = ?", rep.ID, open, w.Revision).
			Set(clause.Assignments(map[string]any{"revision": gorm.Expr("revision + 1"), "updated_at": s.now()})).Update(ctx)
		if err != nil {
			return fmt.Errorf("directory: change own profile: %w", err)
		}
		if n != 1 {
			return fault.Conflict("您打开之后，这份资料有了新的变化，或资格已终止。请刷新后再试。")
		}
		if err := replaceTopics(ctx, tx, rep.ID, w.TopicIDs); err != nil {
			return err
		}
		if err := replaceHours(ctx, tx, rep.ID, hours); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, "profile.set", audit.Target{
			Kind: "representative", ID: rep.ID, AreaPath: rep.AreaPath, Detail: fmt.Sprintf("主题：%s；接待时间 %d 段", strings.Join(names, "、"), len(hours)),
		}, s.now())
	})
}

func hoursOf(ctx context.Context, db *gorm.DB, representativeID string) ([]model.RepresentativeHour, error) {
	hours, err := store.From[model.RepresentativeHour](db).Where("representative_id = ?", representativeID).Order("weekday, opens").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("directory: read own hours: %w", err)
	}
	return hours, nil
}

// ownHours puts hours in order, and finds what cannot be. Fault: invalid (hours).
func ownHours(representativeID string, said []model.RepresentativeHour) ([]model.RepresentativeHour, error) {
	if len(said) > ownHoursMax {
		return nil, fault.InvalidField("hours", "接待时间最多 14 段。")
	}
	hours := slices.Clone(said)
	slices.SortFunc(hours, func(a, b model.RepresentativeHour) int {
		return compareSorted(a.Weekday, b.Weekday, a.Opens, b.Opens)
	})
	for i := range hours {
		h := &hours[i]
		h.RepresentativeID = representativeID
		switch {
		case h.Weekday < 1 || h.Weekday > 7:
			return nil, fault.InvalidField("hours", "星期应是 1（周一）到 7（周日）。")
		case !isHour(h.Opens) || !isHour(h.Closes):
			return nil, fault.InvalidField("hours", "时间应写成 09:00 的样子。")
		case h.Opens >= h.Closes:
			return nil, fault.InvalidField("hours", "结束时间应晚于开始时间。")
		case i > 0 && hours[i-1].Weekday == h.Weekday && h.Opens < hours[i-1].Closes:
			return nil, fault.InvalidField("hours", "同一天的两段时间重叠了，请合并或错开。")
		}
	}
	return hours, nil
}

func isHour(s string) bool {
	at, err := time.Parse("15:04", s)
	return err == nil && at.Format("15:04") == s
}

// ownTopics names the topics that were chosen. Fault: invalid (topic_ids).
func ownTopics(ctx context.Context, tx *gorm.DB, ids []string) ([]string, error) {
	if len(ids) > ownTopicsMax {
		return nil, fault.InvalidField("topic_ids", "最多选择 10 个主题。")
	}
	known, err := byID(ctx, tx, ids, func(t model.Topic) string { return t.ID })
	if err != nil {
		return nil, err
	}
	if len(known) != len(ids) {
		return nil, fault.InvalidField("topic_ids", "有的主题不存在或选了两次，请重新选择。")
	}
	names := make([]string, 0, len(ids))
	for _, id := range ids {
		names = append(names, known[id].Name)
	}
	return names, nil
}

func replaceTopics(ctx context.Context, tx *gorm.DB, representativeID string, ids []string) error {
	if _, err := store.From[model.RepresentativeTopic](tx).Where("representative_id = ?", representativeID).Delete(ctx); err != nil {
		return fmt.Errorf("directory: replace topics: %w", err)
	}
	for _, id := range ids {
		row := model.RepresentativeTopic{RepresentativeID: representativeID, TopicID: id}
		if err := store.From[model.RepresentativeTopic](tx).Create(ctx, &row); err != nil {
			return fmt.Errorf("directory: replace topics: %w", err)
		}
	}
	return nil
}

func replaceHours(ctx context.Context, tx *gorm.DB, representativeID string, hours []model.RepresentativeHour) error {
	if _, err := store.From[model.RepresentativeHour](tx).Where("representative_id = ?", representativeID).Delete(ctx); err != nil {
		return fmt.Errorf("directory: replace hours: %w", err)
	}
	for i := range hours {
		if err := store.From[model.RepresentativeHour](tx).Create(ctx, &hours[i]); err != nil {
			return fmt.Errorf("directory: replace hours: %w", err)
		}
	}
	return nil
}
