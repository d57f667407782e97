package main

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"lianxin/model"
)

// The phone shows the country's places where it never had a line: its copy is what
// a deployment answers in which nobody said anything.
func TestThePhoneKnowsTheNationalReferralsAsTheProgramDoes(t *testing.T) {
	const path = "../../web/phone/src/referral/national.json"
	places := []map[string]any{}
	for _, n := range model.NationalReferrals() {
		place := map[string]any{"kind": n.Kind, "name": n.Name, "shown": n.Shown}
		for field, words := range map[string]string{"purpose": n.Purpose, "phone": n.Phone, "address": n.Address, "hours": n.Hours} {
			if words != "" {
				place[field] = words
			}
		}
		places = append(places, place)
	}
	var want bytes.Buffer
	to := json.NewEncoder(&want)
	to.SetEscapeHTML(false)
	to.SetIndent("", "  ")
	if err := to.Encode(places); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, want.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want.Bytes()) {
		t.Errorf("the phone's copy is out of date (%v); run with -update", err)
	}
}
