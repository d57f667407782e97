package message

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/store"
)

// checkRate refuses a message of somebody who sent too many of late. What was
// sent is the count: nothing else has to be written, and nothing can be lost.
// Two sent at the very same moment may both pass. Fault: too many.
func (s *Service) checkRate(ctx context.Context, tx *gorm.DB, by model.Actor) error {
	most, longest := 0, time.Duration(0)
	for _, r := range s.limits {
		most, longest = max(most, r.Times), max(longest, r.Per)
	}
	if most == 0 {
		return nil
	}
	now := s.now()
	var sent []time.Time
	err := store.From[model.Message](tx).Select("submitted_at").Where("writer_id = ? AND submitted_at > ?", by.PersonID, now.Add(-longest)).
		Order("submitted_at DESC").Limit(most).Scan(ctx, &sent)
	if err != nil {
		return fmt.Errorf("message: count sent: %w", err)
	}
	for _, r := range s.limits {
		// The last but so many must be long enough ago.
		if len(sent) < r.Times {
			continue
		}
		if wait := sent[r.Times-1].Add(r.Per).Sub(now); wait > 0 {
			return fault.TooMany(fmt.Sprintf("您%s内已经写了 %d 封来信，请稍后再写；要补充内容，可以在原来的来信里补充。", spanWords(r.Per), r.Times), wait)
		}
	}
	return nil
}

func spanWords(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d%day == 0:
		return fmt.Sprintf(" %d 天", d/day)
	case d%time.Hour == 0:
		return fmt.Sprintf(" %d 小时", d/time.Hour)
	}
	return fmt.Sprintf(" %d 分钟", (d+time.Minute-1)/time.Minute)
}
