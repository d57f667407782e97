package account_test

import (
	"math"
	"net/netip"
	"slices"
	"strconv"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/account"
)

// attacker guesses from one address after the other.
type attacker struct {
	*town
	n int
}

// elsewhere is an address nobody came from before.
func (a *attacker) elsewhere() account.From {
	a.n++
	return account.From{UserAgent: "curl/8", Address: netip.AddrFrom4([4]byte{198, byte(18 + a.n>>16), byte(a.n >> 8), byte(a.n)})}
}

func (a *attacker) guess(login string, from account.From) error {
	_, err := a.SignInStaff(a.t.Context(), account.StaffSignIn{Login: login, Password: "not the password", From: from})
	return err
}

// known signs in once and gives the token of the device that is known from then on.
func (town *town) known(login string) string {
	town.t.Helper()
	entry, err := town.SignInStaff(town.t.Context(), account.StaffSignIn{Login: login, Password: adminPassword, From: office})
	if err != nil || entry.DeviceToken == "" {
		town.t.Fatalf("got %+v, %v", entry, err)
	}
	return entry.DeviceToken
}

func (town *town) onDevice(token string, from account.From) error {
	_, err := town.SignInStaff(town.t.Context(), account.StaffSignIn{Login: "chen", Password: adminPassword, DeviceToken: token, From: from})
	return err
}

func TestWhoGuessesFromElsewhereDoesNotLockTheOwnerOut(t *testing.T) {
	town := newTown(t)
	town.staff("chen", model.RoleLiaisonOfficer, street)
	token := town.known("chen")
	a := attacker{town: town}
	for range 300 {
		if err := a.guess("chen", a.elsewhere()); err == nil {
			t.Fatal("guessed")
		}
	}
	wantNone(t, town.onDevice(token, office))
	wantNone(t, town.onDevice(token, a.elsewhere()))
}

func TestWhoGuessesFromTheSameOfficeDoesNotLockAKnownDeviceOut(t *testing.T) {
	town := newTown(t)
	town.staff("chen", model.RoleLiaisonOfficer, street)
	token := town.known("chen")
	a := attacker{town: town}
	for range 50 {
		_ = a.guess("chen", office)
	}
	wantFault(t, a.guess("chen", office), fault.KindTooMany)
	wantNone(t, town.onDevice(token, office))
}

func TestADeviceOfSomebodyElseIsNoKnownDevice(t *testing.T) {
	town := newTown(t)
	town.staff("chen", model.RoleLiaisonOfficer, street)
	town.staff("lin", model.RoleLiaisonOfficer, street)
	token := town.known("lin")
	a := attacker{town: town}
	for range 30 {
		_, _ = town.SignInStaff(t.Context(), account.StaffSignIn{Login: "chen", Password: "not the password", DeviceToken: token, From: a.elsewhere()})
	}
	wantFault(t, town.onDevice(token, a.elsewhere()), fault.KindTooMany)
}

func TestADistributedAttackGetsFewGuessesADay(t *testing.T) {
	town := newTown(t)
	town.staff("chen", model.RoleLiaisonOfficer, street)
	a := attacker{town: town}
	total := 0
	for day := range 8 {
		today := 0
		for range 24 {
			for range 6 {
				if fault.Is(a.guess("chen", a.elsewhere()), fault.KindUnauthenticated) {
					today++
				}
			}
			town.clock.Advance(hour)
		}
		total += today
		if today > 40 || day > 4 && today > 2 {
			t.Errorf("%d guesses on day %d", today, day+1)
		}
	}
	if total > 110 {
		t.Errorf("%d guesses in 8 days", total)
	}
}

func TestGuessingGetsSlowerAndTheWaitIsTrue(t *testing.T) {
	town := newTown(t)
	town.staff("chen", model.RoleLiaisonOfficer, street)
	a := attacker{town: town}
	var waits []time.Duration
	for range 13 {
		err := a.guess("chen", office)
		if f := fault.Of(err); f.Kind == fault.KindTooMany {
			waits = append(waits, f.RetryAfter)
			town.clock.Advance(f.RetryAfter - time.Second)
			wantFault(t, a.guess("chen", office), fault.KindTooMany)
			town.clock.Advance(time.Second)
			wantFault(t, a.guess("chen", office), fault.KindUnauthenticated)
		}
	}
	if len(waits) < 5 || waits[0] > 2*time.Minute || waits[len(waits)-1] < time.Hour {
		t.Errorf("waited %v", waits)
	}
}

