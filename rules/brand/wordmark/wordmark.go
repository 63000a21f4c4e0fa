// Package wordmark finds protected words in texts, also where they are disguised:
// by case, spaces and punctuation between letters, letters of other scripts and
// digits that look like theirs, invisible characters, accents. It is pure.
//
// It does not find them where only an ordinary word is: "micro software",
// "steams", "the team's". Whether a mark that is an ordinary word too, such as
// "teams", is meant as one, the words around it tell: see the package language.
package wordmark

import (
	"cmp"
	"slices"

	"rollcall/rules/brand/lettering"
)

// A Mark is a protected word or words.
type Mark struct {
	Text string
	// Ordinary says that it is an ordinary word too.
	Ordinary bool

	words [][]rune
	size  int // letters
}

// A Match is a place at which a text has a mark.
type Match struct {
	Mark *Mark
	// From and To bound it among the glyphs, At and End in the text.
	From, To, At, End int
	// Disguised says that it is not written as it should be, by more than case or
	// white space between words.
	Disguised bool
	// Lower and Upper say that it has no capital, or nothing else.
	Lower, Upper bool
}

// A Finder finds some marks.
type Finder struct {
	marks []*Mark // the longest first
}

// New makes a finder of marks.
func New(marks []Mark) *Finder {
	f := &Finder{}
	for _, m := range marks {
		var word []rune
		for _, g := range lettering.Read(m.Text) {
			switch {
			case g.Word:
				word = append(word, g.Rune)
			case len(word) > 0:
				m.words = append(m.words, word)
				word = nil
			}
		}
		if len(word) > 0 {
			m.words = append(m.words, word)
		}
		for _, w := range m.words {
			m.size += len(w)
		}
		if m.size > 0 {
			f.marks = append(f.marks, &m)
		}
	}
	slices.SortStableFunc(f.marks, func(a, b *Mark) int { return cmp.Compare(b.size, a.size) })
	return f
}

// Find returns where a text has a mark, in its order; where one lies in another,
// the longer.
func (f *Finder) Find(text []lettering.Glyph) []Match {
	var out []Match
	for i := 0; i < len(text); i++ {
		if !text[i].Word && !stands(text[i].Rune, 's') && !stands(text[i].Rune, 'a') && !stands(text[i].Rune, 'i') && !stands(text[i].Rune, 't') {
			continue
		}
		for _, m := range f.marks {
			match, ok := m.at(text, i)
			if !ok {
				match, ok = m.misspelt(text, i)
			}
			if !ok {
				continue
			}
			out = append(out, match)
			i = match.To - 1
			break
		}
	}
	return out
}

// stands reports whether a sign stands for a letter of a mark: it is that letter,
// or a digit or sign that looks like it.
func stands(sign, letter rune) bool {
	if sign == letter {
		return true
	}
	switch letter {
	case 'a':
		return sign == '4' || sign == '@'
	case 'b':
		return sign == '8'
	case 'c':
		return sign == 'k' || sign == '('
	case 'e':
		return sign == '3' || sign == '€'
	case 'i':
		return sign == '1' || sign == '!' || sign == '|' || sign == 'l'
	case 'l':
		return sign == '1' || sign == '|' || sign == 'i'
	case 'o':
		return sign == '0'
	case 's':
		return sign == '5' || sign == '$'
	case 't':
		return sign == '7' || sign == '+'
	case '0':
		return sign == 'o'
	case '5':
		return sign == 's'
	}
	return false
}

// pairs are two letters that look like one.
var pairs = map[rune]string{'m': "rn", 'w': "vv", 'd': "cl"}

// maxGap is how many signs may lie between two letters of a mark.
const maxGap = 3

// at looks for the mark from a glyph on.
func (m *Mark) at(text []lettering.Glyph, from int) (Match, bool) {
	if !stands(text[from].Rune, m.words[0][0]) && !(len(text)-from > 1 && pairAt(text[from:], m.words[0][0])) {
		return Match{}, false
	}
	match := Match{Mark: m, From: from, Lower: true, Upper: true}
	i := from
	split, contiguous := false, true
	for w, word := range m.words {
		var gaps gaps
		for l, letter := range word {
			start := i
			for i < len(text) && !text[i].Word && !stands(text[i].Rune, letter) && i-start < maxGap {
				i++
			}
			if i > start && l == 0 && w == 0 {
				return Match{}, false
			}
			if i > start {
				contiguous = false
				if l > 0 {
					gaps.add(l, text[start:i], i < len(text) && text[i].Upper)
				} else if stops(text[start:i]) {
					return Match{}, false
				}
			}
			if i >= len(text) {
				return Match{}, false
			}
			g := text[i]
			switch {
			case stands(g.Rune, letter):
				match.Disguised = match.Disguised || g.Odd || g.Rune != letter
				i++
			case pairAt(text[i:], letter):
				match.Disguised = true
				i += 2
			default:
				return Match{}, false
			}
			if g.Word {
				match.Lower = match.Lower && !g.Upper
				match.Upper = match.Upper && (g.Upper || !('a' <= g.Plain && g.Plain <= 'z'))
			}
		}
		if len(gaps.at) > 0 {
			split = true
			if !gaps.disguise(word, m) {
				return Match{}, false
			}
		}
	}
	match.To, match.At, match.End = i, text[from].At, text[i-1].End
	match.Disguised = match.Disguised || split
	if !m.bounded(text, from, i, split || !contiguous) {
		return Match{}, false
	}
	// "5oft", "1" and the like: a mark of digits alone is none.
	if match.Disguised && !anyLetter(text[from:i]) {
		return Match{}, false
	}
	return match, true
}

