package names

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"rollcall/rules/names/ucd"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// mostMarks is how many marks may be stacked on one letter: no script needs
// more in a name.
const mostMarks = 6

// unsafe judges whether a name holds characters that hide, turn round or break
// what is shown.
func unsafe(s subject, _ Input) Judgement {
	if s.Name == "" {
		return verdict(RuleUnsafe, rule.NotApplicable, "empty")
	}
	bad := Unsafe(s.Name)
	if len(bad) == 0 {
		return verdict(RuleUnsafe, rule.Pass, "")
	}
	j := verdict(RuleUnsafe, rule.Fail, bad[0].Kind)
	j.Severity = schema.SeverityMedium
	j.Expected = cmp.Or(without(s.Name, bad), "a name")
	var list []string
	for _, b := range bad {
		if text := fmt.Sprintf("%s (%s)", code(b.Rune), b.Kind); !slices.Contains(list, text) && len(list) < 5 {
			list = append(list, text)
		}
	}
	j.Message = "has " + strings.Join(list, ", ")
	return j
}

// without is a name without its unsafe characters, and without the marks on
// letters that have too many.
func without(name string, bad []Bad) string {
	marks := slices.ContainsFunc(bad, func(b Bad) bool { return b.Kind == "stacked-marks" })
	return strings.TrimSpace(norm.NFC.String(strings.Map(func(r rune) rune {
		if marks && unicode.In(r, unicode.Mn, unicode.Me) || slices.ContainsFunc(bad, func(b Bad) bool { return b.Rune == r }) {
			return -1
		}
		return r
	}, norm.NFD.String(name))))
}

// A Bad character of a name.
type Bad struct {
	Rune rune
	// Kind is "control", "bidi", "invisible", "private-use", "unassigned",
	// "undecodable" or "stacked-marks".
	Kind string
}

// Unsafe lists the characters of a name that are unsafe there, in their order.
func Unsafe(name string) []Bad {
	ascii := true
	for i := 0; i < len(name) && ascii; i++ {
		ascii = name[i] >= ' ' && name[i] < 0x7f
	}
	if ascii {
		return nil
	}
	t := ucd.Load()
	runes := []rune(norm.NFD.String(name)) // so that composition changes nothing
	var out []Bad
	marks := 0
	for i, r := range runes {
		kind := ""
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			kind = "control"
		case 0x202a <= r && r <= 0x202e, 0x2066 <= r && r <= 0x2069, 0x206a <= r && r <= 0x206f:
			kind = "bidi"
		case r == '\u200e', r == '\u200f', r == '\u061c':
			if !slices.ContainsFunc(runes, rightToLeft) || withinLeftToRight(runes, i) {
				kind = "bidi"
			}
		case r == utf8.RuneError:
			kind = "undecodable"
		case t.PrivateUse.Has(r):
			kind = "private-use"
		case t.Unassigned.Has(r):
			kind = "unassigned"
		case (t.Ignorable.Has(r) || t.Format.Has(r) || r == '\u2800') && !needed(t, runes, i):
			kind = "invisible"
		}
		if unicode.In(r, unicode.Mn, unicode.Me) && t.Script(r) != "Tibetan" && !t.Ignorable.Has(r) {
			if marks++; marks == mostMarks+1 {
				kind = "stacked-marks"
			}
		} else {
			marks = 0
		}
		if kind != "" {
			out = append(out, Bad{r, kind})
		}
	}
	return out
}

// rightToLeft reports whether a character is a letter of a script that is
// written from the right.
func rightToLeft(r rune) bool {
	return unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Adlam, unicode.Hanifi_Rohingya,
		unicode.Mandaic, unicode.Samaritan, unicode.Mende_Kikakui) && unicode.IsLetter(r)
}

// withinLeftToRight reports whether a directional mark stands within a word that
// is written from the left, where none can be needed.
func withinLeftToRight(runes []rune, i int) bool {
	before := i - 1
	for before > 0 && unicode.Is(unicode.Mn, runes[before]) {
		before--
	}
	plain := func(j int) bool {
		return j >= 0 && j < len(runes) && unicode.IsLetter(runes[j]) && !rightToLeft(runes[j])
	}
	return plain(before) && plain(i+1)
}

