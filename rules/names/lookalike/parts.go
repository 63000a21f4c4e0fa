package lookalike

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"rollcall/rules/names/ucd"
)

// Parts lists the parts of a name that brackets and separators set apart, each
// without white space around it. A name without such is its only part. What
// people can't see is left out.
func Parts(name string) []string {
	t := ucd.Load()
	var out []string
	var b strings.Builder
	end := func() {
		if p := strings.TrimSpace(b.String()); p != "" {
			out = append(out, p)
		}
		b.Reset()
	}
	runes := []rune(norm.NFKC.String(name))
	runes = slices.DeleteFunc(runes, func(r rune) bool { return t.Ignorable.Has(r) || t.Format.Has(r) })
	if len(runes) > maxRunes {
		runes = runes[:maxRunes]
	}
	for i, r := range runes {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && !unicode.IsSpace(r) && !isApostrophe(r) && (breakOf(runes, i) >= strong || unicode.In(r, unicode.Ps, unicode.Pe)) {
			end()
			continue
		}
		b.WriteRune(r)
	}
	end()
	return out
}

// Phrases finds whole phrases, such as labels, also disguised. A nil one finds
// none.
type Phrases struct {
	index *Index
	whole map[uint64]bool // the keys that a text must have one of
	words []phrase
}

type phrase struct {
	text     string
	units    []unit // in lower case
	has      hand   // what a text must have
	first    hand   // and begin with
	last     hand   // and end with
	anywhere bool   // within words too
}

// NewPhrases makes one of phrases.
func NewPhrases(list []string) *Phrases {
	p := &Phrases{whole: map[uint64]bool{}}
	p.index = New(func(yield func(Entry) bool) {
		for _, text := range list {
			if !yield(Entry{Name: text}) {
				return
			}
		}
	})
	for _, text := range list {
		for _, m := range manners(text) {
			b := beginning{hash: inOrderSeed}
			for _, w := range read(text, m).words {
				b, _ = b.spelt(w.key(canons()), nil)
			}
			p.whole[b.hash] = true
		}
		var w word
		for _, x := range lowered(read(text, manner{}).words) {
			w.units = append(w.units, x.units...)
		}
		if len(w.units) > 0 {
			key := w.key(canons())
			p.words = append(p.words, phrase{text, w.units, handOf(key), handOf(string([]rune(key)[:1])), handOf(string([]rune(key)[utf8.RuneCountInString(key)-1:])), len(w.units) >= anywhere || unspaced(w.units[0].r)})
		}
	}
	return p
}

// manners are those in which a name is to be read.
func manners(name string) []manner {
	out := []manner{{}}
	also := func(change func(*manner)) {
		for _, m := range slices.Clone(out) {
			change(&m)
			out = append(out, m)
		}
	}
	u := ucd.Load()
	if strings.ContainsFunc(name, indicates) && spellsFlags(name) {
		also(func(m *manner) { m.flags = true })
	}
	if strings.ContainsFunc(name, func(r rune) bool { return r > 0x2000 && u.Pictographic.Has(r) }) {
		also(func(m *manner) { m.emoji = true })
	}
	if !strings.ContainsAny(name, signLetters) {
		return out
	}
	plain := len(out)
	runes := []rune(name)
	before := ""
	for s := innerSigns; s <= allSigns; s++ {
		// Only where more signs are letters than by the manner before.
		var which strings.Builder
		for i, r := range runes {
			if strings.ContainsRune(signLetters, r) && s.has(runes, i) {
				which.WriteByte('1')
			} else {
				which.WriteByte('0')
			}
		}
		if !strings.Contains(which.String(), "1") || which.String() == before {
			continue
		}
		before = which.String()
		for _, m := range out[:plain] {
			m.signs = s
			out = append(out, m)
		}
	}
	return out
}

// Is finds the phrase that a text is, or looks like: it has the same words in
// the same order, and no other.
func (p *Phrases) Is(text string) (found string, ok bool) {
	if p == nil || !slices.ContainsFunc(manners(text), func(m manner) bool { return p.begun(read(text, m).words) }) {
		return "", false
	}
	for _, m := range p.index.Find(Query{Name: text}).Matches {
		if !slices.Contains(m.How, traitNames[4]) && !slices.Contains(m.How, traitNames[6]) {
			return m.Name, true
		}
	}
	return "", false
}