// misspelt looks for a long mark of one word from a glyph on of which a letter is
// missing or doubled, or two have changed places: Microsft, Micrsooft.
func (m *Mark) misspelt(text []lettering.Glyph, from int) (Match, bool) {
	const long = 8
	if m.Ordinary || len(m.words) != 1 || m.size < long || !text[from].Word || from > 0 && !boundary(text[from-1], text[from]) {
		return Match{}, false
	}
	word, to := m.words[0], from
	for to < len(text) && text[to].Word && (to == from || !boundary(text[to-1], text[to])) && to-from <= m.size+1 {
		to++
	}
	n := to - from
	if n < m.size-1 || n > m.size+1 || to < len(text) && !boundary(text[to-1], text[to]) {
		return Match{}, false
	}
	i, k := 0, 0
	for i < n && i < m.size && text[from+i].Rune == word[i] {
		i++
	}
	for k < n-i && k < m.size-i && text[to-1-k].Rune == word[m.size-1-k] {
		k++
	}
	switch {
	case n == m.size && i+k == m.size-2 && text[from+i].Rune == word[i+1] && text[from+i+1].Rune == word[i]:
	case n == m.size-1 && i+k >= n && i > 0:
	case n == m.size+1 && i+k >= m.size && i > 0 && text[from+i].Rune == text[from+i-1].Rune:
	default:
		return Match{}, false
	}
	return Match{Mark: m, From: from, To: to, At: text[from].At, End: text[to-1].End, Disguised: true}, true
}

func anyLetter(text []lettering.Glyph) bool {
	n := 0
	for _, g := range text {
		if g.Word && (g.Rune < '0' || g.Rune > '9') {
			n++
		}
	}
	return n >= 2
}

func pairAt(text []lettering.Glyph, letter rune) bool {
	p, ok := pairs[letter]
	return ok && len(text) > 1 && text[0].Rune == rune(p[0]) && text[1].Rune == rune(p[1])
}

// stops reports whether signs end a sentence or part of one, so that what stands
// before and after is not one mark.
func stops(text []lettering.Glyph) bool {
	return slices.ContainsFunc(text, func(g lettering.Glyph) bool {
		switch g.Plain {
		case ',', ';', ':', '!', '?', '(', '[', '。', '、', '，', '；', '：', '\r':
			return true
		}
		return false
	}) || len(text) > 1 && text[0].Plain == '.' || len(text) > 1 && text[0].Plain == '\n' && text[1].Plain == '\n'
}

// gaps are the places within a word of a mark at which a text has other signs.
type gaps struct {
	at      []int // how many letters stand before
	capital bool  // a capital follows
	space   bool
	bad     bool // a sign that stands within ordinary words too
	hard    bool // a sign that is neither space nor apostrophe
}

func (g *gaps) add(letters int, text []lettering.Glyph, capital bool) {
	g.at = append(g.at, letters)
	g.capital = capital
	for _, s := range text {
		switch s.Plain {
		case ' ', '\t', '\n', '\u3000':
			g.space = true
		case '\'', '’', '(', ')', '/', '[', ']', '"', '“', '”', ':', ';', ',', '?':
			g.bad = true
		default:
			g.hard = true
		}
	}
}

// disguise reports whether gaps within a word are a disguise of it, and not other
// words that happen to have its letters.
func (g *gaps) disguise(word []rune, m *Mark) bool {
	if len(g.at) == len(word)-1 { // each letter stands alone: M i c r o s o f t, T.e.a.m.s
		return !g.bad || len(word) > 5
	}
	last := g.at[len(g.at)-1]
	switch {
	case g.bad:
		return false
	case last == len(word)-1 && len(g.at) == 1: // team-s, team s
		return false
	case g.space && g.hard: // micro- soft, broken at the end of a line
		return !m.Ordinary
	case g.space: // Micro Soft, micro soft teams; "micro soft" alone are two words
		return !m.Ordinary && len(g.at) == 1 && (len(m.words) > 1 || g.capital)
	}
	return true
}

// bounded reports whether a match begins and ends where words do. A long mark
// that is written without a gap may stand within a longer word.
func (m *Mark) bounded(text []lettering.Glyph, from, to int, gapped bool) bool {
	before, after := from == 0 || boundary(text[from-1], text[from]), to == len(text) || boundary(text[to-1], text[to]) || m.Ordinary && !gapped && suffixed(text[to:])
	if before && after {
		return true
	}
	const long = 8
	return !m.Ordinary && !gapped && m.size >= long
}

// boundary reports whether a word ends between two glyphs.
func boundary(a, b lettering.Glyph) bool {
	switch {
	case !a.Word || !b.Word:
		return true
	case a.Wide() || b.Wide():
		return true
	case isDigit(a.Plain) != isDigit(b.Plain):
		return true
	}
	return !a.Upper && b.Upper // contosoTeams
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

// suffixes are the endings by which languages decline a mark: Teamsów, Teamsie.
var suffixes = []string{"ie", "em", "ow", "ach", "ami", "om", "a", "u", "y"}

func suffixed(text []lettering.Glyph) bool {
	n := 0
	for n < len(text) && n < 4 && text[n].Word && !text[n].Wide() {
		n++
	}
	ending := make([]rune, 0, n)
	for _, g := range text[:n] {
		ending = append(ending, g.Rune)
	}
	return slices.Contains(suffixes, string(ending))
}
