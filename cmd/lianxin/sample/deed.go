package sample

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"lianxin/model"
	"lianxin/service/deadline"
	"lianxin/service/directory"
	"lianxin/service/message"
	"lianxin/service/notice"
	people "lianxin/service/roster"
	"lianxin/service/store"
	"lianxin/service/suggestion"
)

// act is one line of the deeds: who does what to which message. with and text
// are what the deed needs besides.
type act struct {
	by         model.Actor
	letter     string
	with, text string
}

// deed lets somebody do something, by the name of the service's own verb.
func (t *town) deed(line row) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		by, err := t.person(ctx, line["who"])
		if err != nil {
			return err
		}
		a := act{by: by, letter: t.letters[line["key"]], with: line["with"], text: line["text"]}
		if line["key"] == "" {
			return t.ofSeat(ctx, line["deed"], t.roster.ids[aRepresentative+" "+line["who"]], a)
		}
		do, known := t.verbs()[line["deed"]]
		if !known {
			return fmt.Errorf("sample: there is no deed %q", line["deed"])
		}
		return do(ctx, a)
	}
}

// verbs are the deeds on messages.
func (t *town) verbs() map[string]func(context.Context, act) error {
	m := t.messages
	return map[string]func(context.Context, act) error{
		"acknowledge": func(ctx context.Context, a act) error { return just(m.Acknowledge(ctx, a.by, a.letter)) },
		"answer":      func(ctx context.Context, a act) error { return just(m.Answer(ctx, a.by, a.letter, a.text, nil)) },
		"hand_over": func(ctx context.Context, a act) error {
			return just(m.HandOver(ctx, a.by, a.letter, t.roster.ids[aUnit+" "+a.with], a.text))
		},
		"out_of_scope": func(ctx context.Context, a act) error {
			return just(m.OutOfScope(ctx, a.by, a.letter, model.Elsewhere(a.with), a.text))
		},
		"ask_consent": func(ctx context.Context, a act) error { return just(m.AskConsent(ctx, a.by, a.letter)) },
		"accept":      func(ctx context.Context, a act) error { return just(m.Accept(ctx, a.by, a.letter)) },
		"give_back":   func(ctx context.Context, a act) error { return just(m.RefuseHandOver(ctx, a.by, a.letter, a.text)) },
		"handle":      func(ctx context.Context, a act) error { return just(m.Handle(ctx, a.by, a.letter, a.text)) },
		"unit_answer": func(ctx context.Context, a act) error {
			return just(m.AnswerForUnit(ctx, a.by, a.letter, message.Words{Body: a.text}))
		},
		"extend":  t.extend,
		"pause":   func(ctx context.Context, a act) error { return just(m.Pause(ctx, a.by, a.letter, a.text)) },
		"resume":  func(ctx context.Context, a act) error { return just(m.Resume(ctx, a.by, a.letter)) },
		"confirm": t.confirm,
		"reopen": func(ctx context.Context, a act) error {
			return just(m.Reopen(ctx, a.by, a.letter, message.Words{Body: a.text}))
		},
		"object": func(ctx context.Context, a act) error {
			return just(m.Object(ctx, a.by, a.letter, message.Words{Body: a.text}))
		},
		"withdraw": func(ctx context.Context, a act) error {
			return just(m.Withdraw(ctx, a.by, a.letter))
		},
		"supplement": func(ctx context.Context, a act) error {
			return just(m.Supplement(ctx, a.by, model.Side(a.with), a.letter, message.Words{Body: a.text}))
		},
		"consent": func(ctx context.Context, a act) error {
			given := message.Consent{Purpose: model.ConsentPurpose(a.with), Given: true}
			return just(m.SetConsent(ctx, a.by, a.letter, given))
		},
		"reassign": func(ctx context.Context, a act) error {
			return just(m.Reassign(ctx, a.by, a.letter, t.roster.ids[aRepresentative+" "+a.with], a.text))
		},
		"gather":  t.gather,
		"note":    func(ctx context.Context, a act) error { return just(m.WriteNote(ctx, a.by, a.letter, a.text)) },
		"appeal":  func(ctx context.Context, a act) error { return t.onOpening(ctx, a, m.Appeal) },
		"release": func(ctx context.Context, a act) error { return t.onOpening(ctx, a, m.ReleaseTurn) },
	}
}

// just forgets the message that a deed gives back.
func just(_ message.Thread, err error) error { return err }

func (t *town) extend(ctx context.Context, a act) error {
	days, err := strconv.Atoi(a.with)
	if err != nil {
		return fmt.Errorf("sample: read days: %w", err)
	}
	return just(t.messages.Extend(ctx, a.by, a.letter, days, a.text))
}

// gather puts a message under another one on the same matter.
func (t *town) gather(ctx context.Context, a act) error {
	dealt, err := t.messages.ActTogether(ctx, a.by, message.Together{Deed: model.DeedGather, Batch: "gather-" + a.with, IDs: []string{a.letter}, LeadingID: t.letters[a.with]})
	if err != nil {
		return err
	}
	if !dealt[0].Done {
		return fmt.Errorf("sample: gather under %s: %s", a.with, dealt[0].Why)
	}
	return nil
}

// confirm reads "solved 5": the resident's word and the rating.
func (t *town) confirm(ctx context.Context, a act) error {
	word, rating, _ := strings.Cut(a.with, " ")
	stars, err := strconv.Atoi(rating)
	if err != nil {
		return fmt.Errorf("sample: read rating: %w", err)
	}
	return just(t.messages.Confirm(ctx, a.by, a.letter, message.Outcome{Word: model.Word(word), Rating: stars, Comment: a.text}))
}

