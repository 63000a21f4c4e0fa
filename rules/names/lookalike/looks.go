package lookalike

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rollcall/rules/names/ucd"
)

// face is letter of two letters as they are drawn.
func face(a, b rune) (trait, bool) {
	switch {
	case a == b:
		return 0, true
	case fold(a) == fold(b):
		return otherCase, true
	}
	got, ok := looks(a, b)
	if capital := unicode.ToUpper(b); !ok && capital != b && (!unicode.IsLower(a) || a >= utf8.RuneSelf && slices.Contains(shapes(ucd.Load(), a), shape{'I', false})) {
		got, ok = looks(a, capital) // a name in capitals
		got |= otherCase
	}
	return got, ok
}

// fold brings a letter to the one that stands for it in either case.
func fold(r rune) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}
	switch r {
	case 'ς':
		return 'σ'
	case 'ı':
		return 'i'
	}
	return unicode.ToLower(r)
}

// looks reports whether two letters that are not the same look alike.
func looks(a, b rune) (trait, bool) {
	for _, list := range alikeInLatin {
		if inLatin(list, a) && inLatin(list, b) && (unicode.IsDigit(a) || unicode.IsDigit(b) || !unicode.IsLetter(a) || !unicode.IsLetter(b) || list[0] == 'l' && thin(a) && thin(b)) {
			if unicode.IsDigit(b) && unicode.IsDigit(a) {
				continue // two numbers are two numbers
			}
			return signs, true
		}
	}
	if a < utf8.RuneSelf && b < utf8.RuneSelf {
		return 0, false
	}
	u := ucd.Load()
	if meet(shapes(u, a), shapes(u, b)) {
		return how(u, a, b), true
	}
	// Letters of one alphabet that are drawn alike are told apart by its readers,
	// unless they hardly know one of them.
	if (u.Script(a) != u.Script(b) || rarely(a) || rarely(b)) && meet(drawn(u, a), drawn(u, b)) {
		return otherAlphabets, true
	}
	return 0, false
}

// rarely reports whether a letter is of the parts of Unicode that have the
// letters of scholars, of phonetics and of days past.
func rarely(r rune) bool {
	return 0x180 <= r && r <= 0x1bf && !strings.ContainsRune(seldom, r) || r == 'ĸ' || 0x250 <= r && r <= 0x2af || 0x500 <= r && r <= 0x52f || 0x1c80 <= r && r <= 0x1dff || 0xa640 <= r && r <= 0xa69f || 0xa720 <= r && r <= 0xa7ff || 0xab30 <= r && r <= 0xab6f
}

// meet reports whether two letters can be read as the same.
func meet(a, b []shape) bool {
	for _, x := range a {
		for _, y := range b {
			if x.r == y.r || x.foldable && y.foldable && fold(x.r) == fold(y.r) {
				return true
			}
		}
	}
	return false
}

// drawn are the shapes of a letter with those that it is drawn like.
func drawn(u *ucd.Tables, r rune) []shape {
	out := shapes(u, r)
	for _, like := range drawnLike(r) {
		out = append(out, shape{like, true})
	}
	return out
}

// thin reports whether a letter is an upright stroke.
func thin(r rune) bool { return r == 'l' || r == 'I' || r == '1' || r == '|' }

func inLatin(list string, r rune) bool {
	return r < 0x100 && strings.ContainsRune(list, r) || r == '€' && strings.ContainsRune(list, r) ||
		r < utf8.RuneSelf && r != 'l' && strings.ContainsRune(list, unicode.ToLower(r)) && list[0] != 'l'
}

// how says by what letters that look alike differ.
func how(u *ucd.Tables, a, b rune) trait {
	switch s, o := u.Script(a), u.Script(b); {
	case s != o:
		return otherAlphabets
	case stroke(u, a) || stroke(u, b):
		return otherAccents
	case s == "Latin":
		return otherAlphabets
	}
	return otherForm
}

// stroke reports whether a letter is another with a stroke through it, as in
// Polish, Danish and Vietnamese.
func stroke(u *ucd.Tables, r rune) bool {
	if b, ok := u.Base(r); ok {
		return b.Stroke
	}
	to, ok := u.Prototype(r)
	return ok && utf8.RuneCountInString(to) > 1 && utf8.RuneCountInString(bareLetters(u, to)) == 1
}

// A shape is a letter as which another can be read.
type shape struct {
	r rune
	// foldable: in either case. An upright stroke is the very letter that it looks
	// like: "Ian" is not read as "Lan".
	foldable bool
}

func shapes(u *ucd.Tables, r rune) []shape {
	out := []shape{{r, true}}
	if b, ok := u.Base(r); ok {
		out = append(out, shape{b.Letter, true})
	}
	to, ok := u.Prototype(r)
	if !ok {
		return out
	}
	to = bareLetters(u, to)
	p, n := utf8.DecodeRuneInString(to)
	if n != len(to) {
		for _, x := range alikeTogether {
			if to == x.many && r != x.one {
				out = append(out, shape{x.one, true})
			}
		}
		return out
	}
	if r < utf8.RuneSelf {
		return out // alikeInLatin has those
	}
	if b, ok := u.Base(p); ok {
		out = append(out, shape{b.Letter, true})
	}
	switch {
	case p == 'l' && !unicode.IsUpper(r) && !unicode.IsLower(r) && u.Script(r) != "Arabic" && u.Script(r) != "Hebrew":
		return append(out, shape{'I', true}, shape{'l', true}) // of a script without capitals
	case p == 'l' && unicode.IsUpper(r):
		return append(out, shape{'I', true}, shape{'l', false})
	case p == 'l':
		return append(out, shape{'l', u.Script(r) != "Arabic"}, shape{'I', false}, shape{'1', false})
	case p == 'O' || p == 'o':
		return append(out, shape{p, true}, shape{'0', false})
	}
	return append(out, shape{p, true})
}
