package directory

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"rollcall/schema"
)

func TestHoldings(t *testing.T) {
	principal := silent(4)
	for _, c := range []struct {
		name string
		seen []Sighting
		want []string // name from-until
	}{
		{"renamed", []Sighting{named(3, "A"), named(5, "B"), principal}, []string{"A 3-5 ann@contoso.com", "B 5-0 ann@contoso.com"}},
		{"removed", []Sighting{named(3, "A"), removed(5)}, []string{"A 3-5 "}},
		{"at no known time", []Sighting{named(0, "A")}, []string{"A 0-0 "}},
		{"two names at no known time", []Sighting{named(0, "A"), named(0, "B")}, []string{"A 0-0 ", "B 0-0 "}},
		{"the same at a known time", []Sighting{named(0, "A"), named(3, "A")}, []string{"A 0-0 "}},
		{"one of those at known times", []Sighting{named(0, "A"), named(3, "A"), named(5, "B")}, []string{"A 3-5 ", "B 5-0 "}},
		{"another than at known times", []Sighting{named(0, "C"), named(3, "A")}, []string{"A 0-0 ", "C 0-0 "}},
		{"nothing of the name", []Sighting{principal, removed(5)}, nil},
	} {
		for seed := range uint64(5) {
			seen := append(slices.Clone(c.seen), c.seen...)
			rand.New(rand.NewPCG(seed, 1)).Shuffle(len(seen), func(i, j int) { seen[i], seen[j] = seen[j], seen[i] })
			var got []string
			for h := range New(seen).Holdings() {
				of := func(at time.Time) int {
					if at.IsZero() {
						return 0
					}
					return at.Day()
				}
				if h.RawID != ann {
					t.Errorf("%s: of %q", c.name, h.RawID)
				}
				got = append(got, fmt.Sprintf("%s %d-%d %s", h.Name, of(h.From), of(h.Until), h.Principal))
			}
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
		}
	}
}

// TestNearNames: names before and after a change are told with their distance.
func TestNearNames(t *testing.T) {
	d := New([]Sighting{named(3, "A"), named(5, "B"), named(20, "C")})
	c := schema.Call{ID: "c", Names: []schema.CallName{{NameSeen: schema.NameSeen{RawID: ann, DisplayName: "X"}, First: day(6), Last: day(6)}}}
	got := d.Names(c)[0].Directory
	want := []schema.NearName{{Name: "A", Away: 24 * time.Hour}, {Name: "C", Away: 14 * 24 * time.Hour}}
	if got.Name != "B" || !slices.Equal(got.Near, want) {
		t.Errorf("%+v, want B near %v", got, want)
	}
	c.Names[0].DisplayName = "B"
	if got := d.Names(c)[0].Directory; len(got.Near) != 0 {
		t.Errorf("near names of the right one: %v", got.Near)
	}
}
