package soak

import (
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"time"

	"rollcall/cmd/internal/assess"
	"rollcall/cmd/internal/simulate"
	"rollcall/reports/tariff"
	"rollcall/rules/notice"
	"rollcall/rules/policy"
)

// A Report says what was compared, and what differs.
type Report struct {
	Messages, Events, Repeats    int
	Calls, Sessions, Obligations int
	Findings, Usage              int            // findings; totals of a day, resource and meter
	Names                        int            // rows of names.csv; only of files
	UsageMs                      int64          // compared, of all meters in minutes
	Results                      map[string]int // obligations by result, with the reason of a miss
	Rules                        map[string]int // findings on calls by rule
	Kinds                        map[string]int // events by source, kind and carrier, repeats left out
	// Differences are lines that say what differs, in which call.
	Differences []string
}

// Add adds what another run compared.
func (r *Report) Add(o *Report) {
	r.Messages += o.Messages
	r.Events += o.Events
	r.Repeats += o.Repeats
	r.Calls += o.Calls
	r.Sessions += o.Sessions
	r.Obligations += o.Obligations
	r.Findings += o.Findings
	r.Usage += o.Usage
	r.UsageMs += o.UsageMs
	if r.Results == nil {
		r.Results = map[string]int{}
	}
	for k, n := range o.Results {
		r.Results[k] += n
	}
	if r.Rules == nil {
		r.Rules = map[string]int{}
	}
	for k, n := range o.Rules {
		r.Rules[k] += n
	}
	if r.Kinds == nil {
		r.Kinds = map[string]int{}
	}
	for k, n := range o.Kinds {
		r.Kinds[k] += n
	}
	r.Differences = append(r.Differences, o.Differences...)
}

func (r *Report) differ(format string, args ...any) {
	r.Differences = append(r.Differences, fmt.Sprintf(format, args...))
}

// Run runs a simulation through the product's pure path and compares the
// results with the truth.
func Run(opt simulate.Options) (*Report, error) {
	messages, truth := simulate.Generate(opt)
	return Compare(messages, truth, opt)
}

// Compare does the same for messages that may have been tampered with on their
// way in a manner that must change nothing.
func Compare(messages iter.Seq[simulate.Message], truth *simulate.Truth, opt simulate.Options) (*Report, error) {
	terms, err := Terms(opt)
	if err != nil {
		return nil, err
	}
	r := &Report{Results: map[string]int{}, Rules: map[string]int{}, Kinds: map[string]int{}}
	ev := newEvidence()
	for m := range messages {
		ev.add(&m, r)
	}
	terms.Now = truth.AsOf
	for _, g := range truth.Gaps {
		terms.Gaps = append(terms.Gaps, notice.Gap{First: time.UnixMilli(g.First), Last: time.UnixMilli(g.Last)})
	}
	ev.compareCounts(truth, r)
	results := ev.evaluate(terms)
	compare(results, truth, r, true)
	hours(results, terms, truth, r)
	if len(truth.Listings) == 0 {
		return r, nil
	}
	return r, ev.listings(terms, truth, r)
}

// Terms are the policy and the price book of a simulation.
func Terms(opt simulate.Options) (t assess.Terms, err error) {
	if t.Policy, err = policy.Parse("policy.yaml", simulate.Policy(opt)); err != nil {
		return t, err
	}
	dir, err := os.MkdirTemp("", "rollcall-soak-")
	if err != nil {
		return t, err
	}
	defer os.RemoveAll(dir)
	book := filepath.Join(dir, "prices.yaml")
	if err := os.WriteFile(book, simulate.PriceBook(opt), 0o600); err != nil {
		return t, err
	}
	t.Tariff, err = tariff.Load(book)
	return t, err
}

// sorted lists the keys of a map in order.
func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
