package sample_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lianxin/model"
	"lianxin/service/directory"
	"lianxin/service/store"
)

// known are the ids of everything, and what refers to them from where.
type known struct {
	tb  testing.TB
	ids map[string]bool
}

func (k known) add(id string) {
	if id == "" || k.ids[id] {
		k.tb.Errorf("the id %q is empty or there twice", id)
	}
	k.ids[id] = true
}

// must holds that there is what is referred to.
func (k known) must(from string, ids ...string) {
	for _, id := range ids {
		if !k.ids[id] {
			k.tb.Errorf("%s refers to %q, which is not there", from, id)
		}
	}
}

// may is must for what can be left empty.
func (k known) may(from string, ids ...string) {
	k.must(from, slices.DeleteFunc(ids, func(id string) bool { return id == "" })...)
}

func everyReferenceLeads(t *testing.T, db *store.DB) {
	t.Helper()
	k := known{t, map[string]bool{}}
	gather(k, db)
	for _, a := range all[model.Area](t, db) {
		k.may("area", a.ParentID)
		k.must("path of area", strings.Split(strings.Trim(a.Path, "/"), "/")...)
	}
	for _, a := range all[model.AreaAddress](t, db) {
		k.must("address", a.AreaID)
	}
	for _, r := range all[model.Referral](t, db) {
		k.must("referral", r.AreaID)
	}
	for _, o := range all[model.Organisation](t, db) {
		k.must("organisation", o.AreaID)
		k.may("organisation", o.ParentID)
	}
	for _, e := range all[model.ElectingUnit](t, db) {
		k.must("electing unit", e.AreaID, e.OrganisationID)
	}
	for _, d := range all[model.Delegation](t, db) {
		k.must("delegation", d.TermID)
	}
	for _, h := range all[model.StudioHour](t, db) {
		k.must("hour", h.StudioID)
	}
	for _, d := range all[model.StudioDuty](t, db) {
		k.must("duty", d.StudioID, d.RepresentativeID)
	}
	for _, r := range all[model.Representative](t, db) {
		k.must("representative", r.AreaID, r.TermID, r.DelegationID, r.ElectingUnitID, r.StudioID)
		k.may("representative", r.PersonID)
	}
	for _, s := range all[model.RepresentativeArea](t, db) {
		k.must("served area", s.RepresentativeID, s.AreaID)
	}
	for _, h := range all[model.RepresentativeTopic](t, db) {
		k.must("helped topic", h.RepresentativeID, h.TopicID)
	}
	for _, h := range all[model.RepresentativeHour](t, db) {
		k.must("own hour", h.RepresentativeID)
	}
	for _, r := range all[model.ArticleRead](t, db) {
		k.must("read", r.ArticleID)
	}
	for _, one := range all[model.AppSuggestion](t, db) {
		k.must("suggestion", one.PersonID)
	}
	for _, one := range all[model.Introduction](t, db) {
		k.must("introduction", one.RepresentativeID, one.PersonID)
	}
	for _, f := range all[model.Follow](t, db) {
		k.must("follow", f.PersonID, f.TargetID)
	}
	for _, s := range all[model.Scene](t, db) {
		k.must("scene", s.TargetID)
	}
	messagesLeadSomewhere(k, db)
	peopleLeadSomewhere(k, db)
}

// gather takes in the ids of all that is referred to.
func gather(k known, db *store.DB) {
	for _, a := range all[model.Area](k.tb, db) {
		k.add(a.ID)
	}
	for _, o := range all[model.Organisation](k.tb, db) {
		k.add(o.ID)
	}
	for _, e := range all[model.ElectingUnit](k.tb, db) {
		k.add(e.ID)
	}
	for _, e := range all[model.Term](k.tb, db) {
		k.add(e.ID)
	}
	for _, d := range all[model.Delegation](k.tb, db) {
		k.add(d.ID)
	}
	for _, e := range all[model.Topic](k.tb, db) {
		k.add(e.ID)
	}
	for _, u := range all[model.Unit](k.tb, db) {
		k.add(u.ID)
	}
	for _, s := range all[model.Studio](k.tb, db) {
		k.add(s.ID)
	}
	for _, r := range all[model.Representative](k.tb, db) {
		k.add(r.ID)
	}
	for _, p := range all[model.Person](k.tb, db) {
		k.add(p.ID)
	}
	for _, m := range all[model.Message](k.tb, db) {
		k.add(m.ID)
	}
	for _, c := range all[model.AnsweredCard](k.tb, db) {
		k.add(c.ID)
	}
	for _, a := range all[model.Article](k.tb, db) {
		k.add(a.ID)
	}
}

