package privacy

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"gorm.io/gorm"

	"lianxin/model"
	"lianxin/model/fault"
	"lianxin/service/sealed"
	"lianxin/service/store"
)

// Schema names the shape of the JSON in a copy; it grows, and is never changed.
const Schema = "lianxin-copy/1"

// bundlePage is how many messages are held in memory at a time.
const bundlePage = 100

// Ready is a copy that may be fetched now.
type Ready struct {
	bundle bundle
	self   self
}

// OpenCopy takes one of the times a copy may be fetched. Faults:
// unauthenticated; not found when no copy waits to be fetched.
func (s *Service) OpenCopy(ctx context.Context, by model.Actor, id string) (Ready, error) {
	if err := signedIn(by); err != nil {
		return Ready{}, err
	}
	if err := s.takeCopy(ctx, by, id); err != nil {
		return Ready{}, err
	}
	me, err := s.self(ctx, by)
	if err != nil {
		return Ready{}, err
	}
	return Ready{bundle{s: s, by: by, at: s.now()}, me}, nil
}

// Write writes the copy as a zip, as it is read: index.html to look at,
// data.json and messages.jsonl for programs, and the pictures. Other people are
// in it in function only. What fails cuts the zip short.
func (r Ready) Write(ctx context.Context, to io.Writer) error {
	b := r.bundle
	b.zip = zip.NewWriter(to)
	if err := b.write(ctx, r.self); err != nil {
		return err
	}
	if err := b.zip.Close(); err != nil {
		return fmt.Errorf("privacy: end zip: %w", err)
	}
	return nil
}

// self is what stands once of a person.
type self struct {
	Schema     string           `json:"schema"`
	MadeAt     time.Time        `json:"made_at"`
	PersonID   string           `json:"person_id"`
	Name       string           `json:"name"`
	Phone      string           `json:"phone"`
	CreatedAt  time.Time        `json:"created_at"`
	Identities []identityOfSelf `json:"wechat_identities"`
	Sessions   []sessionOfSelf  `json:"sessions"`
	Roles      []model.Role     `json:"roles"`
	Consents   []consentOfSelf  `json:"consents"`
	Notices    []noticeOfSelf   `json:"notices"`
	Follows    []followOfSelf   `json:"follows"`
	Links      []linkOfSelf     `json:"links"`
	Members    []memberOfSelf   `json:"memberships"`
	Categories []Category       `json:"categories"`

	Suggestions   []suggestionOfSelf   `json:"suggestions"`
	Introductions []introductionOfSelf `json:"introductions"`
}

type identityOfSelf struct {
	Account model.WeChatAccount `json:"account"`
	OpenID  string              `json:"openid"`
	UnionID string              `json:"unionid"`
	Since   time.Time           `json:"since"`
}

type sessionOfSelf struct {
	Kind    model.SessionKind `json:"kind"`
	Opened  time.Time         `json:"opened_at"`
	Ends    time.Time         `json:"ends_at"`
	Revoked *time.Time        `json:"revoked_at"`
}

type consentOfSelf struct {
	Purpose   model.ConsentPurpose `json:"purpose"`
	Version   string               `json:"version"`
	Words     string               `json:"words"`
	MessageID string               `json:"message_id"`
	Given     bool                 `json:"given"`
	At        time.Time            `json:"at"`
}

type memberOfSelf struct {
	ElectingUnit string     `json:"electing_unit"`
	Name         string     `json:"name"`
	ConfirmedAt  *time.Time `json:"confirmed_at"`
}

type linkOfSelf struct {
	Cause    model.LinkCause `json:"cause"`
	State    model.LinkState `json:"state"`
	LinkedAt time.Time       `json:"linked_at"`
	UndoneAt *time.Time      `json:"undone_at"`
	// PhoneAside is a number that waits here for the undo.
	PhoneAside string `json:"phone_aside,omitempty"`
}

type noticeOfSelf struct {
	Title string    `json:"title"`
	Body  string    `json:"body"`
	At    time.Time `json:"at"`
}

type followOfSelf struct {
	Kind  model.FollowKind `json:"kind"`
	Name  string           `json:"name"`
	Since time.Time        `json:"since"`
}

type suggestionOfSelf struct {
	Kind      model.SuggestionKind `json:"kind"`
	Body      string               `json:"body"`
	At        time.Time            `json:"at"`
	Reply     string               `json:"reply"`
	RepliedAt *time.Time           `json:"replied_at"`
}

type introductionOfSelf struct {
	Body    string                  `json:"body"`
	State   model.IntroductionState `json:"state"`
	Reason  string                  `json:"reason"`
	At      time.Time               `json:"at"`
	EndedAt *time.Time              `json:"ended_at"`
}

