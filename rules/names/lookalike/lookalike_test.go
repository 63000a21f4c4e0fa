package lookalike

import (
	"slices"
	"testing"
)

func find(known []string, name string) Found {
	var list []Entry
	for i, n := range known {
		list = append(list, Entry{Name: n, RawID: string(rune('a' + i))})
	}
	return New(slices.Values(list)).Find(Query{Name: name})
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
