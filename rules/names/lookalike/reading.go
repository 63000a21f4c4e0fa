package lookalike

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"rollcall/rules/names/ucd"
)

// maxRunes bounds what is read of one name: platforms show no longer ones.
const maxRunes = 512

// A unit is a letter as it is compared, without what was left out around it.
type unit struct {
	r rune // decomposed (NFKD); its case as written
	// alt is the letter as written, where it looks otherwise than what it is
	// compatible with; zero of others.
	alt    rune
	accent bool // it had marks that make no other letter
	styled bool // it was a compatibility form: mathematical, circled
	upright
}

// An upright says of an upright stroke that the letters around it tell which one
// it is.
type upright uint8

const (
	anyUpright   upright = iota
	capitalI             // within capitals
	smallUpright         // an l within small letters
	oddUpright           // an l among capitals, where it is read as an I
)

// A word is a run of letters.
type word struct {
	units []unit
	// break before it, as it was written
	before breakKind
	dot    bool // one letter and a full stop
}

// A breakKind is what stands between two words.
type breakKind uint8

const (
	noBreak   breakKind = iota
	space               // white space
	weak                // "." "_" "-" "&" without white space around
	comma               // "Doe, Jane"
	strong              // " - ", "|", "/", ":" and the like
	openParen           // any bracket
	closeParen
	closeStrong // a bracket and a separator: "(Contoso) | Jane Doe"
)

// A reading is a name as its words.
type reading struct {
	words []word
	// what was left out
	invisible, emoji bool
}

// signLetters are signs that are put for letters.
const signLetters = "$@!|€¡+£¥¢"

// currencies are those of them that count beside a single letter.
const currencies = "$€£¥¢"

// A manner is how a name is read.
type manner struct {
	signs signReading
	flags bool // the letters that make flags are letters
	emoji bool // emoji part words
}

// A signReading says which signs at a word that may stand for letters are such.
type signReading uint8

const (
	noSigns      signReading = iota
	innerSigns               // those with letters on both sides
	leadingSigns             // those before letters, too
	allSigns
)

// read takes a name apart.
func read(name string, how manner) reading {
	t := ucd.Load()
	var out reading
	var w word
	pending := space
	end := func() {
		if len(w.units) > 0 {
			w.settle()
			out.words = append(out.words, w)
			w = word{}
		}
	}
	brk := func(b breakKind) {
		if len(w.units) > 0 {
			end()
			pending = noBreak
		}
		switch {
		case b == openParen:
			pending = b
		case pending == closeParen && b == strong:
			pending = closeStrong
		default:
			pending = max(pending, b)
		}
	}
	add := func(u unit) {
		if len(w.units) == 0 {
			w.before = pending
			pending = noBreak
		}
		w.units = append(w.units, u)
	}
	runes := []rune(name)
	if len(runes) > maxRunes {
		runes = runes[:maxRunes]
	}
	for i, r := range runes {
		switch {
		case r < utf8.RuneSelf && isASCIILetter(r), '0' <= r && r <= '9':
			add(unit{r: r})
		case unicode.IsSpace(r) && (!unicode.IsControl(r) || r == '\t' || r == '\n' || r == '\r'):
			brk(space)
		case r == utf8.RuneError, unicode.IsControl(r), t.Ignorable.Has(r), t.Format.Has(r), t.PrivateUse.Has(r), r == '\u2800':
			out.invisible = true
		case r == '\u0640', isApostrophe(r): // tatweel; O'Brien
		case r >= utf8.RuneSelf && !unicode.IsLetter(r) && looksLikeLetters(t, r, how.flags):
			add(styledUnit(t, unit{r: r}))
		case r == '™', r == '®', r == '©', r == '℠':
			brk(weak)
		case r > 0x2000 && !unicode.IsLetter(r) && letters(norm.NFKD.String(string(r))): // circled and the like
			spell(t, r, add, brk, func() *unit { return nil })
		case t.Pictographic.Has(r) && r > 0xff && !unicode.IsLetter(r), 0x1f1e6 <= r && r <= 0x1f1ff, 0x1f3fb <= r && r <= 0x1f3ff:
			out.emoji = true
			if how.emoji {
				brk(space)
			}
		case strings.ContainsRune(signLetters, r) && how.signs.has(runes, i):
			add(unit{r: r})
		case r == '.' && len(w.units) == 1:
			w.dot = i+1 < len(runes) && unicode.IsSpace(runes[i+1]) && w.before != weak // none of "I.T. Support"
			brk(weak)
		case r < utf8.RuneSelf:
			brk(breakOf(runes, i))
		case unicode.IsPunct(r) && astray(t, runes, i):
			add(unit{r: r})
		default:
			spell(t, r, add, brk, func() *unit {
				if len(w.units) == 0 {
					return nil
				}
				return &w.units[len(w.units)-1]
			})
		}
	}
	end()
	out.settleCase()
	return out
}

