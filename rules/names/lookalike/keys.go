package lookalike

import (
	"cmp"
	_ "embed" // for the table of drawn letters
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"rollcall/rules/names/ucd"
)

// alikeInLatin are letters, digits and signs that stand for each other within
// one alphabet, the letter first.
var alikeInLatin = [...]string{"lI1|!¡i£L", "oO0", "eE3€", "sS5$", "aA4@", "tT7+", "bB86", "gG9", "zZ2", "yY¥", "cC¢"}

// alikeTogether are letters which together look like one. The key of a name
// has them in place of that one.
var alikeTogether = [...]struct {
	one  rune
	many string
}{{'m', "rn"}, {'w', "vv"}, {'d', "cl"}, {'ஆ', "அா"}}

//go:embed drawn.txt
var drawnText string

// alsoDrawn are look-alikes that measuring the whole letter does not find: small
// letters drawn like capitals, dotted circles, and the two alphabets of Japanese
// where they share a letter.
var alsoDrawn = map[rune]string{
	'k': "кκĸ", 'm': "м", 't': "тτ", 'b': "вьƅ", 'h': "н", 'э': "\u03f6", 'ω': "ѡ", 'O': "Ꙩʘ", 'o': "ꙩ", 'f': "ғ", 'F': "Ғ", 'n': "ՈႶ",
	'り': "リ", 'へ': "ヘ", 'か': "カ", 'や': "ヤ", 'き': "キ", 'せ': "セ", 'も': "モ", 'う': "ウ", 'ら': "ラ",
}

// likes are the letters that others are drawn like, the likest first.
var likes = sync.OnceValue(func() map[rune][]rune {
	out := map[rune][]rune{}
	for line := range strings.Lines(drawnText) {
		if f := strings.Fields(line); len(f) == 3 && f[0] != "#" {
			r, err1 := strconv.ParseInt(f[0], 16, 32)
			like, err2 := strconv.ParseInt(f[1], 16, 32)
			if err1 == nil && err2 == nil { // a test reads it
				out[rune(r)] = append(out[rune(r)], rune(like))
			}
		}
	}
	for like, list := range alsoDrawn {
		for _, r := range list {
			out[r] = append(out[r], like)
		}
	}
	for _, list := range out {
		slices.SortStableFunc(list, func(a, b rune) int { // those of ASCII first
			return cmp.Compare(min(a/utf8.RuneSelf, 1), min(b/utf8.RuneSelf, 1))
		})
	}
	return out
})

// drawnLike lists the letters that another is drawn like.
func drawnLike(r rune) []rune { return likes()[r] }

// stands gives the letter that a digit or sign is put for, and the one of
// several that a key has for all of a kind.
var stands = map[rune]rune{'0': 'o', '1': 'l', '2': 'z', '3': 'e', '4': 'a', '5': 's', '6': 'b', '7': 't', '8': 'b', '9': 'g',
	'$': 's', '@': 'a', '!': 'l', '|': 'l', '\u00a1': 'l', '€': 'e', '+': 't', '£': 'l', '¥': 'y', '¢': 'c', 'i': 'l', 'ĸ': 'k', 'χ': 'x', 'ω': 'w', 'ɩ': 'l', 'ƨ': 's', 'ꞓ': 'e', 'ᴎ': 'и', 'ʍ': 'm'}

// canons gives every letter that looks like others what a key has for it. Keys
// are wider than what is taken for alike in the end: they only must not part
// what is.
var canons = sync.OnceValue(func() map[rune]string {
	t := ucd.Load()
	out := map[rune]string{}
	var canon func(r rune, depth int) string
	canon = func(r rune, depth int) string {
		to := string(fold(r))
		if x, ok := stands[fold(r)]; ok {
			to = string(x)
		} else if depth < 6 {
			next := ""
			look, has := t.Prototype(r)
			look = bareLetters(t, look)
			base, based := t.Base(r)
			switch single := utf8.RuneCountInString(look) == 1; {
			case r == 'ғ' || r == 'Ғ' || r == 'Ո' || r == 'Ⴖ' || r == '\u03f6': // alsoDrawn
				next = string(drawnLike(r)[0])
			case has && r >= utf8.RuneSelf && (single || !based):
				next = look
			case based:
				next = string(base.Letter)
			case byDrawing(t, r):
				next = string(drawnLike(r)[0])
			}
			if next != "" && next != string(r) {
				var b strings.Builder
				for _, x := range next {
					b.WriteString(canon(x, depth+1))
				}
				return b.String()
			}
		}
		for _, x := range alikeTogether {
			if to == string(x.one) {
				var b strings.Builder
				for _, r := range x.many {
					b.WriteString(canon(r, depth+1))
				}
				return b.String()
			}
		}
		return to
	}
	for r := rune(' '); r < utf8.RuneSelf; r++ {
		out[r] = canon(r, 0)
	}
	for r := range stands {
		out[r] = canon(r, 0)
	}
	for r, to := range t.Prototypes() {
		out[r] = canon(r, 0)
		for _, c := range to {
			out[c] = canon(c, 0)
		}
	}
	for r := range t.Bases() {
		out[r] = canon(r, 0)
	}
	for r := range likes() {
		out[r] = canon(r, 0)
	}
	for _, x := range alikeTogether {
		for _, r := range string(x.one) + x.many {
			out[r] = canon(r, 0)
		}
	}
	return out
})

// byDrawing reports whether a letter is read as what it is drawn like: it is of
// no alphabet that names are usual in, or of none that its readers know.
func byDrawing(t *ucd.Tables, r rune) bool {
	like := drawnLike(r)
	if len(like) == 0 {
		return false
	}
	switch t.Script(r) {
	case "Latin", "Cyrillic", "Greek", "Armenian":
		return rarely(r) || like[0] < utf8.RuneSelf
	}
	return true
}

// bareLetters is a prototype without the marks on its letters.
func bareLetters(t *ucd.Tables, s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		if unicode.Is(unicode.Mn, r) && b.Len() > 0 {
			last, _ := utf8.DecodeLastRuneInString(b.String())
			if dropsMarks(t.Script(last)) {
				continue
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}

// canon is what a key has for one letter.
func canon(m map[rune]string, r rune) string {
	if c, ok := m[r]; ok {
		return c
	}
	return string(fold(r))
}
