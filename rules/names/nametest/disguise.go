package nametest

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What stands for what, by hand: letter, then what is put for it.
var (
	strokes = map[string][]string{"I": {"l", "1", "|"}, "l": {"I", "1", "|"}}
	zeros   = map[string][]string{"O": {"0"}, "o": {"0"}}
	leet    = map[string][]string{"o": {"0"}, "O": {"0"}, "i": {"1"}, "I": {"1"}, "l": {"1"}, "e": {"3"}, "E": {"3"}, "a": {"4"}, "A": {"4"}, "s": {"5"}, "S": {"5"}, "t": {"7"}, "T": {"7"}, "B": {"8"}, "g": {"9"}, "b": {"6"}}
	signs   = map[string][]string{"a": {"@"}, "A": {"@"}, "s": {"$"}, "S": {"$"}, "i": {"!"}, "l": {"!"}, "c": {"¢"}, "L": {"£"}, "Y": {"¥"}, "E": {"€"}}
	pairs   = map[string][]string{"m": {"rn"}, "w": {"vv"}, "W": {"VV"}, "d": {"cl"}}
	struck  = map[string][]string{"o": {"ø"}, "O": {"Ø"}, "l": {"ł", "ƚ"}, "L": {"Ł"}, "d": {"đ"}, "D": {"Đ"}, "h": {"ħ"}, "H": {"Ħ"}, "t": {"ŧ"}, "b": {"ƀ"}, "z": {"ƶ"}, "i": {"ɨ", "ı"}, "u": {"ʉ"}, "j": {"ɉ"}, "g": {"ǥ"}, "r": {"ɍ"}, "y": {"ɏ"}, "e": {"ɇ"}, "A": {"Ⱥ"}, "T": {"Ŧ"}}
)

