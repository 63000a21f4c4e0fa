package nametest_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"rollcall/rules/names"
	"rollcall/rules/names/nametest"
	"rollcall/rules/policy"
)

// small is a set whose names are judged several times over.
func small(t *testing.T) *nametest.Set {
	t.Helper()
	set, err := nametest.New(*seed+1, nametest.Size{Directory: 3000, Honest: 3000, Hostile: 4000})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// all are the honest and the hostile names.
func all(set *nametest.Set) []string {
	var out []string
	for _, h := range set.Honest {
		out = append(out, h.Name)
	}
	for _, h := range set.Hostile {
		out = append(out, h.Name)
	}
	return out
}

// said is what the rules say of names; what they expected, composed.
func said(list []string, in names.Input) []string {
	return each(list, func(name string) string {
		var out strings.Builder
		found := failures(name, in)
		for _, id := range []string{names.RuleMissing, names.RuleUnsafe, names.RuleLabel, names.RuleImpersonation, names.RuleBrand} {
			if j, ok := found[id]; ok {
				fmt.Fprintf(&out, "%s %s %s %q; ", j.Rule, j.Severity, j.Reason, norm.NFC.String(j.Expected))
			}
		}
		return out.String()
	})
}

func differences(t *testing.T, what string, list, want, got []string) {
	t.Helper()
	n := 0
	for i := range list {
		if want[i] != got[i] {
			if n++; n <= 10 {
				t.Errorf("%s: %+q %s\n  was %s\n  is  %s", what, list[i], list[i], want[i], got[i])
			}
		}
	}
	if n > 10 {
		t.Errorf("%s: %d more", what, n-10)
	}
}

// TestOrder: the order of the directory does not matter.
func TestOrder(t *testing.T) {
	set := small(t)
	list, in := all(set), names.Input{Policy: policyOf(t, set), Known: directoryOf(set.Directory)}
	want := said(list, in)
	r := rand.New(rand.NewPCG(1, 2))
	for range 2 {
		r.Shuffle(len(set.Directory), func(i, j int) {
			set.Directory[i], set.Directory[j] = set.Directory[j], set.Directory[i]
		})
		in.Known = directoryOf(set.Directory)
		differences(t, "another order", list, want, said(list, in))
	}
}

// TestComposition: composed and decomposed, a name is the same, in the call and
// in the directory.
func TestComposition(t *testing.T) {
	set := small(t)
	list, in := all(set), names.Input{Policy: policyOf(t, set), Known: directoryOf(set.Directory)}
	for i, n := range list {
		list[i] = norm.NFC.String(n)
	}
	want := said(list, in)
	decomposed := make([]string, len(list))
	for i, n := range list {
		decomposed[i] = norm.NFD.String(n)
	}
	differences(t, "decomposed", list, want, said(decomposed, in))
	for i, n := range set.Directory {
		set.Directory[i] = norm.NFD.String(n)
	}
	in.Known = directoryOf(set.Directory)
	differences(t, "a decomposed directory", list, want, said(list, in))
}

// TestUnrelated: more names in the directory change nothing for names that are
// not like them.
func TestUnrelated(t *testing.T) {
	set := small(t)
	list, in := all(set), names.Input{Policy: policyOf(t, set), Known: directoryOf(set.Directory)}
	want := said(list, in)
	// Another seed's directory has people of this one's honest names, so only
	// this one's own people who were left out are added: the honest names of the
	// scripts that few have.
	var more []string
	skip := map[string]bool{}
	for i, h := range set.Honest {
		if h.Kind == "plain" && i%3 == 0 && !slices.Contains([]string{"Latin", "Han"}, h.Script) {
			more = append(more, h.Name)
			skip[h.Script] = true
		}
	}
	if len(more) < 150 {
		t.Fatalf("only %d names to add", len(more))
	}
	in.Known = directoryOf(slices.Concat(set.Directory, more))
	got := said(list, in)
	var related []string
	for i, n := range list {
		if want[i] != got[i] && (i >= len(set.Honest) || !skip[set.Honest[i].Script]) {
			related = append(related, fmt.Sprintf("%+q %s: was %s, is %s", n, n, want[i], got[i]))
		}
	}
	// Hostile names with an honest one of those in them are like it.
	for _, m := range more {
		related = slices.DeleteFunc(related, func(r string) bool { return strings.Contains(r, m) })
	}
	if len(related) > 0 {
		t.Errorf("%d names are judged otherwise for names that are not like them:\n%s", len(related), strings.Join(related[:min(10, len(related))], "\n"))
	}
}

// TestNamesakes: who has exactly the name of a user of the directory is what the
// policy says; who disguises it is found whatever it says.
func TestNamesakes(t *testing.T) {
	set := small(t)
	for _, c := range []struct {
		namesakes policy.Namesakes
		found     bool
		severity  string
	}{{policy.NamesakesFail, true, "low"}, {policy.NamesakesReport, true, "info"}, {policy.NamesakesAllow, false, ""}} {
		in := names.Input{Policy: policyOf(t, set), Known: directoryOf(set.Directory)}
		in.Policy.Namesakes = c.namesakes
		for _, h := range set.Hostile {
			if h.Protected || h.Target == "" {
				continue
			}
			j, found := failures(h.Name, in)[names.RuleImpersonation]
			switch h.Kind {
			case "exact":
				if found != c.found || found && string(j.Severity) != c.severity {
					t.Errorf("namesakes %s: %q: found %v, severity %q", c.namesakes, h.Name, found, j.Severity)
				}
			case "one glyph", "strokes I l 1 |", "invisible within", "digits for letters":
				if found && j.Severity != "high" && j.Severity != "medium" && !strings.HasPrefix(j.Reason, "protected") {
					t.Errorf("namesakes %s: %+q (%s) has severity %q", c.namesakes, h.Name, h.Kind, j.Severity)
				}
			}
		}
	}
}
