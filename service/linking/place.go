package linking

// place is a column that names a person, in rows that belong to them. key names
// a row, among those of the person at least. Of rows that are alike in the
// columns of once, a person can have one only: where the kept person has it, the
// absorbed one's stays where it is. only narrows which rows go over.
type place struct {
	table, column, key string
	once               []string
	only               string
}

func (p place) name() string { return p.table + "/" + p.column }

// grants is the one place whose rows must not stay behind when the kept person
// has the like: what a person may do hangs on them.
const grants = "grants/person_id"

// places are all columns that go over from one person to the other. A test
// compares this list, and the one of what stays, with the schema.
func places() []place {
	return []place{
		{table: "wechat_identities", column: "person_id", key: "id"},
		{table: "sessions", column: "person_id", key: "id"},
		{table: "grants", column: "person_id", key: "id", once: []string{"role", "area_id", "unit_id", "representative_id"}},
		{table: "representatives", column: "person_id", key: "id"},
		{table: "invitations", column: "accepted_by", key: "id"},
		{table: "consents", column: "person_id", key: "id"},
		{table: "messages", column: "resident_id", key: "id"},
		{table: "messages", column: "writer_id", key: "id"},
		{table: "turns", column: "author_id", key: "id"},
		{table: "facts", column: "actor_id", key: "id"},
		{table: "notes", column: "author_id", key: "id"},
		{table: "turn_marks", column: "author_id", key: "turn_id"},
		{table: "pictures", column: "owner_id", key: "id"},
		{table: "notices", column: "person_id", key: "id", once: []string{"happening"}},
		{table: "notice_grants", column: "person_id", key: "template_id", once: []string{"template_id"}},
		{table: "copies", column: "person_id", key: "id"},
		{table: "corrections", column: "person_id", key: "id"},
		{table: "erasures", column: "person_id", key: "id"},
		{table: "follows", column: "person_id", key: "id", once: []string{"kind", "target_id"}},
		{table: "app_suggestions", column: "person_id", key: "id"},
		{table: "introductions", column: "person_id", key: "id"},
		{table: "members", column: "person_id", key: "id"},
		{table: "saved_filters", column: "person_id", key: "id", once: []string{"name"}},
		{table: "exports", column: "person_id", key: "id"},
		{table: "story_consents", column: "person_id", key: "id", once: []string{"story_id", "party", "name", "channel"}},
		// What a phone sent and had no answer to is sent again by the same phone,
		// which is the kept person then. What is still at work finds its own key.
		{table: "idempotency_keys", column: "person_id", key: "value", once: []string{"value"}, only: "status <> 0"},
		// Who had become part of the absorbed person goes along.
		{table: "people", column: "merged_into", key: "id"},
	}
}

// Stays lists the columns that name a person and do not go over, as table/column,
// each with why.
func Stays() map[string]string {
	const staff = "only staff stand here, and staff are never joined"
	return map[string]string{
		"audit_lines/actor_id":         "the audit log is not rewritten: what was done was done under this number",
		"readings/reader_id":           "who looked is kept as it was, like the audit log; residents find it by message",
		"staff_accounts/person_id":     staff,
		"recovery_codes/person_id":     staff,
		"staff_devices/person_id":      staff,
		"sign_in_challenges/person_id": staff,
		"grants/granted_by":            staff,
		"invitations/issued_by":        staff,
		"corrections/decided_by":       staff,
		"app_suggestions/replier_id":   staff,
		"introductions/decider_id":     staff,
		"articles/author_id":           staff,
		"articles/editor_id":           staff,
		"articles/reviewer_id":         staff,
		"article_writers/person_id":    staff,
		"article_versions/author_id":   staff,
		"article_comments/author_id":   staff,
		"mass_sends/asked_by":          staff,
		"mass_sends/confirmed_by":      staff,
		"library_pictures/added_by":    staff,
		"members/added_by":             staff,
		"case_stories/begun_by":        staff,
		"person_links/kept_id":         "a link tells what was joined when, also after the kept person was joined with somebody else",
		"person_links/absorbed_id":     "a link tells what was joined when",
		"phone_codes/person_id":        "a code is good for minutes, for who asked for it",
		"link_codes/person_id":         "a code is good for minutes, for who asked for it",
	}
}
