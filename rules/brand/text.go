package brand

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"rollcall/rules/brand/language"
	"rollcall/rules/brand/lettering"
	"rollcall/rules/brand/wordmark"
	"rollcall/rules/policy"
)

// Bounds of what is judged of a text.
const (
	// MaxText is how many bytes of a text are judged.
	MaxText = 256 << 10
	// maxSentence is how many bytes a sentence has at most: a longer one is cut,
	// so that patterns stay quick.
	maxSentence = 4 << 10
)

// A sentence is one of a text, as patterns see it: folded, with signs in the
// place of marks and of the listing's own names.
type sentence struct {
	text  string
	marks []mark
	// from and to bound it in the text that it is of, in bytes.
	from, to int
	// asked says that it is a question.
	asked bool
	// read is how each language reads it, where it has marks or stands beside one
	// that has.
	read []language.Reading
	// languages are the places among these of the languages that it may be in; none
	// where that is not known.
	languages []int
	// denied says that the answer after it denies what it asks; stated, that the
	// sentence after it says of the app that it works with the mark; answer, that
	// it answers who stands behind the app.
	denied, stated, answer bool
}

// A mark is a place of a sentence at which there is a wordmark.
type mark struct {
	language.Span // in the sentence's text
	wordmark.Match
	word language.Word
}

// A piece is what stands at a place of a text instead of its letters.
type piece struct {
	from, to int // glyphs
	sign     string
	mark     *wordmark.Match
}

// sentences splits a text and puts signs for marks and own names.
func sentences(text string, glyphs []lettering.Glyph, pieces []piece) []sentence {
	slices.SortFunc(pieces, func(a, b piece) int { return a.from - b.from })
	var out []sentence
	var b strings.Builder
	var s sentence
	begun, ownBefore, spaced := false, false, false
	words, capitals, letters, upper := 0, 0, 0, 0
	end := func(at int) {
		s.text, s.to = strings.TrimSpace(b.String()), at
		for i := range s.marks {
			w := &s.marks[i].word
			w.Shouted = upper*10 >= letters*9
			w.Titled = words >= 3 && capitals*10 >= words*7
		}
		if s.text != "" {
			out = append(out, s)
		}
		b.Reset()
		s = sentence{}
		begun, ownBefore = false, false
		words, capitals, letters, upper = 0, 0, 0, 0
	}
	next := 0
	for i := 0; i < len(glyphs); i++ {
		g := glyphs[i]
		if next < len(pieces) && pieces[next].from == i {
			p := pieces[next]
			next++
			if !begun {
				s.from = g.At
			}
			at := b.Len()
			b.WriteString(p.sign)
			if p.mark != nil {
				m := mark{Span: language.Span{From: at, To: b.Len()}, Match: *p.mark}
				m.word = language.Word{Span: m.Span, Lower: p.mark.Lower, Upper: p.mark.Upper, First: !begun, AfterOwn: ownBefore}
				s.marks = append(s.marks, m)
			}
			ownBefore = p.mark == nil
			begun, spaced = true, false
			i = p.to - 1
			continue
		}
		if to := link(glyphs, i); to > i { // [what is shown](where it leads)
			i = to
			continue
		}
		if ends(glyphs, i) || b.Len() >= maxSentence {
			s.asked = g.Plain == '?' || g.Plain == '؟'
			end(g.End)
			continue
		}
		if unicode.IsSpace(g.Plain) {
			if !spaced && b.Len() > 0 {
				b.WriteByte(' ')
				spaced = true
			}
			continue
		}
		spaced = false
		switch g.Plain {
		case '™', '®', '©', '℠', '℗', '*', '_', '#', '[', ']', '"', '“', '”', '„', '«', '»', '「', '」', '『', '』':
			continue // what stands around names and says nothing
		}
		if !begun && g.Word {
			begun, s.from = true, g.At
		}
		if g.Word {
			ownBefore = false
			letters++
			if g.Upper {
				upper++
			}
			if i == 0 || !glyphs[i-1].Word {
				words++
				if g.Upper {
					capitals++
				}
			}
		}
		if g.Wide() {
			b.WriteRune(g.Plain)
		} else {
			b.WriteRune(g.Rune)
		}
	}
	end(len(text))
	return out
}