// settleCase reads every l of a name in letters of either case without order as
// an I too: "AiSyAh bintl".
func (r reading) settleCase() {
	odd := slices.ContainsFunc(r.words, func(w word) bool {
		changes := 0
		for i := 1; i < len(w.units); i++ {
			if a, b := w.units[i-1].r, w.units[i].r; unicode.IsUpper(a) && unicode.IsLower(b) || unicode.IsLower(a) && unicode.IsUpper(b) {
				changes++
			}
		}
		return changes > 3
	})
	for _, w := range r.words {
		for i := range w.units {
			if odd && w.units[i].r == 'l' {
				w.units[i].upright = oddUpright
			}
		}
	}
}

func isASCIILetter(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }

// isApostrophe reports whether a character is an apostrophe within names.
func isApostrophe(r rune) bool {
	switch r {
	case '\'', '’', '‘', 'ʼ', 'ʻ', '`', '´', '′', '＇', '׳', '״', 'ʹ', 'ʾ', 'ʿ', '"', '“', '”':
		return true
	}
	return false
}

// has reports whether a sign of a name is read as a letter.
func (how signReading) has(runes []rune, i int) bool {
	if how == noSigns {
		return false
	}
	before, after := i-1, i+1
	for before > 0 && bodiless(runes[before]) {
		before--
	}
	for after < len(runes)-1 && bodiless(runes[after]) {
		after++
	}
	led, followed := before >= 0 && ofWord(runes[before]), after < len(runes) && ofWord(runes[after])
	switch {
	case led && followed:
		return true
	case followed:
		return how >= leadingSigns
	case led:
		return how == allSigns
	}
	return how == allSigns && (strings.ContainsRune(currencies, runes[i]) || spaced(runes, i))
}

// spaced reports whether a sign stands among single letters with spaces between:
// "J @ n e", or is an initial.
func spaced(runes []rune, i int) bool {
	at := func(j int) rune {
		if j < 0 || j >= len(runes) {
			return ' '
		}
		return runes[j]
	}
	alone := func(j int) bool { return unicode.IsSpace(at(j-1)) && ofWord(at(j)) && unicode.IsSpace(at(j+1)) }
	if at(i+1) == '.' && unicode.IsSpace(at(i-1)) && unicode.IsSpace(at(i+2)) {
		return true // an initial
	}
	return alone(i) && (alone(i-2) && alone(i-4) || alone(i-2) && alone(i+2) || alone(i+2) && alone(i+4))
}

// bodiless reports whether a character parts no sign from a letter: it can't be
// seen, or is an apostrophe.
func bodiless(r rune) bool {
	return unicode.Is(unicode.Cf, r) || 0xfe00 <= r && r <= 0xfe0f || isApostrophe(r)
}

// ofWord reports whether a character stands in words.
func ofWord(r rune) bool {
	if r < utf8.RuneSelf {
		return isASCIILetter(r) || '0' <= r && r <= '9' || strings.ContainsRune(signLetters, r)
	}
	return !unicode.IsSpace(r) && !unicode.IsPunct(r)
}

