package nametest

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// The rules by their ids, as the contract names them.
const (
	impersonation = "name.impersonation"
	unsafeName    = "name.unsafe"
)

// hostile fills the hostile names: those written by hand, then as many of each
// disguise of the directory's users and of the executives.
func (b *builder) hostile(size int) error {
	like, err := glyphs()
	if err != nil {
		return err
	}
	b.like = like
	if err := b.attacks(); err != nil {
		return err
	}
	for _, n := range noNames(b.r) {
		b.attack(n)
	}
	twice := disguise{kind: "two disguises", put: (*builder).twice}
	kinds := append(slices.Clone(disguises), twice, twice, twice, twice)
	each := (size - len(b.set.Hostile)) / len(kinds)
	for _, d := range kinds {
		made := 0
		for try := 0; made < each && try < 60*each; try++ {
			target, protected := pick(b.r, b.insiders), false
			if try%10 == 0 {
				target, protected = pick(b.r, b.executives), true
			}
			if d.scripts != "" && !strings.Contains(d.scripts, target.script) {
				continue
			}
			name := d.put(b, target)
			if name == "" || name == target.name && d.kind != "exact" {
				continue
			}
			rules := d.rules
			if rules == nil {
				rules = []string{impersonation}
			}
			if b.attack(Hostile{Kind: d.kind, Script: target.script, Name: name, Target: target.name, Protected: protected, Rules: rules}) {
				made++
			}
		}
	}
	if len(b.set.Hostile) < size*2/3 {
		return fmt.Errorf("disguises: there are only %d hostile names", len(b.set.Hostile))
	}
	return nil
}

func (b *builder) attack(h Hostile) bool {
	if b.said[h.Name] {
		return false
	}
	b.said[h.Name] = true
	b.set.Hostile = append(b.set.Hostile, h)
	return true
}

// attacks are the hostile names that were written by hand. Those in which a
// name has to be put are made for names of several scripts.
func (b *builder) attacks() error {
	text, err := files.ReadFile("testdata/hostile.txt")
	if err != nil {
		return err
	}
	var plain []Honest
	for _, h := range b.set.Honest {
		if h.Kind == "plain" && strings.Contains(h.Name, " ") {
			plain = append(plain, h)
		}
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 4)
		if len(f) < 4 {
			return fmt.Errorf("hostile.txt: line %q: want a kind, rules, a target and a name", line)
		}
		h := Hostile{Kind: f[0], Rules: strings.Fields(f[1]), Target: f[2], Name: unescapeAll(f[3]), Protected: f[0] == "desk" || f[0] == "incident"}
		h.Script = scriptOf(h.Name)
		if !strings.Contains(h.Name, "{name}") {
			b.attack(h)
			continue
		}
		for range 4 {
			honest, put := pick(b.r, plain), h
			put.Script = honest.Script
			put.Name = strings.ReplaceAll(h.Name, "{name}", honest.Name)
			b.attack(put)
		}
	}
	return nil
}

// A disguise is what somebody does to the name of another to look like it.
type disguise struct {
	kind    string
	scripts string   // in which it can be done; empty: all
	rules   []string // that must fire; nil: name.impersonation
	put     func(b *builder, p person) string
}

var both = []string{impersonation, unsafeName}

