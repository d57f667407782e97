package pinyin

import (
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

// RefreshKeys sets the keys of a representative from the name; whoever writes
// the roster calls it.
func RefreshKeys(rep *model.Representative) {
	keys := KeysFor(rep.Name)
	rep.Pinyin, rep.Initials, rep.SearchKeys = keys.Pinyin, keys.Initials, keys.Search
}

func cutRunes(s string, most int) string {
	runes := []rune(s)
	return string(runes[:min(len(runes), most)])
}
