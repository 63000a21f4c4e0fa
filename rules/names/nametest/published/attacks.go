package published

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rollcall/rules/names/nametest"
)

// The rules by their ids, as the contract names them.
const (
	impersonation = "name.impersonation"
	unsafeName    = "name.unsafe"
	label         = "name.external-label"
	missing       = "name.missing"
	brand         = "name.brand"
)

// A step is what is done to a name; ok is false where it can't be.
type step struct {
	kind string
	// rules fire for it besides name.impersonation.
	rules []string
	// order of steps: letters first, then what stands around them, then what can't
	// be seen.
	order int
	put   func(*world, person, string) (string, bool)
}

var steps = []step{
	{"glyphs", nil, 0, func(w *world, _ person, s string) (string, bool) { return w.letters(s, "glyph", 3) }},
	{"ascii", nil, 0, func(w *world, _ person, s string) (string, bool) { return w.letters(s, "ascii", 2) }},
	{"leet", nil, 0, func(w *world, _ person, s string) (string, bool) { return w.letters(s, "leet", 3) }},
	{"cyrillic", nil, 0, func(w *world, _ person, s string) (string, bool) { return w.letters(s, "cyrillic", 30) }},
	{"capitals", nil, 0, func(w *world, _ person, s string) (string, bool) { return w.letters(s, "capital", 4) }},
	{"upper case of other alphabets", nil, 0, func(w *world, p person, s string) (string, bool) {
		return w.letters(strings.ToUpper(s), "capital", 30)
	}},
	{"greek", nil, 0, func(w *world, _ person, s string) (string, bool) { return w.letters(s, "greek", 3) }},
	{"armenian", nil, 0, func(w *world, _ person, s string) (string, bool) { return w.letters(s, "armenian", 3) }},
	{"hebrew", nil, 0, func(w *world, _ person, s string) (string, bool) { return w.letters(s, "hebrew", 1) }},
	{"latin", nil, 0, func(w *world, _ person, s string) (string, bool) { return w.letters(s, "latin", 5) }},
	{"fancy text", nil, 0, fancy},
	{"case", nil, 0, func(w *world, p person, s string) (string, bool) {
		return pick(w.r, []func(string) string{strings.ToUpper, strings.ToLower})(s), p.cased()
	}},
	{"reordered", nil, 1, func(w *world, p person, s string) (string, bool) {
		words := strings.Fields(s)
		if len(words) != 2 || !p.cased() {
			return "", false
		}
		return words[1] + pick(w.r, []string{", ", " "}) + words[0], true
	}},
	{"joined", nil, 1, func(w *world, p person, s string) (string, bool) {
		return strings.ReplaceAll(s, " ", pick(w.r, []string{"", ".", "_", "-", "  ", "\u00a0", "\u2003", "·"})), p.cased() && strings.Contains(s, " ")
	}},
	{"spaced out", nil, 1, func(_ *world, p person, s string) (string, bool) {
		return strings.Join(strings.Split(strings.ReplaceAll(s, " ", ""), ""), " "), p.cased() && !strings.ContainsAny(s, "-'’") && utf8.RuneCountInString(s) == strings.Count(s, "")-1
	}},
	{"initial", nil, 1, func(w *world, p person, s string) (string, bool) {
		words := strings.Fields(s)
		if len(words) != 2 || p.script != "Latin" || strings.Contains(s, ",") {
			return "", false
		}
		return words[0] + " " + string(rune('A'+w.r.IntN(26))) + pick(w.r, []string{". ", " "}) + words[1], true
	}},
	{"behind", nil, 2, func(w *world, _ person, s string) (string, bool) {
		return s + pick(w.r, []string{" (IT)", " - CFO", " | Payroll", " (Acme)", " [HR]", " 2", " (2)", " (mobile)", " @ Globex", " – Legal", " (she/her)", " / Finance", " ✅", " (Security)"}), true
	}},
	{"before", nil, 2, func(w *world, _ person, s string) (string, bool) {
		return pick(w.r, []string{"Dr. ", "CEO - ", "[IT] ", "HR: ", "Acme | ", "✅ ", "(Finance) "}) + s, true
	}},
	{"quoted", nil, 2, func(w *world, _ person, s string) (string, bool) {
		return fmt.Sprintf(pick(w.r, []string{"“%s”", "\"%s\"", "«%s»", "(%s)", "*%s*", "~ %s ~", "「%s」"}), s), true
	}},
	{"label", []string{label}, 2, func(w *world, _ person, s string) (string, bool) {
		return s + fmt.Sprintf(pick(w.r, []string{" (%s)", " [%s]", " - %s", " | %s", "（%s）"}), pick(w.r, w.labels)), true
	}},
	{"wordmark", []string{brand}, 2, func(w *world, _ person, s string) (string, bool) {
		return s + pick(w.r, []string{" (Microsoft)", " | Micr0soft", " - Microsоft Teams", " [SharePoint]", " @ LinkedIn", " (Office 365)"}), true
	}},
	{"invisible", []string{unsafeName}, 3, func(w *world, p person, s string) (string, bool) {
		if !p.cased() {
			return "", false
		}
		runes := []rune(s)
		at := 1 + w.r.IntN(len(runes)-1)
		if !unicode.IsLetter(runes[at-1]) || !unicode.IsLetter(runes[at]) || runes[at] > 0x590 { // marks may be needed in other scripts
			return "", false
		}
		return string(runes[:at]) + pick(w.r, w.tricks["invisible"][0].by) + string(runes[at:]), true
	}},
}

