package policy

import (
	"os"
	"strings"
	"testing"
	"time"
)

// TestApart: policies that lay down the same differ in nothing, and others in the
// part that they have otherwise.
func TestApart(t *testing.T) {
	text, err := os.ReadFile("testdata/full.yaml")
	if err != nil {
		t.Fatal(err)
	}
	read := func(change ...string) *Policy {
		t.Helper()
		p, err := Parse("full.yaml", []byte(strings.NewReplacer(change...).Replace(string(text))))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for _, c := range []struct {
		change []string
		want   Parts
	}{
		{nil, Parts{}},
		{[]string{"version: 1", "# words\nversion: 1"}, Parts{}},
		{[]string{"grace: ", "grace: 1"}, Parts{Deadlines: true, Else: true}}, // its own rules look at obligations
		{[]string{"early: ", "early: 1"}, Parts{Else: true}},
		{[]string{"owner: ", "owner: Another "}, Parts{Exceptions: true}},
		{[]string{"severity: low", "severity: high"}, Parts{Else: true}},
	} {
		changed := read(c.change...)
		if len(c.change) > 0 && changed.ID == read().ID {
			t.Errorf("%q changes nothing", c.change)
		}
		if got := Apart(read(), changed); got != c.want {
			t.Errorf("%q: %+v, want %+v", c.change, got, c.want)
		}
	}
	if a, b := Default(), Default(); Apart(a, b) != (Parts{}) || a.Patience() != 120*time.Second || a.Soonest() != 5*time.Second {
		t.Errorf("the default: %+v, %v, %v", Apart(a, b), a.Patience(), a.Soonest())
	}
}
