package picture_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"lianxin/model"
)

var errBusy = errors.New("WeChat is busy")

func TestWeChatIsGivenALinkThatWorksForAnHour(t *testing.T) {
	d := newDesk(t)
	p := d.upload(d.resident("wang"))
	d.settle()
	openID, link, _ := strings.Cut(d.machine.asked[0], " ")
	if openID != "open-wang" || !strings.HasPrefix(link, "https://lianxin.example/media/"+p.ID+"?") {
		t.Fatalf("asked about %s", d.machine.asked[0])
	}
	d.clock.Advance(59 * time.Minute)
	if data, err := d.follow(link); err != nil || len(data) != p.Size {
		t.Errorf("after 59 minutes: %d bytes, %v", len(data), err)
	}
	d.clock.Advance(time.Minute)
	if _, err := d.follow(link); err == nil {
		t.Error("after an hour it still works")
	}
}

func TestTheTrustOfOfficersAndTheDoubtAboutOthersWhomTheMiniProgramDoesNotKnow(t *testing.T) {
	d := newDesk(t)
	for role, want := range map[model.Role]model.Screening{
		model.RoleUnitOfficer: model.ScreeningShown, model.RoleLiaisonOfficer: model.ScreeningShown,
		model.RolePublicityOfficer: model.ScreeningShown, model.RoleAdministrator: model.ScreeningShown,
		model.RoleRepresentative: model.ScreeningHeld, model.RoleMember: model.ScreeningHeld, model.RoleResident: model.ScreeningHeld,
	} {
		p := d.upload(d.stranger(string(role), role))
		d.settle()
		d.screening(p.ID, want)
		if got := d.deeds(p.ID); !strings.HasSuffix(got, ", content check picture."+string(want)) {
			t.Errorf("%s: audit log says %q", role, got)
		}
	}
	if len(d.machine.asked) != 0 {
		t.Errorf("the machine was asked about %v", d.machine.asked)
	}
}

func TestWhatWeChatWillNotCheckIsHeldForAPerson(t *testing.T) {
	d := newDesk(t)
	wang := d.resident("wang")
	for _, refusal := range []error{model.ErrNoRecentVisit, model.ErrUnknownPerson, model.ErrChannelUnavailable} {
		d.machine.err = refusal
		p := d.upload(wang)
		d.settle()
		d.screening(p.ID, model.ScreeningHeld)
	}
}

func TestWhatWeChatCannotCheckNowIsAskedAgainAndHeldAfterADay(t *testing.T) {
	d := newDesk(t)
	wang := d.resident("wang")
	d.machine.err = errBusy
	patient, hopeless := d.upload(wang), d.upload(wang)
	d.settle()
	d.screening(patient.ID, model.ScreeningChecking)
	d.set(hopeless.ID, "created_at", d.clock.Now().Add(-25*time.Hour))
	d.clock.Advance(time.Minute)
	d.settle()
	d.screening(hopeless.ID, model.ScreeningHeld)
	d.machine.err = nil
	d.clock.Advance(time.Minute)
	d.settle()
	if row := d.row(patient.ID); row.TraceID == "" || row.Screening != model.ScreeningChecking {
		t.Errorf("after WeChat is back: %+v", row)
	}
}

func TestAVerdictThatNeverComesLeavesThePictureToAPerson(t *testing.T) {
	d := newDesk(t)
	p := d.upload(d.resident("wang"))
	d.settle()
	d.clock.Advance(34 * time.Minute)
	d.settle()
	d.screening(p.ID, model.ScreeningChecking)
	d.clock.Advance(2 * time.Minute)
	d.settle()
	d.screening(p.ID, model.ScreeningHeld)
	if len(d.machine.asked) != 1 {
		t.Errorf("asked %d times", len(d.machine.asked))
	}
}

func TestAVerdictThatCameIsNotOverruled(t *testing.T) {
	d := newDesk(t)
	p := d.upload(d.resident("wang"))
	d.settle()
	d.set(p.ID, "screening", model.ScreeningRefused)
	d.clock.Advance(time.Hour)
	d.settle()
	d.screening(p.ID, model.ScreeningRefused)
}

func TestOfTwoRunsOfOneCheckTheTraceOfTheFasterCounts(t *testing.T) {
	d := newDesk(t)
	p := d.upload(d.resident("wang"))
	d.machine.during = func() { d.set(p.ID, "trace_id", "faster") }
	d.settle()
	if got := d.row(p.ID).TraceID; got != "faster" {
		t.Errorf("trace is %q", got)
	}
}

func TestACheckOfAPictureThatIsGoneIsDone(t *testing.T) {
	d := newDesk(t)
	wang := d.resident("wang")
	p := d.upload(wang)
	if err := d.svc.Discard(t.Context(), wang, p.ID); err != nil {
		t.Fatal(err)
	}
	d.settle()
	if len(d.machine.asked) != 0 {
		t.Errorf("asked about %v", d.machine.asked)
	}
	if err := d.svc.HandleCheck(t.Context(), []byte("not JSON")); err == nil {
		t.Error("a payload that cannot be read was taken")
	}
}