// letters puts for up to n of a name's letters what a kind of tricks has.
func (w *world) letters(s, kind string, n int) (string, bool) {
	type place struct {
		at int
		t  trick
	}
	var places []place
	for _, t := range w.tricks[kind] {
		for i := range s {
			if strings.HasPrefix(s[i:], t.what) {
				places = append(places, place{i, t})
			}
		}
	}
	if len(places) == 0 {
		return "", false
	}
	w.r.Shuffle(len(places), func(i, j int) { places[i], places[j] = places[j], places[i] })
	var chosen []place
	for _, p := range places {
		if len(chosen) < 1+w.r.IntN(n) && !slices.ContainsFunc(chosen, func(c place) bool { return c.at == p.at }) {
			chosen = append(chosen, p)
		}
	}
	slices.SortFunc(chosen, func(a, b place) int { return b.at - a.at })
	for _, c := range chosen {
		s = s[:c.at] + pick(w.r, c.t.by) + s[c.at+len(c.t.what):]
	}
	return s, true
}

// fancies are alphabets of web pages that make "fancy text", a to z and A to Z.
var fancies = [][2]string{
	{"𝐚𝐛𝐜𝐝𝐞𝐟𝐠𝐡𝐢𝐣𝐤𝐥𝐦𝐧𝐨𝐩𝐪𝐫𝐬𝐭𝐮𝐯𝐰𝐱𝐲𝐳", "𝐀𝐁𝐂𝐃𝐄𝐅𝐆𝐇𝐈𝐉𝐊𝐋𝐌𝐍𝐎𝐏𝐐𝐑𝐒𝐓𝐔𝐕𝐖𝐗𝐘𝐙"},
	{"𝓪𝓫𝓬𝓭𝓮𝓯𝓰𝓱𝓲𝓳𝓴𝓵𝓶𝓷𝓸𝓹𝓺𝓻𝓼𝓽𝓾𝓿𝔀𝔁𝔂𝔃", "𝓐𝓑𝓒𝓓𝓔𝓕𝓖𝓗𝓘𝓙𝓚𝓛𝓜𝓝𝓞𝓟𝓠𝓡𝓢𝓣𝓤𝓥𝓦𝓧𝓨𝓩"},
	{"𝕒𝕓𝕔𝕕𝕖𝕗𝕘𝕙𝕚𝕛𝕜𝕝𝕞𝕟𝕠𝕡𝕢𝕣𝕤𝕥𝕦𝕧𝕨𝕩𝕪𝕫", "𝔸𝔹ℂ𝔻𝔼𝔽𝔾ℍ𝕀𝕁𝕂𝕃𝕄ℕ𝕆ℙℚℝ𝕊𝕋𝕌𝕍𝕎𝕏𝕐ℤ"},
	{"𝚊𝚋𝚌𝚍𝚎𝚏𝚐𝚑𝚒𝚓𝚔𝚕𝚖𝚗𝚘𝚙𝚚𝚛𝚜𝚝𝚞𝚟𝚠𝚡𝚢𝚣", "𝙰𝙱𝙲𝙳𝙴𝙵𝙶𝙷𝙸𝙹𝙺𝙻𝙼𝙽𝙾𝙿𝚀𝚁𝚂𝚃𝚄𝚅𝚆𝚇𝚈𝚉"},
	{"𝖆𝖇𝖈𝖉𝖊𝖋𝖌𝖍𝖎𝖏𝖐𝖑𝖒𝖓𝖔𝖕𝖖𝖗𝖘𝖙𝖚𝖛𝖜𝖝𝖞𝖟", "𝕬𝕭𝕮𝕯𝕰𝕱𝕲𝕳𝕴𝕵𝕶𝕷𝕸𝕹𝕺𝕻𝕼𝕽𝕾𝕿𝖀𝖁𝖂𝖃𝖄𝖅"},
	{"ⓐⓑⓒⓓⓔⓕⓖⓗⓘⓙⓚⓛⓜⓝⓞⓟⓠⓡⓢⓣⓤⓥⓦⓧⓨⓩ", "ⒶⒷⒸⒹⒺⒻⒼⒽⒾⒿⓀⓁⓂⓃⓄⓅⓆⓇⓈⓉⓊⓋⓌⓍⓎⓏ"},
	{"ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ", "ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ"},
	{"🄰🄱🄲🄳🄴🄵🄶🄷🄸🄹🄺🄻🄼🄽🄾🄿🅀🅁🅂🅃🅄🅅🅆🅇🅈🅉", "🄰🄱🄲🄳🄴🄵🄶🄷🄸🄹🄺🄻🄼🄽🄾🄿🅀🅁🅂🅃🅄🅅🅆🅇🅈🅉"},
	{"🅐🅑🅒🅓🅔🅕🅖🅗🅘🅙🅚🅛🅜🅝🅞🅟🅠🅡🅢🅣🅤🅥🅦🅧🅨🅩", "🅐🅑🅒🅓🅔🅕🅖🅗🅘🅙🅚🅛🅜🅝🅞🅟🅠🅡🅢🅣🅤🅥🅦🅧🅨🅩"},
	{"ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡxʏᴢ", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
	{"ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖ𐞥ʳˢᵗᵘᵛʷˣʸᶻ", "ᴬᴮᶜᴰᴱᶠᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾꟴᴿˢᵀᵁⱽᵂˣʸᶻ"},
	{"⒜⒝⒞⒟⒠⒡⒢⒣⒤⒥⒦⒧⒨⒩⒪⒫⒬⒭⒮⒯⒰⒱⒲⒳⒴⒵", "🄐🄑🄒🄓🄔🄕🄖🄗🄘🄙🄚🄛🄜🄝🄞🄟🄠🄡🄢🄣🄤🄥🄦🄧🄨🄩"},
}

func fancy(w *world, p person, s string) (string, bool) {
	f := pick(w.r, fancies)
	lower, upper := []rune(f[0]), []rune(f[1])
	return strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z':
			return lower[c-'a']
		case c >= 'A' && c <= 'Z':
			return upper[c-'A']
		}
		return c
	}, s), p.script == "Latin"
}

