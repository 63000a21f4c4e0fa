package lookalike

import (
	"maps"
	"slices"
	"testing"

	"rollcall/rules/names/ucd"
)

func find(known []string, name string) Found {
	var list []Entry
	for i, n := range known {
		list = append(list, Entry{Name: n, RawID: string(rune('a' + i))})
	}
	return New(slices.Values(list)).Find(Query{Name: name})
}

// TestFamilyNames: words before a comma are family names where those behind it
// are names that the index has.
func TestFamilyNames(t *testing.T) {
	known := []string{"Bùi Dương", "Lê Hưng"}
	if f := find(known, "Dương Bùi, Hưng"); len(f.Matches) > 0 {
		t.Errorf("found %v", f.Matches)
	}
	if f := find(known, "Dương Bùi, Fabrikam"); len(f.Matches) != 1 {
		t.Errorf("found %v", f.Matches)
	}
}

// TestReadings: whatever a letter is compared with, a key of the one is among
// the readings of the other.
func TestReadings(t *testing.T) {
	u, m := ucd.Load(), canons()
	var known []rune
	for r := range m {
		if r < 0x600 && usual(u, r) {
			known = append(known, r)
		}
	}
	slices.Sort(known)
	n := 0
	for i, r := range slices.Sorted(maps.Keys(readings().rest)) {
		if i%97 != 0 {
			continue
		}
		w := readings().of(r)
		for _, k := range known {
			if _, ok := letter(unit{r: r}, unit{r: k}); !ok {
				continue
			}
			n++
			a, all := alphabetOf(u, k)
			if !all && !slices.Contains(w.of[a], home(u, m, k)) {
				t.Errorf("%c (%U) is compared with %c (%U), and no reading of it is %q: %q", r, r, k, k, home(u, m, k), w.of[a])
			}
		}
	}
	if n < 50 {
		t.Errorf("only %d pairs", n)
	}
}

