package published

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"rollcall/rules/names/nametest"
)

// A person has names, in the order of the language.
type person struct {
	locale        string
	given, family string
	script        string
}

// name is how the language writes a person's name.
func (p person) name() string {
	switch p.locale {
	case "zh_CN", "zh_TW", "ko_KR":
		return p.family + p.given
	case "ja_JP":
		return p.family + " " + p.given
	case "hu_HU", "vi_VN":
		return p.family + " " + p.given
	}
	return p.given + " " + p.family
}

// person makes one.
func (w *world) person() person {
	l := pick(w.r, w.locales)
	p := person{locale: l.name, given: pick(w.r, l.given), family: pick(w.r, l.family)}
	for p.family == p.given {
		p.family = pick(w.r, l.family)
	}
	switch { // double names, as some are called
	case w.r.IntN(12) == 0 && p.spaced():
		p.given += pick(w.r, []string{"-", " "}) + pick(w.r, l.given)
	case w.r.IntN(12) == 0 && p.spaced():
		p.family += pick(w.r, []string{"-", " "}) + pick(w.r, l.family)
	case w.r.IntN(40) == 0 && (strings.HasPrefix(l.name, "nl") || strings.HasPrefix(l.name, "de")):
		p.family = pick(w.r, []string{"van der ", "van ", "von ", "de ", "zu "}) + p.family
	}
	p.given, p.family = norm.NFC.String(p.given), norm.NFC.String(p.family)
	for _, c := range p.given {
		if unicode.IsLetter(c) {
			p.script = scriptOf(c)
			break
		}
	}
	return p
}

func (p person) spaced() bool {
	return p.locale != "zh_CN" && p.locale != "zh_TW" && p.locale != "ko_KR" && p.locale != "ja_JP"
}

func (p person) cased() bool {
	return p.script == "Latin" || p.script == "Cyrillic" || p.script == "Greek" || p.script == "Armenian"
}

func scriptOf(c rune) string {
	for name, table := range unicode.Scripts {
		if unicode.Is(table, c) {
			return name
		}
	}
	return "Common"
}

// bare are letters that are written for others which have no decomposition.
var bare = strings.NewReplacer("ø", "o", "ł", "l", "đ", "d", "ð", "d", "ħ", "h", "ı", "i", "ə", "e", "ß", "ss", "æ", "ae", "œ", "oe", "þ", "th", "ς", "σ", "ی", "ي", "ک", "ك", "ى", "ي", "ة", "ه", "ە", "ه", "ڵ", "ل", "ٱ", "ا",
	"’", "", "'", "", "ʻ", "", "ʼ", "", "‘", "", "`", "", "\u200c", "", "\u200d", "", "\u0640", "")

// words are those of a name, without case, accents and initials.
func words(name string) []string {
	var b strings.Builder
	for _, c := range norm.NFKD.String(bare.Replace(strings.ToLower(name))) {
		switch {
		case unicode.Is(unicode.Mn, c) && (c < 0x900 || c >= 0x1ab0 && c < 0x2000): // vowel signs of Indic scripts count
		case unicode.IsLetter(c) || unicode.IsMark(c):
			b.WriteRune(c)
		default:
			b.WriteByte(' ')
		}
	}
	var out []string
	for w := range strings.FieldsSeq(bare.Replace(norm.NFC.String(b.String()))) {
		if n := utf8.RuneCountInString(w); n > 1 || w > "\u2e80" {
			out = append(out, w)
		}
	}
	return out
}

// ways are what tells whether two names can be the same: their words in any
// order, and their letters without spaces from any word on, as they are drawn.
func ways(name string) []string {
	list := words(name)
	sorted := slices.Sorted(slices.Values(list))
	out := []string{strings.Join(sorted, " ")}
	for i := range list {
		out = append(out, ink.Replace(strings.Join(list[i:], "")+strings.Join(list[:i], "")))
	}
	return append(out, ink.Replace(strings.Join(sorted, "")))
}

var ink = strings.NewReplacer("i", "l", "rn", "m", "vv", "w", "cl", "d")

// enter puts a person into the directory; now and then as directories write.
func (w *world) enter(p person) {
	name := p.name()
	if w.said[name] {
		return
	}
	if w.r.IntN(10) == 0 && p.cased() && !strings.Contains(p.family, " ") {
		switch w.r.IntN(3) {
		case 0:
			name = p.family + ", " + p.given
		case 1:
			name += " (" + pick(w.r, departments) + ")"
		default:
			name = strings.ToUpper(p.family) + " " + p.given
		}
	} else if len(w.targets) < 40_000 {
		w.targets = append(w.targets, p)
	}
	w.said[name] = true
	for _, k := range ways(p.name()) {
		w.known[k] = true
	}
	w.set.Directory = append(w.set.Directory, name)
}

