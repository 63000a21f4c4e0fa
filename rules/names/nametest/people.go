package nametest

import (
	"embed"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

//go:embed testdata/people/*.txt testdata/glyphs.txt testdata/near.txt testdata/honest.txt testdata/hostile.txt
var files embed.FS

// A group is one way of naming people: its words by kind, and the forms in
// which they stand together.
type group struct {
	language, script string
	weight           int
	forms            [][]part
	words            map[string][]string
}

// A part of a form is a kind of words, or what stands between words.
type part struct{ kind, text string }

// A person has a name.
type person struct {
	name             string
	language, script string
	words            []string // the name's own, in its order
	kinds            []string // of the words
}

// readGroups reads all languages.
func readGroups() ([]*group, error) {
	entries, err := files.ReadDir("testdata/people")
	if err != nil {
		return nil, err
	}
	var out []*group
	for _, e := range entries {
		text, err := files.ReadFile("testdata/people/" + e.Name())
		if err != nil {
			return nil, err
		}
		language := strings.TrimSuffix(e.Name(), ".txt")
		script, weight := "", 1
		for _, block := range strings.Split(string(text), "\n---\n") {
			g := &group{language: language, script: script, weight: weight, words: map[string][]string{}}
			var forms []string
			for line := range strings.Lines(block) {
				key, rest, ok := strings.Cut(strings.TrimSpace(line), ": ")
				switch {
				case !ok:
					return nil, fmt.Errorf("%s: line %q: want a key and a colon", e.Name(), line)
				case key == "script":
					g.script, script = rest, rest
				case key == "weight":
					if g.weight, err = strconv.Atoi(rest); err != nil {
						return nil, fmt.Errorf("%s: weight %q is no number", e.Name(), rest)
					}
					weight = g.weight
				case key == "form":
					forms = append(forms, rest)
				default:
					for w := range strings.FieldsSeq(rest) {
						g.words[key] = append(g.words[key], unescape(w))
					}
				}
			}
			for _, f := range forms {
				g.forms = append(g.forms, g.form(f))
			}
			if len(g.forms) == 0 {
				return nil, fmt.Errorf("%s: a group without a form", e.Name())
			}
			out = append(out, g)
		}
	}
	return out, nil
}

// unescape makes spaces of underscores and characters of their numbers.
func unescape(w string) string {
	if s, err := strconv.Unquote(`"` + strings.ReplaceAll(w, `"`, `\"`) + `"`); err == nil {
		w = s
	}
	return strings.ReplaceAll(w, "_", " ")
}

// form takes a form apart: names of kinds, "+" for nothing between two, and
// whatever else stands in the name as it is written.
func (g *group) form(text string) []part {
	var out []part
	isKind := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' }
	for text != "" {
		n := len(text) - len(strings.TrimLeftFunc(text, isKind))
		if n == 0 {
			n = len(text) - len(strings.TrimLeftFunc(text, func(r rune) bool { return !isKind(r) }))
		}
		word := text[:n]
		text = text[n:]
		if g.words[word] != nil {
			out = append(out, part{kind: word})
		} else if word != "+" {
			out = append(out, part{text: word})
		}
	}
	return out
}

// person makes one by any of the forms.
func (g *group) person(r *rand.Rand) person {
	p := person{language: g.language, script: g.script}
	var name strings.Builder
	for _, x := range g.forms[r.IntN(len(g.forms))] {
		if x.kind == "" {
			name.WriteString(x.text)
			continue
		}
		w := pick(r, g.words[x.kind])
		if len(p.words) > 0 && slices.Contains(p.words, w) { // nobody has a name twice
			w = pick(r, g.words[x.kind])
		}
		name.WriteString(w)
		p.words, p.kinds = append(p.words, w), append(p.kinds, x.kind)
	}
	p.name = norm.NFC.String(name.String())
	return p
}

func pick[T any](r *rand.Rand, of []T) T { return of[r.IntN(len(of))] }

// plain are letters that have no decomposition and are written for others.
var plain = strings.NewReplacer("ı", "i", "ł", "l", "ø", "o", "đ", "d", "ð", "d", "þ", "th", "ħ", "h", "ß", "ss", "æ", "ae",
	"œ", "oe", "ə", "e", "ŋ", "n", "ɗ", "d", "ƙ", "k", "ɓ", "b", "ɛ", "e", "ɔ", "o", "ς", "σ", "ی", "ي", "ى", "ي", "ک", "ك", "ہ", "ه", "ھ", "ه", "ة", "ه",
	"髙", "高", "邉", "辺", "邊", "辺", "吳", "吴", "斉", "斎", "齋", "斎", "﨑", "崎")

// letters are a name's letters without case and accents, in their order, and
// without words of one letter.
func letters(name string) []rune {
	var out []rune
	text := plain.Replace(strings.ToLower(norm.NFC.String(name)))
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '\u200c' && r != '\u200d' }) {
		var word []rune
		for _, c := range norm.NFKD.String(w) {
			if accent(c) || !unicode.IsLetter(c) && !unicode.IsMark(c) {
				continue
			}
			word = append(word, c)
		}
		if len(word) > 1 || len(word) == 1 && word[0] > 0x600 {
			out = append(out, word...)
		}
	}
	return out
}

func accent(c rune) bool {
	return c >= 0x300 && c <= 0x36f || c >= 0x591 && c <= 0x5c7 || c >= 0x64b && c <= 0x65f || c >= 0xfe00 && c <= 0xfe0f || c >= 0xe0100 && c <= 0xe01ef
}

// sum is a number for a name's letters, whatever their order.
func sum(name string) uint64 {
	var n uint64
	for _, c := range letters(name) {
		x := uint64(c) * 0x9e3779b97f4a7c15
		x = (x ^ x>>29) * 0xbf58476d1ce4e5b9
		n += x ^ x>>32
	}
	return n
}

// ink is what is seen of a name where letters are drawn by the same strokes:
// the letters of two honest names that are one in ink can't be told apart.
func ink(name string) string {
	return drawn.Replace(strings.ReplaceAll(norm.NFC.String(name), " ", ""))
}

var drawn = strings.NewReplacer("I", "l", "1", "l", "|", "l", "ǀ", "l", "0", "O", "rn", "m", "vv", "w", "VV", "W", "І", "l", "Ι", "l", "Ӏ", "l")
