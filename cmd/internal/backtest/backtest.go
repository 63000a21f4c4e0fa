// Package backtest judges stored history under another policy and tells what
// would be found otherwise. It writes nothing to the store.
package backtest

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/cmd/internal/assess"
	"rollcall/rules/apphour"
	"rollcall/rules/policy"
	"rollcall/rules/rule"
	"rollcall/schema"
)

// Config says what is held against what.
type Config struct {
	// Before are the terms by which the store's calls are judged today.
	Before assess.Terms
	// After is the policy in question: it judges all of the calls.
	After *policy.Policy
	// Since is from when calls are judged, by their start; zero: all.
	Since time.Time
	// Progress is told how many calls were judged; nil: nobody is.
	Progress func(calls int)
}

// A Report is what would be found otherwise.
type Report struct {
	AsOf   string   `json:"as_of"`
	Since  string   `json:"since"` // empty: the beginning
	Before []string `json:"before"`
	After  string   `json:"after"`
	Calls  int      `json:"calls"`
	// Rules has each rule that judged anything, by either.
	Rules map[string]*Rule `json:"rules"`
	worse bool
}

// A Rule is what one rule finds under either policy.
type Rule struct {
	Before   Count     `json:"before"`
	After    Count     `json:"after"`
	New      int       `json:"new"`
	Gone     int       `json:"gone"`
	Changed  int       `json:"changed"`
	Examples []Example `json:"examples"`
}

// A Count is how many subjects a rule judged, and what it found.
type Count struct {
	rule.Population
	// Suppressed are the findings that an exception covers.
	Suppressed int `json:"suppressed"`
}

// What becomes of a finding.
const (
	New     = "new"
	Gone    = "gone"
	Changed = "changed"
)

// An Example is one finding that comes, goes or says something else.
type Example struct {
	Change  string `json:"change"`
	ID      string `json:"id"`
	CallID  string `json:"call_id"`
	Tenant  string `json:"tenant"`
	App     string `json:"app"`
	Subject string `json:"subject"`
	Before  *State `json:"before,omitempty"`
	After   *State `json:"after,omitempty"`
}

// A State is what a finding says.
type State struct {
	Severity      string `json:"severity"`
	Status        string `json:"status"`
	Result        string `json:"result"`
	Message       string `json:"message,omitempty"`
	PolicyVersion string `json:"policy_version"`
}

const (
	// maxExamples is how many examples a rule has of each change: the earliest.
	maxExamples = 3
	// maxTallies is from how many on tallies of hours are added up.
	maxTallies = 50_000
)

// Run judges the calls of a store under both policies, call by call, and the
// listings of apps. Memory holds a few calls, and what every app did in each hour.
func Run(ctx context.Context, conn driver.Conn, cfg Config) (*Report, error) {
	after := cfg.Before
	after.Policy, after.Versions = cfg.After, nil
	r := newReport(cfg)
	var was, is hours
	for c, err := range assess.KnownCalls(ctx, conn, cfg.Since) {
		if err != nil {
			return nil, err
		}
		b, a, err := c.Twice(cfg.Before, after)
		if err != nil {
			return nil, err
		}
		r.compare(b, a)
		was.add(b.Hours)
		is.add(a.Hours)
		if r.Calls++; cfg.Progress != nil {
			cfg.Progress(r.Calls)
		}
	}
	r.compare(assess.JudgeHours(was.sum(), cfg.Before), assess.JudgeHours(is.sum(), after))
	// Listings stand as they are, whenever they came: both policies judge the latest.
	listed, err := assess.JudgeListings(ctx, conn, cfg.Before)
	if err != nil {
		return nil, err
	}
	relisted, err := assess.JudgeListings(ctx, conn, after)
	if err != nil {
		return nil, err
	}
	r.compare(listed, relisted)
	return r, nil
}

func newReport(cfg Config) *Report {
	r := &Report{AsOf: rule.Instant(cfg.Before.Now), After: cfg.After.ID, Before: []string{}, Rules: map[string]*Rule{}}
	if !cfg.Since.IsZero() {
		r.Since = rule.Instant(cfg.Since)
	}
	for _, p := range cfg.Before.Versions {
		r.Before = append(r.Before, p.ID)
	}
	if len(r.Before) == 0 {
		r.Before = []string{cfg.Before.Policy.ID}
	}
	return r
}

// compare takes what is found of a subject under either policy.
func (r *Report) compare(was, is assess.Judged) {
	for id, p := range was.Checks {
		r.rule(id).Before.Add(p)
	}
	for id, p := range is.Checks {
		r.rule(id).After.Add(p)
	}
	before := make(map[string]schema.Finding, len(was.Findings))
	for _, f := range was.Findings {
		before[f.ID] = f
		if f.Status == rule.StatusSuppressed {
			r.rule(f.Rule).Before.Suppressed++
		}
	}
	rule.SortFindings(is.Findings)
	for _, f := range is.Findings {
		if f.Status == rule.StatusSuppressed {
			r.rule(f.Rule).After.Suppressed++
		}
		old, found := before[f.ID]
		delete(before, f.ID)
		if !found {
			r.add(New, nil, &f)
		} else if differ(old, f) {
			r.add(Changed, &old, &f)
		}
	}
	if len(before) == 0 {
		return
	}
	rule.SortFindings(was.Findings)
	for _, f := range was.Findings {
		if _, gone := before[f.ID]; gone {
			r.add(Gone, &f, nil)
		}
	}
}

// differ reports whether a finding says something else, besides which version of
// the policy it is by.
func differ(a, b schema.Finding) bool {
	return a.Severity != b.Severity || a.Status != b.Status || a.Result != b.Result || a.Message != b.Message ||
		a.Tenant != b.Tenant || a.App != b.App
}

// Anonymous takes out the texts that may name persons.
func (r *Report) Anonymous() {
	for _, o := range r.Rules {
		for _, e := range o.Examples {
			for _, s := range []*State{e.Before, e.After} {
				if s != nil {
					s.Message = ""
				}
			}
		}
	}
}

// failing reports whether a finding is one to look at.
func failing(f schema.Finding) bool {
	return f.Result == string(rule.Fail) && f.Severity != schema.SeverityInfo && f.Status != rule.StatusSuppressed
}

func (r *Report) rule(id string) *Rule {
	if r.Rules[id] == nil {
		r.Rules[id] = &Rule{Examples: []Example{}}
	}
	return r.Rules[id]
}

// Worse reports whether anything would newly fail above the severity info that
// no exception covers.
func (r *Report) Worse() bool { return r.worse }

func (r *Report) add(change string, was, is *schema.Finding) {
	f := is
	if f == nil {
		f = was
	}
	to := r.rule(f.Rule)
	if is != nil && failing(*is) && (was == nil || !failing(*was)) {
		r.worse = true
	}
	n := map[string]*int{New: &to.New, Gone: &to.Gone, Changed: &to.Changed}[change]
	if *n++; *n > maxExamples {
		return
	}
	to.Examples = append(to.Examples, Example{
		Change: change, ID: f.ID, CallID: f.CallID, Tenant: f.Tenant, App: f.App, Subject: f.Subject, Before: state(was), After: state(is),
	})
}

func state(f *schema.Finding) *State {
	if f == nil {
		return nil
	}
	return &State{string(f.Severity), f.Status, f.Result, f.Message, f.PolicyVersion}
}

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