func (s *Service) self(ctx context.Context, by model.Actor) (self, error) {
	db := s.db.Read()
	person, err := store.From[model.Person](db).Where("id = ? AND erased_at IS NULL", by.PersonID).Take(ctx)
	if err != nil {
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return self{}, fault.Unauthenticated("登录已过期，请重新登录。")
		}
		return self{}, fmt.Errorf("privacy: find person: %w", err)
	}
	me := self{
		Schema: Schema, MadeAt: s.now().In(model.Shanghai), PersonID: person.ID, Name: person.Name, CreatedAt: person.CreatedAt.In(model.Shanghai),
		Identities: []identityOfSelf{}, Sessions: []sessionOfSelf{}, Roles: []model.Role{}, Consents: []consentOfSelf{}, Notices: []noticeOfSelf{},
		Follows: []followOfSelf{}, Links: []linkOfSelf{}, Members: []memberOfSelf{}, Suggestions: []suggestionOfSelf{},
		Introductions: []introductionOfSelf{},
	}
	if me.Phone, err = s.keys.Open(sealed.PhoneOf(person.ID), person.Phone); err != nil {
		return self{}, fmt.Errorf("privacy: read phone: %w", err)
	}
	if me.Categories, err = s.Overview(ctx, by); err != nil {
		return self{}, err
	}
	if me.Roles, err = inFunction(ctx, db, by.PersonID); err != nil {
		return self{}, err
	}
	return me, s.fillSelf(ctx, db, by.PersonID, &me)
}

func (s *Service) fillSelf(ctx context.Context, db *gorm.DB, personID string, me *self) error {
	identities, err := store.From[model.WeChatIdentity](db).Where("person_id = ?", personID).Order("created_at, id").Find(ctx)
	if err != nil {
		return fmt.Errorf("privacy: read identities: %w", err)
	}
	for _, i := range identities {
		me.Identities = append(me.Identities, identityOfSelf{i.Account, i.OpenID, i.UnionID, i.CreatedAt.In(model.Shanghai)})
	}
	sessions, err := store.From[model.Session](db).Where("person_id = ?", personID).Order("created_at DESC, id").Limit(1000).Find(ctx)
	if err != nil {
		return fmt.Errorf("privacy: read sessions: %w", err)
	}
	for _, v := range sessions {
		me.Sessions = append(me.Sessions, sessionOfSelf{v.Kind, v.CreatedAt.In(model.Shanghai), v.RefreshExpiresAt.In(model.Shanghai), v.RevokedAt})
	}
	consents, err := store.From[model.Consent](db).Where("person_id = ?", personID).Order("at, id").Find(ctx)
	if err != nil {
		return fmt.Errorf("privacy: read consents: %w", err)
	}
	for _, c := range consents {
		w, _ := model.WordingOf(c.Purpose, c.Wording)
		me.Consents = append(me.Consents, consentOfSelf{c.Purpose, c.Wording, w.Words, c.TargetID, c.Given, c.At.In(model.Shanghai)})
	}
	notices, err := store.From[model.Notice](db).Where("person_id = ?", personID).Order("created_at DESC, id").Limit(5000).Find(ctx)
	if err != nil {
		return fmt.Errorf("privacy: read notices: %w", err)
	}
	for _, n := range notices {
		me.Notices = append(me.Notices, noticeOfSelf{n.Title, n.Body, n.CreatedAt.In(model.Shanghai)})
	}
	if err := s.fillLinks(ctx, db, personID, me); err != nil {
		return err
	}
	if err := fillMembers(ctx, db, personID, me); err != nil {
		return err
	}
	return fillFollows(ctx, db, personID, me)
}

func fillFollows(ctx context.Context, db *gorm.DB, personID string, me *self) error {
	follows, err := store.From[struct {
		Kind      model.FollowKind
		Name      string
		CreatedAt time.Time
	}](db).Raw(`SELECT f.kind, COALESCE(r.name, a.name, '') AS name, f.created_at FROM follows f
		LEFT JOIN representatives r ON f.kind = ? AND r.id = f.target_id
		LEFT JOIN areas a ON f.kind = ? AND a.id = f.target_id
		WHERE f.person_id = ? ORDER BY f.created_at, f.id`, model.FollowRepresentative, model.FollowArea, personID).Find(ctx)
	if err != nil {
		return fmt.Errorf("privacy: read follows: %w", err)
	}
	for _, f := range follows {
		me.Follows = append(me.Follows, followOfSelf{f.Kind, f.Name, f.CreatedAt.In(model.Shanghai)})
	}
	return fillSuggestions(ctx, db, personID, me)
}

func fillSuggestions(ctx context.Context, db *gorm.DB, personID string, me *self) error {
	said, err := store.From[model.AppSuggestion](db).Where("person_id = ?", personID).Order("created_at, id").Find(ctx)
	if err != nil {
		return fmt.Errorf("privacy: read suggestions: %w", err)
	}
	for _, one := range said {
		me.Suggestions = append(me.Suggestions, suggestionOfSelf{one.Kind, one.Body, one.CreatedAt.In(model.Shanghai), one.Reply, one.RepliedAt})
	}
	written, err := store.From[model.Introduction](db).Where("person_id = ?", personID).Order("created_at, id").Find(ctx)
	if err != nil {
		return fmt.Errorf("privacy: read introductions: %w", err)
	}
	for _, one := range written {
		me.Introductions = append(me.Introductions, introductionOfSelf{one.Body, one.State, one.Reason, one.CreatedAt.In(model.Shanghai), model.InShanghai(one.EndedAt)})
	}
	return nil
}

