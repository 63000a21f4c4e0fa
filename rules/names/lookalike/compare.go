package lookalike

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rollcall/rules/names/ucd"
)

// A trait is one thing in which a name differs from one that it is mistaken for.
type trait uint16

// The traits, in the order in which they are told.
const (
	otherCase trait = 1 << iota
	otherSpacing
	otherAccents
	otherForm // of a letter within its alphabet, as keyboards differ
	otherOrder
	otherInitial
	addition
	emoji
	signs          // digits and signs for letters
	together       // "rn" for "m"
	styled         // mathematical and the like
	otherAlphabets // letters of other alphabets
	spacedOut
	invisible
)

// traitNames say them in words.
var traitNames = [...]string{"letter case", "spacing", "accents or punctuation", "another form of a letter", "word order", "a middle initial", "an addition",
	"emoji", "digits or signs for letters", "several letters for one", "styled letters", "letters that look like others", "letters set apart", "invisible characters"}

// nearness is what traits come to.
func (t trait) nearness() Nearness {
	switch {
	case t >= signs:
		return Disguised
	case t&^(otherCase|otherSpacing) != 0:
		return Alike
	}
	return Same
}

// words says the traits.
func (t trait) words() []string {
	var out []string
	for i, name := range traitNames {
		if t&(1<<i) != 0 {
			out = append(out, name)
		}
	}
	return out
}

// compare reports whether a name so taken is mistaken for a known one, and by
// what.
func (c core) compare(known core) (trait, bool) {
	var t trait
	if c.added || known.added {
		t |= addition
	}
	switch {
	case slices.Equal(c.initials, known.initials):
	case contains(c.initials, known.initials), contains(known.initials, c.initials):
		t |= otherInitial
	default:
		return 0, false // other initials tell two people apart
	}
	if got, ok := inOrder(c.words, known.words); ok {
		return t | got, true
	}
	if got, ok := anyOrder(c.words, known.words); ok {
		return t | got | otherOrder, true
	}
	if got, ok := joined(c.words, known.words); ok {
		return t | got, true
	}
	if n := len(known.words); n > 1 {
		last := append([]word{known.words[n-1]}, known.words[:n-1]...)
		if got, ok := joined(c.words, last); ok {
			return t | got | otherOrder, true
		}
	}
	return 0, false
}

// contains reports whether a sorted list has all of another.
func contains(list, all []rune) bool {
	for _, r := range all {
		if !slices.Contains(list, r) {
			return false
		}
	}
	return true
}

func inOrder(a, b []word) (trait, bool) {
	if len(a) != len(b) {
		return 0, false
	}
	var t trait
	for i := range a {
		got, ok := mistaken(a[i].units, b[i].units)
		if !ok {
			return 0, false
		}
		t |= got
		if (a[i].before == weak) != (b[i].before == weak) && i > 0 {
			t |= otherAccents
		}
	}
	return t, true
}

// anyOrder pairs the words of two names, each with the first that it is
// mistaken for.
func anyOrder(a, b []word) (trait, bool) {
	if len(a) != len(b) || len(a) > 12 {
		return 0, false
	}
	var t trait
	used := make([]bool, len(b))
	for _, w := range a {
		found := false
		for j := range b {
			if used[j] {
				continue
			}
			if got, ok := mistaken(w.units, b[j].units); ok {
				used[j], found, t = true, true, t|got
				break
			}
		}
		if !found {
			return 0, false
		}
	}
	return t, true
}

// joined compares two names without the spaces in them. Words that are each
// written like one, in other places than the known ones, are another name: "Ann
// Akers" is not "Anna Kers", and "Yan G. He" not "Yang He".
func joined(a, b []word) (trait, bool) {
	var x, y []unit
	single := len(a) > 2
	for _, w := range a {
		x = append(x, w.units...)
		single = single && len(w.units) == 1
	}
	for _, w := range b {
		y = append(y, w.units...)
	}
	if !single && otherWords(a, b, len(x) == len(y)) {
		return 0, false
	}
	t, ok := mistaken(x, y)
	if single {
		t |= spacedOut
	}
	return t | otherSpacing, ok
}

// otherWords reports whether words are each written like one, and others than
// the known ones: as many in other places, or with an initial of which the known
// name has a letter within a word.
func otherWords(a, b []word, alongside bool) bool {
	capitals := eachCapital(a)
	if len(a) == len(b) && capitals {
		return true
	}
	if !alongside {
		return false
	}
	starts := map[int]bool{}
	var y []unit
	for _, w := range b {
		starts[len(y)] = true
		y = append(y, w.units...)
	}
	at := 0
	for i, w := range a {
		initial := len(w.units) == 1 || i > 0 && len(a[i-1].units) == 1
		if i > 0 && !starts[at] && initial && (capitals && unicode.IsLower(y[at].r) || w.dot || a[i-1].dot) {
			return true
		}
		at += len(w.units)
	}
	return false
}

// eachCapital reports whether each word begins with a capital and goes on
// without.
func eachCapital(words []word) bool {
	for _, w := range words {
		if !unicode.IsUpper(w.units[0].r) || len(w.units) > 1 && (unicode.IsUpper(w.units[1].r) || unicode.IsUpper(w.units[len(w.units)-1].r)) {
			return false
		}
	}
	return true
}

