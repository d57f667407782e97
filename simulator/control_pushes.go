package simulator

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

func listPushes(s *Simulator, c control) (any, error) {
	list := []*push{}
	account := c.URL.Query().Get("account")
	for _, p := range s.pushes {
		if account == "" || p.Account == account {
			list = append(list, p)
		}
	}
	return reply{"pushes": list}, nil
}

// pushRaw signs and pushes anything: a raw body, or an event or a message made of fields.
func pushRaw(s *Simulator, c control) (any, error) {
	in, err := read[struct {
		Account string          `json:"account"`
		User    string          `json:"user"`
		Body    string          `json:"body"`
		Fields  json.RawMessage `json:"fields"`
		Mode    string          `json:"mode"`
		Copies  int             `json:"copies"`
	}](c)
	if err != nil {
		return nil, err
	}
	a, err := s.accountNamed(in.Account)
	if err != nil {
		return nil, err
	}
	if !slices.Contains([]string{"", ModePlain, ModeCompatible, ModeSafe}, in.Mode) || in.Copies < 0 || in.Copies > 20 {
		return nil, wrong("mode is plain, compatible or safe; copies at most 20")
	}
	what := pushed{label: "raw", body: in.Body, mode: in.Mode, copies: in.Copies}
	if in.User != "" {
		if what.person, err = s.named(in.User); err != nil {
			return nil, err
		}
	}
	if (in.Body == "") == (in.Fields == nil) {
		return nil, wrong("give either body or fields")
	}
	if in.Fields != nil {
		if what.person == nil {
			return nil, wrong("fields need a user")
		}
		if what.body, err = s.bodyOf(a, what.person, in.Fields); err != nil {
			return nil, err
		}
	}
	return s.push(a, what), nil
}

// bodyOf puts the common elements before those that were given, which win over them.
func (s *Simulator) bodyOf(a *account, p *person, raw json.RawMessage) (string, error) {
	var given map[string]any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber() // message ids are longer than a float64 can hold
	if err := decoder.Decode(&given); err != nil {
		return "", wrong("fields is an object")
	}
	more, err := fieldsOf(given)
	if err != nil {
		return "", err
	}
	heading := slices.DeleteFunc(s.heading(a, p), func(f field) bool {
		_, ok := given[f.name]
		return ok
	})
	return a.render(append(heading, more...)), nil
}

func fieldsOf(given map[string]any) (fields, error) {
	var out fields
	for _, name := range slices.Sorted(maps.Keys(given)) {
		switch v := given[name].(type) {
		case string:
			out = append(out, field{name, v})
		case json.Number:
			n, err := v.Int64()
			if err != nil {
				return nil, wrong("a number has no fraction: " + name)
			}
			out = append(out, field{name, n})
		case map[string]any:
			inner, err := fieldsOf(v)
			if err != nil {
				return nil, err
			}
			out = append(out, field{name, inner})
		case []any:
			list, err := listOf(v)
			if err != nil {
				return nil, err
			}
			out = append(out, field{name, list})
		default:
			return nil, wrong("a field is a string, a number, an object or a list of objects: " + name)
		}
	}
	return out, nil
}

func listOf(given []any) ([]fields, error) {
	var out []fields
	for _, item := range given {
		inner, ok := item.(map[string]any)
		if !ok {
			return nil, wrong("a list holds objects")
		}
		one, err := fieldsOf(inner)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

// resend delivers a push again: the very same bytes, or signed anew with "fresh".
func resend(s *Simulator, c control) (any, error) {
	in, err := read[struct {
		Fresh bool `json:"fresh"`
	}](c)
	if err != nil {
		return nil, err
	}
	id, err := strconv.ParseInt(c.PathValue("id"), 10, 64)
	at := slices.IndexFunc(s.pushes, func(p *push) bool { return p.ID == id })
	if err != nil || at < 0 {
		return nil, missing("no push has this id")
	}
	again := *s.pushes[at]
	again.ID, again.At, again.Attempts = s.next(), s.now(), []attempt{}
	a := s.accounts[again.Account]
	again.address, again.what.spoken = a.CallbackURL, false
	if in.Fresh {
		if err := again.seal(a, s.now()); err != nil {
			return nil, conflict(err.Error())
		}
	}
	s.pushes = append(s.pushes, &again)
	s.send(&again, 1)
	return &again, nil
}