// needed reports whether an invisible character is where its script or an emoji
// needs it.
func needed(t *ucd.Tables, runes []rune, i int) bool {
	at := func(j int) rune {
		if j < 0 || j >= len(runes) {
			return 0
		}
		return runes[j]
	}
	before, after := at(i-1), at(i+1)
	script := func(r rune) ucd.Script {
		// A mark on a letter is of that letter's script.
		for j := i - 1; r != 0 && t.Script(r) == ucd.Inherited && j > 0; j-- {
			r = at(j - 1)
		}
		return t.Script(r)
	}
	switch r := runes[i]; {
	case r == '\u200c', r == '\u200d': // ZWNJ, ZWJ
		if r == '\u200d' && joinsEmoji(t, runes, i) {
			return true
		}
		if joinerScripts[t.Script(before)] && norm.NFD.PropertiesString(string(before)).CCC() == virama {
			return true // as old Malayalam ends words
		}
		return joinerScripts[script(before)] && after != 0 && (script(before) == t.Script(after) || t.Script(after) == ucd.Inherited)
	case r == '\u200b': // ZWSP
		return spaceless[t.Script(before)] && t.Script(before) == t.Script(after)
	case r == '\ufe0e', r == '\ufe0f':
		return t.Emoji.Has(before) || t.Pictographic.Has(before) || 0x1f3fb <= before && before <= 0x1f3ff
	case 0xfe00 <= r && r <= 0xfe0d, 0xe0100 <= r && r <= 0xe01ef:
		return t.Script(before) == "Han" || r <= 0xfe0d && (t.Script(before) == "Myanmar" || t.Script(before) == "Phags_Pa")
	case 0x180b <= r && r <= 0x180f:
		return t.Script(before) == "Mongolian"
	case 0xe0020 <= r && r <= 0xe007f:
		return flagTags(runes, i)
	case r == '\u034f': // between marks whose order counts
		return unicode.Is(unicode.Mn, before) && unicode.Is(unicode.Mn, after)
	case 0x0600 <= r && r <= 0x0605, r == '\u06dd', r == '\u070f', r == '\u08e2', r == '\u0890', r == '\u0891', r == '\U000110bd', r == '\U000110cd':
		return true // signs that are seen
	case 0x1bca0 <= r && r <= 0x1bca3, 0x13430 <= r && r <= 0x1343f:
		return t.Script(before) == t.Script(r)
	}
	return false
}

// virama is the combining class of the signs that take a letter's vowel away.
const virama = 9

// joinerScripts are those in which the joiners tell letters' forms apart.
var joinerScripts = map[ucd.Script]bool{
	"Arabic": true, "Syriac": true, "Mongolian": true, "Nko": true, "Mandaic": true, "Devanagari": true, "Bengali": true, "Gurmukhi": true, "Gujarati": true,
	"Oriya": true, "Tamil": true, "Telugu": true, "Kannada": true, "Malayalam": true, "Sinhala": true, "Khmer": true, "Myanmar": true, "Tibetan": true,
	"Balinese": true, "Javanese": true, "Meetei_Mayek": true, "Ol_Chiki": true, "Hanifi_Rohingya": true, "Adlam": true, "Chakma": true, "Grantha": true,
	"Kaithi": true, "Sharada": true, "Thaana": true, "Newa": true, "Tirhuta": true, "Sundanese": true,
}

// spaceless are scripts that part words by no space, and lines at zero-width
// spaces.
var spaceless = map[ucd.Script]bool{"Khmer": true, "Lao": true, "Myanmar": true, "Thai": true}

// joinsEmoji reports whether a joiner stands between two emoji.
func joinsEmoji(t *ucd.Tables, runes []rune, i int) bool {
	j := i - 1
	for j >= 0 && (runes[j] == '\ufe0f' || 0x1f3fb <= runes[j] && runes[j] <= 0x1f3ff) {
		j--
	}
	return j >= 0 && i+1 < len(runes) && t.Pictographic.Has(runes[j]) && t.Pictographic.Has(runes[i+1])
}

// flagTags reports whether a tag is of the flag of a region, which begins with a
// black flag.
func flagTags(runes []rune, i int) bool {
	j := i
	for j >= 0 && 0xe0020 <= runes[j] && runes[j] <= 0xe007f {
		j--
	}
	return j >= 0 && runes[j] == 0x1f3f4
}

func code(r rune) string { return fmt.Sprintf("U+%04X", r) }

// Spelt is a name as messages show it: what can't be seen or would turn the
// text round is spelt out.
func Spelt(name string) string {
	bad := Unsafe(name)
	if len(bad) == 0 {
		return name
	}
	var b strings.Builder
	for _, r := range name {
		if slices.ContainsFunc(bad, func(x Bad) bool { return x.Rune == r }) && !unicode.In(r, unicode.Mn) {
			b.WriteString("<" + code(r) + ">")
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