func TestFind(t *testing.T) {
	const none = Nearness(0)
	for _, c := range []struct {
		known, shown string
		want         Nearness
	}{
		{"Jane Doe", "Jane Doe", Same}, {"Jane Doe", " jane  DOE ", Same}, {"Jane Doe", "JaneDoe", Same}, {"Zoë Berg", "Zoe\u0308 Berg", Same},
		{"Jane Doe", "Jane Doe (IT)", Alike}, {"Jane Doe", "Jane Doe 2", Alike}, {"Jane Doe", "Doe, Jane", Alike}, {"Jane Doe", "Jane M. Doe", Alike},
		{"Jane Doe", "Dr. Jane Doe", Alike}, {"Jane Doe", "Jane Doe | Contoso", Alike}, {"Jane Doe", "Contoso - Jane Doe", Alike}, {"Jane Doe", "IT Support (Jane Doe)", Alike},
		{"Jane Doe", "Jane Doe IT", Alike}, {"Jane Doe", "Jane.Doe", Alike}, {"Jane Doe", "jane_doe", Alike}, {"Jane Doe", "Jané Döe", Alike}, {"Jané Döe", "Jane Doe", Alike},
		{"Søren Łuk", "Soren Luk", Alike}, {"Jane Doe", "Jane Doe 🙂", Alike}, {"Jane Doe", "Jane Doe, CEO", Alike}, {"Jane Doe", "Doe Jane", Alike}, {"Doe, Jane", "Jane Doe", Alike},
		{"Jane Doe", "Jаne Dоe", Disguised}, {"Jane Doe", "J4ne D0e", Disguised}, {"Alice Berg", "AIice Berg", Disguised}, {"Mark Oman", "Rnark Oman", none},
		{"Emma Oman", "Ernrna Oman", Disguised}, {"Owen Wu", "Ovven Wu", Disguised}, {"Jane Doe", "Jane\u200b Doe", Disguised}, {"Jane Doe", "𝐉𝐚𝐧𝐞 𝐃𝐨𝐞", Disguised},
		{"Jane Doe", "J a n e D o e", Disguised}, {"Kirk Ivan", "КIRК IVАN", Disguised}, {"Kirk Ivan", "KІRK IVАN", Disguised}, {"Jane Doe", "J@ne Doe", Disguised},
		{"Bill Smith", "Bi|| $mith", Disguised}, {"Сергей Иванов", "Cергей Ивaнoв", Disguised}, {"Γιώργος Παπάς", "Γιωργος Πaπας", Disguised}, {"Jane Doe", "Jane D\u043ee (IT) 2", Disguised},
		{"Jane Doe", "J\u2060ane Doe", Disguised}, {"王小明", "王 小明", Same}, {"Jane Doe", "DoeJane", Alike}, {"Jane Doe", "Jan eDoe", Same}, {"Max Li", "Ma× Li", Disguised},
		{"Jane Doe", "ᒍane Doe", Disguised}, {"Jane Doe", "Jane Ⅾoe", Disguised}, {"Jane Doe", "Jane Doe\u202e", Disguised}, {"Paul Vega", "Pa∪l Vega", Disguised},
		{"Dan Clark", "Dan CIark", Disguised}, {"Linda Day", "Lincla Day", Disguised}, {"O'Brien Pat", "OBrien Pat", Same}, {"Jean-Luc Picard", "Jean Luc Picard", Alike},
		{"Angela Berg", "Aทgela Berg", Disguised}, {"Петър Иванов", "ПЕТꙎР ИВАНОВ", Disguised}, {"Doina Pop", "Doꓲna Pop", Disguised}, {"Lea Berg", "Le@-Berg", Disguised}, {"ஆர் தேவி", "அார் தேவி", Disguised},
		{"Joanna Grabowska", "JoAnNA GRaBoVVska", Disguised}, {"Elena Ricci", "Elena Ricc12", Disguised}, {"Nora Ng'ang'a", "Nora Ng'ang'@", Disguised}, {"呂子涵", "[呂子涵] @ Microsoft", Alike},
		{"Стефан Караџић", "ꓚᴛ℮ɸạⲏ Ḳ𝖺𝚙ȧџͷћ", Disguised}, {"Cheryl Watkins", "ꓚꓧꓰꓣꓬꓡ ꓦꓦꓮꓔꓗꓲꓠꓢ", Disguised}, {"Jane Doe", "Jane😀Doe😀-😀Fabrikam", Alike}, {"Ada Lehmann", "⒜⒟⒜ ⒧⒠⒣⒨⒜⒩⒩ (⒩⒠⒲)", Disguised},
		{"Emma Gomis", "Eмма Gоmіѕ", Disguised}, {"Marianna Zak", "MARlANNA ZAK", Disguised}, {"Ida van den Berg", "Ida van c1en Berg", Disguised}, {"林 充", "Dr. 林 充", Alike}, {"Aisyah binti Hassan", "AiSyAh bintl HAssaN", Disguised}, {"Rosa Blanco", "Rosa BIANCO", none}, {"Rosa Blanco", "Rosa BlANCO", Same}, {"Rosa Bianco", "Rosa BlANCO", Disguised},
		{"Imogen Price", "Imogen P. Rice", none}, {"Yang He", "Yan G. He", none}, {"IT Support", "I.T. Support", Same}, {"Jane Doe", "Rohit - Jane~Doe", Alike}, {"Jane Doe", "J @ n e D o e", Disguised}, {"Jane Doe", "Jane Doe, Fabrikam", Alike},
		{"Begoña de León", "🇩🇪 Begoña León", none}, {"Jane Doe", "🇯🇦🇳🇪 🇩🇴🇪", Disguised}, {"Jane Doe", "«Jane Doe - Fabrikam»", Alike}, {"Jane Doe", "Dr. Jane Doe2", Alike}, {"Jane Doe", "Jane Doe Supp0rt", Alike},

		{"Hanna Berg", "李anna Berg", none}, {"Adi", "رضا", none}, {"Jane Doe", "Jane", none}, {"Jane Doe", "John Doe", none}, {"Jane M. Doe", "Jane K. Doe", none}, {"Ian Berg", "Lan Berg", none}, {"Lan Berg", "Ian Berg", none},
		{"Anna Kers", "Ann Akers", none}, {"Jon Berg", "John Berg", none}, {"Jane Doe", "Jane Mary Doe", none}, {"Анна Петрова", "Anna Petrova", none},
		{"が", "か", none}, {"Jane Doe", "IT", none}, {"IT Support", "IT", none}, {"IT Support", "IT Support 2", Alike}, {"Helpdesk", "Jane Doe (Helpdesk)", Alike}, {"Helpdesk", "Jane Doe | Help-Desk", Alike}, {"John Bell", "John Dell", none},
		{"Nina Vos", "Niva Nos", none}, {"Νίκος", "Víkoç", none}, {"Room 12", "Room 13", none}, {"Room 1", "Room 7", none}, {"علي حسن", "على حسن", Alike},
		{"Maria Silva", "María Silva", Alike}, {"Bo Li", "Bo Lu", none}, {"Jane Doe", "Doe Janet", none}, {"रवि कुमार", "रवी कुमार", none}, {"ก้อง", "กอง", none},
		{"Pat Heath", "Pat Neath", none}, {"Una Berg", "Ona Berg", none}, {"Ben Yu", "Ben Vu", none}, {"Gia Boe", "Gia Goe", none}, {"Ali Reza", "All Reza", none},
	} {
		f := find([]string{"Another One", c.known}, c.shown)
		got := none
		var how []string
		if len(f.Matches) > 0 {
			got, how = f.Matches[0].Nearness, f.Matches[0].How
		}
		if got != c.want {
			t.Errorf("%+q for %+q: %v %v, want %v", c.shown, c.known, got, how, c.want)
		}
	}
}
