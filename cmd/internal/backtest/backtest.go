// Package backtest judges stored history under another policy and tells what
// would be found otherwise. It writes nothing to the store.
package backtest

import (
	"cmp"
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"rollcall/cmd/internal/assess"
	"rollcall/rules/brand"
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
	// Gallery reads the pictures that After names, as Before.Gallery does those of
	// today; nil: there are none.
	Gallery func(*policy.Policy) (brand.Gallery, error)
	// Since is from when calls are judged, by their start; zero: all.
	Since time.Time
	// Anew has every call assembled of its events, as if nothing that was assembled
	// of it were stored: ten times as slow, and the same report.
	Anew bool
	// AtOnce is of about how many calls results are read at once; 0: 25,000.
	AtOnce int
	// Workers is how many judge beside each other; 0: one a processor. The report
	// is the same.
	Workers int
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

// atOnce is the default of Config.AtOnce: fewer make ClickHouse read rows again,
// which it reads by the thousands.
const atOnce = 25_000

// Run judges the calls of a store under both policies, on every processor, and the
// listings of apps.
// Memory holds what was assembled of the calls of a few stretches, and what every
// app did in each hour.
func Run(ctx context.Context, conn driver.Conn, cfg Config) (*Report, error) {
	after := cfg.Before
	after.Policy, after.Versions, after.Gallery = cfg.After, nil, cfg.Gallery
	c := assess.NewComparison(assess.ComparisonConfig{Conn: conn, Before: cfg.Before, After: cfg.After, Since: cfg.Since, Anew: cfg.Anew})
	total := newTally()
	if err := judge(ctx, conn, c, total, cfg); err != nil {
		return nil, err
	}
	total.take(assess.Compared{Was: assess.JudgeHours(total.was.sum(), cfg.Before), Is: assess.JudgeHours(total.is.sum(), after)})
	// Listings stand as they are, whenever they came: both policies judge the latest.
	listed, err := assess.JudgeListings(ctx, conn, cfg.Before)
	if err != nil {
		return nil, err
	}
	relisted, err := assess.JudgeListings(ctx, conn, after)
	if err != nil {
		return nil, err
	}
	total.take(assess.Compared{Was: listed, Is: relisted})
	return total.report(newReport(cfg)), nil
}

// judge judges all calls, a worker for each processor, and adds up what they
// find: a sum that is the same however they share the calls out.
func judge(ctx context.Context, conn driver.Conn, c *assess.Comparison, total *tally, cfg Config) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	todo := make(chan assess.Stretch)
	var mu sync.Mutex
	var done sync.WaitGroup
	for range cmp.Or(cfg.Workers, runtime.GOMAXPROCS(0)) {
		done.Go(func() {
			for s := range todo {
				part := newTally()
				err := c.Stretch(ctx, s, func(x assess.Compared) error {
					part.take(x)
					return ctx.Err()
				})
				if err != nil {
					cancel(err)
					return
				}
				mu.Lock()
				total.add(part)
				if cfg.Progress != nil {
					cfg.Progress(total.calls)
				}
				mu.Unlock()
			}
		})
	}
	for s, err := range assess.Stretches(ctx, conn, cmp.Or(cfg.AtOnce, atOnce)) {
		if err != nil {
			cancel(err)
			break
		}
		select {
		case todo <- s:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(todo)
	done.Wait()
	return context.Cause(ctx)
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

// Worse reports whether anything would newly fail above the severity info that
// no exception covers.
func (r *Report) Worse() bool { return r.worse }

func state(f *schema.Finding) *State {
	if f == nil {
		return nil
	}
	return &State{string(f.Severity), f.Status, f.Result, f.Message, f.PolicyVersion}
}
