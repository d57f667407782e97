package trial_test

import (
	"net/http"
	"testing"
	"time"
)

// TestWhateverWeChatDoesNothingIsLostAndNobodyIsToldTwice lets the stand-in fail
// in each way it can while sixteen people write.
func TestWhateverWeChatDoesNothingIsLostAndNobodyIsToldTwice(t *testing.T) {
	t.Parallel()
	p := newPlace(t, fresh(t), 1, nil)
	residents, representative := p.crowd()
	w := write(t, residents, 20*time.Millisecond)
	const send, check = "/cgi-bin/message/", "/wxa/msg_sec_check"
	for _, fault := range []map[string]any{
		{"path": "*", "errcode": -1},
		{"path": "*", "errcode": 45009},
		{"path": "*", "status": 500},
		{"path": "*", "status": 502},
		{"path": "*", "drop": true},
		{"path": "*", "delay_ms": 6000},
		{"path": "*", "delay_ms": 100},
		{"path": "*", "revoke_token": true, "times": 3},
		{"path": check, "errcode": 40001, "times": 5},
		{"path": "/cgi-bin/stable_token", "errcode": 40164},
		{"path": send + "template/send", "errcode": 45009},
		{"path": send + "template/send", "drop": true},
		{"path": send + "template/send", "drop_after": true},
		{"path": send + "subscribe/send", "status": 500},
		{"path": send + "subscribe/send", "drop_after": true, "times": 8},
		{"path": check, "drop_after": true},
	} {
		p.control(http.MethodPut, "/faults", fault)
		before := w.count()
		p.patient(time.Minute, "messages are accepted all the same", func() bool { return w.count() >= before+8 })
		time.Sleep(300 * time.Millisecond) // what was accepted meets the fault
		p.control(http.MethodDelete, "/faults", nil)
	}
	w.end()
	db := p.open()
	defer func() { _ = db.Close() }()
	p.settled(db, 2*time.Minute)
	p.nothingLost(db, w.accepted)
	unpushed := p.toldOnce(db, residents, representative)
	if statuses, unheaded, _ := w.answered(); statuses[http.StatusInternalServerError] > 0 || unheaded > 0 {
		t.Errorf("answers %v, %d of them 503 without Retry-After", statuses, unheaded)
	}
	t.Logf("%d accepted; %d subscribe messages left to the inbox", w.count(), unpushed)
}
