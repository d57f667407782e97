package directory_test

import (
	"testing"

	"lianxin/model"
)

func TestWhatAFormChangedIsANewEdition(t *testing.T) {
	d := newDistrict(t)
	before, err := d.Edition(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// Whoever saves a form of the roster counts it on.
	add(d, model.RosterRevision{ID: "roster", Revision: 1})
	if after, err := d.Edition(t.Context()); err != nil || after == before {
		t.Errorf("the public keeps seeing the old names: %q, %v", after, err)
	}
}