// link returns the last glyph of what Markdown has of a link besides its words,
// where that begins at a glyph; else less than that.
func link(text []lettering.Glyph, i int) int {
	const longest = 500
	if text[i].Plain != ']' || i+1 == len(text) || text[i+1].Plain != '(' {
		return -1
	}
	for k := i + 2; k < len(text) && k < i+longest; k++ {
		switch {
		case text[k].Plain == ')':
			return k
		case unicode.IsSpace(text[k].Plain):
			return -1
		}
	}
	return -1
}

// ordinarySign stands for a word that is a mark elsewhere and an ordinary one here.
// It is as long as a mark's.
const ordinarySign = "\uE003"

// keep has the sentence show only those marks that are meant.
func (s *sentence) keep(meant func(mark) bool) {
	s.marks = slices.DeleteFunc(s.marks, func(m mark) bool {
		if meant(m) {
			return false
		}
		s.text = s.text[:m.Span.From] + ordinarySign + s.text[m.Span.To:]
		return true
	})
}

// ends reports whether a sentence ends at a glyph.
func ends(text []lettering.Glyph, i int) bool {
	next := rune(' ')
	if i+1 < len(text) {
		next = text[i+1].Plain
	}
	switch text[i].Plain {
	case '.':
		return unicode.IsSpace(next)
	case '!', '?', '…':
		return !letterAt(text, i+1) || text[i+1].Wide() || i > 0 && text[i-1].Wide()
	case '。', '؟', '।', '•', '·', '●', '▪', '\u2028', '\u2029', ';', '|', '✓', '✔', '★', '⭐':
		return true
	case '\n':
		// A line of a text that is broken into lines goes on in the next; an empty
		// line and the points of a list end it.
		j := i + 1
		for j < len(text) && (text[j].Plain == ' ' || text[j].Plain == '\t' || text[j].Plain == '\r') {
			j++
		}
		if j == len(text) {
			return true
		}
		switch text[j].Plain {
		case '\n', '-', '*', '–', '—', '#', '>', '+':
			return true
		}
	}
	return false
}

func letterAt(text []lettering.Glyph, i int) bool { return i < len(text) && text[i].Word }

// pieces finds what is to be seen as a sign: the listing's own names first, then
// marks.
func (b *Book) pieces(text string, glyphs []lettering.Glyph, own *wordmark.Finder, companies map[string]bool) []piece {
	var out []piece
	taken := b.addresses(text, glyphs)
	if own != nil {
		for _, m := range own.Find(glyphs) {
			if m.Disguised {
				continue
			}
			sign := policy.AppSign
			if companies[m.Mark.Text] {
				sign = policy.CompanySign
			}
			// The point of "Northwind Ltd." ends no sentence.
			if strings.HasSuffix(m.Mark.Text, ".") && m.To < len(glyphs) && glyphs[m.To].Plain == '.' {
				m.To++
			}
			out = append(out, piece{from: m.From, to: m.To, sign: sign})
			taken = append(taken, language.Span{From: m.From, To: m.To})
		}
	}
	slices.SortFunc(taken, func(a, b language.Span) int { return a.From - b.From })
	next := 0 // both lists are in the order of the text
	for _, m := range b.finder.Find(glyphs) {
		at := language.Span{From: m.From, To: m.To}
		for next < len(taken) && taken[next].To <= at.From {
			next++
		}
		if next < len(taken) && taken[next].Overlaps(at) {
			continue
		}
		out = append(out, piece{from: m.From, to: m.To, sign: policy.MarkSign, mark: &m})
	}
	return out
}

// address is what may be one of a site: its host's last two labels, and what
// follows.
var address = regexp.MustCompile(`(?i)\b(?:https?://)?(?:[a-z0-9-]+\.)*([a-z0-9-]+)\.com\b(?:[/?#][^\s<>"')\]]*)?`)

// addresses finds addresses of the owners' own sites: a link to one is no use of
// the mark.
func (b *Book) addresses(text string, glyphs []lettering.Glyph) []language.Span {
	var out []language.Span
	for _, m := range address.FindAllStringSubmatchIndex(text, 1000) {
		if !b.sites[strings.ToLower(text[m[2]:m[3]])] {
			continue
		}
		from, _ := slices.BinarySearchFunc(glyphs, m[0], func(g lettering.Glyph, at int) int { return g.At - at })
		to, _ := slices.BinarySearchFunc(glyphs, m[1], func(g lettering.Glyph, at int) int { return g.At - at })
		out = append(out, language.Span{From: from, To: to})
	}
	return out
}
