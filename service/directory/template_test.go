package directory_test

import (
	"strings"
	"testing"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/directory"
)

var (
	own  = directory.TemplateOwner{RepresentativeID: "zhang"}
	wide = directory.TemplateOwner{AreaID: "heping"}
)

func words(title, topic string) directory.Wording {
	return directory.Wording{TopicID: topic, Title: title, Body: "您好，来信收到。"}
}

func (d *district) written(by model.Actor, owner directory.TemplateOwner, w directory.Wording) model.ReplyTemplate {
	d.t.Helper()
	written, err := d.WriteReplyTemplate(d.t.Context(), by, owner, w)
	if err != nil {
		d.t.Fatal(err)
	}
	return written
}

func (d *district) titles(by model.Actor, topic string) string {
	d.t.Helper()
	templates, err := d.ReplyTemplates(d.t.Context(), by, topic)
	if err != nil {
		d.t.Fatal(err)
	}
	var titles []string
	for _, x := range templates {
		titles = append(titles, x.Title)
	}
	return strings.Join(titles, " ")
}

func TestARepresentativeUsesTheirOwnAnswersAndThoseOfTheArea(t *testing.T) {
	d := newDistrict(t)
	d.written(zhang, own, words("own", "lift"))
	d.written(liaison, wide, words("wide", ""))
	d.written(liaison, wide, words("wider", "school"))
	d.written(distant, directory.TemplateOwner{AreaID: "xinhua"}, words("elsewhere", ""))
	d.written(sitting("zeng"), directory.TemplateOwner{RepresentativeID: "zeng"}, words("hers", ""))
	for _, c := range []struct {
		by          model.Actor
		topic, want string
	}{
		{zhang, "", "own wide wider"},
		{zhang, "lift", "own wide"},
		{liaison, "", "wide wider"},
		{distant, "", "elsewhere"},
		{nobody, "", ""},
		{officer, "", ""},
	} {
		if got := d.titles(c.by, c.topic); got != c.want {
			t.Errorf("%s, topic %q: got %q, want %q", c.by.PersonID, c.topic, got, c.want)
		}
	}
}

func TestAPreparedAnswerIsRewordedAndRemoved(t *testing.T) {
	d := newDistrict(t)
	x := d.written(zhang, own, words("old", ""))
	wantNone(t, d.ChangeReplyTemplate(t.Context(), zhang, x.ID, words("new", "lift")))
	if got := d.titles(zhang, "lift"); got != "new" {
		t.Errorf("got %q", got)
	}
	wantNone(t, d.RemoveReplyTemplate(t.Context(), zhang, x.ID))
	wantFault(t, d.RemoveReplyTemplate(t.Context(), zhang, x.ID), fault.KindNotFound)
	if got := d.titles(zhang, ""); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestAPreparedAnswerThatIsNotYoursIsNotFound(t *testing.T) {
	d := newDistrict(t)
	mine, areas := d.written(zhang, own, words("own", "")), d.written(liaison, wide, words("wide", ""))
	for id, strangers := range map[string][]model.Actor{
		mine.ID: {nobody, liaison, sitting("zeng")}, areas.ID: {nobody, zhang, distant, officer},
	} {
		for _, by := range strangers {
			wantFault(t, d.ChangeReplyTemplate(t.Context(), by, id, words("x", "")), fault.KindNotFound)
			wantFault(t, d.RemoveReplyTemplate(t.Context(), by, id), fault.KindNotFound)
		}
	}
	for _, c := range []struct {
		by    model.Actor
		owner directory.TemplateOwner
	}{
		{nobody, own},
		{liaison, own},
		{zhang, wide},
		{distant, wide},
		{zhang, directory.TemplateOwner{}},
		{zhang, directory.TemplateOwner{RepresentativeID: "zhang", AreaID: "heping"}},
		{liaison, directory.TemplateOwner{AreaID: "nowhere"}},
	} {
		_, err := d.WriteReplyTemplate(t.Context(), c.by, c.owner, words("x", ""))
		wantFault(t, err, fault.KindNotFound)
	}
}

func TestEveryMistakeInAPreparedAnswerIsNamed(t *testing.T) {
	d := newDistrict(t)
	for field, w := range map[string]directory.Wording{
		"title":    {Title: " ", Body: "好"},
		"body":     {Title: "好", Body: " "},
		"topic_id": {Title: "好", Body: "好", TopicID: "nothing"},
	} {
		_, err := d.WriteReplyTemplate(t.Context(), zhang, own, w)
		f := fault.Of(err)
		if f == nil || len(f.Fields) != 1 || f.Fields[0].Name != field {
			t.Errorf("got %v, want the field %s", err, field)
		}
	}
}