// executive is a protected name besides the directory.
func (w *world) executive() string {
	for {
		p := w.person()
		if name := p.name(); len(words(name)) > 1 && !w.said[name] {
			w.said[name] = true
			for _, k := range ways(name) {
				w.known[k] = true
			}
			return name
		}
	}
}

var (
	departments = []string{"Sales", "Legal", "Finance", "Berlin", "R&D", "Madrid office", "Warehouse 3", "Nursing", "営業", "Закупки", "HQ", "Field team"}
	firms       = []string{"Acme", "Globex", "Initech", "Umbrella SA", "Soylent AG", "Stark & Sons", "Wayne Ltd", "Hooli Inc.", "Vandelay", "トヨタ商店", "ООО Вектор", "نور"}
	pronoun     = []string{"she/her", "he/him", "they/them", "sie/ihr", "elle", "ella", "hun/hen"}
)

// writings are how people write their own names.
var writings = []struct {
	kind string
	fits func(person) bool
	put  func(*world, person) string
}{
	{"plain", nil, func(_ *world, p person) string { return p.name() }},
	{"plain", nil, func(_ *world, p person) string { return p.name() }},
	{"decomposed", nil, func(_ *world, p person) string { return norm.NFD.String(p.name()) }},
	{"last, first", person.cased, func(_ *world, p person) string { return p.family + ", " + p.given }},
	{"upper case", person.cased, func(_ *world, p person) string { return strings.ToUpper(p.name()) }},
	{"lower case", person.cased, func(_ *world, p person) string { return strings.ToLower(p.name()) }},
	{"family in capitals", person.cased, func(_ *world, p person) string { return p.given + " " + strings.ToUpper(p.family) }},
	{"initial", person.cased, func(w *world, p person) string {
		return p.given + " " + string(rune('A'+w.r.IntN(26))) + ". " + p.family
	}},
	{"two initials", person.cased, func(w *world, p person) string {
		c, _ := utf8.DecodeRuneInString(p.given)
		return string(c) + ". " + string(rune('A'+w.r.IntN(26))) + ". " + p.family
	}},
	{"junior", person.cased, func(w *world, p person) string {
		return p.name() + pick(w.r, []string{" Jr.", ", Jr.", " III", " Sr", ", PhD", ", M.D."})
	}},
	{"pronouns", nil, func(w *world, p person) string { return p.name() + " (" + pick(w.r, pronoun) + ")" }},
	{"firm", nil, func(w *world, p person) string {
		f := pick(w.r, firms)
		return p.name() + pick(w.r, []string{" (" + f + ")", " | " + f, " - " + f, " @ " + f, " [" + f + "]", ", " + f})
	}},
	{"firm first", nil, func(w *world, p person) string { return pick(w.r, firms) + " - " + p.name() }},
	{"department", nil, func(w *world, p person) string { return p.name() + " (" + pick(w.r, departments) + ")" }},
	{"emoji", nil, func(w *world, p person) string {
		return p.name() + " " + pick(w.r, []string{"🌻", "🚀", "🇫🇷", "🇯🇵", "👩🏾‍🔬", "☀️", "💙", "🏳️‍🌈", "🧑‍🎄"})
	}},
	{"flag first", nil, func(w *world, p person) string {
		return pick(w.r, []string{"🇩🇪 ", "🇮🇹 ", "🇱🇦 ", "🇸🇦 ", "🇮🇳 "}) + p.name()
	}},
	{"given name alone", func(p person) bool { return utf8.RuneCountInString(p.given) > 2 }, func(_ *world, p person) string { return p.given }},
	{"non-breaking space", nil, func(_ *world, p person) string { return strings.ReplaceAll(p.name(), " ", "\u00a0") }},
	{"at", nil, func(_ *world, p person) string { return p.name() + " / home" }},
}

// welcome adds an honest name, unless it is one of the directory's.
func (w *world) welcome(p person) {
	for _, k := range ways(p.name()) {
		if w.known[k] {
			return
		}
	}
	way := pick(w.r, writings)
	if way.fits != nil && !way.fits(p) {
		way = writings[0]
	}
	name := way.put(w, p)
	if w.said[name] {
		return
	}
	for _, k := range ways(name) {
		if w.known[k] {
			return
		}
	}
	w.said[name] = true
	w.set.Honest = append(w.set.Honest, nametest.Honest{Kind: way.kind, Language: p.locale, Script: p.script, Name: name})
}