// onOpening does something to the text that opened a message.
func (t *town) onOpening(ctx context.Context, a act, do func(ctx context.Context, by model.Actor, turnID string) error) error {
	id, err := t.opening(ctx, a.letter)
	if err != nil {
		return err
	}
	return do(ctx, a.by, id)
}

// ofSeat is what people do who are not at a message: follow, absence, preferences,
// their hours, the clocks of their area, and a look through the inbox.
func (t *town) ofSeat(ctx context.Context, deed, seat string, a act) error {
	switch deed {
	case "away":
		days, err := strconv.Atoi(a.with)
		if err != nil {
			return fmt.Errorf("sample: read days: %w", err)
		}
		return t.directory.SetAbsence(ctx, a.by, seat, model.Day(t.clock.now().AddDate(0, 0, days)), a.text)
	case "back":
		return t.directory.EndAbsence(ctx, a.by, seat)
	case "digest":
		return t.directory.SetPreferences(ctx, a.by, seat, directory.Preferences{DailyDigest: true})
	case "cap":
		most, err := strconv.Atoi(a.with)
		if err != nil {
			return fmt.Errorf("sample: read cap: %w", err)
		}
		return t.directory.SetPreferences(ctx, a.by, seat, directory.Preferences{MessageCap: most})
	case "hours":
		return t.setHours(ctx, seat, a)
	case "policy":
		return t.setPolicy(ctx, a)
	case "follow":
		kind, id := model.FollowRepresentative, t.roster.ids[aRepresentative+" "+a.with]
		if id == "" {
			kind, id = model.FollowArea, t.roster.ids[anArea+" "+a.with]
		}
		_, err := t.follows.Begin(ctx, a.by, kind, id)
		return err
	case "suggest", "complain":
		return t.suggest(ctx, deed, a)
	case "introduce":
		return t.introduce(ctx, seat, a)
	case "return_introduction":
		return t.returnIntroduction(ctx, a)
	case "reply":
		_, err := t.box.Reply(ctx, a.by, t.said[a.with], a.text)
		return err
	case "read":
		return notice.MarkAllRead(ctx, t.DB, a.by, t.clock.now())
	}
	return fmt.Errorf("sample: there is no deed %q of a seat", deed)
}

// suggest says something about the app; with names the area whose office answers.
func (t *town) suggest(ctx context.Context, deed string, a act) error {
	kind := model.SuggestionSuggestion
	if deed == "complain" {
		kind = model.SuggestionComplaint
	}
	one, err := t.box.Send(ctx, a.by, suggestion.Words{Kind: kind, Body: a.text, AreaID: t.roster.ids[anArea+" "+a.with]})
	t.said[a.by.Name] = one.ID
	return err
}

// introduce writes what a representative says of themselves.
func (t *town) introduce(ctx context.Context, seat string, a act) error {
	own, err := t.desk.OwnIntroduction(ctx, a.by, seat)
	if err != nil {
		return err
	}
	words := people.IntroductionWords{RepresentativeID: seat, Body: a.text}
	if own.Latest != nil {
		words.After = own.Latest.ID
	}
	_, err = t.desk.WriteIntroduction(ctx, a.by, words)
	return err
}

// returnIntroduction gives back what waits of the representative that with names.
func (t *town) returnIntroduction(ctx context.Context, a act) error {
	list, err := t.desk.Introductions(ctx, a.by, false, store.Page{})
	if err != nil {
		return err
	}
	for _, one := range list.Lines {
		if one.Name == a.with {
			return t.desk.ReturnIntroduction(ctx, a.by, one.ID, a.text)
		}
	}
	return fmt.Errorf("sample: nothing of %s waits", a.with)
}

// setHours reads "2 09:00 11:30, 4 14:00 16:00": days of the week with an hour
// from and an hour to. The topics stay as the roster has them.
func (t *town) setHours(ctx context.Context, seat string, a act) error {
	own, err := t.directory.OwnProfile(ctx, a.by, seat)
	if err != nil {
		return err
	}
	words := directory.OwnWords{Revision: own.Revision}
	for _, topic := range own.Topics {
		words.TopicIDs = append(words.TopicIDs, topic.ID)
	}
	for part := range strings.SplitSeq(a.with, ",") {
		var h model.RepresentativeHour
		if _, err := fmt.Sscanf(strings.TrimSpace(part), "%d %s %s", &h.Weekday, &h.Opens, &h.Closes); err != nil {
			return fmt.Errorf("sample: read hours: %w", err)
		}
		words.Hours = append(words.Hours, h)
	}
	return t.directory.SetOwnProfile(ctx, a.by, seat, words)
}

// setPolicy reads "first_touch 2": working days, for the area of the officer.
func (t *town) setPolicy(ctx context.Context, a act) error {
	kind, text, _ := strings.Cut(a.with, " ")
	days, err := strconv.Atoi(text)
	if err != nil {
		return fmt.Errorf("sample: read days: %w", err)
	}
	return deadline.SetPolicy(ctx, t.DB, a.by, model.DeadlinePolicy{
		AreaID: a.by.Grants[0].AreaID, Kind: model.DeadlineKind(kind), Days: days, Count: model.CountWorking,
	}, t.clock.now())
}