// attack makes one hostile name.
func (w *world) attack() {
	if w.r.IntN(12) == 0 {
		w.nameless()
		return
	}
	target := pick(w.r, w.targets)
	if len(words(target.name())) < 2 && target.spaced() {
		return
	}
	n := 1 + w.r.IntN(3)
	var chosen []step
	for range n {
		s := pick(w.r, steps)
		if !slices.ContainsFunc(chosen, func(c step) bool { return c.kind == s.kind || unfit(c.kind, s.kind) || unfit(s.kind, c.kind) }) {
			chosen = append(chosen, s)
		}
	}
	slices.SortStableFunc(chosen, func(a, b step) int { return a.order - b.order })
	name, rules := target.name(), []string{impersonation}
	var kinds []string
	for _, s := range chosen {
		put, ok := s.put(w, target, name)
		if !ok {
			continue
		}
		name, rules, kinds = put, append(rules, s.rules...), append(kinds, s.kind)
	}
	if name == target.name() || w.said[name] {
		return
	}
	w.said[name] = true
	w.set.Hostile = append(w.set.Hostile, nametest.Hostile{Kind: strings.Join(kinds, "+"), Script: target.script, Name: name, Target: target.name(), Rules: rules})
}

// unfit reports whether one step makes of another what is read otherwise: what is
// drawn like a small letter is not drawn like the capital; what stands around a
// name becomes a part of it.
func unfit(a, b string) bool {
	drawn := []string{"ascii", "cyrillic", "greek", "armenian", "hebrew", "latin", "leet", "glyphs", "fancy text", "capitals"}
	switch a {
	case "case", "upper case of other alphabets":
		return slices.Contains(drawn, b) || b == "case" || b == "upper case of other alphabets"
	case "spaced out":
		return b == "joined" || b == "initial" || b == "reordered" || b == "ascii" || b == "before" || b == "behind" || b == "label" || b == "wordmark"
	case "joined":
		return b == "initial" || b == "reordered"
	case "label", "wordmark":
		return b == "behind" || b == "label" || b == "wordmark"
	case "fancy text":
		return slices.Contains(drawn, b)
	case "latin":
		return slices.Contains(drawn, b)
	case "hebrew":
		return b == "invisible" // a directional mark may be needed there
	}
	return false
}

