package directory

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"rollcall/schema"
)

const (
	ann   = "8:orgid:aaaaaaaa-0000-4000-8000-000000000001"
	other = "8:orgid:bbbbbbbb-0000-4000-8000-000000000002"
)

func day(n int) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Date(2026, 3, n, 12, 0, 0, 0, time.UTC)
}

// named, removed, cleared and silent are what a page says of Ann.
func named(on int, name string) Sighting {
	return Sighting{At: day(on), Event: name, Entry: schema.DirectoryEntry{RawID: ann, DisplayName: name}}
}

func removed(on int) Sighting {
	return Sighting{At: day(on), Event: "removed", Entry: schema.DirectoryEntry{RawID: ann, Removed: "changed"}}
}

func cleared(on int) Sighting {
	return Sighting{At: day(on), Event: "cleared", Entry: schema.DirectoryEntry{RawID: ann, Cleared: []string{"displayName"}}}
}

func silent(on int) Sighting {
	return Sighting{At: day(on), Event: "silent", Entry: schema.DirectoryEntry{RawID: ann, Principal: "ann@contoso.com"}}
}

func ordered(s Sighting, offset int64, index uint32) Sighting {
	s.Offset, s.Index = offset, index
	return s
}

func TestWhichNameHeld(t *testing.T) {
	const (
		held, only, notListed = schema.DirectoryHeld, schema.DirectoryOnly, schema.DirectoryNotListed
		later, gone           = schema.DirectorySeenLater, schema.DirectoryRemoved
		noName, several       = schema.DirectoryNoName, schema.DirectorySeveral
	)
	type want struct {
		on    int // 0: at an instant that is not known
		basis schema.DirectoryBasis
		name  string
		from  int
	}
	for _, c := range []struct {
		name string
		seen []Sighting
		want []want
	}{
		{"nothing was seen", nil, []want{{5, notListed, "", 0}}},
		{"seen once", []Sighting{named(3, "Ann")}, []want{{2, later, "", 0}, {3, held, "Ann", 3}, {9, held, "Ann", 3}, {0, later, "", 0}}},
		{"renamed", []Sighting{named(3, "Ann"), named(5, "Ann Berg")}, []want{{4, held, "Ann", 3}, {5, held, "Ann Berg", 5}}},
		{"renamed and back", []Sighting{named(3, "A"), named(5, "B"), named(7, "A")},
			[]want{{4, held, "A", 3}, {6, held, "B", 5}, {8, held, "A", 7}}},
		{"seen again and again", []Sighting{named(3, "A"), named(4, "A"), named(6, "A")}, []want{{5, held, "A", 3}}},
		{"a minimal answer without the name", []Sighting{named(3, "A"), silent(4)}, []want{{5, held, "A", 3}}},
		{"minimal answers alone", []Sighting{silent(4)}, []want{{5, notListed, "", 0}}},
		{"removed", []Sighting{named(3, "A"), removed(5)}, []want{{4, held, "A", 3}, {6, gone, "", 5}}},
		{"removed and restored", []Sighting{named(3, "A"), removed(5), named(7, "A")}, []want{{6, gone, "", 5}, {8, held, "A", 7}}},
		{"restored by a minimal answer", []Sighting{named(3, "A"), removed(5), silent(7)}, []want{{8, gone, "", 5}}},
		{"the name set to null", []Sighting{named(3, "A"), cleared(5)}, []want{{6, noName, "", 5}}},
		{"twice in one page", []Sighting{ordered(named(3, "A"), 7, 0), ordered(named(3, "B"), 7, 1)}, []want{{4, held, "B", 3}}},
		{"twice at one instant, in the order of offsets", []Sighting{ordered(named(3, "A"), 8, 0), ordered(named(3, "B"), 7, 5)}, []want{{4, held, "A", 3}}},
		{"twice at one instant, in no order", []Sighting{named(3, "A"), named(3, "B"), named(6, "B")}, []want{{4, several, "", 3}, {7, held, "B", 6}}},

		{"at no known time", []Sighting{named(0, "A"), named(0, "A"), silent(0)}, []want{{1, only, "A", 0}, {0, only, "A", 0}}},
		{"two names at no known time", []Sighting{named(0, "A"), named(0, "B")}, []want{{1, several, "", 0}}},
		{"a name and none at no known time", []Sighting{named(0, "A"), cleared(0)}, []want{{1, several, "", 0}}},
		{"removed at no known time", []Sighting{named(0, "A"), removed(0)}, []want{{1, only, "A", 0}}},
		{"removed, and nothing else", []Sighting{removed(0)}, []want{{1, notListed, "", 0}}},
		{"the same at a known time", []Sighting{named(0, "A"), named(3, "A")}, []want{{2, only, "A", 0}, {4, held, "A", 3}}},
		{"one of those at known times", []Sighting{named(0, "A"), named(3, "A"), named(5, "B")}, []want{{2, several, "", 0}, {4, held, "A", 3}}},
		{"another than at known times", []Sighting{named(0, "C"), named(3, "A")}, []want{{2, several, "", 0}, {4, several, "", 0}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for seed := range uint64(6) {
				seen := append(slices.Clone(c.seen), c.seen...)
				rand.New(rand.NewPCG(seed, 1)).Shuffle(len(seen), func(i, j int) { seen[i], seen[j] = seen[j], seen[i] })
				d := New(seen)
				for _, w := range c.want {
					got := d.At(ann, day(w.on))
					if got.Basis != w.basis || got.Name != w.name || !got.From.Equal(day(w.from)) {
						t.Errorf("seed %d, day %d: %+v, want %+v", seed, w.on, got, w)
					}
					if got.Known() != (w.name != "") || got.Known() && got.Event != w.name {
						t.Errorf("day %d: known %v on event %q", w.on, got.Known(), got.Event)
					}
				}
			}
		})
	}
}

