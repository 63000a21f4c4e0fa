package lookalike

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"rollcall/rules/names/ucd"
)

// A core is what a name comes to without what may stand around it.
type core struct {
	words    []word
	initials []rune // single letters between longer words, folded, sorted
	added    bool   // something around it was left out
	order    bool   // a comma says that the words are in another order
	// tail is what stands behind a comma and was left out: an addition, unless it
	// is a name, and the words before it are family names.
	tail []word
}

// maxCores bounds in how many ways a name is taken: one with more separators
// than that is none.
const maxCores = 24

// around are words that stand before or behind a name and are none: titles,
// departments, devices.
var around = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(`mr mrs ms miss mx dr prof professor herr frau mme mlle monsieur madame sra srta dott dottssa drs phd md mba cpa esq jr sr ii iii iv
it hr ict ceo cfo cto cio coo ciso vp svp evp pr qa pmo
support staff agent specialist group helpdesk helpline servicedesk desk department dept team admin administrator official real office mobile phone cell iphone ipad android laptop home work personal backup
external extern externe externo guest contractor consultant intern organizer organiser host presenter moderator
security finance accounting accounts payroll billing legal marketing operations engineering management manager director executive president
бухгалтерия поддержка 部长 さん 様 先生 님 씨`) {
		m[w] = true
	}
	return m
}()