// nameless makes what is no name at all, or a claim by itself.
func (w *world) nameless() {
	hex := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "0123456789abcdef"[w.r.IntN(16)]
		}
		return string(b)
	}
	digits := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte('0' + w.r.IntN(10))
		}
		return string(b)
	}
	id := hex(8) + "-" + hex(4) + "-" + hex(4) + "-" + hex(4) + "-" + hex(12)
	honest := pick(w.r, w.set.Honest).Name
	l := pick(w.r, w.labels)
	list := []nametest.Hostile{
		{Kind: "id", Name: "8:acs:" + id + "_" + hex(8) + "-" + hex(4) + "-" + hex(4) + "-" + hex(4) + "-" + hex(12), Rules: []string{missing}},
		{Kind: "id", Name: id, Rules: []string{missing}},
		{Kind: "id", Name: "28:" + id, Rules: []string{missing}},
		{Kind: "id", Name: "user_" + hex(24), Rules: []string{missing}},
		{Kind: "id", Name: "8:teamsvisitor:" + hex(32), Rules: []string{missing}},
		{Kind: "mail", Name: "a." + hex(3) + "@example.org", Rules: []string{missing}},
		{Kind: "telephone", Name: "+" + digits(11), Rules: []string{missing}},
		{Kind: "telephone", Name: "+49 " + digits(3) + " " + digits(7), Rules: []string{missing}},
		{Kind: "telephone", Name: "(" + digits(3) + ") " + digits(3) + "-" + digits(4), Rules: []string{missing}},
		{Kind: "telephone", Name: "tel:+1" + digits(10), Rules: []string{missing}},
		{Kind: "number", Name: digits(1 + w.r.IntN(12)), Rules: []string{missing}},
		{Kind: "placeholder", Name: pick(w.r, placeholders) + pick(w.r, []string{"", " 1", "-" + digits(3), "_" + digits(2), " #" + digits(2), " (" + digits(1) + ")"}), Rules: []string{missing}},
		{Kind: "label", Name: honest + pick(w.r, []string{" (" + l + ")", " [" + l + "]", " – " + l, "（" + l + "）"}), Rules: []string{label}},
		{Kind: "role", Name: honest + fmt.Sprintf(pick(w.r, []string{" (%s)", " - %s", " | %s", " [%s]"}), pick(w.r, roles)), Rules: []string{label}},
		{Kind: "role", Name: pick(w.r, roles), Rules: []string{label}},
		{Kind: "wordmark", Name: honest + pick(w.r, []string{" (Microsoft)", " | MICROSOFT", " - Мicrosoft", " @ Mіcrоsoft", " (ＭＩＣＲＯＳＯＦＴ)", " from Micro soft", " (M1cr0s0ft)", " (Rnicrosoft)"}), Rules: []string{brand}},
		{Kind: "desk", Name: pick(w.r, []string{"IT Support", "Help Desk", "Helpdesk", "Service Desk", "IT Helpdesk", "Security Team", "Technical Support"}) + pick(w.r, []string{"", " (Acme)", " 24/7", " 2", " - Acme"}), Rules: []string{impersonation}},
		{Kind: "bidi", Name: honest + pick(w.r, []string{"\u202e", "\u202d", "\u2067", "\u2068"}), Rules: []string{unsafeName}},
		{Kind: "stacked", Name: honest + strings.Repeat(pick(w.r, []string{"\u0301", "\u0488", "\u0334"}), 12), Rules: []string{unsafeName}},
	}
	h := pick(w.r, list)
	if w.said[h.Name] {
		return
	}
	w.said[h.Name] = true
	h.Script = "any"
	w.set.Hostile = append(w.set.Hostile, h)
}

var (
	placeholders = []string{"Guest", "guest", "User", "Unknown", "Anonymous", "Unknown user", "Participant", "Caller", "undefined", "null", "None", "N/A", "Gast", "Invité", "Invitado", "Ospite", "Convidado", "Гость", "ゲスト", "게스트", "访客", "ضيف", "אורח", "Unbekannt", "Inconnu", "Test User"}
	roles        = []string{"Organizer", "Host", "Co-host", "Presenter", "Moderator", "Support", "Administrator", "Meeting organizer", "Organisator", "Gastgeber", "Organisateur", "Hôte", "Organizador", "Anfitrión", "Organizzatore", "Организатор", "Ведущий", "主持人", "主催者", "주최자", "المنظم", "מארגן", "Düzenleyen", "Arrangör"}
)