// mistaken reports whether a run of letters is mistaken for a known one, and by
// what.
func mistaken(a, b []unit) (trait, bool) {
	if len(a) > 3*len(b)+3 || len(b) > 3*len(a)+3 {
		return 0, false
	}
	if len(a) > 0 && len(b) > 0 && !begin(a, b) {
		return 0, false
	}
	// Letter by letter first: nearly all names are told so.
	if len(a) == len(b) {
		var t trait
		for i := range a {
			got, ok := letter(a[i], b[i])
			if !ok {
				return runs(a, b)
			}
			t |= got
		}
		return t, true
	}
	return runs(a, b)
}

// begin reports whether the first letters of two runs go together.
func begin(a, b []unit) bool {
	if _, ok := letter(a[0], b[0]); ok {
		return true
	}
	n, _ := oneForSeveral(a[0], b)
	m, _ := oneForSeveral(b[0], a)
	return n > 0 || m > 0
}

// runs compares with several letters for one. from[i] are the places of b up to
// which the first i letters of a reach, with the fewest traits.
func runs(a, b []unit) (trait, bool) {
	type cell struct {
		t  trait
		ok bool
	}
	width := len(b) + 1
	grid := make([]cell, (len(a)+1)*width)
	grid[0].ok = true
	reach := func(i, j int, t trait) {
		if i > len(a) || j > len(b) {
			return
		}
		c := &grid[i*width+j]
		if !c.ok || t < c.t {
			*c = cell{t, true}
		}
	}
	for i := 0; i <= len(a); i++ {
		for j := 0; j <= len(b); j++ {
			c := grid[i*width+j]
			if !c.ok || i == len(a) && j == len(b) {
				continue
			}
			if i < len(a) && j < len(b) {
				if got, ok := letter(a[i], b[j]); ok {
					reach(i+1, j+1, c.t|got)
				}
				if n, got := oneForSeveral(a[i], b[j:]); n > 0 {
					reach(i+1, j+n, c.t|got)
				}
				if n, got := oneForSeveral(b[j], a[i:]); n > 0 {
					reach(i+n, j+1, c.t|got)
				}
			}
		}
	}
	c := grid[len(grid)-1]
	return c.t, c.ok
}

// oneForSeveral reports how many of the letters that follow look like one, or
// are its spelling in full: "rn" for "m", "ae" for "æ".
func oneForSeveral(one unit, list []unit) (int, trait) {
	u := ucd.Load()
	for _, x := range alikeTogether {
		if n := utf8.RuneCountInString(x.many); len(list) >= n && one.readAs(u, x.one) && lookLike(list, x.many) {
			return n, together
		}
	}
	switch unicode.ToLower(one.r) {
	case 'ß':
		if len(list) > 1 && unicode.ToLower(list[0].r) == 's' && unicode.ToLower(list[1].r) == 's' {
			return 2, otherAccents
		}
	}
	if to, ok := u.Prototype(one.r); ok && one.r >= utf8.RuneSelf {
		to = bareLetters(u, to)
		if n := utf8.RuneCountInString(to); n > 1 && begins(list, strings.ToLower(to)) {
			if u.Script(one.r) == "Latin" {
				return n, otherAccents // a ligature
			}
			return n, otherAlphabets
		}
	}
	return 0, 0
}

// readAs reports whether a letter is read as a common one, in either case: "VV"
// and "vv" look like "W", "rn" like "m" and, in a small face, "M".
func (x unit) readAs(u *ucd.Tables, r rune) bool {
	for _, own := range [...]rune{x.r, x.alt} {
		switch {
		case own == 0:
		case fold(own) == r:
			return true
		case digitOrSign(own, r):
			return true
		case own >= utf8.RuneSelf && meet(drawn(u, own), []shape{{r, true}}):
			return true
		}
	}
	return false
}

// digitOrSign reports whether a character that is no small letter is put for one.
func digitOrSign(own, r rune) bool {
	_, ok := looks(own, r)
	return ok && own < utf8.RuneSelf
}

// lookLike reports whether letters begin with some that together look like one.
// Of those only "v" looks the same as a capital.
func lookLike(list []unit, text string) bool {
	u, i := ucd.Load(), 0
	for _, r := range text {
		if x := list[i]; x.r != r && (r != 'v' && unicode.IsUpper(x.r) && x.r < utf8.RuneSelf || !x.readAs(u, r)) {
			return false
		}
		i++
	}
	return true
}

// begins reports whether letters begin with some in lower case, of which those
// beyond ASCII count as what they look like.
func begins(list []unit, text string) bool {
	u, i := ucd.Load(), 0
	for _, r := range text {
		if i == len(list) {
			return false
		}
		own := list[i].r
		if to, ok := u.Prototype(own); own != r && !(r >= utf8.RuneSelf && (unicode.ToLower(own) == r || ok && to == string(r))) {
			return false
		}
		i++
	}
	return i > 1
}

// letter reports whether a letter is mistaken for a known one, and by what.
func letter(a, b unit) (trait, bool) {
	best, found := trait(0), false
	for _, x := range [...]rune{a.r, a.alt} {
		for _, y := range [...]rune{b.r, b.alt} {
			if x == 0 || y == 0 || a.upright == capitalI && fold(y) == 'l' || b.upright == capitalI && a.upright == smallUpright {
				continue
			}
			if t, ok := face(x, y); ok && (!found || t < best) {
				best, found = t, true
			}
		}
	}
	if !found && (a.upright == oddUpright && fold(b.r) == 'i' || b.upright == oddUpright && fold(a.r) == 'i') {
		best, found = signs, true
	}
	if a.accent != b.accent {
		best |= otherAccents
	}
	if a.styled != b.styled {
		best |= styled
	}
	return best, found
}
