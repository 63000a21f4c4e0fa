package wordmark

import (
	"fmt"
	"strings"
	"testing"

	"rollcall/rules/brand/lettering"
)

var finder = New([]Mark{{Text: "Microsoft Teams"}, {Text: "Microsoft"}, {Text: "Teams", Ordinary: true}, {Text: "Skype"}, {Text: "微软"}})

// disguises writes a word in other ways, made with nothing that the finder uses:
// the tables are of fonts, keyboards and tricks as people find them on the web.
func disguises(word string) map[string]string {
	each := func(f func(i int, r rune) string) string {
		var b strings.Builder
		for i, r := range []rune(word) {
			b.WriteString(f(i, r))
		}
		return b.String()
	}
	table := func(pairs string) func(int, rune) string {
		m := map[rune]string{}
		for _, p := range strings.Fields(pairs) {
			r := []rune(p)
			m[r[0]] = string(r[1:])
		}
		return func(_ int, r rune) string {
			if to, ok := m[r]; ok {
				return to
			}
			return string(r)
		}
	}
	shift := func(small, large rune) func(int, rune) string {
		return func(_ int, r rune) string {
			switch {
			case 'a' <= r && r <= 'z':
				return string(small + r - 'a')
			case 'A' <= r && r <= 'Z':
				return string(large + r - 'A')
			}
			return string(r)
		}
	}
	between := func(sign string) string {
		return each(func(i int, r rune) string {
			if i == 0 {
				return string(r)
			}
			return sign + string(r)
		})
	}
	middle := func(sign string) string {
		r := []rune(word)
		return string(r[:2]) + sign + string(r[2:])
	}
	return map[string]string{
		"upper": strings.ToUpper(word), "lower": strings.ToLower(word),
		"random case": each(func(i int, r rune) string {
			if i%2 == 0 {
				return strings.ToLower(string(r))
			}
			return strings.ToUpper(string(r))
		}),
		"bold": each(shift('𝐚', '𝐀')), "script": each(shift('𝓪', '𝓐')), "fraktur": each(shift('𝖆', '𝕬')), "sans": each(shift('𝖺', '𝖠')),
		"mono": each(shift('𝚊', '𝙰')), "full width": each(shift('ａ', 'Ａ')), "circled": each(shift('ⓐ', 'Ⓐ')),
		"black squares": each(shift('🅰', '🅰')), "black circles": each(shift('🅐', '🅐')), "regional": each(shift('🇦', '🇦')),
		"cyrillic":     each(table("aа cс eе iі oо sѕ MМ TТ pр yу SЅ")),
		"greek":        each(table("oο MΜ TΤ iι aα")),
		"small caps":   each(table("aᴀ cᴄ eᴇ iɪ mᴍ oᴏ rʀ fꜰ tᴛ pᴘ yʏ kᴋ")),
		"digits":       each(table("o0 i1 e3 a4 s5")),
		"dollars":      each(table("s$ a@ i!")),
		"accents":      each(table("oö aä eé iï cç sş")),
		"marks above":  between("\u0301"),
		"soft hyphens": between("\u00ad"), "zero width": between("\u200b"), "joiners": between("\u200d"), "word joiners": between("\u2060"), "variation": between("\ufe0f"),
		"spaces": between(" "), "thin spaces": between("\u2009"), "no-break": between("\u00a0"), "dots": between("."), "hyphens": between("-"), "underscores": between("_"), "stars": between("*"),
		"one hyphen": middle("-"), "one dot": middle("."), "one zero width": middle("\u200b"), "one emoji": middle("🔥"), "tag": middle("\U000e0061"), "filler": middle("\u3164"),
	}
}

// TestDisguises: a mark is found however it is written, alone and within a text.
func TestDisguises(t *testing.T) {
	n := 0
	for _, word := range []string{"Microsoft", "Teams", "Skype"} {
		for name, text := range disguises(word) {
			for _, frame := range []string{"%s", "For %s, too.", "(%s)", "«%s»!", "Bookings %s"} {
				n++
				found := finder.Find(lettering.Read(fmt.Sprintf(frame, text)))
				if len(found) != 1 || found[0].Mark.Text != word {
					t.Errorf("%s: %q holds %d marks", name, fmt.Sprintf(frame, text), len(found))
					continue
				}
				plain := strings.EqualFold(text, word)
				if found[0].Disguised == plain {
					t.Errorf("%s: %q is disguised: %v", name, text, found[0].Disguised)
				}
			}
		}
	}
	if n < 500 {
		t.Errorf("%d disguises were tried: hardly any", n)
	}
}

// TestOrdinaryWords: what only has the letters of a mark is none.
func TestOrdinaryWords(t *testing.T) {
	for _, text := range []string{
		"steams streams teamster teamsters teaming teamwork TeamSpeak Teamsterz", "the team's goal, the teams' goals is not asked here", "team(s), team/s, team-s and team s",
		"micro software", "micro soft skills", "a microscope: soft light", "microsoftly speaking no", "sky people, sky pens, ski pe", "tea ms", "te am s of",
		"Is it a team? So it is", "mikrosaft und mikrosofa", "Tea. Ms. Smith", "t. e. a. m.", "Microso f", "skyper-cub",
	} {
		for _, m := range finder.Find(lettering.Read(text)) {
			got := text[m.At:m.End]
			if got == "teams" && strings.Contains(text, "teams'") || strings.HasPrefix(text, "microsoftly") {
				continue // the plural itself; and a long mark in front of letters
			}
			t.Errorf("%q has %q", text, got)
		}
	}
}

// TestPlaces: the longest mark is found, with its place in the text.
func TestPlaces(t *testing.T) {
	for text, want := range map[string]string{
		"über Microsoft Teams und Skype": "Microsoft Teams|Skype", "MicrosoftTeams": "MicrosoftTeams", "ContosoTeams": "Teams", "Microsoft®-Teams™": "Microsoft®-Teams",
		"Microsoft.\n\nTeams can": "Microsoft|Teams", "Microsofts neue Teamsie": "Microsoft|Teams", "使用微软产品": "微软", "用Teams开会": "Teams", "Teams2 365Teams": "Teams|Teams",
		"micro soft teams": "micro soft teams", "Micro Soft": "Micro Soft", "rnicrosoft Tearns": "rnicrosoft Tearns", "Microsfot Micrsoft Microosoft": "Microsfot|Micrsoft|Microosoft",
		"Micro-\nsoft": "Micro-\nsoft",
	} {
		var got []string
		for _, m := range finder.Find(lettering.Read(text)) {
			got = append(got, text[m.At:m.End])
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q has %q, want %q", text, got, want)
		}
	}
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{"Microsoft Teams", "T\u200be\u0301a m.s", "\xff\xfe", "rn", "🇹🇪🇦🇲🇸"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, m := range finder.Find(lettering.Read(text)) {
			if m.At < end || m.End <= m.At || m.End > len(text) {
				t.Fatalf("%q: a match at %d to %d after %d", text, m.At, m.End, end)
			}
			end = m.End
		}
	})
}
