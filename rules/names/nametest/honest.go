package nametest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// honest fills the honest names: those that were made, and people from outside,
// as people write their names.
func (b *builder) honest(size int, made []Honest) error {
	for _, h := range made {
		b.welcome(h)
	}
	for _, g := range b.groups { // each language has its share, and the small ones what they can
		for range size / 2 / len(b.groups) {
			b.guest(g)
		}
	}
	for n := 0; len(b.set.Honest) < size; n++ {
		if n > 20*size {
			return fmt.Errorf("people: there are only %d honest names", len(b.set.Honest))
		}
		b.guest(pick(b.r, b.weighted))
	}
	return nil
}

// byHand reads the honest names that were written by hand.
func byHand() ([]Honest, error) {
	text, err := files.ReadFile("testdata/honest.txt")
	if err != nil {
		return nil, err
	}
	var out []Honest
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		kind, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !ok {
			return nil, fmt.Errorf("honest.txt: line %q: want a kind and a name", line)
		}
		out = append(out, Honest{Kind: kind, Language: "by hand", Script: scriptOf(name), Name: name})
	}
	return out, nil
}

// scriptOf is the script of a name's first letter.
func scriptOf(name string) string {
	for _, c := range name {
		if !unicode.IsLetter(c) {
			continue
		}
		for script, table := range unicode.Scripts {
			if unicode.Is(table, c) {
				return script
			}
		}
	}
	return "Common"
}

// guest adds a person of a group, as the person writes the name.
func (b *builder) guest(g *group) {
	p := b.outsider(g)
	w := pick(b.r, writings)
	if w.scripts != "" && !strings.Contains(w.scripts, p.script) {
		w = writings[0]
	}
	name := w.write(b, p)
	if !b.outside(name) && w.same { // a word more or less is another name
		return
	}
	b.welcome(Honest{Kind: w.kind, Language: p.language, Script: p.script, Name: name})
}

// welcome adds an honest name that there is not yet, and that nobody in the
// directory has.
func (b *builder) welcome(h Honest) {
	if b.said[h.Name] || b.inked[ink(h.Name)] || !utf8.ValidString(h.Name) {
		return
	}
	b.said[h.Name] = true
	b.set.Honest = append(b.set.Honest, h)
}

// A writing is a way to write one's own name.
type writing struct {
	kind    string
	scripts string // for which it is usual; empty: all
	same    bool   // the letters stay what they are
	write   func(b *builder, p person) string
}

const (
	cased  = "Latin Cyrillic Greek Armenian"
	eastAs = "Han Hangul Hiragana Katakana"
)

