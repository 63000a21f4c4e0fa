package timeline

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Safe makes text from outside harmless for a terminal: control characters,
// those that change the direction of text, other invisible ones and broken
// UTF-8 are written out, such as \u{202e}.
func Safe(s string) string {
	if strings.IndexFunc(s, hostile) < 0 && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case hostile(r):
			fmt.Fprintf(&b, `\u{%04x}`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hostile reports whether a character is one that shows nothing of its own or
// changes how others are shown.
func hostile(r rune) bool {
	return r == utf8.RuneError || r != ' ' && !unicode.IsGraphic(r) || unicode.In(r, unicode.Zs, unicode.Zl, unicode.Zp, unicode.Cf) && r != ' ' ||
		// Graphic by category and yet blank: Hangul fillers and the Braille blank.
		r == 0x115F || r == 0x1160 || r == 0x3164 || r == 0xFFA0 || r == 0x2800
}

// columns is how many columns of a terminal a text takes.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n += columnsOf(r)
	}
	return n
}

func columnsOf(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// fit cuts a text to a number of columns, with an ellipsis where it is cut.
func fit(s string, limit int) string {
	if columns(s) <= limit {
		return s
	}
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n += columnsOf(r); n > limit-1 {
			break
		}
		b.WriteRune(r)
	}
	return b.String() + "…"
}

// pad fits a text and fills it up to a number of columns.
func pad(s string, limit int) string {
	s = fit(s, limit)
	return s + strings.Repeat(" ", limit-columns(s))
}

// wrap breaks words into lines of a number of columns. A word that is longer
// than a line is broken too.
func wrap(s string, limit int) []string {
	var lines []string
	line, n := "", 0
	for _, word := range strings.Fields(s) {
		size := columns(word)
		if line != "" && n+1+size > limit {
			lines, line, n = append(lines, line), "", 0
		}
		for size > limit {
			head := cut(word, limit)
			lines, word = append(lines, head), word[len(head):]
			size = columns(word)
		}
		if line != "" {
			line, n = line+" ", n+1
		}
		line, n = line+word, n+size
	}
	if line != "" || lines == nil {
		lines = append(lines, line)
	}
	return lines
}

// cut is the beginning of a word that fills a line; at least one character.
func cut(word string, limit int) string {
	n := 0
	for i, r := range word {
		if n += columnsOf(r); n > limit && i > 0 {
			return word[:i]
		}
	}
	return word
}