// replace puts for up to n letters what stands for them, nothing where there
// is no such letter.
func (b *builder) replace(name string, with map[string][]string, n int) string {
	letters := strings.Split(name, "")
	var at []int
	for i, l := range letters {
		if with[l] != nil {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return ""
	}
	b.r.Shuffle(len(at), func(i, j int) { at[i], at[j] = at[j], at[i] })
	for _, i := range at[:min(n, len(at))] {
		letters[i] = pick(b.r, with[letters[i]])
	}
	return strings.Join(letters, "")
}

// glyph puts for up to n letters others that are drawn the same.
func (b *builder) glyph(name string, n int) string {
	with := map[string][]string{}
	for _, c := range name {
		for _, l := range b.like[c] {
			with[string(c)] = append(with[string(c)], string(l))
		}
	}
	return b.replace(name, with, n)
}

// otherScript writes the whole name in the letters of another script, in small
// letters or in capitals; nothing where no script has them all.
func (b *builder) otherScript(p person) string {
	name := bareOf(p.name)
	for _, form := range []string{name, strings.ToUpper(name), strings.ToLower(name)} {
		possible := map[string]bool{}
		for script := range b.scriptsOf(form) {
			possible[script] = true
		}
		for _, script := range slices.Sorted(maps.Keys(possible)) {
			if script == p.script || script == "Common" || b.r.IntN(3) == 0 {
				continue
			}
			if s := b.inScript(form, script); s != "" {
				return s
			}
		}
	}
	return ""
}

func (b *builder) scriptsOf(name string) map[string]bool {
	out := map[string]bool{}
	for _, c := range name {
		for _, l := range b.like[c] {
			out[scriptOf(string(l))] = true
		}
		if unicode.IsLetter(c) {
			return out // the first letter has them all, or no script has
		}
	}
	return out
}

func (b *builder) inScript(name, script string) string {
	var out strings.Builder
	for _, c := range name {
		if !unicode.IsLetter(c) {
			out.WriteRune(c)
			continue
		}
		var of []rune
		for _, l := range b.like[c] {
			if unicode.Is(unicode.Scripts[script], l) {
				of = append(of, l)
			}
		}
		if len(of) == 0 {
			return ""
		}
		out.WriteRune(pick(b.r, of))
	}
	return out.String()
}

// insert puts something between two letters of the name.
func (b *builder) insert(name, what string) string {
	runes := []rune(name)
	var at []int
	for i := 1; i < len(runes); i++ {
		if unicode.IsLetter(runes[i-1]) && unicode.IsLetter(runes[i]) {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return ""
	}
	i := pick(b.r, at)
	return string(runes[:i]) + what + string(runes[i:])
}

// insertAfter puts a mark behind a letter of a script.
func (b *builder) insertAfter(name, mark string, script *unicode.RangeTable) string {
	runes := []rune(name)
	var at []int
	for i, c := range runes {
		if unicode.Is(script, c) && unicode.IsLetter(c) {
			at = append(at, i+1)
		}
	}
	if len(at) == 0 {
		return ""
	}
	i := pick(b.r, at)
	return string(runes[:i]) + mark + string(runes[i:])
}

// between puts something between two letters of which the first is one of a
// list.
func (b *builder) between(name, what, after string) string {
	runes := []rune(name)
	var at []int
	for i := 1; i < len(runes); i++ {
		if strings.ContainsRune(after, runes[i-1]) && unicode.IsLetter(runes[i]) {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return ""
	}
	i := pick(b.r, at)
	return string(runes[:i]) + what + string(runes[i:])
}

// accents puts marks over and under letters.
func (b *builder) accents(name string, n int) string {
	marks := []rune{0x300, 0x301, 0x302, 0x303, 0x304, 0x306, 0x307, 0x308, 0x30a, 0x30c, 0x323, 0x327, 0x328, 0x331}
	for range n {
		runes := []rune(name)
		i := b.r.IntN(len(runes))
		if unicode.IsLetter(runes[i]) {
			name = string(runes[:i+1]) + string(pick(b.r, marks)) + string(runes[i+1:])
		}
	}
	if b.r.IntN(2) == 0 {
		return name
	}
	return norm.NFC.String(name)
}

// bareOf is a name without its accents.
func bareOf(name string) string {
	return strings.Map(func(c rune) rune {
		if c >= 0x300 && c <= 0x36f {
			return -1
		}
		return c
	}, norm.NFD.String(name))
}

func bare(_ *builder, p person) string { return norm.NFC.String(bareOf(p.name)) }

func mixedCase(b *builder, p person) string {
	return strings.Map(func(c rune) rune {
		if b.r.IntN(2) == 0 {
			return unicode.ToUpper(c)
		}
		return unicode.ToLower(c)
	}, p.name)
}

func oneForTwo(_ *builder, p person) string {
	return strings.NewReplacer("rn", "m", "vv", "w", "cl", "d").Replace(p.name)
}

// reversed writes a name from its end, and has it shown from its end.
func reversed(_ *builder, p person) string {
	runes := []rune(p.name)
	slices.Reverse(runes)
	return "\u202e" + string(runes) + "\u202c"
}

// styles are alphabets of other forms of letters: where A and a are, -1: there
// is none, the small letters are as the capitals.
var styles = []struct{ upper, lower rune }{
	{0x1d400, 0x1d41a}, {0x1d434, 0x1d44e}, {0x1d468, 0x1d482}, {0x1d4d0, 0x1d4ea}, {0x1d56c, 0x1d586}, {0x1d5a0, 0x1d5ba}, {0x1d5d4, 0x1d5ee}, {0x1d608, 0x1d622},
	{0x1d63c, 0x1d656}, {0x1d670, 0x1d68a}, {0xff21, 0xff41}, {0x24b6, 0x24d0}, {0x1f130, -1}, {0x1f150, -1}, {0x1f170, -1}, {0x1f1e6, -1}, {-1, 0x249c},
}

const (
	capitals = "ᴀʙᴄᴅᴇғɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀsᴛᴜᴠᴡxʏᴢ"
	raised   = "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖ𐞥ʳˢᵗᵘᵛʷˣʸᶻ"
)

// style writes a letter of the Latin alphabet in one of the styles.
func style(c rune, n int) rune {
	upper, lower := c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z'
	if !upper && !lower {
		return c
	}
	i := unicode.ToLower(c) - 'a'
	if n >= len(styles) {
		return []rune([]string{capitals, raised}[n-len(styles)])[i]
	}
	s := styles[n]
	if s.upper == 0x1d434 && c == 'h' {
		return 'ℎ' // its place among the italic letters is empty
	}
	if s.lower < 0 || upper && s.upper >= 0 {
		return s.upper + i
	}
	return s.lower + i
}

func (b *builder) styled(p person) string {
	n := b.r.IntN(len(styles) + 2)
	return strings.Map(func(c rune) rune { return style(c, n) }, norm.NFD.String(p.name))
}

func (b *builder) partlyStyled(p person) string {
	n, first := b.r.IntN(len(styles)+2), b.r.IntN(utf8.RuneCountInString(p.name))
	i := -1
	name := strings.Map(func(c rune) rune {
		if i++; i < first || i > first+2 {
			return c
		}
		return style(c, n)
	}, p.name)
	for _, w := range strings.Fields(name) {
		if c, _ := utf8.DecodeRuneInString(w); c >= 0x1f1e6 && c <= 0x1f1ff && utf8.RuneCountInString(w) == 2 {
			return "" // is drawn as a flag, and no letters
		}
	}
	return name
}

// over puts a mark over each letter.
func (b *builder) over(name, mark string) string {
	var out strings.Builder
	for _, c := range name {
		out.WriteRune(c)
		if unicode.IsLetter(c) {
			out.WriteString(mark)
		}
	}
	return out.String()
}

// compatible puts for up to n letters characters of some ranges, first and
// last, that Unicode has for the sake of other sets of characters.
func (b *builder) compatible(name string, n int, ranges ...rune) string {
	with := map[string][]string{}
	for i := 0; i < len(ranges); i += 2 {
		for c := ranges[i]; c <= ranges[i+1]; c++ {
			if to := norm.NFKC.String(string(c)); to != string(c) && utf8.RuneCountInString(to) == 1 && strings.Contains(name, to) {
				with[to] = append(with[to], string(c))
			}
		}
	}
	return b.replace(name, with, n)
}

// Letters among the emoji, and digits of other scripts that are drawn like
// Latin letters.
var (
	emojiLetters = map[string][]string{"A": {"🅰", "🅰️"}, "B": {"🅱", "🅱️"}, "O": {"🅾", "🅾️"}, "P": {"🅿", "🅿️"}, "M": {"Ⓜ", "Ⓜ️"}, "i": {"ℹ", "ℹ️"}}
	otherDigits  = map[string][]string{"o": {"०", "௦", "౦", "೦", "൦", "๐", "໐", "၀", "૦", "੦"}, "O": {"०", "߀"}, "l": {"١", "۱"}, "I": {"١", "۱"}}
)

// Vowels that are drawn the same in two characters, as the core specification
// of Unicode warns for each script ("do not use").
var twoParts = strings.NewReplacer("แ", "เเ", "ແ", "ເເ", "आ", "अा", "ऐ", "एे", "ओ", "अो", "औ", "अौ", "আ", "অা", "ਆ", "ਅਾ", "ਐ", "ਅੈ", "ਔ", "ਅੌ", "આ", "અા",
	"ଆ", "ଅା", "ఔ", "ఒౌ", "ಔ", "ಒೌ", "ഈ", "ഇൗ", "ഊ", "ഉൗ", "ഐ", "എെ", "ഓ", "ഒാ", "ஆ", "அா", "ආ", "අා", "ඈ", "අෑ")

// twice puts one disguise over another, of those of which each alone leaves a
// name that is read as the target's.
func (b *builder) twice(p person) string {
	var fit []disguise
	for _, d := range disguises {
		if (d.scripts == "" || strings.Contains(d.scripts, p.script)) && (d.rules == nil || slices.Contains(d.rules, impersonation)) && d.kind != "letters spaced" && d.kind != "exact" {
			fit = append(fit, d)
		}
	}
	first, then := pick(b.r, fit), pick(b.r, fit)
	added := strings.Contains(first.kind, "initial") || strings.Contains(first.kind, "addition") || strings.Contains(first.kind, "behind")
	drawn := strings.HasPrefix(first.kind, "strokes") || first.kind == "two letters for one" || strings.Contains(first.kind, "glyph") || first.kind == "other script whole"
	cased := strings.Contains(then.kind, "case") || strings.Contains(then.kind, "capitals") || then.kind == "other script whole"
	capitals := first.kind == "two letters for one" && strings.Contains(then.kind, "styled") // some styles have capitals alone
	if first.kind == then.kind || capitals || added && then.kind == "spaces left out" || drawn && cased {
		return "" // what was added becomes letters of the name; what is drawn like a letter looks otherwise in the other case
	}
	if p.name = first.put(b, p); p.name == "" {
		return ""
	}
	return then.put(b, p)
}

// halfWidth writes Katakana as the narrow ones of old terminals.
func halfWidth(_ *builder, p person) string {
	var out strings.Builder
	for _, c := range norm.NFD.String(p.name) {
		if i := slices.Index(wideKana, c); i >= 0 {
			c = 0xff66 + rune(i)
		}
		out.WriteRune(c)
	}
	return out.String()
}

// The wide forms of U+FF66 to U+FF9F, in their order.
var wideKana = append([]rune("ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン"), 0x3099, 0x309a)

// noNames are ids and numbers, as apps put them where a name belongs.
func noNames(r *rand.Rand) []Hostile {
	hex := func(n int) string {
		var out strings.Builder
		for range n {
			out.WriteByte("0123456789abcdef"[r.IntN(16)])
		}
		return out.String()
	}
	guid := func() string { return strings.Join([]string{hex(8), hex(4), "4" + hex(3), "9" + hex(3), hex(12)}, "-") }
	digits := func(n int) string { return strconv.Itoa(1+r.IntN(9)) + strings.Repeat(strconv.Itoa(r.IntN(10)), n-1) }
	var out []Hostile
	for range 40 {
		for _, name := range []string{
			guid(), strings.ToUpper(guid()), "{" + guid() + "}", strings.ReplaceAll(guid(), "-", ""), "8:acs:" + guid() + "_" + guid(), "8:orgid:" + guid(), "8:gcch-acs:" + guid() + "_" + hex(8) + "-0000-0000",
			"4:+1425555" + strconv.Itoa(1000+r.IntN(9000)), "28:" + guid(), "user-" + guid(), "acs:" + guid(),
			strconv.Itoa(r.IntN(1e9)), "+1 425 555 " + strconv.Itoa(1000+r.IntN(9000)), "+49 (0)30 " + digits(7), "(425) 555-" + strconv.Itoa(1000+r.IntN(9000)), "#" + strconv.Itoa(r.IntN(1e6)),
			script(strconv.Itoa(1e5+r.IntN(1e6)), 0x660), script(strconv.Itoa(1e5+r.IntN(1e6)), 0x966), script(strconv.Itoa(1e5+r.IntN(1e6)), 0xff10), script(strconv.Itoa(1e5+r.IntN(1e6)), 0x6f0),
		} {
			out = append(out, Hostile{Kind: "id or number", Script: "Common", Name: name, Rules: []string{"name.missing"}})
		}
	}
	for _, c := range []string{"\ue000", "\U000f0000", "\U00100001", "\ufffd", "\u0378", "\U0001ffff", "\ufdd0", "\u05ff", "\U000e01f0", "\U0003fffe"} {
		for _, name := range []string{"Ada " + c + " Quill", "Quill" + c, c + "Ada"} {
			out = append(out, Hostile{Kind: "private or unassigned", Script: "Latin", Name: name, Rules: []string{unsafeName}})
		}
	}
	return out
}

// script writes the digits of a number in those of another script.
func script(number string, zero rune) string {
	return strings.Map(func(c rune) rune { return zero + c - '0' }, number)
}

// unescapeAll makes characters of their numbers.
func unescapeAll(s string) string {
	if out, err := strconv.Unquote(`"` + strings.ReplaceAll(s, `"`, `\"`) + `"`); err == nil {
		return out
	}
	return s
}
