package soak

import (
	"fmt"
	"strings"

	"rollcall/cmd/internal/simulate"
)

// A shown is a name as one source shows it of one person in a call.
type shown struct{ call, raw, source, surface, name string }

// compareNames holds names.csv against the names that the evidence shows and
// those of the directory, and the results against what is wrong with them. Of people whose name changed there, what it said at a
// time depends on when its pages came, and is left to other tests.
func (f *reportFiles) compareNames(truth *simulate.Truth, r *Report) error {
	want := map[shown]simulate.TruthName{}
	for i := range truth.Calls {
		for _, n := range truth.Calls[i].Names {
			want[shown{n.CallID, n.RawID, n.Source, n.Surface, n.Name}] = n
		}
		for _, n := range truth.Calls[i].ChatNames {
			want[shown{"chat:" + n.CallID, n.RawID, n.Source, n.Surface, n.Name}] = n
		}
	}
	moved := map[string]bool{}
	for _, d := range truth.Directory {
		moved[d.RawID] = moved[d.RawID] || d.Since != 0 || d.Until != 0
	}
	err := f.rows("names.csv", func(w row) {
		n := shown{w.text("call_id"), w.text("raw_id"), w.text("source"), w.text("surface"), w.text("name")}
		truth, ok := want[n]
		delete(want, n)
		switch got := w.text("directory_name"); {
		case !ok:
			r.differ("call %s: %q of %s on %q by %s is no name of the truth", n.call, n.name, n.raw, n.surface, n.source)
		case moved[n.raw]:
		case got != truth.Directory:
			r.differ("call %s: the directory's name of %s is %q, the truth %q", n.call, n.raw, got, truth.Directory)
		case (w.text("result") == "fail") != (truth.Rule != ""), truth.Rule != "" && !strings.HasPrefix(w.text("reason"), truth.Rule+" "):
			r.differ("call %s: %q of %s is %s (%s), the truth %q", n.call, n.name, n.raw, w.text("result"), w.text("reason"), truth.Rule)
		}
		r.Names++
	})
	lost := map[string]bool{}
	for n := range want {
		lost[fmt.Sprintf("call %s: %q of %s on %q by %s is not found", n.call, n.name, n.raw, n.surface, n.source)] = true
	}
	r.Differences = append(r.Differences, sorted(lost)...)
	return err
}