// disguises are all that are tried, as often each.
var disguises = []disguise{
	{"exact", "", nil, func(_ *builder, p person) string { return p.name }},
	{"upper case", cased + " Georgian Adlam", nil, func(_ *builder, p person) string { return strings.ToUpper(p.name) }},
	{"lower case", cased + " Cherokee Adlam", nil, func(_ *builder, p person) string { return strings.ToLower(p.name) }},
	{"mixed case", cased, nil, mixedCase},
	{"one glyph", cased, nil, func(b *builder, p person) string { return b.glyph(p.name, 1) }},
	{"one glyph", cased, nil, func(b *builder, p person) string { return b.glyph(p.name, 1) }},
	{"some glyphs", cased, nil, func(b *builder, p person) string { return b.glyph(p.name, 2+b.r.IntN(3)) }},
	{"some glyphs", cased, nil, func(b *builder, p person) string { return b.glyph(p.name, 2+b.r.IntN(3)) }},
	{"all glyphs", cased, nil, func(b *builder, p person) string { return b.glyph(p.name, 100) }},
	{"glyphs in capitals", cased, nil, func(b *builder, p person) string { return b.glyph(strings.ToUpper(p.name), 1+b.r.IntN(6)) }},
	{"other script whole", cased, nil, (*builder).otherScript},
	{"other script whole", cased, nil, (*builder).otherScript},
	{"strokes I l 1 |", "Latin", nil, func(b *builder, p person) string { return b.replace(p.name, strokes, 1+b.r.IntN(2)) }},
	{"O 0", "Latin", nil, func(b *builder, p person) string { return b.replace(p.name, zeros, 1+b.r.IntN(2)) }},
	{"digits for letters", "Latin", nil, func(b *builder, p person) string { return b.replace(p.name, leet, 1+b.r.IntN(3)) }},
	{"signs for letters", "Latin", nil, func(b *builder, p person) string { return b.replace(p.name, signs, 1) }},
	{"two letters for one", "Latin", nil, func(b *builder, p person) string { return b.replace(p.name, pairs, 1) }},
	{"one letter for two", "Latin", nil, oneForTwo},
	{"invisible within", "", both, func(b *builder, p person) string { return b.insert(p.name, b.invisible(p)) }},
	{"joiner within", cased, both, func(b *builder, p person) string { return b.insert(p.name, pick(b.r, []string{"\u200c", "\u200d"})) }},
	{"invisible between all", cased, both, func(b *builder, p person) string {
		return strings.Join(strings.Split(p.name, ""), pick(b.r, invisible))
	}},
	{"invisible at the ends", "", both, func(b *builder, p person) string {
		x := b.invisible(p)
		return pick(b.r, []string{x + p.name, p.name + x, x + p.name + x})
	}},
	{"variation selectors", cased, both, func(b *builder, p person) string {
		return b.insert(p.name, string(rune(pick(b.r, []int{0xfe00, 0xfe0f, 0xe0100, 0xe0155}))))
	}},
	{"tags", cased, both, func(b *builder, p person) string { return b.insert(p.name, "\U000e0061\U000e007f") }},
	{"bidi override", "", []string{unsafeName}, reversed},
	{"bidi controls around", "", both, func(b *builder, p person) string {
		x := pick(b.r, [][2]string{{"\u202a", "\u202c"}, {"\u202b", "\u202c"}, {"\u202d", "\u202c"}, {"\u2066", "\u2069"}, {"\u2068", "\u2069"}, {"\u2067", "\u2069"}})
		return x[0] + p.name + x[1]
	}},
	{"bidi marks within", "Latin Cyrillic Greek Han Hangul", both, func(b *builder, p person) string {
		return b.insert(p.name, pick(b.r, []string{"\u200e", "\u200f", "\u061c"}))
	}},
	{"control characters", "", both, func(b *builder, p person) string {
		return b.insert(p.name, pick(b.r, []string{"\x00", "\x07", "\x08", "\x1b", "\x7f", "\u0085", "\u009b"}))
	}},
	{"spaces doubled", "", nil, func(b *builder, p person) string {
		return strings.ReplaceAll(p.name, " ", strings.Repeat(pick(b.r, spaces), 2+b.r.IntN(2)))
	}},
	{"other spaces", "", nil, func(b *builder, p person) string { return strings.ReplaceAll(p.name, " ", pick(b.r, spaces)) }},
	{"spaces around", "", nil, func(b *builder, p person) string {
		x := strings.Repeat(pick(b.r, spaces), 1+b.r.IntN(12))
		return pick(b.r, []string{x + p.name, p.name + x, x + p.name + x})
	}},
	{"spaces left out", cased, nil, func(_ *builder, p person) string { return strings.ReplaceAll(p.name, " ", "") }},
	{"letters spaced", cased, nil, func(b *builder, p person) string {
		return strings.Join(strings.Split(strings.ReplaceAll(p.name, " ", ""), ""), pick(b.r, []string{" ", "\u2009", "\u00a0"}))
	}},
	{"space within a word", cased, nil, func(b *builder, p person) string { return b.insert(p.name, pick(b.r, spaces)) }},
	{"signs for spaces", cased, nil, func(b *builder, p person) string {
		return strings.ReplaceAll(p.name, " ", pick(b.r, []string{".", "_", "-", "·", " - ", "  · ", "~", "+", "/", "*"}))
	}},
	{"accents", "Latin Cyrillic Greek", nil, func(b *builder, p person) string { return b.accents(p.name, 1+b.r.IntN(2)) }},
	{"accents left out", "Latin Greek", nil, bare},
	{"strokes through letters", "Latin", nil, func(b *builder, p person) string { return b.replace(p.name, struck, 1) }},
	{"marks stacked", "", []string{unsafeName}, func(b *builder, p person) string {
		return b.insert(p.name, strings.Repeat(pick(b.r, []string{"\u0336", "\u0301", "\u0316", "\u0489"}), 8+b.r.IntN(20)))
	}},
	{"styled letters", "Latin", nil, (*builder).styled},
	{"styled letters", "Latin", nil, (*builder).styled},
	{"some styled letters", "Latin", nil, (*builder).partlyStyled},
	{"addition behind", "", nil, func(b *builder, p person) string { return p.name + pick(b.r, additions) }},
	{"addition behind", "", nil, func(b *builder, p person) string { return p.name + pick(b.r, additions) }},
	{"number behind", "", nil, func(b *builder, p person) string {
		return p.name + pick(b.r, []string{" 2", " (2)", "2", "_2", " #2", "-1", " 01", " II", " ²", " ②", " ２", " 365"})
	}},
	{"addition before", "", nil, func(b *builder, p person) string { return pick(b.r, prefixes) + p.name }},
	{"label behind", "", []string{impersonation, "name.external-label"}, func(b *builder, p person) string {
		return p.name + pick(b.r, []string{" (External)", " (Guest)", " [External]", " - External", " (Extern)", "（外部）", " (Внешний)", " (Externo)", " | Guest"})
	}},
	{"wordmark behind", "", []string{impersonation, "name.brand"}, func(b *builder, p person) string {
		return p.name + pick(b.r, []string{" (Microsoft)", " - Microsoft", " | Microsoft Teams", " @ Microsoft", " (SharePoint)", " [LinkedIn]"})
	}},
	{"middle initial", "Latin Cyrillic", nil, func(b *builder, p person) string {
		if len(p.words) != 2 || p.kinds[0] != "given" || p.kinds[1] != "family" {
			return ""
		}
		return p.words[0] + " " + pick(b.r, initials[p.script]) + pick(b.r, []string{". ", " "}) + p.words[1]
	}},
	{"order", "Latin Cyrillic Greek Armenian Georgian Hebrew", nil, func(b *builder, p person) string {
		if n := len(p.words) - 1; n == 1 && p.name == p.words[0]+" "+p.words[1] {
			return p.words[n] + pick(b.r, []string{", ", " ", ","}) + p.words[0]
		}
		return ""
	}},
	{"emoji between", "", nil, func(b *builder, p person) string {
		return strings.ReplaceAll(p.name, " ", pick(b.r, []string{"😀", " 😀 ", "✨", " ✅ ", "❤️", " 🇺🇸 ", "👩‍💻"}))
	}},
	{"emoji within", cased, nil, func(b *builder, p person) string {
		return b.insert(p.name, pick(b.r, []string{"😀", "✅", "⭐", "🔹"}))
	}},
	{"emoji around", "", nil, func(b *builder, p person) string {
		return pick(b.r, []string{"✅ ", "⭐", "👑 ", "🔒"}) + p.name + pick(b.r, []string{"", " ✔️", " ☑", "🔵"})
	}},
	{"quotes around", "", nil, func(b *builder, p person) string {
		return fmt.Sprintf(pick(b.r, []string{"\"%s\"", "“%s”", "(%s)", "[%s]", "«%s»", "*%s*", "- %s -", "~%s~", ".%s.", "%s.", "%s,"}), p.name)
	}},
	{"enclosed or struck", cased, nil, func(b *builder, p person) string {
		return b.over(p.name, pick(b.r, []string{"\u0336", "\u0332", "\u20dd", "\u0335", "\u0338", "\u033f"}))
	}},
	{"emoji for letters", "Latin", nil, func(b *builder, p person) string { return b.replace(p.name, emojiLetters, 1) }},
	{"digits of other scripts", "Latin", nil, func(b *builder, p person) string { return b.replace(p.name, otherDigits, 1) }},
	{"harakat", "Arabic", nil, func(b *builder, p person) string {
		return b.insertAfter(p.name, pick(b.r, []string{"\u064e", "\u064f", "\u0650", "\u0651", "\u0652"}), unicode.Arabic)
	}},
	{"tatweel", "Arabic", nil, func(b *builder, p person) string {
		return b.between(p.name, "ـ", "بتثجحخسشصضطظعغفقكلمنهيئ")
	}},
	{"other yeh and kaf", "Arabic", nil, func(_ *builder, p person) string {
		return strings.NewReplacer("ي", "ی", "ك", "ک", "ی", "ي", "ک", "ك").Replace(p.name)
	}},
	{"niqqud", "Hebrew", nil, func(b *builder, p person) string {
		return b.insertAfter(p.name, pick(b.r, []string{"\u05b0", "\u05b4", "\u05b7", "\u05bc"}), unicode.Hebrew)
	}},
	{"half width", "Katakana", nil, halfWidth},
	{"Han for Kana", "Katakana", nil, func(_ *builder, p person) string {
		return strings.NewReplacer("カ", "力", "ロ", "口", "ニ", "二", "エ", "工", "タ", "夕", "ハ", "八", "ト", "卜", "ー", "一").Replace(p.name)
	}},
	{"presentation forms", "Arabic Hebrew", nil, func(b *builder, p person) string {
		return b.compatible(p.name, 1+b.r.IntN(4), 0xfb1d, 0xfdff, 0xfe70, 0xfefc)
	}},
	{"compatibility ideographs", "Han", nil, func(b *builder, p person) string {
		return b.compatible(p.name, 1, 0x2f00, 0x2fd5, 0xf900, 0xfad9, 0x2f800, 0x2fa1d)
	}},
	{"Katakana for Hiragana", "Hiragana", nil, func(_ *builder, p person) string {
		return strings.NewReplacer("へ", "ヘ", "べ", "ベ", "ぺ", "ペ", "り", "リ").Replace(p.name)
	}},
	{"vowel in two parts", "Thai Lao Devanagari Bengali Gurmukhi Gujarati Oriya Telugu Kannada Malayalam Tamil Sinhala", nil, func(_ *builder, p person) string { return twoParts.Replace(p.name) }},
}