func TestWhoHasADirectory(t *testing.T) {
	d := New([]Sighting{named(3, "Ann")})
	for raw, want := range map[string]schema.DirectoryBasis{
		ann: schema.DirectoryHeld, ann[len("8:orgid:"):]: schema.DirectoryHeld, "8:gcch:" + ann[len("8:orgid:"):]: schema.DirectoryHeld,
		other:                               schema.DirectoryNotListed, // a guest, or a user of another tenant
		"8:acs:" + ann[len("8:orgid:"):]:    schema.DirectoryNone,
		"8:teamsvisitor:0123456789abcdef":   schema.DirectoryNone,
		"4:+14255550123":                    schema.DirectoryNone,
		"28:orgid:" + ann[len("8:orgid:"):]: schema.DirectoryNone,
		"":                                  schema.DirectoryNone,
	} {
		if got := d.At(raw, day(4)); got.Basis != want {
			t.Errorf("%q: %+v, want basis %q", raw, got, want)
		}
	}
	var nobody *Directory
	if got := nobody.At(ann, day(4)); got.Basis != schema.DirectoryNotListed {
		t.Errorf("no directory at all: %+v", got)
	}
}

func TestNamesOfACall(t *testing.T) {
	shown := func(raw, name, label, surface, kind, event string, first, last int) schema.CallName {
		return schema.CallName{NameSeen: schema.NameSeen{RawID: raw, DisplayName: name, Label: label, Surface: surface},
			Source: schema.SourceEventGrid, Kind: kind, First: day(first), Last: day(last), Event: event}
	}
	c := schema.Call{ID: "c", Names: []schema.CallName{
		shown(ann, "Ann", "", "", "added", "e2", 2, 4), shown(ann, "Ann", "(External)", "", "removed", "e1", 1, 2),
		shown(ann, "Ann", "", "teams", "added", "e3", 0, 0), shown("8:acs:x", "Bob", "", "", "added", "e4", 1, 1),
	}}
	for range 4 {
		got := New([]Sighting{named(3, "Ann Berg")}).Names(c)
		if len(got) != 3 || got[0].Name != "Bob" || got[1].Surface != "" || got[2].Surface != "teams" {
			t.Fatalf("the rows are %+v", got)
		}
		x := got[1]
		if !x.First.Equal(day(1)) || !x.Last.Equal(day(4)) || x.Event != "e1" || !slices.Equal(x.Kinds, []string{"added", "removed"}) || !slices.Equal(x.Labels, []string{"(External)"}) {
			t.Errorf("rows of one name are not put together: %+v", x)
		}
		// The directory was seen only after the name was first shown.
		if x.Directory.Name != "Ann Berg" || got[0].Directory.Basis != schema.DirectoryNone || got[2].Directory.Basis != schema.DirectorySeenLater {
			t.Errorf("the directory says %+v, %+v, %+v", x.Directory, got[0].Directory, got[2].Directory)
		}
		c.Names = append(c.Names[1:], c.Names[0])
	}
}
