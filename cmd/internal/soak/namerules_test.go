package soak

import (
	"slices"
	"strings"
	"testing"

	"rollcall/cmd/internal/assess"
	"rollcall/cmd/internal/simulate"
	"rollcall/rules/directory"
	"rollcall/schema"
	"rollcall/schema/rawid"
)

// TestNameRules holds what the rules on names find in simulations against the
// truth, over seeds and disorder: each wrong name breaks its one rule, and no
// other name breaks any.
func TestNameRules(t *testing.T) {
	seeds, judged, wrong := uint64(48), 0, map[string]int{}
	if testing.Short() {
		seeds = 8
	}
	for seed := range seeds {
		opt := variety(seed)
		opt.WrongNames, opt.Renames = 0.4, 0.2
		messages, truth := simulate.Generate(opt)
		terms, err := Terms(opt)
		if err != nil {
			t.Fatal(err)
		}
		r := &Report{Results: map[string]int{}, Rules: map[string]int{}, Kinds: map[string]int{}}
		ev := newEvidence()
		var seen []directory.Sighting
		for m := range messages {
			ev.add(&m, r)
			for _, e := range ev.decoder.Decode(m.Value).Events {
				if e.Facts.Directory != nil {
					seen = append(seen, directory.Sighting{At: later(e.Time, m.At), Event: e.ID, Entry: *e.Facts.Directory})
				}
			}
		}
		terms.Now, terms.Directory = truth.AsOf, directory.New(seen)
		terms.Known = assess.Known(terms.Directory, terms.Policy)
		r.Differences = nil // what is not about names is TestSoak's
		results := ev.evaluate(terms)
		moved := map[string]bool{}
		for _, d := range truth.Directory {
			moved[d.RawID] = moved[d.RawID] || d.Since != 0 || d.Until != 0
		}
		for i := range truth.Calls {
			c := &truth.Calls[i]
			r.compareNameRules(results[c.CallID], c.Names, moved)
			if c.Chat != "" {
				r.compareNameRules(results["chat:"+c.Chat], c.ChatNames, moved)
			}
			for _, n := range c.Names {
				judged++
				if n.Rule != "" {
					wrong[n.Rule]++
				}
			}
		}
		for i, d := range r.Differences {
			if i < 5 {
				t.Errorf("seed %d: %s", seed, d)
			}
		}
	}
	t.Logf("%d names, wrong by rule: %v", judged, wrong)
	if judged < int(seeds)*100 || len(wrong) < 6 {
		t.Errorf("%d names were compared, wrong by rule %v: hardly anything", judged, wrong)
	}
}

// compareNameRules holds the rows and findings of one call against the truth. Of
// people whose name changed in the directory, what is known depends on when its
// pages came.
func (r *Report) compareNameRules(got *outcome, truth []simulate.TruthName, moved map[string]bool) {
	if got == nil {
		return
	}
	type shown struct{ raw, source, surface, name string }
	want := map[shown]simulate.TruthName{}
	for _, n := range truth {
		want[shown{n.RawID, n.Source, n.Surface, n.Name}] = n
	}
	for _, n := range got.Names {
		w, ok := want[shown{n.RawID, string(n.Source), n.Surface, n.Name}]
		if !ok || moved[n.RawID] {
			continue
		}
		result := "pass"
		switch rawid.Identity(n.RawID) {
		case schema.IdentityPhone, schema.IdentityBot, schema.IdentityTeamsApp:
			continue
		case schema.IdentityUnknown:
			continue
		case schema.IdentityTeamsUser:
			if w.Directory == "" {
				result = "no_evidence"
			}
		}
		if w.Rule != "" {
			result = "fail"
		}
		if n.Result != result || result == "fail" && (!strings.HasPrefix(n.Reason, w.Rule+" ") || strings.Contains(n.Reason, ";")) {
			r.differ("call %s: %+q of %s by %s on %q is %s (%s), the truth %s (%s %s)", n.CallID, n.Name, n.RawID, n.Source, n.Surface, n.Result, n.Reason, result, w.Rule, w.Fault)
		}
		found := slices.ContainsFunc(got.Findings, func(f schema.Finding) bool {
			return f.Rule == w.Rule && f.RawID == n.RawID && strings.Contains(f.Message, "seen") && f.CallID == n.CallID
		})
		if w.Rule != "" && !found {
			r.differ("call %s: there is no finding of %s on %+q", n.CallID, w.Rule, n.Name)
		}
	}
}
