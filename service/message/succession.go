package message

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/audit"
	"lianxin/service/follow"
	"lianxin/service/store"
)

// Ending is how a qualification ends: by which deed, on which revision of the
// roster's record, and who takes over. Without a successor the studio's rota does,
// or the liaison office.
type Ending struct {
	RepresentativeID string
	Revision         int
	Deed             model.RepresentativeDeed
	SuccessorID      string
	Reason           string
}

// EndQualification ends a qualification, and in the same transaction everything
// that hangs on it: open messages go to who takes over and their residents are
// told, a successor serves the areas from then on, so that posters lead there, the
// rota forgets who has gone, follows are about the successor, and the phone that was bound has no access any more.
// It gives how many messages moved. Faults: not found outside the actor's areas,
// invalid (reason, successor_id), conflict.
func (s *Service) EndQualification(ctx context.Context, by model.Actor, e Ending) (int, error) {
	if n := utf8.RuneCountInString(e.Reason); n == 0 || n > model.ReasonMax {
		return 0, fault.InvalidField("reason", "请填写理由，不超过 500 字。")
	}
	moved := 0
	err := store.InTx(ctx, s.db, func(ctx context.Context, tx *gorm.DB) error {
		rep, err := s.ending(ctx, tx, by, e)
		if err != nil {
			return err
		}
		to, err := s.successor(ctx, tx, by, e, rep)
		if err != nil {
			return err
		}
		if err := s.leaveSeat(ctx, tx, rep, to); err != nil {
			return err
		}
		if err := follow.Turn(ctx, tx, rep, e.SuccessorID, s.now()); err != nil {
			return err
		}
		moved, err = s.passOn(ctx, tx, by, rep, to)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, "representative."+string(e.Deed), audit.Target{
			Kind: "representative", ID: rep.ID, AreaPath: rep.AreaPath, Detail: fmt.Sprintf("移交来信 %d 封，原因：%s", moved, e.Reason),
		}, s.now())
	})
	return moved, err
}

// ending takes the qualification to its end.
func (s *Service) ending(ctx context.Context, tx *gorm.DB, by model.Actor, e Ending) (model.Representative, error) {
	rep, err := store.From[model.Representative](tx).Where("id = ?", e.RepresentativeID).Take(ctx)
	if store.IsAbsent(err) || err == nil && !by.PermitsIn(model.PermitRosterWrite, rep.AreaPath) {
		return rep, fault.NotFound("该代表")
	}
	if err != nil {
		return rep, fmt.Errorf("message: find who leaves: %w", err)
	}
	flow := model.RepresentativeFlow()
	to, err := flow.Next(rep.State, e.Deed)
	if err != nil || !slices.Contains(flow.Final, to) {
		return rep, fault.Conflict("“%s”的资格现在不能这样变动，请刷新后核对。", rep.Name)
	}
	n, err := store.From[model.Representative](tx).Where("id = ? AND state = ? AND revision = ?", rep.ID, rep.State, e.Revision).
		Set(clause.Assignments(map[string]any{"state": to, "person_id": "", "updated_at": s.now(), "revision": gorm.Expr("revision + 1")})).Update(ctx)
	if err != nil {
		return rep, fmt.Errorf("message: end qualification: %w", err)
	}
	if n != 1 {
		return rep, fault.Conflict("您打开之后，别人修改了这位代表。请刷新后核对，再办理一次。")
	}
	return rep, nil
}

// successor is where messages go from now on.
func (s *Service) successor(ctx context.Context, tx *gorm.DB, by model.Actor, e Ending, rep model.Representative) (route, error) {
	if e.SuccessorID == "" {
		duty, err := s.onDuty(ctx, tx, rep.StudioID, rep.ID)
		return route{holderID: duty, studioID: rep.StudioID, why: rep.Name + "代表已不再履职"}, err
	}
	next, err := store.From[model.Representative](tx).Where("id = ? AND id <> ? AND state = ?", e.SuccessorID, rep.ID, model.RepresentativeServing).Take(ctx)
	if store.IsAbsent(err) || err == nil && !by.PermitsIn(model.PermitRosterWrite, next.AreaPath) {
		return route{}, fault.InvalidField("successor_id", "没有这位代表，或不在履职。")
	}
	if err != nil {
		return route{}, fmt.Errorf("message: find successor: %w", err)
	}
	return route{holderID: next.ID}, nil
}

