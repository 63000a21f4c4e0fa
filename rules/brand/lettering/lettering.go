// Package lettering reads texts as people see them: without case, accents and
// invisible characters, with letters of other scripts taken for the Latin ones
// that they look like, and each letter with its place in the text. It is pure.
package lettering

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A Glyph is a letter, digit or other sign of a text as it reads.
type Glyph struct {
	// Rune is lower case and without accents; Plain is the same before letters of
	// other scripts were taken for Latin ones.
	Rune, Plain rune
	// At and End bound the character in the text, in bytes.
	At, End int
	// Word tells letters and digits; Upper tells capitals.
	Word, Upper bool
	// Odd says that the text has another character here than what it reads as, or
	// an invisible one before it.
	Odd bool

	full bool // as wide as a Han character
}

// Wide reports whether a letter is of a script that puts no spaces between words,
// so that words of other scripts begin and end at it.
func (g Glyph) Wide() bool {
	return unicode.In(g.Plain, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) || g.Plain == 'ー' || g.Plain == '\u3099' || g.Plain == '\u309a'
}

// Read returns the glyphs of a text. What is no UTF-8 is one sign a byte.
func Read(text string) []Glyph {
	out := read(text)
	// Latin letters as wide as a Han character are usual among such, and odd
	// elsewhere.
	if !slices.ContainsFunc(out, Glyph.Wide) {
		for i, g := range out {
			if g.full && basic(g.Rune) {
				out[i].Odd = true
			}
		}
	}
	return out
}

func read(text string) []Glyph {
	out := make([]Glyph, 0, len(text))
	hidden := false
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		end := at + size
		if r == '<' || r == '&' {
			// Stores show some HTML: what stands for a sign is that sign.
			if shown, n := markup(text[at:]); n > 0 {
				r, end = shown, at+n
				if r == 0 { // within a word it hides the word
					hidden = hidden || len(out) > 0 && out[len(out)-1].Word && !out[len(out)-1].Wide()
					at = end
					continue
				}
			}
		}
		switch {
		case r < utf8.RuneSelf:
			g := Glyph{Rune: r, Plain: r, At: at, End: end, Odd: hidden || end-at > 1}
			switch {
			case 'A' <= r && r <= 'Z':
				g.Rune, g.Word, g.Upper = r+'a'-'A', true, true
				g.Plain = g.Rune
			case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
				g.Word = true
			}
			out = append(out, g)
			hidden = false
		case r == utf8.RuneError && end-at == 1:
			out = append(out, Glyph{Rune: r, Plain: r, At: at, End: end})
			hidden = false
		case invisible(r):
			hidden = true
		case accent(r):
			if len(out) > 0 && out[len(out)-1].Word && !out[len(out)-1].Wide() {
				out[len(out)-1].End = end
				if basic(out[len(out)-1].Plain) {
					out[len(out)-1].Odd = true
				}
			}
		default:
			out = decompose(out, r, at, end, hidden)
			hidden = false
		}
		at = end
	}
	return out
}

// decompose adds what a character beyond ASCII reads as.
func decompose(out []Glyph, r rune, at, end int, hidden bool) []Glyph {
	if sign(r) {
		return append(out, Glyph{Rune: r, Plain: r, At: at, End: end})
	}
	var room [utf8.UTFMax]byte
	in := room[:utf8.EncodeRune(room[:], r)]
	full := 0xFF00 <= r && r <= 0xFFEF
	upper := unicode.IsUpper(r)
	for _, p := range string(norm.NFKD.Bytes(in)) {
		if accent(p) {
			continue
		}
		g := Glyph{At: at, End: end, full: full, Upper: upper || unicode.IsUpper(p), Odd: hidden}
		g.Plain = unicode.ToLower(p)
		g.Rune = g.Plain
		if latin, ok := lookalike(p, g.Plain); ok && !basic(g.Plain) {
			g.Rune, g.Odd = latin, true
		}
		if basic(g.Rune) && !full {
			g.Odd = true
		}
		g.Word = unicode.IsLetter(g.Rune) || unicode.IsDigit(g.Rune) || unicode.Is(unicode.M, g.Rune)
		out = append(out, g)
	}
	return out
}

// basic tells the letters and digits of ASCII.
func basic(r rune) bool { return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' }

// accent tells the marks above, below and through Latin, Greek and Cyrillic
// letters. Those of other scripts are parts of letters.
func accent(r rune) bool {
	return 0x300 <= r && r <= 0x36F || 0x1AB0 <= r && r <= 0x1AFF || 0x20D0 <= r && r <= 0x20FF
}

// sign tells the signs after names that compatibility would make letters of.
func sign(r rune) bool { return r == '™' || r == '®' || r == '©' || r == '℠' || r == '℗' }

// invisible tells characters that are not seen.
func invisible(r rune) bool {
	switch {
	case r == 0xAD, r == 0x34F, r == 0x115F, r == 0x1160, r == 0x3164, r == 0xFFA0, r == 0x2800, 0x180B <= r && r <= 0x180F, 0xFE00 <= r && r <= 0xFE0F, 0xE0000 <= r && r <= 0xE0FFF:
		return true
	}
	return unicode.Is(unicode.Cf, r)
}
