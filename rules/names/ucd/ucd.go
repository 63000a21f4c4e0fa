// Package ucd knows what the rules on names need of the characters of Unicode
// beyond Go's own tables, which are older: their scripts, which of them are
// invisible or no characters at all, and the prototypes of those that look like
// others (Unicode TS 39, confusables.txt). generate.go says where the data come
// from.
package ucd

import (
	_ "embed" // for the data
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Version is the version of Unicode that all data are of.
const Version = "18.0.0"

// A Script is a script by its name in the Unicode Character Database: "Latin".
// It is empty of characters that have none.
type Script string

// The scripts that characters of no own alphabet have.
const (
	Common    Script = "Common"
	Inherited Script = "Inherited"
)

// A Set is a set of characters.
type Set struct {
	ranges []span
	flags  *[planes]uint8 // of the characters of the first planes
	bit    uint8
}

// planes are the characters of the two planes that have nearly all letters.
const planes = 0x20000

type span struct {
	lo, hi rune
	script Script
}

// Has reports whether a character is in the set.
func (s Set) Has(r rune) bool {
	if 0 <= r && r < planes && s.flags != nil {
		return s.flags[r]&s.bit != 0
	}
	_, ok := find(s.ranges, r)
	return ok
}

func find(list []span, r rune) (span, bool) {
	i, ok := slices.BinarySearchFunc(list, r, func(s span, r rune) int {
		switch {
		case s.hi < r:
			return -1
		case s.lo > r:
			return 1
		}
		return 0
	})
	if !ok {
		return span{}, false
	}
	return list[i], true
}

//go:embed characters.txt
var characterText string

//go:embed bases.txt
var baseText string

//go:embed confusables.txt
var confusableText string

// Tables are the data, read once and never changed.
type Tables struct {
	Unassigned, PrivateUse, Format, Ignorable, Emoji, EmojiPresentation, Pictographic Set

	scripts    []span
	script     [planes]uint8 // numbers of names
	names      []Script
	looks      [planes]uint8 // what is known of how a character looks
	prototypes map[rune]string
	bases      map[rune]Base
}

// A Base is the letter that another is, with something added or in another
// style.
type Base struct {
	Letter rune
	Stroke bool // something was added, which its alphabet has for a letter of its own
}

// Load returns the tables.
func Load() *Tables { return loaded() }

var loaded = sync.OnceValue(func() *Tables {
	t := &Tables{}
	sets := map[string]*Set{
		"General_Category/Unassigned": &t.Unassigned, "General_Category/Private_Use": &t.PrivateUse, "General_Category/Format": &t.Format,
		"Binary_Property/Default_Ignorable_Code_Point": &t.Ignorable, "Binary_Property/Emoji": &t.Emoji,
		"Binary_Property/Emoji_Presentation": &t.EmojiPresentation, "Binary_Property/Extended_Pictographic": &t.Pictographic,
	}
	for line := range strings.Lines(characterText) {
		name, list, ok := strings.Cut(line, "\t")
		if !ok {
			continue // the head
		}
		if script, ok := strings.CutPrefix(name, "Script/"); ok {
			t.scripts = append(t.scripts, spans(list, Script(strings.Clone(script)))...)
		} else if set := sets[name]; set != nil {
			set.ranges = spans(list, "")
		}
	}
	slices.SortFunc(t.scripts, func(a, b span) int { return int(a.lo - b.lo) })
	t.prototypes = make(map[rune]string, 8192)
	for line := range strings.Lines(confusableText) {
		from, to, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok {
			continue
		}
		var b strings.Builder
		for hex := range strings.SplitSeq(to, " ") {
			b.WriteRune(rune(number(hex, 16)))
		}
		t.prototypes[rune(number(from, 16))] = b.String()
	}
	t.bases = map[rune]Base{}
	for line := range strings.Lines(baseText) {
		if f := strings.Fields(line); len(f) == 3 && f[0] != "#" {
			t.bases[rune(number(f[0], 16))] = Base{rune(number(f[1], 16)), f[2] == "stroke"}
		}
	}
	t.quicken(sets)
	return t
})

// What is known of how a character looks.
const (
	hasPrototype uint8 = 1 << iota
	hasBase
	decomposes // by NFD or NFKD
)

// quicken puts what is known of the first planes into tables.
func (t *Tables) quicken(sets map[string]*Set) {
	flags, bit := &[planes]uint8{}, uint8(1)
	for _, s := range sets {
		for _, x := range s.ranges {
			for r := x.lo; r <= min(x.hi, planes-1); r++ {
				flags[r] |= bit
			}
		}
		s.flags, s.bit = flags, bit
		bit <<= 1
	}
	t.names = []Script{""}
	number := map[Script]uint8{}
	for _, x := range t.scripts {
		n, ok := number[x.script]
		if !ok {
			n = uint8(len(t.names))
			number[x.script], t.names = n, append(t.names, x.script)
		}
		for r := x.lo; r <= min(x.hi, planes-1); r++ {
			t.script[r] = n
		}
	}
	for r := range t.prototypes {
		if r < planes {
			t.looks[r] |= hasPrototype
		}
	}
	for r := range t.bases {
		if r < planes {
			t.looks[r] |= hasBase
		}
	}
	var buf [4]byte
	for r := rune(0x80); r < planes; r++ {
		if b := buf[:utf8.EncodeRune(buf[:], r)]; !norm.NFKD.IsNormal(b) || norm.NFKD.Properties(b).CCC() != 0 {
			t.looks[r] |= decomposes
		}
	}
}

// Plain reports whether a character is its own decomposition, also by
// compatibility, and combines with none.
func (t *Tables) Plain(r rune) bool { return 0 <= r && r < planes && t.looks[r]&decomposes == 0 }

func spans(list string, script Script) []span {
	var out []span
	fields := strings.Fields(list)
	last := rune(0)
	for i := 0; i+1 < len(fields); i += 2 {
		lo := last + rune(number(fields[i], 36))
		hi := lo + rune(number(fields[i+1], 36))
		out = append(out, span{lo, hi, script})
		last = hi
	}
	return out
}

// number reads a number of the data, which a test has read.
func number(s string, base int) int64 {
	n, err := strconv.ParseInt(s, base, 32)
	if err != nil {
		return 0
	}
	return n
}

// Script is the script of a character.
func (t *Tables) Script(r rune) Script {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z':
		return "Latin"
	case r < 0x80:
		return Common
	case r < planes:
		return t.names[t.script[r]]
	}
	s, _ := find(t.scripts, r)
	return s.script
}

// Letter reports whether a character belongs to some alphabet: it is no sign,
// digit, space or mark that all have.
func (t *Tables) Letter(r rune) bool {
	s := t.Script(r)
	return s != Common && s != Inherited && s != ""
}

// Prototype is what a character looks like (Unicode TS 39, section 4); ok is
// false where it is its own prototype.
func (t *Tables) Prototype(r rune) (to string, ok bool) {
	if 0 <= r && r < planes && t.looks[r]&hasPrototype == 0 {
		return "", false
	}
	to, ok = t.prototypes[r]
	return to, ok
}

// Base is the letter that another is but for a stroke or style; ok is false
// where it is none.
func (t *Tables) Base(r rune) (b Base, ok bool) {
	if 0 <= r && r < planes && t.looks[r]&hasBase == 0 {
		return Base{}, false
	}
	b, ok = t.bases[r]
	return b, ok
}

// Bases returns all letters that have a base, and theirs.
func (t *Tables) Bases() map[rune]Base { return t.bases }

// Prototypes returns all characters that have a prototype, and theirs.
func (t *Tables) Prototypes() map[rune]string { return t.prototypes }