var writings = []writing{
	{"plain", "", true, func(_ *builder, p person) string { return p.name }},
	{"plain", "", true, func(_ *builder, p person) string { return p.name }},
	{"decomposed", "", true, func(_ *builder, p person) string { return norm.NFD.String(p.name) }},
	{"upper case", cased, false, func(_ *builder, p person) string { return strings.ToUpper(p.name) }},
	{"lower case", "Cyrillic Greek Armenian", false, func(_ *builder, p person) string { return strings.ToLower(p.name) }},
	{"family name first", "Latin Cyrillic Greek", true, func(_ *builder, p person) string {
		n := len(p.words) - 1
		if n == 0 || !slices.Contains(p.kinds, "family") || p.kinds[n] != "family" {
			return p.name
		}
		return strings.TrimSpace(p.words[n] + ", " + strings.Join(p.words[:n], " "))
	}},
	{"family name in capitals", "Latin", false, func(_ *builder, p person) string {
		if i := slices.Index(p.kinds, "family"); i >= 0 {
			return strings.Replace(p.name, p.words[i], strings.ToUpper(p.words[i]), 1)
		}
		return p.name
	}},
	{"middle initial", "Latin Cyrillic", true, func(b *builder, p person) string {
		if len(p.words) != 2 || p.kinds[0] != "given" || p.kinds[1] != "family" {
			return p.name
		}
		return p.words[0] + " " + pick(b.r, initials[p.script]) + ". " + p.words[1]
	}},
	{"pronouns", "", true, func(b *builder, p person) string { return p.name + pick(b.r, pronouns) }},
	{"emoji", "", true, func(b *builder, p person) string {
		if b.r.IntN(2) == 0 {
			return pick(b.r, emoji) + " " + p.name
		}
		return p.name + " " + pick(b.r, emoji)
	}},
	{"company", "", true, func(b *builder, p person) string {
		return p.name + fmt.Sprintf(pick(b.r, brackets), pick(b.r, companies))
	}},
	{"place or unit", "", true, func(b *builder, p person) string { return p.name + fmt.Sprintf(pick(b.r, brackets), pick(b.r, units)) }},
	{"title", "", true, func(b *builder, p person) string { return titled(b.r, p) }},
	{"degree", "Latin", true, func(b *builder, p person) string { return p.name + pick(b.r, degrees) }},
	{"wide spaces", eastAs + " Latin", true, func(_ *builder, p person) string {
		space := "\u00a0"
		if p.script != "Latin" {
			space = "\u3000"
		}
		return strings.ReplaceAll(p.name, " ", space)
	}},
	{"other apostrophe", "Latin Cyrillic", true, func(b *builder, p person) string {
		return strings.NewReplacer("'", pick(b.r, []string{"’", "ʼ", "‘", "`"}), "’", "'").Replace(p.name)
	}},
	{"two alphabets", "", true, func(b *builder, p person) string {
		other := b.outsider(pick(b.r, b.weighted))
		return p.name + fmt.Sprintf(pick(b.r, []string{" (%s)", " %s", " / %s"}), other.name)
	}},
	{"nickname", "Latin Cyrillic Greek", true, func(b *builder, p person) string {
		if len(p.words) != 2 || p.name != p.words[0]+" "+p.words[1] {
			return p.name
		}
		return p.words[0] + fmt.Sprintf(pick(b.r, []string{" \"%s\" ", " “%s” ", " '%s' ", " (%s) ", " «%s» "}), pick(b.r, nicknames)) + p.words[1]
	}},
	{"single name", "", true, func(_ *builder, p person) string {
		if i := slices.Index(p.kinds, "given"); i >= 0 && utf8.RuneCountInString(p.words[i]) > 2 {
			return p.words[i]
		}
		return p.name
	}},
	{"initial and family name", "Latin Cyrillic", false, func(_ *builder, p person) string {
		if len(p.words) != 2 || p.kinds[0] != "given" || p.kinds[1] != "family" {
			return p.name
		}
		first, _ := utf8.DecodeRuneInString(p.words[0])
		return string(first) + ". " + p.words[1]
	}},
	{"ordinal", "Latin", true, func(b *builder, p person) string {
		return p.name + pick(b.r, []string{" II", " III", " IV", " Jr.", ", Sr.", " 3rd"})
	}},
	{"on behalf of a firm", "Latin Cyrillic Han Hangul", true, func(b *builder, p person) string { return pick(b.r, companies) + ": " + p.name }},
}

// titled puts a title of the language to the name.
func titled(r *rand.Rand, p person) string {
	if t := titles[p.language]; t != nil {
		return fmt.Sprintf(pick(r, t), p.name)
	}
	if p.script == "Latin" {
		return fmt.Sprintf(pick(r, titles["en"]), p.name)
	}
	return p.name
}