// settle says of the upright strokes of a word which they are, where the other
// letters tell.
func (w *word) settle() {
	small, capital := 0, 0
	for _, u := range w.units {
		switch {
		case thin(u.r):
		case unicode.IsUpper(u.r):
			capital++
		case unicode.IsLower(u.r):
			small++
		}
	}
	for i := range w.units {
		switch u := &w.units[i]; {
		case u.r == 'I' && small == 0 && capital > 1:
			u.upright = capitalI
		case u.r == 'l' && small > 0:
			u.upright = smallUpright
		case u.r == 'l' && capital > 1:
			u.upright = oddUpright
		}
	}
}

// breakOf is what a sign between words is.
func breakOf(runes []rune, i int) breakKind {
	switch r := runes[i]; r {
	case ',', '،', '、', '，':
		return comma
	case '(', '[', '{', '<', '（', '［', '【', '「', '『', '〔', '《', '〈', '«', '‹':
		return openParen
	case ')', ']', '}', '>', '）', '］', '】', '」', '』', '〕', '》', '〉', '»', '›':
		return closeParen
	case '|', '\\', ':', ';', '~', '@', '#', '*', '=', '+', '•', '·', '–', '—', '―', '¦', '→', '‖':
		if r == '·' && within2(runes, i) {
			return weak
		}
		return strong
	case '-', '_', '‐', '‑', '−', '/':
		if within2(runes, i) {
			return weak
		}
		return strong
	}
	return weak
}

// within2 reports whether no white space is around.
func within2(runes []rune, i int) bool {
	t := ucd.Load()
	blank := func(r rune) bool { // emoji part words as spaces do
		return unicode.IsSpace(r) || r == '\ufe0f' || r > 0x2190 && t.Pictographic.Has(r) && !unicode.IsLetter(r)
	}
	unseen := func(r rune) bool { return r != '\ufe0f' && (t.Ignorable.Has(r) || t.Format.Has(r)) }
	before, after := i-1, i+1
	for before > 0 && unseen(runes[before]) {
		before--
	}
	for after < len(runes)-1 && unseen(runes[after]) {
		after++
	}
	return before >= 0 && after < len(runes) && !blank(runes[before]) && !blank(runes[after])
}

// spell adds a character beyond ASCII: its decomposition, without the accents
// of alphabets whose letters are the same without them.
func spell(t *ucd.Tables, r rune, add func(unit), brk func(breakKind), last func() *unit) {
	var buf [32]byte
	if t.Plain(r) {
		spellOne(t, r, 0, false, add, brk, last)
		return
	}
	parts := norm.NFKD.AppendString(buf[:0], string(r))
	styled := norm.NFD.String(string(r)) != string(parts) && !isWidth(r)
	if n := len(parts); styled && n > 2 && parts[0] == '(' && parts[n-1] == ')' {
		parts = parts[1 : n-1] // a letter in brackets
	}
	alt := rune(0)
	if _, ok := t.Prototype(r); styled && ok && norm.NFD.IsNormalString(string(r)) {
		alt = r
	}
	for len(parts) > 0 {
		p, n := utf8.DecodeRune(parts)
		parts = parts[n:]
		if alt != 0 && hasLetter(parts) {
			alt = 0 // several letters
		}
		spellOne(t, p, alt, styled, add, brk, last)
	}
}

func hasLetter(text []byte) bool {
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if text = text[n:]; (unicode.IsLetter(r) || unicode.IsNumber(r)) && !isApostrophe(r) {
			return true
		}
	}
	return false
}