func messagesLeadSomewhere(k known, db *store.DB) {
	for _, m := range all[model.Message](k.tb, db) {
		k.must("message", m.ResidentID, m.WriterID, m.RepresentativeID, m.AreaID)
		k.may("message", m.HolderID, m.StudioID, m.UnitID, m.TopicID)
	}
	for _, t := range all[model.Turn](k.tb, db) {
		k.must("turn", t.MessageID, t.AuthorID)
	}
	for _, f := range all[model.Fact](k.tb, db) {
		k.must("fact", f.MessageID)
		k.may("fact", f.ActorID)
	}
	for _, n := range all[model.Note](k.tb, db) {
		k.must("note", n.MessageID, n.AuthorID)
	}
	for _, c := range all[model.AnsweredCard](k.tb, db) {
		k.must("public answer", c.MessageID, c.TopicID)
	}
	for _, d := range all[model.Deadline](k.tb, db) {
		k.must("deadline", d.TargetID)
	}
	for _, n := range all[model.Notice](k.tb, db) {
		k.must("notice", n.PersonID)
		k.may("notice", n.MessageID)
	}
	for _, p := range all[model.DeadlinePolicy](k.tb, db) {
		k.must("policy", p.AreaID)
	}
}

func peopleLeadSomewhere(k known, db *store.DB) {
	for _, g := range all[model.Grant](k.tb, db) {
		k.must("grant", g.PersonID, g.AreaID)
		k.may("grant", g.UnitID, g.RepresentativeID, g.GrantedBy)
	}
	for _, i := range all[model.WeChatIdentity](k.tb, db) {
		k.must("identity", i.PersonID)
	}
	for _, i := range all[model.Invitation](k.tb, db) {
		k.must("invitation", i.TargetID, i.IssuedBy, i.AcceptedBy)
	}
	for _, c := range all[model.Consent](k.tb, db) {
		k.must("consent", c.PersonID, c.TargetID)
	}
	for _, r := range all[model.ReplyTemplate](k.tb, db) {
		k.may("prepared answer", r.RepresentativeID, r.TopicID)
	}
	for _, a := range all[model.ArticleRepresentative](k.tb, db) {
		k.must("told of", a.ArticleID, a.RepresentativeID)
	}
}

func everybodyIsFound(t *testing.T, db *store.DB) {
	t.Helper()
	desk, err := directory.New(directory.Options{DB: db, Now: func() time.Time { return shanghai(t, "2026-11-23 10:00") }})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all[model.Representative](t, db) {
		for _, typed := range []string{r.Name, strings.ReplaceAll(r.Pinyin, " ", ""), r.Initials} {
			cards, _, err := desk.Representatives(t.Context(), directory.Find{Text: typed}, store.Page{Limit: 100})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(cards, func(c directory.Card) bool { return c.Representative.ID == r.ID }) {
				t.Errorf("%q does not find %s", typed, r.Name)
			}
		}
	}
	served := map[string]bool{}
	for _, s := range all[model.RepresentativeArea](t, db) {
		served[s.AreaID] = true
	}
	for _, a := range all[model.Area](t, db) {
		if a.Level == model.LevelCommunity && !served[a.ID] {
			t.Errorf("nobody serves %s", a.Name)
		}
	}
	for _, typed := range []string{"潮音街20号", "和平路27号", "yuchiyuan", "李䶮", "znc", "jiangsheng"} {
		found, err := desk.Find(t.Context(), typed)
		if err != nil || found.Reason == directory.FoundNothing {
			t.Errorf("%q finds nothing: %v", typed, err)
		}
	}
}
