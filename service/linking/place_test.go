package linking_test

import (
	"slices"
	"strings"
	"testing"

	"lianxin/service/linking"
	"lianxin/service/store/storetest"
)

// things are the columns that hold the number of something which is no person.
var things = strings.Fields(`area_id article_id card_id column_id cover_id delegation_id device_id electing_unit_id export_id former_id holder_id
	leading_id link_id message_id open_seat organisation_id parent_id picture_id representative_id story_id studio_id target_id term_id topic_id
	turn_id unit_id`)

func TestEveryColumnThatNamesAPersonGoesOverOrSaysWhyItStays(t *testing.T) {
	db := storetest.Open(t)
	tables, err := db.Read().Migrator().GetTables()
	if err != nil {
		t.Fatal(err)
	}
	moved, stays := linking.Moved(), linking.Stays()
	seen, looked := map[string]bool{}, 0
	for _, table := range tables {
		columns, err := db.Read().Migrator().ColumnTypes(table)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range columns {
			name := table + "/" + c.Name()
			seen[name] = true
			length, _ := c.Length()
			if length != 36 || c.Name() == "id" || slices.Contains(things, c.Name()) || name == "limit_shares/replica" {
				continue
			}
			looked++
			if !slices.Contains(moved, name) && stays[name] == "" {
				t.Errorf("%s: does it name a person? It neither goes over nor stays with a reason", name)
			}
		}
	}
	if looked < 30 {
		t.Fatalf("only %d columns were looked at", looked)
	}
	for _, name := range moved {
		if !seen[name] {
			t.Errorf("%s goes over and is not there", name)
		}
		if stays[name] != "" {
			t.Errorf("%s goes over and stays", name)
		}
	}
	for name, why := range stays {
		if !seen[name] || why == "" {
			t.Errorf("%s stays, because %q, and is there: %t", name, why, seen[name])
		}
	}
}