// leaveSeat takes away what hangs on the seat, and gives the areas to a successor.
func (s *Service) leaveSeat(ctx context.Context, tx *gorm.DB, rep model.Representative, to route) error {
	if _, err := store.From[model.Grant](tx).Where("role = ? AND representative_id = ?", model.RoleRepresentative, rep.ID).Delete(ctx); err != nil {
		return fmt.Errorf("message: end access: %w", err)
	}
	if _, err := store.From[model.Invitation](tx).Where("kind = ? AND target_id = ? AND accepted_at IS NULL", model.InvitationRepresentative, rep.ID).Delete(ctx); err != nil {
		return fmt.Errorf("message: withdraw invitation: %w", err)
	}
	if _, err := store.From[model.StudioDuty](tx).Where("representative_id = ?", rep.ID).Delete(ctx); err != nil {
		return fmt.Errorf("message: leave rota: %w", err)
	}
	if _, err := store.From[model.RepresentativeHour](tx).Where("representative_id = ?", rep.ID).Delete(ctx); err != nil {
		return fmt.Errorf("message: end hours: %w", err)
	}
	if err := s.lapseIntroduction(ctx, tx, rep); err != nil || to.why != "" {
		return err
	}
	served, err := store.From[model.RepresentativeArea](tx).
		Where("representative_id = ? AND area_id NOT IN (SELECT area_id FROM representative_areas WHERE representative_id = ?)", rep.ID, to.holderID).Find(ctx)
	if err != nil {
		return fmt.Errorf("message: read areas served: %w", err)
	}
	for _, one := range served {
		row := model.RepresentativeArea{RepresentativeID: to.holderID, AreaID: one.AreaID}
		if err := store.From[model.RepresentativeArea](tx).Create(ctx, &row); err != nil {
			return fmt.Errorf("message: hand areas on: %w", err)
		}
	}
	return nil
}

// lapseIntroduction ends what somebody wrote of themselves and nobody released yet.
func (s *Service) lapseIntroduction(ctx context.Context, tx *gorm.DB, rep model.Representative) error {
	_, err := store.From[model.Introduction](tx).Where("open_seat = ?", rep.ID).
		Set(clause.Assignments(map[string]any{"state": model.IntroductionLapsed, "open_seat": nil, "ended_at": s.now()})).Update(ctx)
	if err != nil {
		return fmt.Errorf("message: end introduction: %w", err)
	}
	return nil
}

// passOn gives every open message of who leaves to who takes over.
func (s *Service) passOn(ctx context.Context, tx *gorm.DB, by model.Actor, rep model.Representative, to route) (int, error) {
	open, err := store.From[model.Message](tx).Where("holder_id = ? AND state IN ?", rep.ID, s.flow.Open()).Order("submitted_at, id").Find(ctx)
	if err != nil {
		return 0, fmt.Errorf("message: find what is open: %w", err)
	}
	who := to.words(rep)
	if to.why == "" {
		if who, err = s.seatWords(ctx, tx, to.holderID); err != nil {
			return 0, err
		}
	}
	for _, m := range open {
		if err := s.passOne(ctx, tx, by, m, to, who); err != nil {
			return 0, err
		}
	}
	return len(open), nil
}

func (s *Service) seatWords(ctx context.Context, tx *gorm.DB, id string) (string, error) {
	rep, err := store.From[model.Representative](tx).Where("id = ?", id).Take(ctx)
	if err != nil {
		return "", fmt.Errorf("message: find who takes over: %w", err)
	}
	return rep.Name + "代表", nil
}

func (s *Service) passOne(ctx context.Context, tx *gorm.DB, by model.Actor, m model.Message, to route, who string) error {
	if err := s.note(ctx, tx, m, change{
		deed: model.DeedReassign, by: by, side: model.SideStaff, name: "组织部门", note: "代表不再履职，改由" + who + "办理",
		set: map[string]any{"holder_id": to.holderID, "studio_id": to.studioID},
	}); err != nil {
		return err
	}
	m.HolderID, m.StudioID = to.holderID, to.studioID
	// What is locked is shown to nobody, so nobody is told of it.
	if m.RestrictedAt != nil {
		return nil
	}
	if err := s.tellResident(ctx, tx, m, telling{
		happening: fmt.Sprintf("succession/%d/%s", m.Round, to.holderID), title: "来信改由他人办理", phrase: "已改派", hint: "代表变动，已改派", body: fmt.Sprintf("您写信的代表不再履职，来信改由%s办理，期限不变。", who),
	}); err != nil || !slices.Contains(holding, m.State) {
		return err
	}
	return s.tellHolder(ctx, tx, m, telling{
		happening: fmt.Sprintf("new/%d/succession/%s", m.Round, to.holderID), title: "收到移交的群众来信", phrase: "待回应", body: "代表变动，一封没有办结的来信改由您办理，期限不变。",
	})
}
