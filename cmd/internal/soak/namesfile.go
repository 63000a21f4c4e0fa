package soak

import (
	"fmt"

	"rollcall/cmd/internal/simulate"
)

// A shown is a name as one source shows it of one person in a call.
type shown struct{ call, raw, source, surface, name string }

// compareNames holds names.csv against the names that the evidence shows and
// those of the directory. Of people whose name changed there, what it said at a
// time depends on when its pages came, and is left to other tests.
func (f *reportFiles) compareNames(truth *simulate.Truth, r *Report) error {
	want := map[shown]string{}
	for i := range truth.Calls {
		for _, n := range truth.Calls[i].Names {
			want[shown{n.CallID, n.RawID, n.Source, n.Surface, n.Name}] = n.Directory
		}
		for _, n := range truth.Calls[i].ChatNames {
			want[shown{"chat:" + n.CallID, n.RawID, n.Source, n.Surface, n.Name}] = n.Directory
		}
	}
	moved := map[string]bool{}
	for _, d := range truth.Directory {
		moved[d.RawID] = moved[d.RawID] || d.Since != 0 || d.Until != 0
	}
	err := f.rows("names.csv", func(w row) {
		n := shown{w.text("call_id"), w.text("raw_id"), w.text("source"), w.text("surface"), w.text("name")}
		directory, ok := want[n]
		delete(want, n)
		switch got := w.text("directory_name"); {
		case !ok:
			r.differ("call %s: %q of %s on %q by %s is no name of the truth", n.call, n.name, n.raw, n.surface, n.source)
		case got != directory && !moved[n.raw]:
			r.differ("call %s: the directory's name of %s is %q, the truth %q", n.call, n.raw, got, directory)
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
