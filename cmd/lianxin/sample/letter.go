package sample

import (
	"context"
	"fmt"
	"strings"

	"lianxin/model"
	"lianxin/service/directory"
	"lianxin/service/message"
	"lianxin/service/newsroom"
	"lianxin/service/store"
)

// send lets a resident write. The flags of a line say what was agreed to, that
// the name is hidden, or for whom it is: "for=name/phone".
func (t *town) send(line row) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		by, err := t.person(ctx, line["who"])
		if err != nil {
			return err
		}
		d := message.Draft{
			RepresentativeID: t.roster.ids[aRepresentative+" "+line["to"]], TopicID: t.roster.ids[aTopic+" "+line["topic"]],
			Body: line["body"], Place: line["place"],
		}
		for flag := range strings.FieldsSeq(line["flags"]) {
			switch flag {
			case "consent":
				d.ConsentHandOver = true
			case "publish":
				d.ConsentPublish = true
			case "hide":
				d.HideName = true
			default:
				name, phone, ok := strings.Cut(strings.TrimPrefix(flag, "for="), "/")
				if !ok {
					return fmt.Errorf("sample: unknown flag %q", flag)
				}
				d.OnBehalf = &message.OnBehalf{Name: name, Phone: phone}
			}
		}
		sent, err := t.messages.Send(ctx, by, d)
		if err != nil {
			return fmt.Errorf("send: %w", err)
		}
		t.letters[line["key"]] = sent.Message.ID
		return nil
	}
}

// publishCard makes an answered message public.
func (t *town) publishCard(line row) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		by, err := t.person(ctx, line["who"])
		if err != nil {
			return err
		}
		card := message.Card{Title: line["title"], Question: line["question"], Answer: line["answer"]}
		_, err = t.messages.PublishCard(ctx, by, t.letters[line["key"]], card)
		return err
	}
}

// publish brings out an article.
func (t *town) publish(line row) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		body, err := page(line["file"])
		if err != nil {
			return err
		}
		article := newsroom.NewArticle{
			AreaID: t.roster.ids[anArea+" "+line["area"]], Kind: model.ArticleKind(line["kind"]), Title: line["title"],
			Digest: line["digest"], Byline: line["byline"], Body: body,
		}
		for _, name := range line.list("representatives") {
			article.RepresentativeIDs = append(article.RepresentativeIDs, t.roster.ids[aRepresentative+" "+name])
		}
		_, err = t.newsroom.Publish(ctx, bySample, article)
		return err
	}
}

// prepareAnswers keeps the prepared answers of areas and representatives.
func (t *town) prepareAnswers(ctx context.Context) error {
	lines, err := table("templates.csv")
	if err != nil {
		return err
	}
	for _, line := range lines {
		owner, writer := directory.TemplateOwner{AreaID: t.roster.ids[anArea+" "+line["owner"]]}, districtLiaison
		if owner.AreaID == "" {
			owner.RepresentativeID, writer = t.roster.ids[aRepresentative+" "+line["owner"]], line["owner"]
		}
		by, err := t.person(ctx, writer)
		if err != nil {
			return err
		}
		wording := directory.Wording{TopicID: t.roster.ids[aTopic+" "+line["topic"]], Title: line["title"], Body: line["body"]}
		if _, err := t.directory.WriteReplyTemplate(ctx, by, owner, wording); err != nil {
			return fmt.Errorf("sample: prepared answer %s: %w", line["title"], err)
		}
	}
	return nil
}

// opening gives the id of the text that opened a message.
func (t *town) opening(ctx context.Context, letter string) (string, error) {
	turn, err := store.From[model.Turn](t.DB.Read()).Where("message_id = ? AND effect = ?", letter, model.EffectOpen).Take(ctx)
	if err != nil {
		return "", fmt.Errorf("find opening: %w", err)
	}
	return turn.ID, nil
}