// invisible is a character that can't be seen, and that the script of the name
// has no use for.
func (b *builder) invisible(p person) string {
	for {
		x := pick(b.r, invisible)
		if x == "\u200b" && strings.Contains("Khmer Lao Myanmar Thai Tibetan", p.script) || x == "\u180e" && p.script == "Mongolian" {
			continue
		}
		return x
	}
}

var (
	invisible = []string{"\u200b", "\u2060", "\ufeff", "\u00ad", "\u2061", "\u2062", "\u2063", "\u2064", "\u034f", "\u180e", "\u115f", "\u1160", "\u3164", "\uffa0", "\u17b4", "\u206a", "\u206f", "\ufff9"}
	spaces    = []string{" ", "\u00a0", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200a", "\u202f", "\u205f", "\u3000", "\u1680"}
	additions = []string{" (IT)", " (IT Support)", " - Helpdesk", " - IT Support", " | IT", " (HR)", " (Work)", " (Home)", " (Mobile)", " (iPad)", " [Office]", " (Verified)", " ✔", " ®", "™", " (Personal)", " / Finance", ", CEO", " (CEO)", " - CEO", " - Payroll", " (Vendor)", " (new)", " (new account)", " Jr.", " PhD", " (she/her)", " (Contoso)", " @ Contoso", " (2nd device)", " – Security", " 👑", " (backup)", "（营业部）", " (Бухгалтерия)", " IT", " HR", " Support", " Helpdesk"}
	prefixes  = []string{"Dr. ", "Mr. ", "Ms. ", "Prof. ", "CEO ", "(IT) ", "[IT] ", "IT - ", "CEO: ", "HR | ", "Support: ", "(CEO) ", "Herr ", "✓ "}
)