func TestUnknownLoginsAreNotToldApart(t *testing.T) {
	town := newTown(t)
	town.staff("chen", model.RoleLiaisonOfficer, street)
	a := attacker{town: town}
	for i := range 40 {
		from := office
		if i >= 12 {
			from = a.elsewhere()
		}
		known, unknown := a.guess("chen", from), a.guess("nobody", from)
		if known == nil || unknown == nil || known.Error() != unknown.Error() || secondsOf(known) != secondsOf(unknown) {
			t.Fatalf("guess %d: got %v for a known login and %v for an unknown one", i, known, unknown)
		}
		_, known = town.SignInStaff(t.Context(), account.StaffSignIn{Login: "chen", Password: "x", DeviceToken: "d", RecoveryCode: "ABCDE-FGHJK", From: from})
		_, unknown = town.SignInStaff(t.Context(), account.StaffSignIn{Login: "nobody", Password: "x", DeviceToken: "d", RecoveryCode: "ABCDE-FGHJK", From: from})
		if known.Error() != unknown.Error() {
			t.Fatalf("with a code, guess %d: got %v and %v", i, known, unknown)
		}
	}
}

// secondsOf is the wait as it is told.
func secondsOf(err error) float64 { return math.Ceil(fault.Of(err).RetryAfter.Seconds()) }

func TestAFullQueueRefusesAtOnceWhetherOrNotTheLoginExists(t *testing.T) {
	town := newTown(t)
	town.staff("chen", model.RoleLiaisonOfficer, street)
	token := town.known("chen")
	counted := rows[model.LimitMark](town, "1 = 1")
	leave := account.FillQueue(town.Service)
	for _, login := range []string{"chen", "nobody"} {
		_, err := town.SignInStaff(t.Context(), account.StaffSignIn{Login: login, Password: adminPassword})
		if f := fault.Of(err); f == nil || f.Kind != fault.KindTooMany || f.RetryAfter < time.Second {
			t.Errorf("%s got %v", login, err)
		}
	}
	if after := rows[model.LimitMark](town, "1 = 1"); !slices.Equal(after, counted) {
		t.Error("tries were counted that nobody looked at")
	}
	wantNone(t, town.onDevice(token, office)) // a flood of strangers does not stop a known device
	leave()
	_, err := town.console("chen", adminPassword)
	wantNone(t, err)
}

func TestUnknownLoginsTakeAsMuchWork(t *testing.T) {
	town := newTown(t)
	town.staff("chen", model.RoleLiaisonOfficer, street)
	for _, login := range []string{"chen", "nobody"} {
		before := account.Hashes(town.Service)
		_, err := town.console(login, "not the password")
		wantFault(t, err, fault.KindUnauthenticated)
		if n := account.Hashes(town.Service) - before; n != 1 {
			t.Errorf("%s: %d hashes", login, n)
		}
	}
}

func TestTheOwnerIsToldOfManyGuesses(t *testing.T) {
	town := newTown(t)
	chen := town.staff("chen", model.RoleLiaisonOfficer, street)
	a := attacker{town: town}
	for range 5 {
		_ = a.guess("chen", a.elsewhere())
	}
	told := rows[model.Notice](town, "person_id = ?", chen.PersonID)
	if len(told) != 1 || told[0].Title != "有人在反复尝试您的密码" {
		t.Errorf("told %+v", told)
	}
	if n := len(rows[model.AuditLine](town, "action = ? AND target_id = ?", "staff.guess", chen.PersonID)); n != 1 {
		t.Errorf("%d audit lines", n)
	}
}

func TestAnAdministratorGivesTheTriesBack(t *testing.T) {
	town := newTown(t)
	admin := town.staff("admin", model.RoleAdministrator, street)
	chen := town.staff("chen", model.RoleLiaisonOfficer, street)
	a := attacker{town: town}
	for range 30 {
		_ = a.guess("chen", a.elsewhere())
	}
	wantFault(t, town.onDevice("", a.elsewhere()), fault.KindTooMany)
	wantFault(t, town.Unlock(t.Context(), chen, admin.PersonID), fault.KindNotFound)
	wantNone(t, town.Unlock(t.Context(), admin, chen.PersonID))
	wantNone(t, town.onDevice("", a.elsewhere()))
}

func TestAnAddressOfIPv6IsOneAsFarAsAHouseholdGoes(t *testing.T) {
	town := newTown(t)
	town.staff("chen", model.RoleLiaisonOfficer, street)
	a := attacker{town: town}
	var last error
	for i := range 6 {
		last = a.guess("chen", account.From{Address: netip.MustParseAddr("2001:db8:1:2::" + strconv.Itoa(i+1))})
	}
	wantFault(t, last, fault.KindTooMany)
}