// spellOne adds a character that does not decompose.
func spellOne(t *ucd.Tables, p, alt rune, styled bool, add func(unit), brk func(breakKind), last func() *unit) {
	switch {
	case unicode.Is(unicode.Mn, p) || unicode.Is(unicode.Me, p):
		u := last()
		if u != nil && (ofNoScript(p) || dropsMarks(t.Script(u.r))) {
			u.accent = true
			return
		}
		if u != nil {
			add(unit{r: p})
		}
	case isApostrophe(p), p == '\u0640':
	case t.Letter(p), unicode.IsLetter(p), unicode.IsDigit(p), unicode.Is(unicode.Mc, p), unicode.Is(unicode.No, p), unicode.Is(unicode.Nl, p), p == '々', p == 'ー':
		if v := digit(p); v >= 0 {
			p = '0' + rune(v)
		}
		add(styledUnit(t, unit{r: p, alt: alt, styled: styled}))
	case unicode.IsSpace(p):
		brk(space)
	case p == '\u00b7' || p == '\u30fb' || p == '\uff65': // between the parts of foreign names
		brk(weak)
	case unicode.Is(unicode.Sk, p): // an accent on its own
	case unicode.Is(unicode.Ps, p), unicode.Is(unicode.Pi, p):
		brk(openParen)
	case unicode.Is(unicode.Pe, p), unicode.Is(unicode.Pf, p):
		brk(closeParen)
	default:
		brk(breakOf([]rune{' ', p, ' '}, 1))
	}
}

// styledUnit is a letter as the common one that it is another style of.
func styledUnit(t *ucd.Tables, u unit) unit {
	if b, ok := t.Base(u.r); ok && !b.Stroke && u.alt == 0 {
		if u.r == 'ɪ' { // a capital in small
			b.Letter = 'I'
		}
		return unit{r: b.Letter, alt: u.r, styled: true}
	}
	return u
}

// astray reports whether a sign of one script stands between letters of others,
// where it is read as one of them.
func astray(t *ucd.Tables, runes []rune, i int) bool {
	s := t.Script(runes[i])
	if s == ucd.Common || s == ucd.Inherited || i == 0 || i+1 == len(runes) {
		return false
	}
	other := func(r rune) bool { return unicode.IsLetter(r) && t.Script(r) != s }
	return other(runes[i-1]) && other(runes[i+1])
}

// isWidth reports whether a character is a wide or narrow form, as East Asian
// keyboards give them.
func isWidth(r rune) bool { return 0xff00 <= r && r <= 0xffef }

// dropsMarks reports whether a script's letters are the same with other marks,
// as people write names.
func dropsMarks(s ucd.Script) bool {
	switch s {
	case "Latin", "Greek", "Cyrillic", "Arabic", "Hebrew", "Armenian", "Georgian", "Syriac", ucd.Common:
		return true
	}
	return false
}

// ofNoScript reports whether a mark is one of those that are put on letters of
// any alphabet.
func ofNoScript(r rune) bool {
	return 0x300 <= r && r <= 0x36f || 0x1ab0 <= r && r <= 0x1aff || 0x1dc0 <= r && r <= 0x1dff || 0x20d0 <= r && r <= 0x20ff || 0xfe20 <= r && r <= 0xfe2f
}

// digit is the value of a decimal digit of any script, or -1.
func digit(r rune) int {
	if r < utf8.RuneSelf || !unicode.Is(unicode.Nd, r) {
		return -1
	}
	// The ten digits of a script follow each other, zero first.
	zero := r
	for i := 0; i < 9 && unicode.Is(unicode.Nd, zero-1); i++ {
		zero--
	}
	return int(r-zero) % 10
}

// letters reports whether a text begins with an ASCII letter and has nothing but
// those.
func letters(s string) bool {
	for i := range len(s) {
		if !isASCIILetter(rune(s[i])) {
			return false
		}
	}
	return s != ""
}

// looksLikeLetters reports whether a sign looks like letters: U+237A like an
// alpha.
func looksLikeLetters(t *ucd.Tables, r rune, flags bool) bool {
	if unicode.IsMark(r) || unicode.IsNumber(r) {
		return false
	}
	if b, ok := t.Base(r); ok && !b.Stroke {
		// Two regional indicators are the flag of a country.
		return flags || r < 0x1f1e6 || r > 0x1f1ff
	}
	if r == '\u03f6' { // a mathematical sign that is drawn like the Cyrillic "э"
		return true
	}
	to, ok := t.Prototype(r)
	if !ok {
		return false
	}
	for _, p := range to {
		if !t.Letter(p) && !unicode.Is(unicode.Mn, p) {
			return false
		}
	}
	return true
}