// In finds a phrase within a text, as whole words of it, in order, also
// disguised, split or joined. Phrases of at least eight letters are also found as
// a part of a longer word.
func (p *Phrases) In(text string) (found string, ok bool) {
	if p == nil {
		return "", false
	}
	for _, m := range manners(text) {
		words := read(text, m).words
		hands, has := handsOf(words)
		if !slices.ContainsFunc(p.words, func(x phrase) bool { return x.has&^has == 0 }) {
			continue
		}
		var whole word
		starts := []int{0}
		for _, w := range lowered(words) {
			whole.units = append(whole.units, w.units...)
			starts = append(starts, len(whole.units))
		}
		for _, x := range p.words {
			if x.has&^has == 0 && holds(whole.units, hands, starts, x) {
				return x.text, true
			}
		}
	}
	return "", false
}

// indicates reports whether a character is one of the letters that make flags.
func indicates(r rune) bool { return 0x1f1e6 <= r && r <= 0x1f1ff }

// spellsFlags reports whether letters that make flags may be meant as letters:
// two of them by themselves before or behind a name are the flag of a country.
func spellsFlags(name string) bool {
	others := false
	runes := []rune(strings.TrimRightFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !indicates(r) }))
	for i := 0; i < len(runes); i++ {
		if !indicates(runes[i]) {
			others = others || unicode.IsLetter(runes[i])
			continue
		}
		end := i
		for end < len(runes) && indicates(runes[end]) {
			end++
		}
		if (end-i)%2 != 0 || end-i > 4 || i > 0 && unicode.IsLetter(runes[i-1]) || others && end < len(runes) || end < len(runes) && unicode.IsLetter(runes[end]) {
			return true
		}
		i = end - 1
	}
	return !others
}

// begun reports whether words can be read as a phrase.
func (p *Phrases) begun(words []word) bool {
	each, has := handsOf(words)
	n := len(each)
	if n == 0 || !slices.ContainsFunc(p.words, func(x phrase) bool {
		return x.has&^has == 0 && x.first&each[0] != 0 && x.last&each[n-1] != 0 && n <= 2*len(x.units) && len(x.units) <= 2*n
	}) {
		return false
	}
	hashes := spellings(waysOfAll(words), inOrderSeed, p.index.begun.has)
	return slices.ContainsFunc(hashes, func(h uint64) bool { return p.whole[h] })
}

// handsOf are what keys may have for each letter of words.
func handsOf(words []word) (each []hand, all hand) {
	for _, w := range words {
		for _, u := range w.units {
			h := u.ways().hand
			each = append(each, h)
			all |= h
		}
	}
	return each, all
}

// anywhere is the number of letters from which a phrase is found within words.
const anywhere = 8

// holds reports whether letters hold others: from the beginning of a word to the
// end of one, or, anywhere, within a word.
func holds(whole []unit, hands []hand, starts []int, x phrase) bool {
	want, anywhere := x.units, x.anywhere
	for i := range whole {
		if hands[i]&x.first == 0 {
			continue
		}
		var has hand
		for _, h := range hands[i:min(len(hands), i+len(want)+2)] {
			has |= h
		}
		if x.has&^has != 0 {
			continue
		}
		atStart := slices.Contains(starts, i)
		if !atStart && !anywhere {
			continue
		}
		for _, n := range [...]int{len(want), len(want) + 1, len(want) - 1, len(want) + 2} {
			if n < 2 || i+n > len(whole) {
				continue
			}
			words := atStart && slices.Contains(starts, i+n)
			if !words && (!anywhere || slices.ContainsFunc(starts, func(at int) bool { return i < at && at < i+n })) {
				continue
			}
			if _, ok := mistaken(whole[i:i+n], want); ok {
				return true
			}
		}
	}
	return false
}

// Letters counts the letters and digits of a text.
func Letters(text string) int {
	n := 0
	for _, w := range read(text, manner{}).words {
		n += len(w.units)
	}
	return n
}

// lowered are words in lower case: a mark is the same in either.
func lowered(words []word) []word {
	u := ucd.Load()
	for _, w := range words {
		for i := range w.units {
			r := w.units[i].r
			if r == 'ғ' { // what small capitals have for F
				r = 'f'
			}
			for _, x := range drawn(u, r) {
				if r >= utf8.RuneSelf && x.foldable && x.r < utf8.RuneSelf {
					r = x.r
				}
			}
			w.units[i].r, w.units[i].upright = fold(r), anyUpright
			if thin(w.units[i].r) {
				w.units[i].r = 'i'
			}
		}
	}
	return words
}
