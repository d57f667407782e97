package pinyin

import (
	"slices"
	"strings"

	"lianxin/model"
)

// What the columns of the roster hold.
const (
	pinyinMax   = 120
	initialsMax = 60
	searchMax   = 1000
)

// NameKeys is everything a name is found and sorted by. Search is a list of
// folded spellings with a blank between them.
type NameKeys struct {
	Pinyin   string
	Initials string
	Search   string
}

// KeysFor makes the keys of a person's name.
func KeysFor(name string) NameKeys {
	full, initials := Name(name)
	var search string
	for _, key := range Keys(name) {
		if len(search)+1+len(key) <= searchMax {
			search = strings.TrimSpace(search + " " + key)
		}
	}
	return NameKeys{Pinyin: cutRunes(full, pinyinMax), Initials: cutRunes(initials, initialsMax), Search: search}
}

// PlaceKeysFor makes the keys of the name of a place. It has no Search.
func PlaceKeysFor(name string) NameKeys {
	full, initials := Text(name)
	return NameKeys{Pinyin: cutRunes(full, pinyinMax), Initials: cutRunes(initials, initialsMax)}
}

// KeysReadAs makes the keys of a name that is read in a way the tables do not
// know. What people may guess instead stays among them.
func KeysReadAs(name, reading string) NameKeys {
	keys := KeysFor(name)
	syllables := strings.Fields(reading)
	if len(syllables) == 0 {
		return keys
	}
	var units []unit
	for _, syllable := range syllables {
		units = append(units, unit{syllable})
	}
	full, initials := join(units)
	var search []string
	for _, key := range append([]string{full, initials}, strings.Fields(keys.Search)...) {
		if !slices.Contains(search, key) && len(strings.Join(search, " "))+1+len(key) <= searchMax {
			search = append(search, key)
		}
	}
	return NameKeys{Pinyin: cutRunes(full, pinyinMax), Initials: cutRunes(initials, initialsMax), Search: strings.Join(search, " ")}
}

// syllableMax is how many letters a syllable has at most: zhuang.
const syllableMax = 6

// Reading brings the reading of a name to its one form: a syllable for each
// character that is read, with a blank between, without tones. False when it is
// not one for this name.
func Reading(name, reading string) (string, bool) {
	var syllables []string
	for syllable := range strings.FieldsSeq(strings.NewReplacer("·", " ", "-", " ", "'", " ", "’", " ").Replace(reading)) {
		syllable = Fold(strings.NewReplacer("ü", "v", "Ü", "v").Replace(syllable))
		if syllable == "" || len(syllable) > syllableMax || strings.ContainsFunc(syllable, func(r rune) bool { return r < 'a' || r > 'z' }) {
			return "", false
		}
		syllables = append(syllables, syllable)
	}
	clean := strings.Join(syllables, " ")
	return clean, len(syllables) == len(nameUnits(name)) && len(clean) <= pinyinMax
}

// Spelled is how the tables read a name, a syllable for each character: what
// somebody who corrects it begins with.
func Spelled(name string) string {
	var syllables []string
	for _, u := range nameUnits(name) {
		syllables = append(syllables, u[0])
	}
	return strings.Join(syllables, " ")
}

// RefreshKeys sets the keys of a representative from the name and its reading;
// whoever writes the roster calls it. A reading that does not fit the name, which
// has changed, goes.
func RefreshKeys(rep *model.Representative) {
	if reading, fits := Reading(rep.Name, rep.Reading); rep.Reading != "" && !fits {
		rep.Reading = ""
	} else if rep.Reading != "" {
		rep.Reading = reading
	}
	keys := KeysReadAs(rep.Name, rep.Reading)
	rep.Pinyin, rep.Initials, rep.SearchKeys = keys.Pinyin, keys.Initials, keys.Search
}

func cutRunes(s string, most int) string {
	runes := []rune(s)
	return string(runes[:min(len(runes), most)])
}
