package lookalike

import (
	"hash/maphash"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"rollcall/rules/names/ucd"
)

// alikeInLatin are letters, digits and signs that stand for each other within
// one alphabet, the letter first.
var alikeInLatin = [...]string{"lI1|!¡i", "oO0", "eE3€", "sS5$", "aA4@", "tT7+", "bB86", "gG9q6", "zZ2"}

// alikeTogether are letters which together look like one. The key of a name
// has them in place of that one.
var alikeTogether = [...]struct {
	one  rune
	many string
}{{'m', "rn"}, {'w', "vv"}, {'d', "cl"}}

// classes gives letters that may stand for each other the same key. It is wider
// than what is taken for alike in the end: it only must not part what is.
var classes = sync.OnceValue(func() map[rune]string {
	t := ucd.Load()
	parent := map[rune]rune{}
	var root func(r rune) rune
	root = func(r rune) rune {
		p, ok := parent[r]
		if !ok || p == r {
			return r
		}
		p = root(p)
		parent[r] = p
		return p
	}
	join := func(a, b rune) {
		if a, b = root(a), root(b); a != b {
			parent[max(a, b)] = min(a, b)
		}
	}
	several := map[rune]string{}
	for r, to := range t.Prototypes() {
		base := bareLetters(t, to)
		switch p, n := utf8.DecodeRuneInString(base); {
		case base == "":
		case n == len(base):
			join(r, p)
		default:
			several[r] = base
		}
		for _, c := range base {
			join(c, unicode.ToLower(c))
		}
		join(r, unicode.ToLower(r))
	}
	for r := rune('A'); r <= 'Z'; r++ {
		join(r, unicode.ToLower(r))
	}
	for _, list := range alikeInLatin {
		first, _ := utf8.DecodeRuneInString(list)
		for _, r := range list {
			join(first, r)
		}
	}
	// What stands for several letters does so in all of its class.
	ofClass := map[rune]string{}
	for r, many := range several {
		if c := root(r); ofClass[c] == "" || many < ofClass[c] {
			ofClass[c] = many
		}
	}
	for _, x := range alikeTogether {
		ofClass[root(x.one)] = x.many
	}
	out := map[rune]string{}
	var spell func(r rune, depth int) string
	spell = func(r rune, depth int) string {
		c := root(r)
		many, ok := ofClass[c]
		if !ok || depth > 4 {
			return string(c)
		}
		var b strings.Builder
		for _, x := range many {
			if root(x) == c {
				b.WriteRune(c)
			} else {
				b.WriteString(spell(x, depth+1))
			}
		}
		return b.String()
	}
	add := func(r rune) { out[r] = spell(r, 0) }
	for r, to := range t.Prototypes() {
		add(r)
		add(unicode.ToLower(r))
		for _, c := range to {
			add(c)
			add(unicode.ToLower(c))
		}
	}
	for r := rune(' '); r < utf8.RuneSelf; r++ {
		add(r)
	}
	for _, r := range signLetters {
		add(r)
	}
	return out
})

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

// class is the key of one letter.
func class(m map[rune]string, r rune) string {
	if c, ok := m[r]; ok {
		return c
	}
	return string(unicode.ToLower(r))
}

// key is the key of a word.
func (w word) key(m map[rune]string) string {
	var b strings.Builder
	for _, u := range w.units {
		b.WriteString(class(m, u.r))
	}
	return b.String()
}

// seed makes the hashes of one process; nothing that is kept depends on them.
var seed = maphash.MakeSeed()

// keys lists the hashes under which a core is found: of its words in order, and
// sorted; of a known name also with the last word first, for one who joins them.
func (c core) keys(to []uint64, known bool) []uint64 {
	m := classes()
	parts := make([]string, len(c.words))
	for i, w := range c.words {
		parts[i] = w.key(m)
	}
	put := func(list ...string) {
		if h := maphash.String(seed, strings.Join(list, "")); !slices.Contains(to, h) {
			to = append(to, h)
		}
	}
	put(parts...)
	if n := len(parts); n > 1 {
		if known {
			put(append([]string{parts[n-1]}, parts[:n-1]...)...)
		}
		sorted := slices.Clone(parts)
		slices.Sort(sorted)
		put(sorted...)
	}
	return to
}