var (
	initials = map[string][]string{"Latin": strings.Split("ABCDEFGHJKLMNOPRSTVW", ""), "Cyrillic": strings.Split("АБВГДЕЖЗИКЛМНОПРСТФ", "")}
	pronouns = []string{" (she/her)", " (he/him)", " (they/them)", " (she/they)", " [he/him/his]", " she/her", " (sie/ihr)", " (er/ihm)", " (elle)", " (il/lui)", " (iel)", " (ella)", " (él)", " (hen)", " (она)", " (היא)", " (هي)", " (彼女)"}
	emoji    = []string{"😀", "🌸", "🌈", "🎸", "❤️", "☕", "⭐", "✨", "👩‍💻", "🧑🏽‍🚀", "👨‍👩‍👧", "🏳️‍🌈", "🇩🇪", "🇧🇷", "🏴󠁧󠁢󠁷󠁬󠁳󠁿", "👋🏻", "🐈‍⬛", "♟️", "🔥🔥", "🦄"}
	brackets = []string{" (%s)", " | %s", " - %s", " – %s", " @ %s", " [%s]", ", %s", " / %s", " · %s"}
	// Fictitious firms, and forms of firms' names.
	companies = []string{"Fabrikam", "Northwind Traders", "Adventure Works", "Wide World Importers", "Tailspin Toys", "Müller & Söhne GmbH", "Hôtel du Lac", "ООО Ромашка", "株式会社サクラ", "北京科技", "삼호전자", "شركة النور", "בנק הגליל", "ABC 123 Ltd.", "1&1 Versand", "Łódź Sp. z o.o.", "Χ.Α. Εμπορική", "บริษัท ดี จำกัด", "भारत मसाले", "Blue-Yonder"}
	units     = []string{"Berlin", "2nd floor", "Room 4.12", "Finance", "R&D", "EMEA", "Legal", "Vertrieb", "Compras", "Бухгалтерия", "営業部", "财务部", "영업부", "מכירות", "المبيعات", "home office", "on leave", "DE", "Team Blue", "Shift B", "mobile", "Zürich", "on train 🚆"}
	degrees   = []string{", PhD", ", MD", " M.A.", ", MBA", " (PhD)", ", CPA", " Ph.D.", ", BSc (Hons)", " OBE", " Dipl.-Ing."}
	nicknames = []string{"Ace", "Bibi", "Dodo", "Kiki", "Zaza", "Momo", "Bär", "Rusty", "Ziggy", "Tex", "Mac", "Кот", "Жук"}
	titles    = map[string][]string{
		"en": {"Dr. %s", "Prof. %s", "Mr. %s", "Mrs %s", "Ms %s", "Sir %s", "Rev. %s", "Capt. %s"}, "de": {"Dr. %s", "Prof. Dr. %s", "Frau %s", "Herr %s", "Dipl.-Ing. %s"},
		"fr": {"Mme %s", "M. %s", "Me %s", "Dr %s"}, "es": {"Sra. %s", "Don %s", "Lic. %s", "Ing. %s"}, "it": {"Dott. %s", "Avv. %s", "Sig.ra %s"}, "pt": {"Dra. %s", "Eng. %s"}, "pl": {"Pani %s", "dr hab. %s", "inż. %s"},
		"ru": {"д-р %s", "проф. %s", "г-жа %s"}, "el": {"Δρ. %s", "Κα %s"}, "he": {"ד\"ר %s", "פרופ׳ %s"}, "ar": {"د. %s", "م. %s", "السيدة %s", "الأستاذ %s"}, "fa": {"دکتر %s", "خانم %s", "مهندس %s"}, "ur": {"ڈاکٹر %s"},
		"hi": {"डॉ. %s", "श्री %s", "श्रीमती %s"}, "bn": {"ড. %s", "ডাঃ %s"}, "ta": {"டாக்டர் %s", "திரு. %s"}, "te": {"డా. %s"}, "th": {"ดร. %s", "คุณ%s", "นาย%s"}, "ja": {"%s様", "%s さん", "%s先生"}, "zh": {"%s先生", "%s女士", "%s 博士", "%s老师"}, "ko": {"%s 님", "%s 과장", "%s 교수"},
		"si": {"ආචාර්ය %s"}, "am": {"ዶ/ር %s", "አቶ %s", "ወ/ሮ %s"}, "hy": {"դոկտոր %s"}, "ka": {"დოქტორი %s", "ბატონი %s"}, "vi": {"TS. %s", "Cô %s"}, "tr": {"Dr. %s", "%s Bey", "%s Hanım"}, "hu": {"Dr. %s", "%sné"}, "ms": {"Dato' %s", "Tuan %s"}, "id": {"Ibu %s", "Pak %s", "Drs. %s"},
	}
)
