package lookalike

import (
	"slices"
	"strings"
	"unicode"

	"rollcall/rules/names/ucd"
)

// A core is what a name comes to without what may stand around it.
type core struct {
	words    []word
	initials []rune // single letters between longer words, folded, sorted
	added    bool   // something around it was left out
	order    bool   // a comma says that the words are in another order
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
support helpdesk helpline servicedesk desk department dept team admin administrator official real office mobile phone cell iphone ipad android laptop home work personal backup
external extern externe externo guest contractor consultant intern organizer organiser host presenter moderator
security finance accounting accounts payroll billing legal marketing operations engineering management manager director executive president
бухгалтерия поддержка 部长 さん 様 先生 님 씨`) {
		m[w] = true
	}
	return m
}()

// plain is a word's letters in lower case.
func (w word) plain() string {
	var b strings.Builder
	for _, u := range w.units {
		b.WriteRune(unicode.ToLower(u.r))
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
	r := w.units[0].r
	switch ucd.Load().Script(r) {
	case "Latin", "Cyrillic", "Greek", "Armenian":
		return unicode.ToLower(r), true
	}
	return 0, false
}

// cores lists the ways in which a name can be taken, the plainest first. Of one
// that is protected against others only those are taken that leave at least two
// words, or nothing out.
func cores(r reading, known bool) []core {
	var out []core
	take := func(words []word, added bool) {
		if len(words) == 0 || len(out) >= maxCores {
			return
		}
		order := slices.ContainsFunc(words[1:], func(w word) bool { return w.before == comma })
		out = appendCore(out, core{words: words, added: added, order: order})
		if bare := strip(words); len(bare) < len(words) && (len(bare) >= 2 || len(bare) == 1 && !known && onlyNumbersGone(words)) {
			out = appendCore(out, core{words: bare, added: true, order: order})
		}
	}
	outside, inside, segments := split(r.words)
	bracketed := len(inside) > 0
	take(outside, bracketed)
	if bracketed {
		take(r.words, false)
	}
	if len(segments) > 1 {
		for i, s := range segments {
			if len(s) >= 2 || i == 0 && !known {
				take(s, true)
			}
		}
	}
	for _, s := range inside {
		if len(s) >= 2 && !known {
			take(s, true)
		}
	}
	return out
}

// onlyNumbersGone reports whether a single word is left where numbers alone
// stood around it: "Madonna 2".
func onlyNumbersGone(words []word) bool {
	return !words[0].isNumber() && !slices.ContainsFunc(words[1:], func(w word) bool { return !w.isNumber() })
}

// appendCore adds a core with its initials taken out, unless it is there.
func appendCore(to []core, c core) []core {
	long := 0
	for _, w := range c.words {
		if len(w.units) > 1 {
			long++
		}
	}
	if long >= 2 {
		var words []word
		for _, w := range c.words {
			if r, ok := w.initial(); ok {
				c.initials = append(c.initials, r)
				continue
			}
			words = append(words, w)
		}
		c.words = words
		slices.Sort(c.initials)
	}
	for _, have := range to {
		if slices.Equal(have.initials, c.initials) && slices.EqualFunc(have.words, c.words, func(a, b word) bool { return slices.Equal(a.units, b.units) }) {
			return to
		}
	}
	return append(to, c)
}

// split parts the words of a name into those outside of brackets, the runs
// within brackets, and the runs outside between separators. A run between
// commas is one only if it has two words and there is more than one comma, or
// the other is about the name: "Doe, Jane" is one run.
func split(words []word) (outside []word, inside, segments [][]word) {
	within := false
	var part []word
	var segment []word
	closeSegment := func() {
		if len(segment) > 0 {
			segments = append(segments, segment)
			segment = nil
		}
	}
	for i, w := range words {
		switch w.before {
		case openParen:
			if len(part) > 0 {
				inside, part = append(inside, part), nil
			}
			within = true
			if i > 0 {
				closeSegment()
			}
		case closeParen:
			if len(part) > 0 {
				inside, part = append(inside, part), nil
			}
			within = false
		case strong:
			if !within {
				closeSegment()
			}
		case comma:
			if !within && len(segment) >= 2 {
				closeSegment()
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
	return outside, inside, segments
}

// strip leaves out what stands around a name: titles, numbers, departments. A
// name of nothing else is left as it is.
func strip(words []word) []word {
	bare := trim(words, func(w word) bool { return w.isNumber() || around[w.plain()] })
	if len(bare) == 0 {
		bare = trim(words, word.isNumber) // "IT Support 2"
	}
	if len(bare) == 0 {
		return words
	}
	return bare
}

func trim(words []word, gone func(word) bool) []word {
	lo, hi := 0, len(words)
	for lo < hi && gone(words[lo]) {
		lo++
	}
	for hi > lo && gone(words[hi-1]) {
		hi--
	}
	return words[lo:hi]
}
