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
	whole map[string]bool // the keys that a text must have one of
	words []phrase
}

type phrase struct {
	text     string
	units    []unit // in lower case
	key      string
	anywhere bool // within words too
}

// NewPhrases makes one of phrases.
func NewPhrases(list []string) *Phrases {
	p := &Phrases{whole: map[string]bool{}}
	p.index = New(func(yield func(Entry) bool) {
		for _, text := range list {
			if !yield(Entry{Name: text}) {
				return
			}
		}
	})
	for _, text := range list {
		for _, m := range manners(text) {
			for _, k := range wholeKeys(read(text, m).words) {
				p.whole[k] = true
			}
		}
		var w word
		for _, x := range lowered(read(text, manner{}).words) {
			w.units = append(w.units, x.units...)
		}
		if len(w.units) > 0 {
			p.words = append(p.words, phrase{text, w.units, w.key(canons(), nil), len(w.units) >= anywhere || unspaced(w.units[0].r)})
		}
	}
	return p
}

// manners are those in which a name is to be read.
func manners(name string) []manner {
	out := []manner{{}}
	signs, looks := strings.ContainsAny(name, signLetters), compatible(name)
	if signs {
		out = append(out, manner{signs: true})
	}
	if looks {
		out = append(out, manner{looks: true})
	}
	if signs && looks {
		out = append(out, manner{signs: true, looks: true})
	}
	return out
}

// wholeKeys are the keys of all words together.
func wholeKeys(words []word) []string {
	m := canons()
	out := make([]string, 3)
	for _, w := range words {
		out[0] += w.key(m, nil)
		out[1] += w.key(m, fold)
		out[2] += w.key(m, unicode.ToUpper)
	}
	return out
}

// Is finds the phrase that a text is, or looks like: it has the same words in
// the same order, and no other.
func (p *Phrases) Is(text string) (found string, ok bool) {
	if p == nil || !slices.ContainsFunc(manners(text), func(m manner) bool {
		return slices.ContainsFunc(wholeKeys(read(text, m).words), func(k string) bool { return p.whole[k] })
	}) {
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
		var whole word
		starts := []int{0}
		for _, w := range lowered(read(text, m).words) {
			whole.units = append(whole.units, w.units...)
			starts = append(starts, len(whole.units))
		}
		key := whole.key(canons(), nil)
		for _, x := range p.words {
			if strings.Contains(key, x.key) && holds(whole.units, starts, x.units, x.anywhere) {
				return x.text, true
			}
		}
	}
	return "", false
}

// anywhere is the number of letters from which a phrase is found within words.
const anywhere = 8

// holds reports whether letters hold others: from the beginning of a word to the
// end of one, or, anywhere, within a word.
func holds(whole []unit, starts []int, want []unit, anywhere bool) bool {
	for i := range whole {
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
			w.units[i].r = fold(r)
			if thin(w.units[i].r) {
				w.units[i].r = 'i'
			}
		}
	}
	return words
}
