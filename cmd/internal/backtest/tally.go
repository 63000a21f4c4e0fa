package backtest

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rollcall/cmd/internal/assess"
	"rollcall/rules/apphour"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// A tally is what is found otherwise in some calls. Tallies add up in any order.
type tally struct {
	calls   int
	rules   map[string]*found
	worse   bool
	was, is hours
}

func newTally() *tally { return &tally{rules: map[string]*found{}} }

// A found is what one rule finds.
type found struct {
	before, after Count
	changes       [3]changes // New, Gone, Changed
}

// changes are the findings of which one thing becomes, of which the earliest
// are kept.
type changes struct {
	n    int
	list []placed
}

// A placed is an example with its place among all.
type placed struct {
	Example
	start time.Time // of the call; zero: not known
	gone  int       // 1: the examples of a call that are gone come last
	first time.Time // of the finding
	call  bool      // what is about no call comes last
}

// maxExamples is how many examples a rule has of each change: the earliest.
const maxExamples = 3

func (t *tally) rule(id string) *found {
	if t.rules[id] == nil {
		t.rules[id] = &found{}
	}
	return t.rules[id]
}

// take takes what is found of a call under either policy, or of the hours of
// apps.
func (t *tally) take(c assess.Compared) {
	t.calls += c.Calls
	t.was.add(c.Was.Hours)
	t.is.add(c.Is.Hours)
	for id, p := range c.Was.Checks {
		t.rule(id).before.Add(p)
	}
	for id, p := range c.Is.Checks {
		t.rule(id).after.Add(p)
	}
	for id, n := range c.Was.Suppressed {
		t.rule(id).before.Suppressed += n
	}
	for id, n := range c.Is.Suppressed {
		t.rule(id).after.Suppressed += n
	}
	before := make(map[string]*schema.Finding, len(c.Was.Findings))
	for i := range c.Was.Findings {
		f := &c.Was.Findings[i]
		before[f.ID] = f
		if f.Status == rule.StatusSuppressed {
			t.rule(f.Rule).before.Suppressed++
		}
	}
	for i := range c.Is.Findings {
		f := &c.Is.Findings[i]
		if f.Status == rule.StatusSuppressed {
			t.rule(f.Rule).after.Suppressed++
		}
		old := before[f.ID]
		delete(before, f.ID)
		if old == nil || differ(*old, *f) {
			t.change(c.Start, old, f)
		}
	}
	for _, f := range before {
		t.change(c.Start, f, nil)
	}
}

// change takes a finding that comes, goes or says something else.
func (t *tally) change(start time.Time, was, is *schema.Finding) {
	f, i := cmp.Or(is, was), 2
	p := placed{start: start, first: f.FirstAt, call: f.CallID != ""}
	switch {
	case was == nil:
		i = 0
	case is == nil:
		i, p.gone = 1, 1
	}
	if is != nil && failing(*is) && (was == nil || !failing(*was)) {
		t.worse = true
	}
	p.Example = Example{Change: [...]string{New, Gone, Changed}[i], ID: f.ID, CallID: f.CallID, Tenant: f.Tenant, App: f.App, Subject: f.Subject}
	to := &t.rule(f.Rule).changes[i]
	to.n++
	if len(to.list) == maxExamples && to.list[maxExamples-1].compare(p) <= 0 {
		return
	}
	p.Before, p.After = state(was), state(is)
	to.keep(p)
}

// keep keeps examples that are among the earliest.
func (c *changes) keep(more ...placed) {
	c.list = append(c.list, more...)
	slices.SortFunc(c.list, placed.compare)
	c.list = c.list[:min(len(c.list), maxExamples)]
}

// compare is the order of examples: by the start of their calls, those without
// one and what is about no call last.
func (p placed) compare(o placed) int {
	last := func(b bool) int {
		if b {
			return 1
		}
		return 0
	}
	return cmp.Or(last(!p.call)-last(!o.call), last(p.start.IsZero())-last(o.start.IsZero()), p.start.Compare(o.start), strings.Compare(p.CallID, o.CallID),
		p.gone-o.gone, p.first.Compare(o.first), strings.Compare(p.ID, o.ID))
}

// add takes what is found in other calls.
func (t *tally) add(o *tally) {
	t.calls += o.calls
	t.worse = t.worse || o.worse
	t.was.add(o.was.list)
	t.is.add(o.is.list)
	for id, f := range o.rules {
		to := t.rule(id)
		to.before.add(f.before)
		to.after.add(f.after)
		for i, c := range f.changes {
			to.changes[i].n += c.n
			to.changes[i].keep(c.list...)
		}
	}
}

func (c *Count) add(o Count) {
	c.Add(o.Population)
	c.Suppressed += o.Suppressed
}

// report fills a report.
func (t *tally) report(r *Report) *Report {
	r.Calls, r.worse = t.calls, t.worse
	for id, f := range t.rules {
		to := &Rule{Before: f.before, After: f.after, New: f.changes[0].n, Gone: f.changes[1].n, Changed: f.changes[2].n, Examples: []Example{}}
		all := slices.Concat(f.changes[0].list, f.changes[1].list, f.changes[2].list)
		slices.SortFunc(all, placed.compare)
		for _, p := range all {
			to.Examples = append(to.Examples, p.Example)
		}
		r.Rules[id] = to
	}
	return r
}

// maxTallies is from how many on tallies of hours are added up.
const maxTallies = 1000

// hours are the tallies of the hours of apps, added up at times.
type hours struct {
	list []apphour.Tally
	most int // at how many they are added up next
}

func (h *hours) add(more []apphour.Tally) {
	if h.list = append(h.list, more...); len(h.list) >= max(h.most, maxTallies) {
		h.list = apphour.Merge(h.list)
		h.most = 2 * len(h.list)
	}
}

func (h *hours) sum() []apphour.Tally { return apphour.Merge(h.list) }
