package message

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/deadline"
	"lianxin/service/store"
)

// BulkMax is on how many messages one act can be done together.
const BulkMax = 200

// Together is one act on many messages: which, and what it needs to be said.
// Batch names the undertaking: under the same name no message is dealt with
// twice, however often it is sent.
type Together struct {
	Batch            string
	IDs              []string
	Deed             model.MessageDeed
	RepresentativeID string
	UnitID           string
	Where            model.Elsewhere
	Days             int
	LeadingID        string
	// Reason is the reason of an act; of handing over it is the note.
	Reason string
}

// Dealt is what became of one message. Why says in words why it was not done;
// Again marks what had been done under the same name before.
type Dealt struct {
	MessageID string
	Number    string
	Done      bool
	Again     bool
	Why       string
	// HolderWas is who held the message before, so that a reassignment can be
	// taken back.
	HolderWas string
}

// ActTogether does one act on many messages, each in a transaction of its own:
// what cannot be done on one keeps no other waiting. Faults: forbidden, invalid
// when the act itself lacks something.
func (s *Service) ActTogether(ctx context.Context, by model.Actor, t Together) ([]Dealt, error) {
	if err := mayOversee(by); err != nil {
		return nil, err
	}
	if err := s.checkTogether(ctx, t); err != nil {
		return nil, err
	}
	way := bulk[t.Deed].way(s, by, t)
	dealt := make([]Dealt, len(t.IDs))
	for i, id := range t.IDs {
		var err error
		if dealt[i], err = s.actOnOne(ctx, by, t, id, way); err != nil {
			return nil, fmt.Errorf("message: act together on %s: %w", id, err)
		}
	}
	return dealt, nil
}

// checkTogether refuses what would be refused on every message alike.
func (s *Service) checkTogether(ctx context.Context, t Together) error {
	switch {
	case len(t.Batch) < 8 || len(t.Batch) > 26:
		return fault.InvalidField("batch", "请提供 8 到 26 位的批次编号。")
	case len(t.IDs) == 0 || len(t.IDs) > BulkMax:
		return fault.InvalidField("ids", fmt.Sprintf("一次可以处理 1 到 %d 封来信。", BulkMax))
	case len(slices.Compact(slices.Sorted(slices.Values(t.IDs)))) != len(t.IDs):
		return fault.InvalidField("ids", "同一封来信不能列两次。")
	}
	act, found := bulk[t.Deed]
	if !found {
		return fault.InvalidField("deed", "这种操作不能批量进行。")
	}
	return act.check(ctx, s, t)
}

// bulk are the acts that can be done on many: what each must be told, and the
// deed with the door by which one comes to a message.
var bulk = map[model.MessageDeed]struct {
	check func(ctx context.Context, s *Service, t Together) error
	way   func(s *Service, by model.Actor, t Together) byWay
}{
	model.DeedAcknowledge: {
		check: func(context.Context, *Service, Together) error { return nil },
		way:   func(s *Service, by model.Actor, _ Together) byWay { return byWay{s.held, s.acknowledging(by)} },
	},
	model.DeedReassign: {
		check: func(ctx context.Context, s *Service, t Together) error {
			return cmp.Or(s.mustBe(ctx, serving(t.RepresentativeID), "representative_id", "没有这位代表，或已不再履职。"), checkReason(t.Reason))
		},
		way: func(s *Service, by model.Actor, t Together) byWay {
			return byWay{s.overseen, s.reassigning(by, t.RepresentativeID, t.Reason)}
		},
	},
	model.DeedHandOver: {
		check: func(ctx context.Context, s *Service, t Together) error {
			return cmp.Or(s.mustBe(ctx, active(t.UnitID), "unit_id", "没有这个承办单位，请重新选择。"), checkNote(t.Reason))
		},
		way: func(s *Service, by model.Actor, t Together) byWay {
			return byWay{s.held, s.handingOver(by, t.UnitID, t.Reason)}
		},
	},
	model.DeedOutOfScope: {
		check: func(_ context.Context, _ *Service, t Together) error { return checkElsewhere(t.Where, t.Reason) },
		way: func(s *Service, by model.Actor, t Together) byWay {
			return byWay{s.held, s.sendingElsewhere(by, t.Where, t.Reason)}
		},
	},
	model.DeedGather: {
		check: func(ctx context.Context, s *Service, t Together) error { return s.mayLead(ctx, t) },
		way: func(s *Service, by model.Actor, t Together) byWay {
			return byWay{s.overseen, s.gathering(by, t.LeadingID)}
		},
	},
	model.DeedUngather: {
		check: func(context.Context, *Service, Together) error { return nil },
		way:   func(s *Service, by model.Actor, _ Together) byWay { return byWay{s.overseen, s.settingFree(by)} },
	},
	model.DeedExtend: {
		check: func(_ context.Context, _ *Service, t Together) error {
			if t.Days < 1 {
				return fault.InvalidField("days", "请填写延长几个工作日。")
			}
			return checkReason(t.Reason)
		},
		way: func(s *Service, by model.Actor, t Together) byWay {
			return byWay{s.overseen, s.extending(by, deadline.AnyKind, t.Days, t.Reason)}
		},
	},
}

// byWay is a deed with the door by which one comes to the message.
type byWay struct {
	door door
	deed deed
}

// counted counts the rows under a condition.
type counted func(ctx context.Context, db *gorm.DB) (int64, error)

func serving(id string) counted {
	return func(ctx context.Context, db *gorm.DB) (int64, error) {
		return store.From[model.Representative](db).Where("id = ? AND state = ?", id, model.RepresentativeServing).Count(ctx, "*")
	}
}

func active(id string) counted {
	return func(ctx context.Context, db *gorm.DB) (int64, error) {
		return store.From[model.Unit](db).Where("id = ? AND active = ?", id, true).Count(ctx, "*")
	}
}

func (s *Service) mustBe(ctx context.Context, n counted, field, words string) error {
	there, err := n(ctx, s.db.Read())
	if err != nil {
		return fmt.Errorf("message: look for %s: %w", field, err)
	}
	if there == 0 {
		return fault.InvalidField(field, words)
	}
	return nil
}

// actOnOne does the act on one message. The key of batch and message is taken in
// the transaction of the deed, so that a batch that is sent again after a crash
// goes on where it was.
func (s *Service) actOnOne(ctx context.Context, by model.Actor, t Together, id string, way byWay) (Dealt, error) {
	out := Dealt{MessageID: id}
	ctx = store.WithKey(ctx, &store.Key{PersonID: by.PersonID, Value: t.Batch + ":" + id, Fingerprint: string(t.Deed), At: s.now()})
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		m, as, err := way.door(ctx, tx, by, id)
		if err != nil {
			return err
		}
		out.Number, out.HolderWas = m.Number, m.HolderID
		return way.deed(ctx, tx, &m, as)
	})
	if errors.Is(err, store.ErrKeyTaken) {
		out.Done, out.Again = true, true
		return out, nil
	}
	if f := fault.Of(err); f != nil {
		out.Why = reasonsOf(f)
		return out, nil
	}
	out.Done = err == nil
	return out, err
}

// reasonsOf puts a fault into one sentence.
func reasonsOf(f *fault.Fault) string {
	if len(f.Fields) == 0 {
		return f.Words
	}
	reasons := make([]string, len(f.Fields))
	for i, field := range f.Fields {
		reasons[i] = field.Reason
	}
	return strings.Join(reasons, "")
}
