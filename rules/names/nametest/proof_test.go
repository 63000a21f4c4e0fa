package nametest_test

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/rules/names"
	"rollcall/rules/names/lookalike"
	"rollcall/rules/names/nametest"
	"rollcall/rules/names/nametest/published"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

var (
	full  = flag.Bool("full", false, "try the rules with a directory of 500,000 users and all names")
	seed  = flag.Uint64("seed", 20261125, "of the names")
	seeds = flag.Uint64("seeds", 1, "how many sets of names are tried, of this seed and those after it")
)

// TestProof holds the rules to 0 missed among the hostile names and 0 false
// alarms among the honest ones.
func TestProof(t *testing.T) {
	forSeeds(t, nametest.Size{Directory: 40_000, Honest: 12_000, Hostile: 8_000}, nametest.New)
}

// TestPublished is TestProof with people and tricks of others.
func TestPublished(t *testing.T) {
	forSeeds(t, nametest.Size{Directory: 20_000, Honest: 6_000, Hostile: 4_000}, published.New)
}

// forSeeds proves the rules on a set of each seed.
func forSeeds(t *testing.T, size nametest.Size, makeSet func(uint64, nametest.Size) (*nametest.Set, error)) {
	if *full {
		size = nametest.Full
	}
	for s := *seed; s < *seed+*seeds; s++ {
		set, err := makeSet(s, size)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("seed %d", s)
		prove(t, set)
	}
}

// prove judges all names of a set against its directory.
func prove(t *testing.T, set *nametest.Set) {
	t.Helper()
	began := time.Now()
	in := names.Input{Policy: policyOf(t, set), Known: directoryOf(set.Directory)}
	t.Logf("index of %d names in %v", len(set.Directory), time.Since(began).Round(time.Millisecond))

	began = time.Now()
	honest := each(set.Honest, func(h nametest.Honest) map[string]names.Judgement { return failures(h.Name, in) })
	t.Logf("%d honest names in %v", len(set.Honest), time.Since(began).Round(time.Millisecond))
	var alarms faults
	for i, h := range set.Honest {
		for id, j := range honest[i] {
			alarms.add(id+", "+h.Kind, h.Script, fmt.Sprintf("%+q %s: %s, %s; expected %q", h.Name, h.Name, j.Reason, j.Message, j.Expected))
		}
	}
	alarms.report(t, "false alarms", len(set.Honest))

	began = time.Now()
	hostile := each(set.Hostile, func(h nametest.Hostile) map[string]names.Judgement { return failures(h.Name, in) })
	t.Logf("%d hostile names in %v", len(set.Hostile), time.Since(began).Round(time.Millisecond))
	var missed faults
	for i, h := range set.Hostile {
		for _, id := range h.Rules {
			if _, ok := hostile[i][id]; !ok {
				missed.add(id+", "+h.Kind, h.Script, fmt.Sprintf("%+q %s looks like %q", h.Name, h.Name, h.Target))
			}
		}
	}
	missed.report(t, "missed attacks", len(set.Hostile))
}

// policyOf is the policy that ships, with what an officer may add.
func policyOf(t testing.TB, set *nametest.Set) policy.Names {
	t.Helper()
	var text strings.Builder
	text.WriteString("version: 1\nnames:\n  wordmarks: [PayPal, Google]\n  protected:\n")
	for _, n := range set.Executives {
		fmt.Fprintf(&text, "    - {name: %q, kind: executive}\n", n)
	}
	p, err := policy.Parse("policy.yaml", []byte(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	return p.Names(policy.App{})
}

// directoryOf is a directory of users who all have been there always.
func directoryOf(list []string) *lookalike.Index {
	return lookalike.New(func(yield func(lookalike.Entry) bool) {
		for i, n := range list {
			if !yield(lookalike.Entry{Name: n, RawID: fmt.Sprintf("8:orgid:00000000-0000-4000-8000-%012d", i)}) {
				return
			}
		}
	})
}

const outsider = "8:acs:d9ff4983-39e7-4420-8d54-f6354ed06ccd_0000000b-1531-729f-ac00-343a0d000001"

// failures are the rules that find something in the name of an external user.
func failures(name string, in names.Input) map[string]names.Judgement {
	var out map[string]names.Judgement
	for _, j := range names.Judge(schema.ShownName{RawID: outsider, Source: schema.SourceEventGrid, Name: name}, in) {
		if j.Verdict == rule.Fail {
			if out == nil {
				out = map[string]names.Judgement{}
			}
			out[j.Rule] = j
		}
	}
	return out
}

// each does something with every element of a list, on all processors.
func each[T, R any](list []T, do func(T) R) []R {
	out := make([]R, len(list))
	var all sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		all.Go(func() {
			for i := w; i < len(list); i += workers {
				out[i] = do(list[i])
			}
		})
	}
	all.Wait()
	return out
}

// faults are the names that were judged wrong, by kind and script.
type faults struct {
	n  int
	by map[string]map[string][]string
}

func (f *faults) add(kind, script, what string) {
	if f.by == nil {
		f.by = map[string]map[string][]string{}
	}
	if f.by[kind] == nil {
		f.by[kind] = map[string][]string{}
	}
	f.n++
	f.by[kind][script] = append(f.by[kind][script], what)
}

// report prints the kinds with the most faults first, and some of each script.
func (f *faults) report(t *testing.T, what string, of int) {
	t.Helper()
	if f.n == 0 {
		return
	}
	count := func(kind string) int {
		n := 0
		for _, list := range f.by[kind] {
			n += len(list)
		}
		return n
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%d %s among %d names", f.n, what, of)
	for _, kind := range slices.SortedFunc(maps.Keys(f.by), func(a, b string) int { return cmp.Or(count(b)-count(a), cmp.Compare(a, b)) }) {
		fmt.Fprintf(&out, "\n%s: %d", kind, count(kind))
		for _, script := range slices.Sorted(maps.Keys(f.by[kind])) {
			list := f.by[kind][script]
			fmt.Fprintf(&out, "\n  %s: %d", script, len(list))
			for _, s := range list[:min(5, len(list))] {
				out.WriteString("\n    " + s)
			}
		}
	}
	t.Error(out.String())
}