// plain is a word's letters in lower case, as they look.
func (w word) plain() string {
	t := ucd.Load()
	var b strings.Builder
	for _, u := range w.units {
		r := u.r
		if to, ok := t.Prototype(r); ok && len(to) == 1 && r >= utf8.RuneSelf && isASCIILetter(rune(to[0])) {
			r = rune(to[0])
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// isNumber reports whether a word is digits alone.
func (w word) isNumber() bool {
	return !slices.ContainsFunc(w.units, func(u unit) bool { return u.r < '0' || u.r > '9' })
}

// initial is the letter of a word that is one alone, in an alphabet in which
// names have initials.
func (w word) initial() (rune, bool) {
	if len(w.units) != 1 {
		return 0, false
	}
	u := ucd.Load()
	r := w.units[0].r
	if to, ok := u.Prototype(r); ok && r >= utf8.RuneSelf {
		if p, n := utf8.DecodeRuneInString(bareLetters(u, to)); n == 1 && isASCIILetter(p) {
			if p == 'l' && u.Script(r) != "Latin" {
				p = 'i'
			}
			return fold(p), true
		}
	}
	if i := strings.IndexRune("$€£¥¢", r); i >= 0 {
		return map[rune]rune{'$': 's', '€': 'e', '£': 'l', '¥': 'y', '¢': 'c'}[r], true
	}
	if b, ok := u.Base(r); ok && r >= 0x1f100 && isASCIILetter(b.Letter) { // circled and squared
		return fold(b.Letter), true
	}
	like := []rune{r}
	if !usual(u, r) {
		like = append(like, drawnLike(r)...)
	}
	for _, x := range like {
		switch u.Script(x) {
		case "Latin", "Cyrillic", "Greek", "Armenian":
			return fold(x), true
		}
	}
	return 0, false
}

// cores lists the ways in which a name can be taken, the plainest first. Of a
// known name those are taken that leave a whole name.
func cores(r reading, known bool) []core {
	var out []core
	var tail []word
	take := func(words []word, added bool) {
		if len(words) == 0 || len(out) >= maxCores {
			return
		}
		order := slices.ContainsFunc(words[1:], func(w word) bool { return w.before == comma })
		put := func(words []word, added bool) {
			out = appendCore(out, core{words: words, added: added, order: order, tail: tail})
			last := words[len(words)-1]
			if known {
				return
			}
			// A number at the end, of which the first digits may be letters.
			for n := last.letters(); (n >= 2 || n == 1 && unspaced(last.units[0].r)) && n < len(last.units) && n < last.letters()+4; n++ {
				bare := append(slices.Clone(words[:len(words)-1]), word{units: last.units[:n], before: last.before})
				if whole(bare) || len(words) == 1 {
					out = appendCore(out, core{words: bare, added: true, order: order, tail: tail})
				}
			}
		}
		put(words, added)
		lead, trail := 0, 0
		for lead < len(words) && words[lead].aside() {
			lead++
		}
		for trail < len(words) && words[len(words)-1-trail].aside() {
			trail++
		}
		for i := 0; i <= min(lead, 3); i++ {
			for j := 0; j <= min(trail, 4) && i+j < len(words); j++ {
				bare := words[i : len(words)-j]
				if i+j > 0 && len(out) < maxCores && ((whole(bare) || !known && len(bare) == 1 && len(bare[0].units) >= joinedLetters) && !(known && allAside(bare)) || !known && numbersAround(words, i, j)) {
					put(bare, true)
				}
			}
		}
	}
	r.words = unquoted(r.words)
	outside, inside, segments, behind := split(r.words, known)
	bracketed := len(inside) > 0
	take(outside, bracketed)
	if bracketed {
		take(r.words, false)
	}
	if len(segments) > 1 || len(segments) == 1 && len(segments[0]) < len(outside) {
		if n := slices.IndexFunc(outside, func(w word) bool { return w.before == strong || w.before == closeStrong }); n > 0 {
			take(outside[:n], true)
		}
		for i, s := range segments {
			if tail = nil; i == 0 {
				tail = behind
			}
			if i == 0 && !known || whole(s) && (i == 0 || !known) || desk(s) && !known || !known && len(s) == 1 && (len(s[0].units) >= wholeLetters || s[0].camel()) {
				take(s, true)
			}
		}
		tail = nil
		// A separator may stand for a space: "Jane~Doe~@~Contoso".
		for n := 2; n < min(len(segments), 5) && !known; n++ {
			take(slices.Concat(segments[:n]...), true)
			take(slices.Concat(segments[len(segments)-n:]...), true)
		}
	}
	for _, s := range inside {
		if !known && (len(s) >= 2 || whole(s) || desk(s) || len(s[0].units) >= wholeLetters || len(outside) == 0 && len(s[0].units) >= joinedLetters) {
			take(s, true)
		}
	}
	return out
}

// camel reports whether a word is written as two: "JaneDoe".
func (w word) camel() bool {
	for i := 2; i < len(w.units)-1; i++ {
		if unicode.IsUpper(w.units[i].r) && unicode.IsLower(w.units[i-1].r) && len(w.units) >= joinedLetters {
			return true
		}
	}
	return false
}

// desk reports whether a part of a name is one word for a department, which may
// be protected: "Jane Doe (Helpdesk)".
func desk(words []word) bool { return len(words) == 1 && around[words[0].plain()] }

// joinedLetters is the number of letters from which a single word may be a whole
// name without its spaces, wholeLetters that from which one is behind a separator.
const (
	joinedLetters = 6
	wholeLetters  = 10
)

// aside reports whether a word is none of a name.
func (w word) aside() bool {
	plain := w.plain()
	return w.isNumber() || around[plain] || w.foreign() && around[strings.ReplaceAll(plain, "l", "i")] ||
		around[strings.ReplaceAll(plain, "1", "i")] || len(w.units) >= 4 && (aroundKeys()[w.key(canons())] || w.foreign() && aroundKeys()[w.written().key(canons())])
}

// written is a word of the letters as they were written.
func (w word) written() word {
	w.units = slices.Clone(w.units)
	for i, u := range w.units {
		if u.alt != 0 {
			w.units[i] = unit{r: u.alt}
		}
	}
	return w
}

// aroundKeys are the longer of those words as they look.
var aroundKeys = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for text := range around {
		var w word
		for _, r := range text {
			w.units = append(w.units, unit{r: r})
		}
		m[w.key(canons())] = true
	}
	return m
})

// foreign reports whether a word has letters other than ASCII's: of one that looks
// like a stroke it can't be told whether it is meant as an I or as an l.
func (w word) foreign() bool {
	return slices.ContainsFunc(w.units, func(u unit) bool { return max(u.r, u.alt) >= utf8.RuneSelf })
}

// letters counts the letters of a word before the digits at its end.
func (w word) letters() int {
	n := len(w.units)
	for n > 0 && '0' <= w.units[n-1].r && w.units[n-1].r <= '9' {
		n--
	}
	return n
}

func allAside(words []word) bool {
	return !slices.ContainsFunc(words, func(w word) bool { return !w.aside() })
}

// whole reports whether words may be a whole name: two that are no initials, or
// one of a script that has no spaces within names.
func whole(words []word) bool {
	long, signs := 0, 0
	for _, w := range words {
		if unspaced(w.units[0].r) {
			if signs += len(w.units); signs > 1 {
				return true
			}
		}
		if len(w.units) > 1 {
			long++
		}
	}
	return long >= 2 || long == 1 && len(words) >= 2 && !unspaced(words[0].units[0].r) && initialsBut(words)
}

// initialsBut reports whether all words but one are single letters: "J. R. Doe".
func initialsBut(words []word) bool {
	return !slices.ContainsFunc(words, word.isNumber)
}

// numbersAround reports whether what is left out of words are numbers alone.
func numbersAround(words []word, lead, trail int) bool {
	for i, w := range words {
		if (i < lead || i >= len(words)-trail) && !w.isNumber() {
			return false
		}
	}
	return true
}

// unspaced reports whether a letter's script has no spaces within names.
func unspaced(r rune) bool {
	switch ucd.Load().Script(r) {
	case "Han", "Hangul", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar":
		return true
	}
	return false
}

// thinned is a core with "i" for all letters that are an upright stroke.
func (c core) thinned() core {
	out := c
	out.words = nil
	for _, w := range c.words {
		units := slices.Clone(w.units)
		for i := range units {
			if thin(units[i].r) {
				units[i].r = 'i'
			}
		}
		out.words = append(out.words, word{units: units, before: w.before, dot: w.dot})
	}
	return out
}

// appendCore adds a core, also with its initials taken out, unless it is there.
func appendCore(to []core, c core) []core {
	long := 0
	for _, w := range c.words {
		if len(w.units) > 1 {
			long++
		}
	}
	if long >= 2 {
		var words []word
		var initials []rune
		for _, w := range c.words {
			if r, ok := w.initial(); ok {
				initials = append(initials, r)
				continue
			}
			words = append(words, w)
		}
		if len(initials) > 0 {
			to = addCore(to, c)
			slices.Sort(initials)
			c.words, c.initials = words, initials
		}
	}
	return addCore(to, c)
}

func addCore(to []core, c core) []core {
	for _, have := range to {
		if slices.Equal(have.initials, c.initials) && slices.EqualFunc(have.words, c.words, func(a, b word) bool { return slices.Equal(a.units, b.units) }) {
			return to
		}
	}
	return append(to, c)
}

// unquoted are words without the one pair of brackets or quotes that all stand in.
func unquoted(words []word) []word {
	if len(words) == 0 || words[0].before != openParen {
		return words
	}
	if n := slices.IndexFunc(words[1:], func(w word) bool { return w.before >= openParen }); n >= 0 && words[1+n].before != openParen {
		return words // the first is closed before another begins
	}
	words = slices.Clone(words)
	words[0].before = space
	return words
}

// split parts the words of a name into those outside of brackets, the runs
// within brackets, and the runs outside between separators, of the first of which
// it says what stands behind its comma. A run between
// commas is one only of a name that is looked up, and if it has two words: "Doe,
// Jane" is one run.
func split(words []word, known bool) (outside []word, inside, segments [][]word, tail []word) {
	within := false
	var part []word
	var segment []word
	after := false
	closeSegment := func() {
		switch {
		case len(segment) > 0 && !after:
			segments = append(segments, segment)
		case after && len(segments) == 1:
			tail = segment
		}
		segment, after = nil, false
	}
	for _, w := range words {
		switch w.before {
		case openParen:
			if len(part) > 0 {
				inside, part = append(inside, part), nil
			}
			within = true
		case closeParen, closeStrong:
			if len(part) > 0 {
				inside, part = append(inside, part), nil
			}
			within = false
			if w.before == closeStrong {
				closeSegment()
			}
		case strong:
			if !within {
				closeSegment()
			} else if len(part) > 0 { // «Jane Doe - Fabrikam»
				inside, part = append(inside, part), nil
			}
		case comma:
			if !within && !known && len(segment) >= 2 && len(segments) == 0 {
				closeSegment()
				after = true // what follows is no name of its own: "da Silva, Bruna Martins"
			}
		}
		if within {
			part = append(part, w)
		} else {
			outside, segment = append(outside, w), append(segment, w)
		}
	}
	closeSegment()
	if len(part) > 0 {
		inside = append(inside, part)
	}
	return outside, inside, segments, tail
}