// bundle writes one copy.
type bundle struct {
	s   *Service
	by  model.Actor
	zip *zip.Writer
	at  time.Time
}

type messageOfSelf struct {
	ID         string           `json:"id"`
	Number     string           `json:"number"`
	Mine       bool             `json:"mine"`
	Name       string           `json:"name"`
	Place      string           `json:"place"`
	State      string           `json:"state"`
	SentAt     time.Time        `json:"sent_at"`
	AnsweredAt *time.Time       `json:"answered_at"`
	Word       model.Word       `json:"word"`
	Rating     int              `json:"rating"`
	Comment    string           `json:"comment"`
	Turns      []turnOfSelf     `json:"turns"`
	Facts      []factOfSelf     `json:"facts"`
	Readings   []readingsOfSelf `json:"readings"`
}

type turnOfSelf struct {
	Side     model.Side `json:"side"`
	Author   string     `json:"author"`
	Body     string     `json:"body"`
	At       time.Time  `json:"at"`
	Pictures []string   `json:"pictures"`
}

type factOfSelf struct {
	Deed  model.MessageDeed `json:"deed"`
	Actor string            `json:"actor"`
	Note  string            `json:"note"`
	At    time.Time         `json:"at"`
}

type readingsOfSelf struct {
	Reader string             `json:"reader"`
	Depth  model.ReadingDepth `json:"depth"`
	At     time.Time          `json:"at"`
}

func (b bundle) create(name string) (io.Writer, error) {
	w, err := b.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: b.at})
	if err != nil {
		return nil, fmt.Errorf("privacy: begin %s: %w", name, err)
	}
	return w, nil
}

// write goes over the messages three times, a page at a time: for reading, for
// programs, and for the pictures. A zip holds one file after the other, and
// nothing of a long history is kept in memory.
func (b bundle) write(ctx context.Context, me self) error {
	page, err := b.create("index.html")
	if err != nil {
		return err
	}
	if err := htmlHead(page, me); err != nil {
		return err
	}
	if err := b.messages(ctx, func(m messageOfSelf) error { return htmlMessage(page, m) }); err != nil {
		return err
	}
	if err := htmlFoot(page); err != nil {
		return err
	}
	data, err := b.create("data.json")
	if err != nil {
		return err
	}
	if err := indented(data).Encode(me); err != nil {
		return fmt.Errorf("privacy: write data.json: %w", err)
	}
	lines, err := b.create("messages.jsonl")
	if err != nil {
		return err
	}
	each := json.NewEncoder(lines)
	each.SetEscapeHTML(false)
	if err := b.messages(ctx, func(m messageOfSelf) error { return each.Encode(m) }); err != nil {
		return err
	}
	return b.messages(ctx, func(m messageOfSelf) error { return b.pictures(ctx, m) })
}

func indented(w io.Writer) *json.Encoder {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e
}

func (b bundle) pictures(ctx context.Context, m messageOfSelf) error {
	for _, t := range m.Turns {
		for _, id := range t.Pictures {
			if err := b.picture(ctx, id); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b bundle) picture(ctx context.Context, id string) (err error) {
	body, err := b.s.files.Full(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // the page says which one is missing
	}
	if err != nil {
		return fmt.Errorf("privacy: open picture: %w", err)
	}
	defer func() { err = errors.Join(err, body.Close()) }()
	to, err := b.zip.CreateHeader(&zip.FileHeader{Name: pictureName(id), Method: zip.Store, Modified: b.at})
	if err != nil {
		return fmt.Errorf("privacy: begin picture: %w", err)
	}
	if _, err = io.Copy(to, body); err != nil {
		return fmt.Errorf("privacy: copy picture: %w", err)
	}
	return nil
}

func pictureName(id string) string { return "pictures/" + id + ".jpg" }

func (s *Service) fillLinks(ctx context.Context, db *gorm.DB, personID string, me *self) error {
	links, err := store.From[model.PersonLink](db).Where("kept_id = ?", personID).Order("linked_at, id").Find(ctx)
	if err != nil {
		return fmt.Errorf("privacy: read links: %w", err)
	}
	for _, l := range links {
		aside, err := s.keys.Open(sealed.PhoneAsideOf(l.ID), l.PhoneAside)
		if err != nil {
			return fmt.Errorf("privacy: read number put aside: %w", err)
		}
		me.Links = append(me.Links, linkOfSelf{l.Cause, l.State, l.LinkedAt.In(model.Shanghai), l.UndoneAt, aside})
	}
	return nil
}
