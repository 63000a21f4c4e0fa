package lookalike

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"rollcall/rules/names/ucd"
)

// An alphabet is what the words of known names are written in, each in one.
type alphabet uint8

const (
	latin alphabet = iota
	cyrillic
	greek
	armenian
	georgian
	others
	alphabets
)

// alphabetOf is the alphabet of a letter; all is true of digits and signs.
func alphabetOf(u *ucd.Tables, r rune) (a alphabet, all bool) {
	switch u.Script(r) {
	case "Latin":
		return latin, false
	case "Cyrillic":
		return cyrillic, false
	case "Greek":
		return greek, false
	case "Armenian":
		return armenian, false
	case "Georgian":
		return georgian, false
	case ucd.Common, ucd.Inherited:
		return others, true
	}
	return others, false
}

// A ways is what a key may have for a letter that is shown, by the alphabet of
// the known word; nothing where no letter of it looks so.
type ways struct {
	of [alphabets][]string
	in uint8 // the alphabets of which there are any, as bits
	// by is the letter's own alphabet; several of digits and signs.
	by uint8
	// hand are the letters of all.
	hand hand
}

func (w *ways) put(a alphabet, text string) {
	if !slices.Contains(w.of[a], text) {
		w.of[a] = append(w.of[a], text)
		w.in |= 1 << a
		w.hand |= handOf(text)
	}
}

// own puts what a key has for a letter itself.
func (w *ways) own(u *ucd.Tables, m map[rune]string, r rune) {
	a, all := alphabetOf(u, r)
	for i := range w.of {
		if all || alphabet(i) == a {
			w.put(alphabet(i), home(u, m, r))
		}
	}
}

// belongs says which alphabet the letter itself is of.
func (w *ways) belongs(u *ucd.Tables, r rune) {
	w.by = 1<<alphabets - 1
	if a, all := alphabetOf(u, r); !all {
		w.by = 1 << a
	}
}

// readings says how letters are read that can be taken for others. It is the very
// relation by which letters are compared, turned round, so that a key parts
// nothing that a comparison would join, whatever is done to the other letters of
// a name.
var readings = sync.OnceValue(func() *readingTable {
	u, m := ucd.Load(), canons()
	set := map[rune]bool{}
	for r := range m {
		for _, x := range [...]rune{r, unicode.ToUpper(r), unicode.ToLower(r)} {
			set[x] = true
		}
	}
	letters := slices.Sorted(maps.Keys(set))
	known := map[rune][]rune{} // by what they can be read as
	for _, r := range letters {
		if !usual(u, r) {
			continue
		}
		for _, of := range [...]rune{r, unicode.ToUpper(r)} {
			for _, x := range drawn(u, of) {
				if f := fold(x.r); !slices.Contains(known[f], r) {
					known[f] = append(known[f], r)
				}
			}
		}
	}
	out := &readingTable{rest: make(map[rune]*ways, len(letters))}
	for _, r := range letters {
		w := &ways{}
		w.belongs(u, r)
		w.own(u, m, r)
		for _, x := range [...]rune{fold(r), unicode.ToUpper(r)} {
			w.own(u, m, x)
		}
		done := map[rune]bool{}
		for _, x := range append(drawn(u, r), shape{unicode.ToUpper(r), true}) {
			for _, k := range known[fold(x.r)] {
				if done[k] {
					continue
				}
				done[k] = true
				if _, ok := letter(unit{r: r}, unit{r: k}); ok {
					w.own(u, m, k)
				}
			}
		}
		out.rest[r] = w
	}
	for r := range out.first {
		out.first[r] = out.of(rune(r))
	}
	return out
})

// A readingTable has the ways of letters, those of the first alphabets at hand.
type readingTable struct {
	first [0x600]*ways
	rest  map[rune]*ways
}

func (t *readingTable) of(r rune) *ways {
	if 0 <= r && int(r) < len(t.first) && t.first[r] != nil {
		return t.first[r]
	}
	if w, ok := t.rest[r]; ok {
		return w
	}
	w := &ways{}
	w.belongs(ucd.Load(), r)
	w.own(ucd.Load(), nil, r)
	return w
}

// seldom are letters beyond the first of an alphabet with which names are
// written in some languages.
const seldom = "ɓɗəɛɔɣɖɨʉɲƁƊƏƒƑƘƙƠơƯưƱƲƳƴǝґғқҡңҥөұүһәҙҫҗҳҷӯӣӧӳӑӗ"

// usual reports whether names are written with a letter, as it is compared. A
// known name with others is found by their own keys.
func usual(u *ucd.Tables, r rune) bool {
	switch {
	case r < utf8.RuneSelf, strings.ContainsRune(seldom, unicode.ToLower(r)):
		return true
	case !unicode.IsLetter(r) || !norm.NFKD.IsNormalString(string(r)):
		return false
	}
	switch u.Script(r) {
	case "Latin":
		return r < 0x180
	case "Greek":
		return 0x386 <= r && r <= 0x3ce
	case "Cyrillic":
		return r < 0x460
	case "Georgian":
		return 0x10d0 <= r && r <= 0x10ff
	case "Armenian", "Hebrew", "Arabic", "Syriac", "Thaana", "Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Oriya", "Tamil", "Telugu", "Kannada", "Malayalam", "Sinhala",
		"Thai", "Lao", "Myanmar", "Khmer", "Ethiopic", "Tibetan", "Mongolian", "Han", "Hangul", "Hiragana", "Katakana", "Bopomofo":
		return true
	}
	return false
}

// home is what the key of a known name has for a letter: the same in either case.
func home(u *ucd.Tables, m map[rune]string, r rune) string {
	if usual(u, r) {
		r = fold(r)
	}
	return canon(m, r)
}

// ways are those of a letter as it was written.
func (x unit) ways() *ways {
	w := readings().of(x.r)
	if x.alt == 0 {
		return w
	}
	both := &ways{by: w.by}
	for a := range both.of {
		for _, of := range [...]*ways{w, readings().of(x.alt)} {
			for _, text := range of.of[a] {
				both.put(alphabet(a), text)
			}
		}
	}
	return both
}

// A hand is a set of letters, each as one of 64.
type hand uint64

func handOf(text string) hand {
	var h hand
	for _, r := range text {
		h |= 1 << (r & 63)
	}
	return h
}
