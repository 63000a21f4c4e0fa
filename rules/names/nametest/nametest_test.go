package nametest_test

import (
	"slices"
	"testing"

	"rollcall/rules/names/nametest"
)

// TestSet holds the set to what it promises.
func TestSet(t *testing.T) {
	set, err := nametest.New(3, nametest.Size{Directory: 5000, Honest: 6000, Hostile: 5000})
	if err != nil {
		t.Fatal(err)
	}
	again, err := nametest.New(3, nametest.Size{Directory: 5000, Honest: 6000, Hostile: 5000})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(set.Directory, again.Directory) || !slices.Equal(set.Honest, again.Honest) ||
		!slices.EqualFunc(set.Hostile, again.Hostile, func(a, b nametest.Hostile) bool { return a.Name == b.Name && a.Target == b.Target }) {
		t.Error("the same seed gives another set")
	}
	directory := map[string]bool{}
	for _, n := range set.Directory {
		if directory[n] {
			t.Errorf("%q is in the directory twice", n)
		}
		directory[n] = true
	}
	said, scripts := map[string]bool{}, map[string]int{}
	for _, h := range set.Honest {
		if directory[h.Name] || said[h.Name] {
			t.Errorf("%q is not the only one", h.Name)
		}
		said[h.Name] = true
		scripts[h.Script]++
	}
	if len(set.Honest) < 6000 || len(scripts) < 30 {
		t.Errorf("%d honest names of %d scripts", len(set.Honest), len(scripts))
	}
	kinds := map[string]int{}
	for _, h := range set.Hostile {
		if said[h.Name] || h.Name == "" || len(h.Rules) == 0 || slices.Contains(h.Rules, "name.impersonation") && !h.Protected && !directory[h.Target] {
			t.Errorf("%+q (%s): a hostile name without rule or target, or an honest one", h.Name, h.Kind)
		}
		kinds[h.Kind]++
	}
	if len(kinds) < 60 {
		t.Errorf("%d kinds of attacks", len(kinds))
	}
}
