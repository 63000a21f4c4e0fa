package lookalike

import (
	"hash/maphash"
	"slices"
	"strings"
	"sync"
	"unicode"

	"rollcall/rules/names/ucd"
)

// A letter of another alphabet within a word is put there to be read as one of
// the word's own, also where no table knows as which: drawings differ from font
// to font. A name that nothing else finds is looked up once more with any letter
// in its place.
const (
	maxGuessed = 3 // letters of a name, else its words are another language's
	maxGuesses = 4 // ways in which the name is taken
)

// alphabets of which words are, with the letters that any may stand for.
var guessable = [...]struct {
	script  ucd.Script
	letters string
}{
	{"Latin", "abcdefghijklmnopqrstuvwxyz"},
	{"Cyrillic", "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґјљњћђџ"},
	{"Greek", "αβγδεζηθικλμνξοπρστυφχψω"},
	{"Armenian", "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ"},
}

// readable are what keys have for the letters of each of these alphabets.
var readable = sync.OnceValue(func() [len(guessable)]map[string]bool {
	var out [len(guessable)]map[string]bool
	m := canons()
	for i, a := range guessable {
		out[i] = map[string]bool{}
		for _, r := range a.letters {
			out[i][canon(m, r)], out[i][canon(m, unicode.ToUpper(r))] = true, true
		}
	}
	return out
})

// guesses are the ways in which a name is taken with other letters in place of
// those that are not of its words' alphabet, of which an index has the key; none
// where there are no such letters, or too many.
func guesses(all []core, has func(hash uint64) bool) (cores []core, hashes []uint64) {
	for _, c := range all[:min(len(all), maxGuesses)] {
		for alphabet := range guessable {
			strange, others := c.foreign(alphabet)
			for _, list := range [...][]rune{strange, others} {
				if len(list) == 0 || len(list) > maxGuessed {
					continue
				}
				c.guess(list, guessable[alphabet].letters, func(letters func(rune) (rune, bool), hash uint64) {
					if has(hash) {
						cores, hashes = append(cores, c.with(letters)), append(hashes, hash)
					}
				})
			}
		}
	}
	return cores, hashes
}

// guess puts each letter in the place of each of a list, in all ways, and gives
// the hash of the words in their order.
func (c core) guess(list []rune, alphabet string, try func(letters func(rune) (rune, bool), hash uint64)) {
	m := canons()
	type piece struct {
		text string
		hole int // in the list; -1: none
	}
	var pieces []piece
	for _, w := range c.words {
		for _, x := range w.units {
			pieces = append(pieces, piece{canon(m, x.r), slices.Index(list, x.r)})
		}
	}
	letters := []rune(alphabet)
	if !slices.ContainsFunc(c.words, func(w word) bool {
		return slices.ContainsFunc(w.units, func(x unit) bool { return unicode.IsLower(x.r) })
	}) {
		letters = []rune(strings.ToUpper(alphabet)) // which look otherwise
	}
	at := make([]int, len(list))
	put := func(r rune) (rune, bool) {
		i := slices.Index(list, r)
		if i < 0 {
			return 0, false
		}
		return letters[at[i]], true
	}
	var b []byte
	for {
		b = b[:0]
		for _, p := range pieces {
			if p.hole >= 0 {
				b = append(b, canon(m, letters[at[p.hole]])...)
			} else {
				b = append(b, p.text...)
			}
		}
		try(put, maphash.Bytes(seed, b))
		i := 0
		for ; i < len(at); i++ {
			if at[i]++; at[i] < len(letters) {
				break
			}
			at[i] = 0
		}
		if i == len(at) {
			return
		}
	}
}

// foreign finds the distinct letters of a name that are none of an alphabet, of
// which two thirds of the others are or look: those that look like none of it, and
// all. There are none in a name of one script, and among the characters of East
// Asia, which stand beside other words without a space.
func (c core) foreign(alphabet int) (strange, others []rune) {
	u, m, known := ucd.Load(), canons(), readable()
	own := func(r rune) bool {
		return u.Script(r) == guessable[alphabet].script && !rare(r) || r >= '0' && r <= '9'
	}
	scripts := map[ucd.Script]bool{}
	n, like := 0, 0
	for _, w := range c.words {
		for _, x := range w.units {
			n++
			if rare(x.r) {
				scripts["rare"] = true
			}
			scripts[u.Script(x.r)] = true
			if own(x.r) || known[alphabet][canon(m, x.r)] {
				like++
			}
		}
	}
	if len(scripts) < 2 || 3*like < 2*n {
		return nil, nil
	}
	for _, w := range c.words {
		for _, x := range w.units {
			switch {
			case own(x.r):
			case unicode.In(x.r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana), unicode.IsMark(x.r):
				return nil, nil
			default:
				if !known[alphabet][canon(m, x.r)] && !slices.Contains(strange, x.r) {
					strange = append(strange, x.r)
				}
				if !slices.Contains(others, x.r) {
					others = append(others, x.r)
				}
			}
		}
	}
	if len(others) == len(strange) {
		others = nil
	}
	return strange, others
}

// rare reports whether a letter of Latin or Cyrillic is of phonetics, of the
// Middle Ages or of very few languages.
func rare(r rune) bool {
	return 0x460 <= r && r <= 0x489 || 0x4c3 <= r && r <= 0x4ce && r != 0x4c0 || 0x500 <= r && r <= 0x52f || 0x1c80 <= r && r <= 0x1c8f || 0x1d00 <= r && r <= 0x1dbf ||
		0x2de0 <= r && r <= 0x2dff || 0xa640 <= r && r <= 0xa69f || 0xa720 <= r && r <= 0xa7ff || 0xab30 <= r && r <= 0xab6f
}

// with is a core with letters in place of others.
func (c core) with(letters func(rune) (rune, bool)) core {
	words := make([]word, len(c.words))
	for i, w := range c.words {
		units := slices.Clone(w.units)
		for j, x := range units {
			if r, ok := letters(x.r); ok {
				units[j] = unit{r: r, accent: x.accent, styled: x.styled, guessed: true}
			}
		}
		words[i] = word{units, w.before}
	}
	c.words = words
	return c
}
